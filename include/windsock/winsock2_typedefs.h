#ifndef W_T
#define W_T
#endif
