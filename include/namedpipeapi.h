/*
 * namedpipeapi.h - pipes between threads, and to a child by its standard handles; named pipes, between processes of one user, too.
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

/* An instance of a named pipe: its server's end, which clients may connect to from then on by CreateFile. Names are \\.\pipe\name, the
 * same in upper and lower case; other processes of the user find them. The sizes are wishes. INVALID_HANDLE_VALUE and
 * ERROR_ACCESS_DENIED: there are instances of another kind, or FILE_FLAG_FIRST_PIPE_INSTANCE; ERROR_PIPE_BUSY: as many as there may be.
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew */
WINBASEAPI HANDLE WINAPI CreateNamedPipeW(LPCWSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode, DWORD nMaxInstances, DWORD nOutBufferSize,
                                          DWORD nInBufferSize, DWORD nDefaultTimeOut, LPSECURITY_ATTRIBUTES lpSecurityAttributes);
/* Waits for a client. FALSE and ERROR_PIPE_CONNECTED: there is one, which is as good; ERROR_NO_DATA: the last one has gone, and
 * DisconnectNamedPipe is to be called first. */
WINBASEAPI BOOL WINAPI ConnectNamedPipe(HANDLE hNamedPipe, LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI DisconnectNamedPipe(HANDLE hNamedPipe);
/* PIPE_READMODE_MESSAGE, PIPE_NOWAIT, or not, for this end. The other two are for pipes between computers, and NULL. */
WINBASEAPI BOOL WINAPI SetNamedPipeHandleState(HANDLE hNamedPipe, LPDWORD lpMode, LPDWORD lpMaxCollectionCount, LPDWORD lpCollectDataTimeout);
/* Also the number of instances. A user name: ERROR_NOT_SUPPORTED. */
WINBASEAPI BOOL WINAPI GetNamedPipeHandleStateW(HANDLE hNamedPipe, LPDWORD lpState, LPDWORD lpCurInstances, LPDWORD lpMaxCollectionCount,
                                                LPDWORD lpCollectDataTimeout, LPWSTR lpUserName, DWORD nMaxUserNameSize);
WINBASEAPI BOOL WINAPI GetNamedPipeInfo(HANDLE hNamedPipe, LPDWORD lpFlags, LPDWORD lpOutBufferSize, LPDWORD lpInBufferSize,
                                        LPDWORD lpMaxInstances);
/* A message and its answer. On a handle of FILE_FLAG_OVERLAPPED: ERROR_NOT_SUPPORTED. */
WINBASEAPI BOOL WINAPI TransactNamedPipe(HANDLE hNamedPipe, LPVOID lpInBuffer, DWORD nInBufferSize, LPVOID lpOutBuffer,
                                         DWORD nOutBufferSize, LPDWORD lpBytesRead, LPOVERLAPPED lpOverlapped);
/* Waits until a client can connect to an instance. ERROR_FILE_NOT_FOUND: there is none at all; ERROR_SEM_TIMEOUT. */
WINBASEAPI BOOL WINAPI WaitNamedPipeW(LPCWSTR lpNamedPipeName, DWORD nTimeOut);

WINDSOCK_EXTERN_C_END

#endif
