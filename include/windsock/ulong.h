#ifndef W_U
#define W_U
#endif
