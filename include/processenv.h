/*
 * processenv.h - the standard handles.
 *
 * https://learn.microsoft.com/windows/console/getstdhandle
 */
#ifndef _PROCESSENV_
#define _PROCESSENV_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* Files of the host's descriptors 0, 1 and 2, as they were when first asked for, for ReadFile, WriteFile and CreateProcess. NULL: there
 * is none. INVALID_HANDLE_VALUE and ERROR_INVALID_HANDLE for another number. SetStdHandle puts another handle in the place of one; the
 * descriptor stays what it is. */
WINBASEAPI HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
WINBASEAPI BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);

WINDSOCK_EXTERN_C_END

#endif
