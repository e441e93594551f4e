/*
 * basetsd.h - the sized integer types of Win32.
 *
 * On 64-bit Linux `long` has 64 bits, on Windows it has 32. Every name whose width Windows fixes at 32 bits is
 * therefore an `int` here; the pointer-sized ones are `long`, so that SIZE_T is size_t and UINT_PTR is uintptr_t, and
 * a pointer to one can be handed to code that takes a pointer to the other, as on Windows.
 *
 * https://learn.microsoft.com/windows/win32/winprog/windows-data-types
 */
#ifndef _BASETSD_H_
#define _BASETSD_H_

#include <windsock/version.h>

#ifndef __int64
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#endif

typedef signed char INT8, *PINT8;
typedef short INT16, *PINT16;
typedef int INT32, *PINT32;
__extension__ typedef long long INT64, *PINT64;
typedef unsigned char UINT8, *PUINT8;
typedef unsigned short UINT16, *PUINT16;
typedef unsigned int UINT32, *PUINT32;
__extension__ typedef unsigned long long UINT64, *PUINT64;

typedef int LONG32, *PLONG32;
typedef unsigned int ULONG32, *PULONG32;
typedef unsigned int DWORD32, *PDWORD32;
__extension__ typedef long long LONG64, *PLONG64;
__extension__ typedef unsigned long long ULONG64, *PULONG64;
__extension__ typedef unsigned long long DWORD64, *PDWORD64;

typedef long INT_PTR, *PINT_PTR;
typedef unsigned long UINT_PTR, *PUINT_PTR;
typedef long LONG_PTR, *PLONG_PTR;
typedef unsigned long ULONG_PTR, *PULONG_PTR;
typedef ULONG_PTR DWORD_PTR, *PDWORD_PTR;
typedef ULONG_PTR SIZE_T, *PSIZE_T;
typedef LONG_PTR SSIZE_T, *PSSIZE_T;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;

#define ADDRESS_TAG_BIT 0x40000000000ULL

#endif
