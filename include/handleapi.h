/*
 * handleapi.h - closing, duplicating and inheriting handles.
 *
 * A SOCKET is a handle too: CloseHandle on one closes it, as on Windows.
 */
#ifndef _APISETHANDLE_
#define _APISETHANDLE_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002

/* All return FALSE and set the last error on failure; ERROR_INVALID_HANDLE for what is no open handle.
 * https://learn.microsoft.com/windows/win32/api/handleapi/ */
WINBASEAPI BOOL WINAPI CloseHandle(HANDLE hObject);
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
                                       LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle,
                                       DWORD dwOptions);
WINBASEAPI BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
/* Whether both handles lead to the same object. */
WINBASEAPI BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);
WINBASEAPI BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);

WINDSOCK_EXTERN_C_END

#endif
