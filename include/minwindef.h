/*
 * minwindef.h - the basic Win32 types, calling-convention words and word-splitting macros.
 *
 * The calling-convention keywords are empty: a native program has one convention.
 *
 * https://learn.microsoft.com/windows/win32/winprog/windows-data-types
 */
#ifndef _MINWINDEF_
#define _MINWINDEF_

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <basetsd.h>

#ifndef STRICT
#define STRICT 1
#endif

#ifndef MAX_PATH
#define MAX_PATH 260
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef _stdcall
#define _stdcall
#endif
#ifndef __forceinline
#define __forceinline extern __inline__ __attribute__((__always_inline__, __gnu_inline__))
#endif

/* __declspec(x) for the words that socket programs use. clang with -fms-extensions has it as a keyword. */
#if !defined __declspec && !defined _MSC_EXTENSIONS
#define __declspec(word) WINDSOCK_DECLSPEC_##word
#define WINDSOCK_DECLSPEC_dllexport WINDSOCK_API
#define WINDSOCK_DECLSPEC_dllimport
#define WINDSOCK_DECLSPEC_thread __thread
#define WINDSOCK_DECLSPEC_noreturn __attribute__((__noreturn__))
#define WINDSOCK_DECLSPEC_noinline __attribute__((__noinline__))
#define WINDSOCK_DECLSPEC_selectany __attribute__((__weak__))
#define WINDSOCK_DECLSPEC_align(bytes) __attribute__((__aligned__(bytes)))
#define WINDSOCK_DECLSPEC_deprecated(...) __attribute__((__deprecated__))
#endif

#define CALLBACK __stdcall
#define WINAPI __stdcall
#define WINAPIV __cdecl
#define APIENTRY WINAPI
#define APIPRIVATE __stdcall
#ifndef PASCAL
#define PASCAL __stdcall
#endif
#define CDECL __cdecl
#define WINBASEAPI WINDSOCK_API
#define WINUSERAPI WINDSOCK_API

#define FAR
#define NEAR
#ifndef CONST
#define CONST const
#endif
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif

#ifndef VOID
#define VOID void
#endif
typedef char CHAR;
typedef short SHORT;
typedef int LONG;
typedef int INT;

typedef unsigned char UCHAR, *PUCHAR;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned int ULONG, *PULONG;
typedef char *PSZ;

typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef int *PINT, *LPINT;
typedef int *LPLONG;
typedef unsigned int UINT, *PUINT;
typedef float FLOAT, *PFLOAT;
typedef void *LPVOID;
typedef const void *LPCVOID;

typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;

#ifndef NOMINMAX
#ifndef __cplusplus
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif
#endif

#define MAKEWORD(low, high) ((WORD)(((BYTE)((DWORD_PTR)(low) & 0xff)) | ((WORD)((BYTE)((DWORD_PTR)(high) & 0xff))) << 8))
#define MAKELONG(low, high) \
    ((LONG)(((WORD)((DWORD_PTR)(low) & 0xffff)) | ((DWORD)((WORD)((DWORD_PTR)(high) & 0xffff))) << 16))
#define LOWORD(value) ((WORD)((DWORD_PTR)(value) & 0xffff))
#define HIWORD(value) ((WORD)(((DWORD_PTR)(value) >> 16) & 0xffff))
#define LOBYTE(value) ((BYTE)((DWORD_PTR)(value) & 0xff))
#define HIBYTE(value) ((BYTE)(((DWORD_PTR)(value) >> 8) & 0xff))

#include <winnt.h>

typedef HANDLE *LPHANDLE;
typedef HANDLE HLOCAL;
typedef HANDLE HGLOBAL;
typedef HANDLE GLOBALHANDLE;
typedef HANDLE LOCALHANDLE;

typedef INT_PTR(WINAPI *FARPROC)();
typedef INT_PTR(WINAPI *NEARPROC)();
typedef INT_PTR(WINAPI *PROC)();

typedef WORD ATOM;
typedef int HFILE;
DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HKEY);
typedef HKEY *PHKEY;
DECLARE_HANDLE(HRGN);
DECLARE_HANDLE(HRSRC);
typedef HINSTANCE HMODULE;

/* 100-nanosecond intervals since 1 January 1601 (UTC). */
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;
#define _FILETIME_

#endif
