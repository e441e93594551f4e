/* sysinfoapi.h - the time since the system was started, in milliseconds. */
#ifndef _SYSINFOAPI_H_
#define _SYSINFOAPI_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* Wraps to 0 after 49.7 days. */
WINBASEAPI DWORD WINAPI GetTickCount(void);
WINBASEAPI ULONGLONG WINAPI GetTickCount64(void);

/* The time of day, UTC, in units of 100 ns since 1601. */
WINBASEAPI VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WINBASEAPI VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime);

WINDSOCK_EXTERN_C_END

#endif
