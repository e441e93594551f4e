/*
 * fileapi.h - reading and writing through a handle. Natively the handle is a SOCKET: there are no others to read from.
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/
 */
#ifndef _APISETFILE_
#define _APISETFILE_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* TRUE and the bytes moved; 0 bytes read: the peer has shut down. FALSE and the last error on failure. With an
 * OVERLAPPED: ERROR_NOT_SUPPORTED. */
WINBASEAPI BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead,
                                LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                 LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);

WINDSOCK_EXTERN_C_END

#endif
