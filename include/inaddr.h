/* inaddr.h - the IPv4 address. https://learn.microsoft.com/windows/win32/api/winsock2/ns-winsock2-in_addr */
#ifndef s_addr
#define _INADDR_H_

#include <windsock/libc_names.h>

/* In network byte order, whichever member is used. */
typedef struct in_addr {
    union {
        struct {
            u_char s_b1, s_b2, s_b3, s_b4;
        } S_un_b;
        struct {
            u_short s_w1, s_w2;
        } S_un_w;
        u_long S_addr;
    } S_un;
} IN_ADDR, *PIN_ADDR, *LPIN_ADDR;

#define s_addr S_un.S_addr
#define s_host S_un.S_un_b.s_b2
#define s_net S_un.S_un_b.s_b1
#define s_imp S_un.S_un_w.s_w2
#define s_impno S_un.S_un_b.s_b4
#define s_lh S_un.S_un_b.s_b3

#endif
