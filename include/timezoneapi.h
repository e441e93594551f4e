/*
 * timezoneapi.h - times as a calendar has them, and as a FILETIME.
 *
 * https://learn.microsoft.com/windows/win32/api/timezoneapi/
 */
#ifndef _TIMEZONEAPI_H_
#define _TIMEZONEAPI_H_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* Years 1601 to 30827; ERROR_INVALID_PARAMETER for a date or time that is none. wDayOfWeek is not looked at. */
WINBASEAPI BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *lpSystemTime, LPFILETIME lpFileTime);
WINBASEAPI BOOL WINAPI FileTimeToSystemTime(const FILETIME *lpFileTime, LPSYSTEMTIME lpSystemTime);

WINDSOCK_EXTERN_C_END

#endif
