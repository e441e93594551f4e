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

/* https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-win32_find_dataw
 * Natively the attributes are FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_READONLY (nobody may write) or FILE_ATTRIBUTE_NORMAL, and there are
 * no alternate names. */
#define WINDSOCK_FIND_DATA(character)                                                                                          \
    {                                                                                                                          \
        DWORD dwFileAttributes;                                                                                                \
        FILETIME ftCreationTime;                                                                                               \
        FILETIME ftLastAccessTime;                                                                                             \
        FILETIME ftLastWriteTime;                                                                                              \
        DWORD nFileSizeHigh;                                                                                                   \
        DWORD nFileSizeLow;                                                                                                    \
        DWORD dwReserved0;                                                                                                     \
        DWORD dwReserved1;                                                                                                     \
        character cFileName[MAX_PATH];                                                                                         \
        character cAlternateFileName[14];                                                                                      \
    }
typedef struct _WIN32_FIND_DATAA WINDSOCK_FIND_DATA(CHAR) WIN32_FIND_DATAA, *PWIN32_FIND_DATAA, *LPWIN32_FIND_DATAA;
typedef struct _WIN32_FIND_DATAW WINDSOCK_FIND_DATA(WCHAR) WIN32_FIND_DATAW, *PWIN32_FIND_DATAW, *LPWIN32_FIND_DATAW;
#undef WINDSOCK_FIND_DATA
#ifdef UNICODE
typedef WIN32_FIND_DATAW WIN32_FIND_DATA, *PWIN32_FIND_DATA, *LPWIN32_FIND_DATA;
#else
typedef WIN32_FIND_DATAA WIN32_FIND_DATA, *PWIN32_FIND_DATA, *LPWIN32_FIND_DATA;
#endif

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
