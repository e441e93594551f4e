/*
 * heapapi.h - heaps.
 *
 * https://learn.microsoft.com/windows/win32/api/heapapi/
 */
#ifndef _HEAPAPI_H_
#define _HEAPAPI_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* Heaps are the C library's malloc with the sizes kept; all functions may be called by several threads at once. HeapAlloc and
 * HeapReAlloc return NULL on failure and do not set the last error; HEAP_GENERATE_EXCEPTIONS raises none. HeapSize is
 * (SIZE_T)-1 on failure. What a program gives as memory has to be of that heap. */
WINBASEAPI HANDLE WINAPI GetProcessHeap(void);
WINBASEAPI HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize);
WINBASEAPI BOOL WINAPI HeapDestroy(HANDLE hHeap);
WINBASEAPI LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);
WINBASEAPI LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);
WINBASEAPI BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);
WINBASEAPI SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);

WINDSOCK_EXTERN_C_END

#endif
