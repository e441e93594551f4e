/*
 * windsock/libc_names.h - makes room for the Winsock names that glibc's everyday headers take.
 *
 * <stdlib.h>, <unistd.h> and most of the C++ library bring in libc's own fd_set, FD_SETSIZE, select, u_long (64 bits
 * there), socklen_t (unsigned there) and gethostname. Whichever comes first, ours must win for the code that follows:
 *
 * - nothing of libc's seen yet: include the two libc headers now with those names spelled otherwise. Their include
 *   guards keep the declarations away for good, and no macro remains;
 * - libc came first: fd_set, u_long, socklen_t (and, where a redeclaration cannot reach it, select or gethostname)
 *   become macros for our own names;
 * - FD_SETSIZE: libc's is recognised by expanding to __FD_SETSIZE; a program's own is kept.
 *
 * Host socket headers declare the same structures with other layouts; they cannot share a translation unit with ours,
 * and one clear message says so. Headers of libc beside those named here do not collide: for the functions they would
 * declare, an asm label on ours is enough.
 *
 * Defines WINDSOCK_LIBC_SELECT_FIRST and WINDSOCK_GETHOSTNAME_MACRO for the declarations that depend on the order.
 */
#ifndef WINDSOCK_LIBC_NAMES_H_
#define WINDSOCK_LIBC_NAMES_H_

#if defined _SYS_SOCKET_H || defined _NETINET_IN_H || defined _ARPA_INET_H || defined _NETDB_H || \
    defined _SYS_POLL_H || defined _SYS_UN_H || defined _NETINET_TCP_H || defined _NET_IF_H
#error "Winsock and the host's socket headers cannot be used in one file: a host socket header was included first"
#endif

#include <windsock/version.h>

/* What libc has declared already; noted before anything else is included. */
#ifdef _SYS_SELECT_H
#define WINDSOCK_LIBC_SELECT_FIRST 1
#endif
#ifdef __u_char_defined
#define WINDSOCK_LIBC_U_LONG_FIRST 1
#endif
#ifdef __socklen_t_defined
#define WINDSOCK_LIBC_SOCKLEN_FIRST 1
#endif
#ifdef _UNISTD_H
#define WINDSOCK_LIBC_UNISTD_FIRST 1
#endif

/* A program's own FD_SETSIZE survives, libc's does not. */
#ifdef FD_SETSIZE
#pragma push_macro("__FD_SETSIZE")
#undef __FD_SETSIZE
#define __FD_SETSIZE 99110119
#if FD_SETSIZE == 99110119
#undef FD_SETSIZE
#endif
#pragma pop_macro("__FD_SETSIZE")
#endif
#ifndef FD_SETSIZE
#define FD_SETSIZE 64
#endif
#pragma push_macro("FD_SETSIZE")
#undef FD_SETSIZE

#define fd_set windsock_libc_fd_set
#define select windsock_libc_select
#define u_long windsock_libc_u_long
#define socklen_t windsock_libc_socklen_t
#include <sys/types.h>
#include <sys/select.h>
#undef fd_set
#undef select
#undef u_long
#undef socklen_t

#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef FD_ZERO
#undef NFDBITS
#undef FD_SETSIZE
#pragma pop_macro("FD_SETSIZE")

#ifdef WINDSOCK_LIBC_SELECT_FIRST
#define fd_set WS_fd_set
#endif

#ifdef WINDSOCK_LIBC_U_LONG_FIRST
#define u_long WS_u_long
#endif
typedef unsigned int u_long;
#ifndef __u_char_defined
#define __u_char_defined
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
#endif

#ifdef WINDSOCK_LIBC_SOCKLEN_FIRST
#define socklen_t WS_socklen_t
#else
#define __socklen_t_defined
#endif
typedef int socklen_t;

/*
 * A fortified <unistd.h> defines gethostname as an inline function, which no label can turn round: let it define that
 * under another name, or, when it has been here before, use another name ourselves.
 */
#if defined __USE_FORTIFY_LEVEL && __USE_FORTIFY_LEVEL > 0
#ifdef WINDSOCK_LIBC_UNISTD_FIRST
#define gethostname WS_gethostname
#else
#define gethostname windsock_libc_gethostname
#include <unistd.h>
#undef gethostname
#endif
#endif

/* Constants of <sys/ioctl.h>, <asm/ioctl.h> and <netdb.h> that some libc header may have brought. */
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
#undef SIOCSHIWAT
#undef SIOCGHIWAT
#undef SIOCSLOWAT
#undef SIOCGLOWAT
#undef h_errno

/* Our gethostname must repeat the exception specification that libc's has. */
#ifdef __cplusplus
#define WINDSOCK_NOEXCEPT noexcept
#else
#define WINDSOCK_NOEXCEPT
#endif

#endif
