/* windsock/winsock1_undef.h - takes back what winsock.h numbers otherwise than winsock2.h, which includes this. */
#undef SOMAXCONN
#define SOMAXCONN 0x7fffffff
#undef AF_MAX
#define AF_MAX 35
#undef SO_DONTLINGER
#define SO_DONTLINGER ((int)(~SO_LINGER))
#undef IP_OPTIONS
#undef IP_MULTICAST_IF
#undef IP_MULTICAST_TTL
#undef IP_MULTICAST_LOOP
#undef IP_ADD_MEMBERSHIP
#undef IP_DROP_MEMBERSHIP
#undef IP_TTL
#undef IP_TOS
#undef IP_DONTFRAGMENT
#undef FD_READ
#undef FD_WRITE
#undef FD_OOB
#undef FD_ACCEPT
#undef FD_CONNECT
#undef FD_CLOSE
