/*
 * libloaderapi.h - libraries and their functions by name.
 *
 * https://learn.microsoft.com/windows/win32/api/libloaderapi/
 */
#ifndef _APISETLIBLOADER_
#define _APISETLIBLOADER_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* kernel32, user32, ws2_32, mswsock and wsock32 are Windsock's, with or without .dll, in any case, with or without a folder before them; anything
 * else is a library of the host, as dlopen finds it. NULL is the program. ERROR_MOD_NOT_FOUND where there is none, for GetModuleHandle also where it
 * is not loaded. */
WINBASEAPI HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName);
WINBASEAPI HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName);
#define GetModuleHandle WINDSOCK_AW(GetModuleHandle)
WINBASEAPI HMODULE WINAPI LoadLibraryA(LPCSTR lpLibFileName);
WINBASEAPI HMODULE WINAPI LoadLibraryW(LPCWSTR lpLibFileName);
#define LoadLibrary WINDSOCK_AW(LoadLibrary)
WINBASEAPI BOOL WINAPI FreeLibrary(HMODULE hLibModule);
/* The file of a library, NULL: of the program; the characters stored without the terminator. What is too long is cut to nSize characters,
 * the terminator among them: nSize and ERROR_INSUFFICIENT_BUFFER. 0 on failure.
 * https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-getmodulefilenamew */
WINBASEAPI DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
WINBASEAPI DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize);
#define GetModuleFileName WINDSOCK_AW(GetModuleFileName)
/* By its name, or by its ordinal as a number below 65536 (Windsock's libraries alone). ERROR_PROC_NOT_FOUND. */
WINBASEAPI FARPROC WINAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName);

WINDSOCK_EXTERN_C_END

#endif
