/*
 * sys/select.h - stands before libc's header of that name where Windsock's headers are on the include path.
 *
 * libc's header, reached from <stdlib.h>, redefines FD_SETSIZE without asking. A Windows program sets it before its
 * first #include and expects to find it again at winsock2.h.
 */
#pragma GCC system_header
#ifdef FD_SETSIZE
#pragma push_macro("FD_SETSIZE")
#undef FD_SETSIZE
#include_next <sys/select.h>
#undef FD_SETSIZE
#pragma pop_macro("FD_SETSIZE")
#else
#include_next <sys/select.h>
#endif
