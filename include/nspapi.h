/*
 * nspapi.h - the name-space interface of Winsock 1.1: protocols and service types, kept for old programs.
 *
 * https://learn.microsoft.com/windows/win32/api/nspapi/
 */
#ifndef _NSPAPI_INCLUDED
#define _NSPAPI_INCLUDED

#include <winsock2.h>

WINDSOCK_EXTERN_C_BEGIN

#define XP_CONNECTIONLESS (0x00000001)
#define XP_GUARANTEED_DELIVERY (0x00000002)
#define XP_GUARANTEED_ORDER (0x00000004)
#define XP_MESSAGE_ORIENTED (0x00000008)
#define XP_PSEUDO_STREAM (0x00000010)
#define XP_GRACEFUL_CLOSE (0x00000020)
#define XP_EXPEDITED_DATA (0x00000040)
#define XP_CONNECT_DATA (0x00000080)
#define XP_DISCONNECT_DATA (0x00000100)
#define XP_SUPPORTS_BROADCAST (0x00000200)
#define XP_SUPPORTS_MULTICAST (0x00000400)

typedef struct _PROTOCOL_INFOA {
    DWORD dwServiceFlags;
    INT iAddressFamily;
    INT iMaxSockAddr;
    INT iMinSockAddr;
    INT iSocketType;
    INT iProtocol;
    DWORD dwMessageSize;
    LPSTR lpProtocol;
} PROTOCOL_INFOA, *PPROTOCOL_INFOA, *LPPROTOCOL_INFOA;

typedef struct _PROTOCOL_INFOW {
    DWORD dwServiceFlags;
    INT iAddressFamily;
    INT iMaxSockAddr;
    INT iMinSockAddr;
    INT iSocketType;
    INT iProtocol;
    DWORD dwMessageSize;
    LPWSTR lpProtocol;
} PROTOCOL_INFOW, *PPROTOCOL_INFOW, *LPPROTOCOL_INFOW;

typedef WINDSOCK_AW(PROTOCOL_INFO) PROTOCOL_INFO;
typedef WINDSOCK_AW(PPROTOCOL_INFO) PPROTOCOL_INFO;
typedef WINDSOCK_AW(LPPROTOCOL_INFO) LPPROTOCOL_INFO;

/* The number of entries; *lpdwBufferLength is in bytes, ERROR_INSUFFICIENT_BUFFER when it does not do. */
WINSOCK_API_LINKAGE INT WINAPI EnumProtocolsA(LPINT lpiProtocols, LPVOID lpProtocolBuffer, LPDWORD lpdwBufferLength);
WINSOCK_API_LINKAGE INT WINAPI EnumProtocolsW(LPINT lpiProtocols, LPVOID lpProtocolBuffer, LPDWORD lpdwBufferLength);
#define EnumProtocols WINDSOCK_AW(EnumProtocols)
WINSOCK_API_LINKAGE INT WINAPI GetTypeByNameA(LPSTR lpServiceName, LPGUID lpServiceType);
WINSOCK_API_LINKAGE INT WINAPI GetTypeByNameW(LPWSTR lpServiceName, LPGUID lpServiceType);
#define GetTypeByName WINDSOCK_AW(GetTypeByName)
WINSOCK_API_LINKAGE INT WINAPI GetNameByTypeA(LPGUID lpServiceType, LPSTR lpServiceName, DWORD dwNameLength);
WINSOCK_API_LINKAGE INT WINAPI GetNameByTypeW(LPGUID lpServiceType, LPWSTR lpServiceName, DWORD dwNameLength);
#define GetNameByType WINDSOCK_AW(GetNameByType)

WINDSOCK_EXTERN_C_END

#endif
