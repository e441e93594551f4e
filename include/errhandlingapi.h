/*
 * errhandlingapi.h - the last-error value of the calling thread. WSAGetLastError reads the same value.
 *
 * https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror
 */
#ifndef _ERRHANDLING_H_
#define _ERRHANDLING_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

WINBASEAPI DWORD WINAPI GetLastError(void);
WINBASEAPI VOID WINAPI SetLastError(DWORD dwErrCode);

WINDSOCK_EXTERN_C_END

#endif
