#ifndef _MSTCPIP_
#define _MSTCPIP_
#endif
