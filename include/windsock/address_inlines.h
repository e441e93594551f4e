/*
 * windsock/address_inlines.h - the IN4_, IN4ADDR_, IN6_ and INETADDR_ helpers of mstcpip.h.
 *
 * Part of mstcpip.h; not for inclusion by itself. Addresses are in network byte order; the INETADDR_ ones take a
 * SOCKADDR of either family, and with another family do nothing or answer FALSE.
 */
#ifndef WINDSOCK_ADDRESS_INLINES_H_
#define WINDSOCK_ADDRESS_INLINES_H_

#define MSTCPIP_INLINE static __inline__

#define IN4ADDR_ANY INADDR_ANY
#define IN4ADDR_LOOPBACK 0x0100007f /* network byte order */
#define IN4ADDR_BROADCAST INADDR_BROADCAST
#define IN4ADDR_NONE INADDR_NONE
#define IN4ADDR_LOOPBACKPREFIX_LENGTH 8
#define IN4ADDR_LINKLOCALPREFIX_LENGTH 16
#define IN4ADDR_MULTICASTPREFIX_LENGTH 4
#define IN6ADDR_LINKLOCALPREFIX_LENGTH 64
#define IN6ADDR_MULTICASTPREFIX_LENGTH 8
#define IN6ADDR_SOLICITEDNODEMULTICASTPREFIX_LENGTH 104
#define IN6ADDR_V4MAPPEDPREFIX_LENGTH 96
#define IN6ADDR_6TO4PREFIX_LENGTH 16
#define IN6ADDR_TEREDOPREFIX_LENGTH 32

WINDSOCK_EXTERN_C_BEGIN

MSTCPIP_INLINE BOOLEAN IN4_ADDR_EQUAL(const IN_ADDR *a, const IN_ADDR *b)
{
    return (BOOLEAN)(a->s_addr == b->s_addr);
}
MSTCPIP_INLINE BOOLEAN IN4_UNALIGNED_ADDR_EQUAL(const IN_ADDR *a, const IN_ADDR *b)
{
    return (BOOLEAN)(memcmp(a, b, sizeof *a) == 0);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_UNSPECIFIED(const IN_ADDR *a)
{
    return (BOOLEAN)(a->s_addr == IN4ADDR_ANY);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_LOOPBACK(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 0x7f);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_BROADCAST(const IN_ADDR *a)
{
    return (BOOLEAN)(a->s_addr == IN4ADDR_BROADCAST);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_MULTICAST(const IN_ADDR *a)
{
    return (BOOLEAN)((a->S_un.S_un_b.s_b1 & 0xf0) == 0xe0);
}
/* 169.254/16 */
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_LINKLOCAL(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 169 && a->S_un.S_un_b.s_b2 == 254);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_SITELOCAL(const IN_ADDR *a)
{
    (void)a;
    return FALSE;
}
/* 10/8, 172.16/12, 192.168/16 */
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_RFC1918(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 10 ||
                     (a->S_un.S_un_b.s_b1 == 172 && (a->S_un.S_un_b.s_b2 & 0xf0) == 16) ||
                     (a->S_un.S_un_b.s_b1 == 192 && a->S_un.S_un_b.s_b2 == 168));
}
/* 224.0.0/24, 239.255/16, 239.192/14 */
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_MC_LINKLOCAL(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 224 && a->S_un.S_un_b.s_b2 == 0 && a->S_un.S_un_b.s_b3 == 0);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_MC_ADMINLOCAL(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 239 && a->S_un.S_un_b.s_b2 == 255);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_MC_SITELOCAL(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 239 && (a->S_un.S_un_b.s_b2 & 0xc0) != 0xc0);
}
MSTCPIP_INLINE BOOLEAN IN4_IS_ADDR_MC_ORGLOCAL(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 239 && (a->S_un.S_un_b.s_b2 & 0xfc) == 0xc0);
}

