/* afunix.h - local sockets. https://learn.microsoft.com/windows/win32/api/afunix/ns-afunix-sockaddr_un */
#ifndef _AFUNIX_
#define _AFUNIX_

#include <ws2def.h>

#define UNIX_PATH_MAX 108

/* sun_path is UTF-8; a first character 0 means the abstract name space, an all-zero one "unnamed". */
typedef struct sockaddr_un {
    ADDRESS_FAMILY sun_family;
    char sun_path[UNIX_PATH_MAX];
} SOCKADDR_UN, *PSOCKADDR_UN;

/* Output: ULONG, the process id of the peer. */
#define SIO_AF_UNIX_GETPEERPID _WSAIOR(IOC_VENDOR, 256)
#define SIO_AF_UNIX_SETBINDPARENTPATH _WSAIOW(IOC_VENDOR, 257)
#define SIO_AF_UNIX_SETCONNPARENTPATH _WSAIOW(IOC_VENDOR, 258)

#endif
