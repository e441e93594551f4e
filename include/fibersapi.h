/*
 * fibersapi.h - fiber-local storage: TLS with a callback. There are no fibers, so it belongs to threads.
 *
 * https://learn.microsoft.com/windows/win32/api/fibersapi/
 */
#ifndef _FIBERS_H_
#define _FIBERS_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* lpCallback may be NULL; it gets each value that is not NULL, in its thread when that ends, and in the caller of FlsFree. Not when
 * the process ends. FLS_OUT_OF_INDEXES and the last error when all FLS_MAXIMUM_AVAILABLE are in use; ERROR_INVALID_PARAMETER for an index that
 * is not. FlsGetValue sets the last error also when it succeeds, to ERROR_SUCCESS. */
#define FLS_OUT_OF_INDEXES ((DWORD)0xffffffff)
WINBASEAPI DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback);
WINBASEAPI BOOL WINAPI FlsFree(DWORD dwFlsIndex);
WINBASEAPI PVOID WINAPI FlsGetValue(DWORD dwFlsIndex);
WINBASEAPI BOOL WINAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData);

WINDSOCK_EXTERN_C_END

#endif