MSTCPIP_INLINE void IN4ADDR_SETSOCKADDR(PSOCKADDR_IN a, const IN_ADDR *address, USHORT port)
{
    memset(a, 0, sizeof *a);
    a->sin_family = AF_INET;
    a->sin_port = port;
    a->sin_addr = *address;
}
MSTCPIP_INLINE void IN4ADDR_SETANY(PSOCKADDR_IN a)
{
    memset(a, 0, sizeof *a);
    a->sin_family = AF_INET;
}
MSTCPIP_INLINE void IN4ADDR_SETLOOPBACK(PSOCKADDR_IN a)
{
    memset(a, 0, sizeof *a);
    a->sin_family = AF_INET;
    a->sin_addr.s_addr = IN4ADDR_LOOPBACK;
}
MSTCPIP_INLINE BOOLEAN IN4ADDR_ISANY(const SOCKADDR_IN *a)
{
    return IN4_IS_ADDR_UNSPECIFIED(&a->sin_addr);
}
MSTCPIP_INLINE BOOLEAN IN4ADDR_ISLOOPBACK(const SOCKADDR_IN *a)
{
    return IN4_IS_ADDR_LOOPBACK(&a->sin_addr);
}
MSTCPIP_INLINE BOOLEAN IN4ADDR_ISEQUAL(const SOCKADDR_IN *a, const SOCKADDR_IN *b)
{
    return IN4_ADDR_EQUAL(&a->sin_addr, &b->sin_addr);
}

MSTCPIP_INLINE void IN6_SET_ADDR_V4MAPPED(PIN6_ADDR a, const IN_ADDR *v4)
{
    memset(a, 0, sizeof *a);
    a->s6_words[5] = 0xffff;
    memcpy(&a->s6_bytes[12], v4, sizeof *v4);
}
MSTCPIP_INLINE const UCHAR *IN6_GET_ADDR_V4MAPPED(const IN6_ADDR *a)
{
    return &a->s6_bytes[12];
}
MSTCPIP_INLINE BOOLEAN IN6_IS_V4MAPPED_WINDSOCK(const IN6_ADDR *a)
{
    static const UCHAR prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return (BOOLEAN)(memcmp(a, prefix, sizeof prefix) == 0);
}
MSTCPIP_INLINE void IN6ADDR_SETSOCKADDR(PSOCKADDR_IN6 a, const IN6_ADDR *address, SCOPE_ID scope, USHORT port)
{
    memset(a, 0, sizeof *a);
    a->sin6_family = AF_INET6;
    a->sin6_port = port;
    a->sin6_addr = *address;
    a->sin6_scope_struct = scope;
}
MSTCPIP_INLINE void IN6ADDR_SETV4MAPPED(PSOCKADDR_IN6 a, const IN_ADDR *v4, SCOPE_ID scope, USHORT port)
{
    memset(a, 0, sizeof *a);
    a->sin6_family = AF_INET6;
    a->sin6_port = port;
    IN6_SET_ADDR_V4MAPPED(&a->sin6_addr, v4);
    a->sin6_scope_struct = scope;
}
MSTCPIP_INLINE BOOLEAN IN6ADDR_ISV4MAPPED(const SOCKADDR_IN6 *a)
{
    return IN6_IS_V4MAPPED_WINDSOCK(&a->sin6_addr);
}
MSTCPIP_INLINE BOOLEAN IN6ADDR_ISEQUAL(const SOCKADDR_IN6 *a, const SOCKADDR_IN6 *b)
{
    return (BOOLEAN)(a->sin6_scope_id == b->sin6_scope_id && IN6_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr));
}

