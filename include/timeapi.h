/*
 * timeapi.h - the multimedia clock: milliseconds since the system was started.
 *
 * https://learn.microsoft.com/windows/win32/api/timeapi/
 */
#ifndef _TIMEAPI_H_
#define _TIMEAPI_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

#ifndef _MMRESULT_
#define _MMRESULT_
typedef UINT MMRESULT;
#endif
#define TIMERR_NOERROR 0
#define TIMERR_NOCANDO 97

/* The clock of GetTickCount. */
WINBASEAPI DWORD WINAPI timeGetTime(void);
/* The host's timers are always as fine as it can: any period but 0 is granted. */
WINBASEAPI MMRESULT WINAPI timeBeginPeriod(UINT uPeriod);
WINBASEAPI MMRESULT WINAPI timeEndPeriod(UINT uPeriod);

WINDSOCK_EXTERN_C_END

#endif
