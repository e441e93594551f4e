/*
 * Wine's own HTTP client, on whatever Winsock there is: fetches http://127.0.0.1:PORT/ and prints the page. argv[1] is the port, argv[2]
 * which library is loaded first: winhttp.dll, which brings ws2_32.dll along, or ws2_32.dll.
 */
#include <windows.h>
#include <winhttp.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/wine/check.h"

#define FIND(name) __typeof__(name) *find_##name = (__typeof__(name) *)(void *)GetProcAddress(library, #name)

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    LoadLibraryA(argv[2]);
    HMODULE library = LoadLibraryA("winhttp.dll");
    FIND(WinHttpOpen);
    FIND(WinHttpConnect);
    FIND(WinHttpOpenRequest);
    FIND(WinHttpSendRequest);
    FIND(WinHttpReceiveResponse);
    FIND(WinHttpQueryHeaders);
    FIND(WinHttpReadData);
    FIND(WinHttpCloseHandle);
    HINTERNET session = find_WinHttpOpen(L"windsock", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS, 0);
    HINTERNET connection = find_WinHttpConnect(session, L"127.0.0.1", (INTERNET_PORT)atoi(argv[1]), 0);
    HINTERNET request = find_WinHttpOpenRequest(connection, L"GET", L"/", NULL, WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES, 0);
    check("send", find_WinHttpSendRequest(request, WINHTTP_NO_ADDITIONAL_HEADERS, 0, WINHTTP_NO_REQUEST_DATA, 0, 0, 0));
    check("response", find_WinHttpReceiveResponse(request, NULL));
    DWORD status = 0, size = sizeof status;
    check("headers", find_WinHttpQueryHeaders(request, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, WINHTTP_HEADER_NAME_BY_INDEX,
                                              &status, &size, WINHTTP_NO_HEADER_INDEX) && status == 200);
    char page[256] = "";
    DWORD length = 0;
    check("read", find_WinHttpReadData(request, page, sizeof page - 1, &length));
    find_WinHttpCloseHandle(request);
    find_WinHttpCloseHandle(connection);
    find_WinHttpCloseHandle(session);
    printf("page %s\nhost %s\nfailures %d\n", page, GetModuleHandleA("winehost.dll") ? "ours" : "Wine's", failures);
    return failures != 0;
}