/* Either family */
MSTCPIP_INLINE void INETADDR_SETSOCKADDR(ADDRESS_FAMILY family, PSOCKADDR a, const void *address, SCOPE_ID scope,
                                         USHORT port)
{
    if (family == AF_INET)
        IN4ADDR_SETSOCKADDR((PSOCKADDR_IN)(void *)a, (const IN_ADDR *)address, port);
    else if (family == AF_INET6)
        IN6ADDR_SETSOCKADDR((PSOCKADDR_IN6)(void *)a, (const IN6_ADDR *)address, scope, port);
}
MSTCPIP_INLINE void INETADDR_SETANY(PSOCKADDR a)
{
    static const IN6_ADDR any = {{{0}}};
    SCOPE_ID scope;
    scope.Value = 0;
    INETADDR_SETSOCKADDR(a->sa_family, a, &any, scope, 0);
}
MSTCPIP_INLINE void INETADDR_SETLOOPBACK(PSOCKADDR a)
{
    static const IN6_ADDR loopback = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
    SCOPE_ID scope;
    scope.Value = 0;
    if (a->sa_family == AF_INET)
        IN4ADDR_SETLOOPBACK((PSOCKADDR_IN)(void *)a);
    else
        INETADDR_SETSOCKADDR(a->sa_family, a, &loopback, scope, 0);
}
MSTCPIP_INLINE BOOLEAN INETADDR_ISANY(const SOCKADDR *a)
{
    static const IN6_ADDR any = {{{0}}};
    if (a->sa_family == AF_INET)
        return IN4ADDR_ISANY((const SOCKADDR_IN *)(const void *)a);
    return (BOOLEAN)(a->sa_family == AF_INET6 &&
                     IN6_ADDR_EQUAL(&((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr, &any));
}
MSTCPIP_INLINE BOOLEAN INETADDR_ISLOOPBACK(const SOCKADDR *a)
{
    static const IN6_ADDR loopback = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
    if (a->sa_family == AF_INET)
        return IN4ADDR_ISLOOPBACK((const SOCKADDR_IN *)(const void *)a);
    return (BOOLEAN)(a->sa_family == AF_INET6 &&
                     IN6_ADDR_EQUAL(&((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr, &loopback));
}
MSTCPIP_INLINE BOOLEAN INETADDR_ISV4MAPPED(const SOCKADDR *a)
{
    return (BOOLEAN)(a->sa_family == AF_INET6 && IN6ADDR_ISV4MAPPED((const SOCKADDR_IN6 *)(const void *)a));
}
MSTCPIP_INLINE BOOLEAN INETADDR_ISEQUAL(const SOCKADDR *a, const SOCKADDR *b)
{
    if (a->sa_family != b->sa_family)
        return FALSE;
    if (a->sa_family == AF_INET)
        return IN4ADDR_ISEQUAL((const SOCKADDR_IN *)(const void *)a, (const SOCKADDR_IN *)(const void *)b);
    return (BOOLEAN)(a->sa_family == AF_INET6 && IN6ADDR_ISEQUAL((const SOCKADDR_IN6 *)(const void *)a,
                                                                  (const SOCKADDR_IN6 *)(const void *)b));
}
MSTCPIP_INLINE USHORT INETADDR_PORT(const SOCKADDR *a)
{
    return ((const SOCKADDR_IN6 *)(const void *)a)->sin6_port;
}
MSTCPIP_INLINE void INETADDR_SET_PORT(PSOCKADDR a, USHORT port)
{
    ((PSOCKADDR_IN6)(void *)a)->sin6_port = port;
}
MSTCPIP_INLINE PUCHAR INETADDR_ADDRESS(const SOCKADDR *a)
{
    if (a->sa_family == AF_INET6)
        return (PUCHAR)(ULONG_PTR)&((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr;
    return (PUCHAR)(ULONG_PTR)&((const SOCKADDR_IN *)(const void *)a)->sin_addr;
}
MSTCPIP_INLINE void INETADDR_SET_ADDRESS(PSOCKADDR a, const UCHAR *address)
{
    memcpy(INETADDR_ADDRESS(a), address, a->sa_family == AF_INET6 ? sizeof(IN6_ADDR) : sizeof(IN_ADDR));
}
MSTCPIP_INLINE SCOPE_ID INETADDR_SCOPE_ID(const SOCKADDR *a)
{
    SCOPE_ID none;
    none.Value = 0;
    return a->sa_family == AF_INET6 ? ((const SOCKADDR_IN6 *)(const void *)a)->sin6_scope_struct : none;
}

WINDSOCK_EXTERN_C_END

#endif
