/*
 * windsock/wide.h - the common wide string functions for 16-bit wchar_t.
 *
 * With -fshort-wchar L"..." is what Windows programs expect, but libc's functions still walk 32-bit characters. Here the
 * few that programs use on WCHAR strings are done anew and take the names over by macro. Wide stdio, swprintf and
 * std::wstring are not: they cannot be put right from a header.
 *
 * Part of winnt.h; does nothing without -fshort-wchar.
 */
#ifndef WINDSOCK_WIDE_H_
#define WINDSOCK_WIDE_H_

#if __SIZEOF_WCHAR_T__ == 2

#ifdef __cplusplus
#include <cwchar>
extern "C++" {
#else
#include <wchar.h>
#endif

static __inline__ size_t windsock_wcslen(const wchar_t *text)
{
    size_t length = 0;
    /* volatile keeps the compiler from recognising the loop as libc's wcslen */
    while (((const volatile wchar_t *)text)[length] != 0)
        length++;
    return length;
}
static __inline__ wchar_t *windsock_wcscpy(wchar_t *to, const wchar_t *from)
{
    memcpy(to, from, (windsock_wcslen(from) + 1) * sizeof *from);
    return to;
}
static __inline__ wchar_t *windsock_wcsncpy(wchar_t *to, const wchar_t *from, size_t count)
{
    size_t i = 0;
    for (; i < count && from[i] != 0; i++)
        to[i] = from[i];
    for (; i < count; i++)
        to[i] = 0;
    return to;
}
static __inline__ wchar_t *windsock_wcscat(wchar_t *to, const wchar_t *from)
{
    windsock_wcscpy(to + windsock_wcslen(to), from);
    return to;
}
static __inline__ int windsock_wcsncmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    size_t i = 0;
    for (; i < count; i++) {
        if (a[i] != b[i])
            return (unsigned short)a[i] < (unsigned short)b[i] ? -1 : 1;
        if (a[i] == 0)
            break;
    }
    return 0;
}
static __inline__ int windsock_wcscmp(const wchar_t *a, const wchar_t *b)
{
    return windsock_wcsncmp(a, b, (size_t)-1);
}
static __inline__ wchar_t *windsock_wcschr(const wchar_t *text, wchar_t wanted)
{
    for (;; text++) {
        if (*text == wanted)
            return (wchar_t *)(size_t)text;
        if (*text == 0)
            return NULL;
    }
}

#ifdef __cplusplus
}
#endif

#undef wcslen
#undef wcscpy
#undef wcsncpy
#undef wcscat
#undef wcscmp
#undef wcsncmp
#undef wcschr
#define wcslen windsock_wcslen
#define wcscpy windsock_wcscpy
#define wcsncpy windsock_wcsncpy
#define wcscat windsock_wcscat
#define wcscmp windsock_wcscmp
#define wcsncmp windsock_wcsncmp
#define wcschr windsock_wcschr

#endif

#endif
