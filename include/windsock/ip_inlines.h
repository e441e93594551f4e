/*
 * windsock/ip_inlines.h - the inline functions of ws2tcpip.h: IPv6 address tests, gai_strerror.
 *
 * Part of ws2tcpip.h; not for inclusion by itself. Each test has a macro of its own name too: portable sources ask for
 * them with #ifdef.
 */
#ifndef WINDSOCK_IP_INLINES_H_
#define WINDSOCK_IP_INLINES_H_

WS2TCPIP_INLINE int IN6_IS_ADDR_UNSPECIFIED(const struct in6_addr *a)
{
    static const struct in6_addr any = IN6ADDR_ANY_INIT;
    return IN6_ADDR_EQUAL(a, &any);
}
WS2TCPIP_INLINE int IN6_IS_ADDR_LOOPBACK(const struct in6_addr *a)
{
    static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
    return IN6_ADDR_EQUAL(a, &loopback);
}
WS2TCPIP_INLINE int IN6_IS_ADDR_MULTICAST(const struct in6_addr *a)
{
    return a->s6_bytes[0] == 0xff;
}
/* fe80::/10 and fec0::/10 */
WS2TCPIP_INLINE int IN6_IS_ADDR_LINKLOCAL(const struct in6_addr *a)
{
    return a->s6_bytes[0] == 0xfe && (a->s6_bytes[1] & 0xc0) == 0x80;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_SITELOCAL(const struct in6_addr *a)
{
    return a->s6_bytes[0] == 0xfe && (a->s6_bytes[1] & 0xc0) == 0xc0;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_GLOBAL(const struct in6_addr *a)
{
    unsigned high = a->s6_bytes[0] & 0xe0u;
    return high != 0 && high != 0xe0;
}
/* ::ffff:a.b.c.d, and ::a.b.c.d without :: and ::1 */
WS2TCPIP_INLINE int IN6_IS_ADDR_V4MAPPED(const struct in6_addr *a)
{
    static const u_char prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return memcmp(a->s6_bytes, prefix, sizeof prefix) == 0;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_V4COMPAT(const struct in6_addr *a)
{
    static const u_char prefix[12] = {0};
    return memcmp(a->s6_bytes, prefix, sizeof prefix) == 0 &&
           !(a->s6_words[6] == 0 && a->s6_bytes[14] == 0 && a->s6_bytes[15] <= 1);
}
WS2TCPIP_INLINE int IN6_IS_ADDR_MC_NODELOCAL(const struct in6_addr *a)
{
    return IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 1;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_MC_LINKLOCAL(const struct in6_addr *a)
{
    return IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 2;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_MC_SITELOCAL(const struct in6_addr *a)
{
    return IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 5;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_MC_ORGLOCAL(const struct in6_addr *a)
{
    return IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 8;
}
WS2TCPIP_INLINE int IN6_IS_ADDR_MC_GLOBAL(const struct in6_addr *a)
{
    return IN6_IS_ADDR_MULTICAST(a) && (a->s6_bytes[1] & 0xf) == 0xe;
}
WS2TCPIP_INLINE int IN6ADDR_ISANY(const struct sockaddr_in6 *a)
{
    return a->sin6_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&a->sin6_addr);
}
WS2TCPIP_INLINE int IN6ADDR_ISLOOPBACK(const struct sockaddr_in6 *a)
{
    return a->sin6_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&a->sin6_addr);
}
WS2TCPIP_INLINE void IN6_SET_ADDR_UNSPECIFIED(struct in6_addr *a)
{
    memset(a, 0, sizeof *a);
}
WS2TCPIP_INLINE void IN6_SET_ADDR_LOOPBACK(struct in6_addr *a)
{
    memset(a, 0, sizeof *a);
    a->s6_bytes[15] = 1;
}
WS2TCPIP_INLINE void IN6ADDR_SETANY(struct sockaddr_in6 *a)
{
    memset(a, 0, sizeof *a);
    a->sin6_family = AF_INET6;
}
WS2TCPIP_INLINE void IN6ADDR_SETLOOPBACK(struct sockaddr_in6 *a)
{
    memset(a, 0, sizeof *a);
    a->sin6_family = AF_INET6;
    a->sin6_addr.s6_bytes[15] = 1;
}
#define IN6_IS_ADDR_UNSPECIFIED IN6_IS_ADDR_UNSPECIFIED
#define IN6_IS_ADDR_LOOPBACK IN6_IS_ADDR_LOOPBACK
#define IN6_IS_ADDR_MULTICAST IN6_IS_ADDR_MULTICAST
#define IN6_IS_ADDR_LINKLOCAL IN6_IS_ADDR_LINKLOCAL
#define IN6_IS_ADDR_SITELOCAL IN6_IS_ADDR_SITELOCAL
#define IN6_IS_ADDR_GLOBAL IN6_IS_ADDR_GLOBAL
#define IN6_IS_ADDR_V4MAPPED IN6_IS_ADDR_V4MAPPED
#define IN6_IS_ADDR_V4COMPAT IN6_IS_ADDR_V4COMPAT
#define IN6_IS_ADDR_MC_NODELOCAL IN6_IS_ADDR_MC_NODELOCAL
#define IN6_IS_ADDR_MC_LINKLOCAL IN6_IS_ADDR_MC_LINKLOCAL
#define IN6_IS_ADDR_MC_SITELOCAL IN6_IS_ADDR_MC_SITELOCAL
#define IN6_IS_ADDR_MC_ORGLOCAL IN6_IS_ADDR_MC_ORGLOCAL
#define IN6_IS_ADDR_MC_GLOBAL IN6_IS_ADDR_MC_GLOBAL


/* The text of an EAI_ value. On Windows a static buffer that every call overwrites; here constants. */
#define GAI_STRERROR_BUFFER_SIZE 1024
#define WINDSOCK_GAI_TEXTS(text)                                                                       \
    switch (ecode) {                                                                                   \
    case 0:                                                                                            \
        return text("The operation completed successfully.");                                          \
    case EAI_AGAIN:                                                                                    \
        return text("The name could not be resolved at this time; try again later.");                  \
    case EAI_BADFLAGS:                                                                                 \
        return text("An invalid argument was supplied.");                                              \
    case EAI_FAIL:                                                                                     \
        return text("The name look-up failed and cannot recover.");                                    \
    case EAI_FAMILY:                                                                                   \
        return text("The address family is not supported.");                                           \
    case EAI_MEMORY:                                                                                   \
        return text("There is not enough memory.");                                                    \
    case EAI_NONAME:                                                                                   \
        return text("No such host is known.");                                                         \
    case EAI_NODATA:                                                                                   \
        return text("The name is valid, but has no data of the requested type.");                      \
    case EAI_SERVICE:                                                                                  \
        return text("The service is not known for the socket type.");                                  \
    case EAI_SOCKTYPE:                                                                                 \
        return text("The socket type is not supported.");                                              \
    default:                                                                                           \
        return text("Unknown error.");                                                                 \
    }
#define WINDSOCK_GAI_NARROW(quote) ((char *)(ULONG_PTR)(quote))
#define WINDSOCK_GAI_WIDE(quote) ((WCHAR *)(ULONG_PTR)WINDSOCK_WIDE_TEXT(quote))
WS2TCPIP_INLINE char *gai_strerrorA(int ecode)
{
    WINDSOCK_GAI_TEXTS(WINDSOCK_GAI_NARROW)
}
WS2TCPIP_INLINE WCHAR *gai_strerrorW(int ecode)
{
    WINDSOCK_GAI_TEXTS(WINDSOCK_GAI_WIDE)
}
#undef WINDSOCK_GAI_TEXTS
#undef WINDSOCK_GAI_NARROW
#undef WINDSOCK_GAI_WIDE
#define gai_strerror WINDSOCK_AW(gai_strerror)

#endif
