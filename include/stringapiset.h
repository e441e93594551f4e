/*
 * stringapiset.h - texts between UTF-16 and the code page.
 *
 * https://learn.microsoft.com/windows/win32/api/stringapiset/
 */
#ifndef _STRINGAPISET_H_
#define _STRINGAPISET_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

/* The code page is UTF-8 natively: CP_ACP, CP_OEMCP and CP_THREAD_ACP mean it too, another one is ERROR_INVALID_PARAMETER. */
#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_ERR_INVALID_CHARS 0x00000080
#define WC_NO_BEST_FIT_CHARS 0x00000400

/* A length of -1 means a text that ends with a zero, which is converted too. The characters stored, or with a size of 0 those there
 * would be; 0 and the last error on failure: ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_FLAGS, ERROR_NO_UNICODE_TRANSLATION. Without the flag for it what is no
 * text becomes U+FFFD. lpDefaultChar and lpUsedDefaultChar must be NULL, as for UTF-8 anywhere. */
WINBASEAPI int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr, int cbMultiByte, LPWSTR lpWideCharStr,
                                          int cchWideChar);
WINBASEAPI int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr, int cchWideChar, LPSTR lpMultiByteStr,
                                          int cbMultiByte, LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar);

WINDSOCK_EXTERN_C_END

#endif
