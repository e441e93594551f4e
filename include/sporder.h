/* sporder.h - the order of providers in the catalogues. https://learn.microsoft.com/windows/win32/api/sporder/ */
#ifndef __SPORDER_H__
#define __SPORDER_H__

#include <winsock2.h>

WINDSOCK_EXTERN_C_BEGIN

/* Both return 0 or the error code itself. */
WINSOCK_API_LINKAGE int WSAAPI WSCWriteProviderOrder(LPDWORD lpwdCatalogEntryId, DWORD dwNumberOfEntries);
WINSOCK_API_LINKAGE int WSAAPI WSCWriteNameSpaceOrder(LPGUID lpProviderId, DWORD dwNumberOfEntries);
WINSOCK_API_LINKAGE int WSAAPI WSCWriteProviderOrder32(LPDWORD lpwdCatalogEntryId, DWORD dwNumberOfEntries);
WINSOCK_API_LINKAGE int WSAAPI WSCWriteNameSpaceOrder32(LPGUID lpProviderId, DWORD dwNumberOfEntries);
typedef __typeof__(WSCWriteProviderOrder) *LPWSCWRITEPROVIDERORDER;
typedef __typeof__(WSCWriteNameSpaceOrder) *LPWSCWRITENAMESPACEORDER;

WINDSOCK_EXTERN_C_END

#endif
