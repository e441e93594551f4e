/* minwinbase.h - structures that the file, thread and completion calls share. */
#ifndef _MINWINBASE_
#define _MINWINBASE_

#include <minwindef.h>

/* https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
 * Internal holds the state of the operation (STATUS_PENDING until it is done), InternalHigh the bytes moved. */
typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

/* What ReadFileEx, WriteFileEx and BindIoCompletionCallback call: 0 or the Win32 error of an operation that failed; one that ended with a
 * warning (ERROR_MORE_DATA) gives 0, too. */
typedef VOID(WINAPI *LPOVERLAPPED_COMPLETION_ROUTINE)(DWORD dwErrorCode, DWORD dwNumberOfBytesTransfered,
                                                      LPOVERLAPPED lpOverlapped);

typedef struct _OVERLAPPED_ENTRY {
    ULONG_PTR lpCompletionKey;
    LPOVERLAPPED lpOverlapped;
    ULONG_PTR Internal;
    DWORD dwNumberOfBytesTransferred;
} OVERLAPPED_ENTRY, *LPOVERLAPPED_ENTRY;

/* https://learn.microsoft.com/windows/win32/api/wtypesbase/ns-wtypesbase-security_attributes
 * Natively only bInheritHandle has an effect: may a process made by CreateProcess have the handle too? */
typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

/* https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-reason_context */
typedef struct _REASON_CONTEXT {
    ULONG Version;
    DWORD Flags;
    union {
        struct {
            HMODULE LocalizedReasonModule;
            ULONG LocalizedReasonId;
            ULONG ReasonStringCount;
            LPWSTR *ReasonStrings;
        } Detailed;
        LPWSTR SimpleReasonString;
    } Reason;
} REASON_CONTEXT, *PREASON_CONTEXT;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef DWORD(WINAPI *PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;

#define MoveMemory(destination, source, length) memmove((destination), (source), (length))
#define CopyMemory(destination, source, length) memcpy((destination), (source), (length))
#define FillMemory(destination, length, fill) memset((destination), (fill), (length))
#define ZeroMemory(destination, length) memset((destination), 0, (length))

/* Clears memory by a store that the compiler may not drop. */
static __inline__ PVOID SecureZeroMemory(PVOID pointer, SIZE_T length)
{
    memset(pointer, 0, length);
    __asm__ __volatile__("" : : "r"(pointer) : "memory");
    return pointer;
}

#endif
