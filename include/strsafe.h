/*
 * strsafe.h - string functions that know the size of their destination and always end it with a zero. Inline.
 *
 * StringCch... count characters, StringCb... bytes. Printf is the C library's, in char only: a format is one of the host's
 * (%lld, not %I64d), and there is no printf for 16-bit characters to build the W forms on.
 *
 * https://learn.microsoft.com/windows/win32/api/strsafe/
 */
#ifndef _STRSAFE_H_INCLUDED_
#define _STRSAFE_H_INCLUDED_

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <minwindef.h>
#include <winerror.h>

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)

#ifdef __cplusplus
extern "C++" {
#endif

/* windsock_strsafe_append copies at most `count` characters of `from` behind the first `used` of `to`. */
#define WINDSOCK_STRSAFE(letter, type)                                                                                                \
    static __inline__ HRESULT windsock_strsafe_append##letter(type *to, size_t size, size_t used, const type *from, size_t count)     \
    {                                                                                                                                 \
        size_t i = 0;                                                                                                                 \
        for (; i < count && from[i] != 0 && used + i + 1 < size; i++)                                                                 \
            to[used + i] = from[i];                                                                                                   \
        to[used + i] = 0;                                                                                                             \
        return i == count || from[i] == 0 ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;                                                     \
    }                                                                                                                                 \
    static __inline__ int windsock_strsafe_is_size##letter(size_t size)                                                               \
    {                                                                                                                                 \
        return size != 0 && size <= STRSAFE_MAX_CCH;                                                                                  \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCchLength##letter(const type *text, size_t size, size_t *length)                                  \
    {                                                                                                                                 \
        size_t i = 0;                                                                                                                 \
        if (length)                                                                                                                   \
            *length = 0;                                                                                                              \
        if (!text || size > STRSAFE_MAX_CCH)                                                                                          \
            return STRSAFE_E_INVALID_PARAMETER;                                                                                       \
        while (i < size && text[i] != 0)                                                                                              \
            i++;                                                                                                                      \
        if (i == size)                                                                                                                \
            return STRSAFE_E_INVALID_PARAMETER;                                                                                       \
        if (length)                                                                                                                   \
            *length = i;                                                                                                              \
        return S_OK;                                                                                                                  \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCchCopyN##letter(type *to, size_t size, const type *from, size_t count)                           \
    {                                                                                                                                 \
        if (!windsock_strsafe_is_size##letter(size))                                                                                  \
            return STRSAFE_E_INVALID_PARAMETER;                                                                                       \
        if (count > STRSAFE_MAX_CCH) {                                                                                                \
            *to = 0;                                                                                                                  \
            return STRSAFE_E_INVALID_PARAMETER;                                                                                       \
        }                                                                                                                             \
        return windsock_strsafe_append##letter(to, size, 0, from, count);                                                             \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCchCopy##letter(type *to, size_t size, const type *from)                                          \
    {                                                                                                                                 \
        return StringCchCopyN##letter(to, size, from, STRSAFE_MAX_CCH);                                                               \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCchCatN##letter(type *to, size_t size, const type *from, size_t count)                            \
    {                                                                                                                                 \
        size_t used;                                                                                                                  \
        if (!windsock_strsafe_is_size##letter(size) || count > STRSAFE_MAX_CCH ||                                                     \
            StringCchLength##letter(to, size, &used) != S_OK)                                                                         \
            return STRSAFE_E_INVALID_PARAMETER;                                                                                       \
        return windsock_strsafe_append##letter(to, size, used, from, count);                                                          \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCchCat##letter(type *to, size_t size, const type *from)                                           \
    {                                                                                                                                 \
        return StringCchCatN##letter(to, size, from, STRSAFE_MAX_CCH);                                                                \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCbLength##letter(const type *text, size_t bytes, size_t *length)                                  \
    {                                                                                                                                 \
        HRESULT result = StringCchLength##letter(text, bytes / sizeof(type), length);                                                 \
        if (length)                                                                                                                   \
            *length *= sizeof(type);                                                                                                  \
        return result;                                                                                                                \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCbCopyN##letter(type *to, size_t bytes, const type *from, size_t count)                           \
    {                                                                                                                                 \
        return StringCchCopyN##letter(to, bytes / sizeof(type), from, count / sizeof(type));                                          \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCbCopy##letter(type *to, size_t bytes, const type *from)                                          \
    {                                                                                                                                 \
        return StringCchCopy##letter(to, bytes / sizeof(type), from);                                                                 \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCbCatN##letter(type *to, size_t bytes, const type *from, size_t count)                            \
    {                                                                                                                                 \
        return StringCchCatN##letter(to, bytes / sizeof(type), from, count / sizeof(type));                                           \
    }                                                                                                                                 \
    static __inline__ HRESULT StringCbCat##letter(type *to, size_t bytes, const type *from)                                           \
    {                                                                                                                                 \
        return StringCchCat##letter(to, bytes / sizeof(type), from);                                                                  \
    }

WINDSOCK_STRSAFE(A, char)
WINDSOCK_STRSAFE(W, WCHAR)
#undef WINDSOCK_STRSAFE

static __inline__ HRESULT StringCchVPrintfA(char *to, size_t size, const char *format, va_list arguments)
{
    int length;
    if (!windsock_strsafe_is_sizeA(size))
        return STRSAFE_E_INVALID_PARAMETER;
    length = vsnprintf(to, size, format, arguments);
    if (length >= 0 && (size_t)length < size)
        return S_OK;
    if (length < 0)
        *to = 0;
    return STRSAFE_E_INSUFFICIENT_BUFFER;
}
static __inline__ HRESULT __attribute__((__format__(__printf__, 3, 4)))
StringCchPrintfA(char *to, size_t size, const char *format, ...)
{
    HRESULT result;
    va_list arguments;
    va_start(arguments, format);
    result = StringCchVPrintfA(to, size, format, arguments);
    va_end(arguments);
    return result;
}
static __inline__ HRESULT StringCbVPrintfA(char *to, size_t bytes, const char *format, va_list arguments)
{
    return StringCchVPrintfA(to, bytes, format, arguments);
}
#define StringCbPrintfA StringCchPrintfA

#ifdef __cplusplus
}
#endif

#define StringCchLength WINDSOCK_AW(StringCchLength)
#define StringCchCopy WINDSOCK_AW(StringCchCopy)
#define StringCchCopyN WINDSOCK_AW(StringCchCopyN)
#define StringCchCat WINDSOCK_AW(StringCchCat)
#define StringCchCatN WINDSOCK_AW(StringCchCatN)
#define StringCbLength WINDSOCK_AW(StringCbLength)
#define StringCbCopy WINDSOCK_AW(StringCbCopy)
#define StringCbCopyN WINDSOCK_AW(StringCbCopyN)
#define StringCbCat WINDSOCK_AW(StringCbCat)
#define StringCbCatN WINDSOCK_AW(StringCbCatN)
#ifndef UNICODE
#define StringCchPrintf StringCchPrintfA
#define StringCchVPrintf StringCchVPrintfA
#define StringCbPrintf StringCbPrintfA
#define StringCbVPrintf StringCbVPrintfA
#endif

#endif
