/* profileapi.h - the performance counter: monotonic, 10,000,000 a second. */
#ifndef _PROFILEAPI_H_
#define _PROFILEAPI_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);

WINDSOCK_EXTERN_C_END

#endif
