/*
 * ioapiset.h - the ends of overlapped operations: completion ports, results, cancelling.
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/
 */
#ifndef _IO_APISET_H_
#define _IO_APISET_H_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* INVALID_HANDLE_VALUE and NULL: a new port, at which at most NumberOfConcurrentThreads threads run (0: one for each processor). Otherwise
 * the ends of overlapped operations on the handle (a SOCKET, or a file of FILE_FLAG_OVERLAPPED) are queued to the port, an existing or a
 * new one. NULL on failure: ERROR_INVALID_HANDLE, or ERROR_INVALID_PARAMETER for a handle that has a port already or cannot have one. */
WINBASEAPI HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort, ULONG_PTR CompletionKey,
                                                DWORD NumberOfConcurrentThreads);
/* Takes a packet, and waits for one. TRUE: of an operation that succeeded. FALSE with *lpOverlapped: of one that failed, the last error
 * says why. FALSE without it: there is no packet; WAIT_TIMEOUT, or ERROR_ABANDONED_WAIT_0 when the port's last handle was closed. */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
                                                 PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped,
                                                 DWORD dwMilliseconds);
/* Up to ulCount packets at once; Internal is an operation's NTSTATUS. FALSE with WAIT_IO_COMPLETION: the wait was alertable, and calls
 * queued to this thread were made. */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount,
                                                   PULONG ulNumEntriesRemoved, DWORD dwMilliseconds, BOOL fAlertable);
/* A packet of the program's own; none of the values is looked at. */
WINBASEAPI BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
                                                  ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped);

/* TRUE and the bytes moved by an operation that has succeeded; FALSE and its error. ERROR_IO_INCOMPLETE: it goes on, and bWait is FALSE. */
WINBASEAPI BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                                           BOOL bWait);
/* Waits for at most dwMilliseconds (0: ERROR_IO_INCOMPLETE): WAIT_TIMEOUT; WAIT_IO_COMPLETION: calls queued to this thread were made. */
WINBASEAPI BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                                             DWORD dwMilliseconds, BOOL bAlertable);

/* The operations on the handle that this thread began; all of them, or those of one OVERLAPPED. They end with ERROR_OPERATION_ABORTED
 * unless they are done by now. CancelIoEx gives ERROR_NOT_FOUND when there are none. */
WINBASEAPI BOOL WINAPI CancelIo(HANDLE hFile);
WINBASEAPI BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);
/* Natively always ERROR_NOT_FOUND: the calls that a thread blocks in cannot be cancelled. */
WINBASEAPI BOOL WINAPI CancelSynchronousIo(HANDLE hThread);

WINDSOCK_EXTERN_C_END

#endif
