/*
 * tchar.h - texts and their functions by names that stand for char, or with _UNICODE for 16-bit characters. Inline.
 *
 * With _UNICODE there are the functions of <windsock/wide.h> alone, which need -fshort-wchar, and no main or stdio: the host has none for
 * 16-bit characters.
 *
 * https://learn.microsoft.com/cpp/text/generic-text-mappings-in-tchar-h
 */
#ifndef _INC_TCHAR
#define _INC_TCHAR

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <winnt.h>

#ifdef _UNICODE
typedef WCHAR _TCHAR;
#define _T(text) WINDSOCK_TCHAR_WIDE(text)
#if __SIZEOF_WCHAR_T__ == 2
#define WINDSOCK_TCHAR_WIDE(text) L##text
#define _tcslen wcslen
#define _tcscpy wcscpy
#define _tcsncpy wcsncpy
#define _tcscat wcscat
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcschr wcschr
#else
#define WINDSOCK_TCHAR_WIDE(text) u##text
#endif
#else
typedef char _TCHAR;
#define _T(text) text
#define _tmain main
#define _tcslen strlen
#define _tcscpy strcpy
#define _tcsncpy strncpy
#define _tcscat strcat
#define _tcsncat strncat
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp strcasecmp
#define _tcsnicmp strncasecmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcstok strtok
#define _tcstol strtol
#define _tcstoul strtoul
#define _tstoi atoi
#define _ttoi atoi
#define _ttol atol
#define _tprintf printf
#define _ftprintf fprintf
#define _stprintf sprintf
#define _sntprintf snprintf
#define _tscanf scanf
#define _stscanf sscanf
#define _fgetts fgets
#define _fputts fputs
#define _putts puts
#define _tfopen fopen
#define _tgetenv getenv
#define _tsystem system
#endif
#define _TEXT(text) _T(text)

#endif
