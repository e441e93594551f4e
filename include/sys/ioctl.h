/*
 * sys/ioctl.h - stands before libc's header of that name where Windsock's headers are on the include path.
 *
 * Terminal and device code may go on using it beside Winsock: after a Winsock header the few requests that both define
 * keep the Winsock value.
 */
#pragma GCC system_header
#if defined _WINSOCK2API_ || defined _WINSOCKAPI_
#pragma push_macro("_IO")
#pragma push_macro("_IOR")
#pragma push_macro("_IOW")
#pragma push_macro("IOC_IN")
#pragma push_macro("IOC_OUT")
#pragma push_macro("IOC_INOUT")
#pragma push_macro("FIONREAD")
#pragma push_macro("FIONBIO")
#pragma push_macro("FIOASYNC")
#pragma push_macro("SIOCATMARK")
#undef _IO
#undef _IOR
#undef _IOW
#undef IOC_IN
#undef IOC_OUT
#undef IOC_INOUT
#undef FIONREAD
#undef FIONBIO
#undef FIOASYNC
#undef SIOCATMARK
#include_next <sys/ioctl.h>
#undef _IO
#undef _IOR
#undef _IOW
#undef IOC_IN
#undef IOC_OUT
#undef IOC_INOUT
#undef FIONREAD
#undef FIONBIO
#undef FIOASYNC
#undef SIOCATMARK
#pragma pop_macro("_IO")
#pragma pop_macro("_IOR")
#pragma pop_macro("_IOW")
#pragma pop_macro("IOC_IN")
#pragma pop_macro("IOC_OUT")
#pragma pop_macro("IOC_INOUT")
#pragma pop_macro("FIONREAD")
#pragma pop_macro("FIONBIO")
#pragma pop_macro("FIOASYNC")
#pragma pop_macro("SIOCATMARK")
#else
#include_next <sys/ioctl.h>
#endif
