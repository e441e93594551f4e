/*
 * namedpipeapi.h - pipes between threads, and to a child by its standard handles.
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/
 */
#ifndef _NAMEDPIPE_H_
#define _NAMEDPIPE_H_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* Both ends of a pipe of bytes, which is one of the host's; its size is a wish. ReadFile waits for bytes, and gives ERROR_BROKEN_PIPE when
 * all writers are closed and all is read; WriteFile writes everything, and gives ERROR_BROKEN_PIPE when all readers are closed. A child
 * has an end as one of its standard handles.
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createpipe */
WINBASEAPI BOOL WINAPI CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe, LPSECURITY_ATTRIBUTES lpPipeAttributes, DWORD nSize);
/* At once: what is there to be read, which stays. The pointers may be NULL. ERROR_BROKEN_PIPE: nothing, and no writer is left;
 * ERROR_ACCESS_DENIED: the end for writing; ERROR_INVALID_FUNCTION: a file that is no pipe.
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-peeknamedpipe */
WINBASEAPI BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize, LPDWORD lpBytesRead,
                                     LPDWORD lpTotalBytesAvail, LPDWORD lpBytesLeftThisMessage);

WINDSOCK_EXTERN_C_END

#endif
