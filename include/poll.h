/*
 * poll.h - stands before libc's header of that name where Windsock's headers are on the include path.
 *
 * It declares the structures and functions of Winsock with other layouts: the two cannot share a translation unit.
 * Without a Winsock header before it this is libc's header and nothing else.
 */
#if defined _WINSOCK2API_ || defined _WINSOCKAPI_
#error "Winsock and the host's socket headers cannot be used in one file: <poll.h> came after a Winsock header"
#else
#pragma GCC system_header
#include_next <poll.h>
#endif
