/*
 * synchapi.h - events, waits, critical sections, sleeping.
 *
 * https://learn.microsoft.com/windows/win32/api/synchapi/
 */
#ifndef _SYNCHAPI_H_
#define _SYNCHAPI_H_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

#define INFINITE 0xffffffff
#define WAIT_OBJECT_0 (STATUS_WAIT_0 + 0)
#define WAIT_ABANDONED (STATUS_ABANDONED_WAIT_0 + 0)
#define WAIT_ABANDONED_0 (STATUS_ABANDONED_WAIT_0 + 0)
#define WAIT_IO_COMPLETION STATUS_USER_APC
#define WAIT_TIMEOUT 258
#define WAIT_FAILED ((DWORD)0xffffffff)

#define CREATE_EVENT_MANUAL_RESET 0x00000001
#define CREATE_EVENT_INITIAL_SET 0x00000002

/* An event is signalled or not; an auto-reset one is reset by the one wait that it ends. NULL and the last error on
 * failure. Events are private to the process: one with a name is refused with ERROR_NOT_SUPPORTED. */
WINBASEAPI HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                                      LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                                      LPCWSTR lpName);
#define CreateEvent WINDSOCK_AW(CreateEvent)
WINBASEAPI BOOL WINAPI SetEvent(HANDLE hEvent);
WINBASEAPI BOOL WINAPI ResetEvent(HANDLE hEvent);

/* A semaphore holds up to lMaximumCount signals; each ends one wait. ReleaseSemaphore fails with ERROR_TOO_MANY_POSTS, and
 * changes nothing, where that would be exceeded; lpPreviousCount may be NULL. No names, as with events. */
WINBASEAPI HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                          LONG lMaximumCount, LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                          LONG lMaximumCount, LPCWSTR lpName);
#define CreateSemaphore WINDSOCK_AW(CreateSemaphore)
WINBASEAPI BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount);

/* A mutex belongs to the thread that waited for it, as often as it did; ERROR_NOT_OWNER for a release by another. When its
 * owner ends, the next wait gives WAIT_ABANDONED. No names, as with events. */
WINBASEAPI HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCWSTR lpName);
#define CreateMutex WINDSOCK_AW(CreateMutex)
WINBASEAPI BOOL WINAPI ReleaseMutex(HANDLE hMutex);

/* Waits for at most dwMilliseconds (INFINITE: for ever). WAIT_OBJECT_0 + index of the handle, WAIT_TIMEOUT, or
 * WAIT_FAILED and the last error. At most MAXIMUM_WAIT_OBJECTS handles. WAIT_ABANDONED_0 + index: a mutex whose owner ended.
 * An alertable wait also ends, by WAIT_IO_COMPLETION, when calls queued to the thread (QueueUserAPC) have been made. */
WINBASEAPI DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);
WINBASEAPI DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable);
WINBASEAPI DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                               DWORD dwMilliseconds);
WINBASEAPI DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                                 DWORD dwMilliseconds, BOOL bAlertable);
/* Sets the event, or releases the semaphore or mutex, and waits. Another thread may run in between. */
WINBASEAPI DWORD WINAPI SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn, DWORD dwMilliseconds,
                                            BOOL bAlertable);

WINBASEAPI VOID WINAPI Sleep(DWORD dwMilliseconds);
WINBASEAPI DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable);

/* Recursive mutual exclusion inside one process. The members are the library's own; programs copy neither them nor
 * the structure. */
typedef struct _RTL_CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION;
typedef RTL_CRITICAL_SECTION CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;

WINBASEAPI VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
WINBASEAPI BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount);
WINBASEAPI VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
WINBASEAPI BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
WINBASEAPI VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
WINBASEAPI VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

WINDSOCK_EXTERN_C_END

#endif
