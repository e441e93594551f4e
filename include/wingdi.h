/*
 * wingdi.h - of graphics, what a program names to describe a window that is never drawn: the stock objects.
 *
 * https://learn.microsoft.com/windows/win32/api/wingdi/
 */
#ifndef _WINGDI_
#define _WINGDI_

#include <windef.h>

#ifndef NOGDI

WINDSOCK_EXTERN_C_BEGIN

#define WINGDIAPI WINDSOCK_API

typedef void *HGDIOBJ;

#define WHITE_BRUSH 0
#define LTGRAY_BRUSH 1
#define GRAY_BRUSH 2
#define DKGRAY_BRUSH 3
#define BLACK_BRUSH 4
#define NULL_BRUSH 5
#define HOLLOW_BRUSH NULL_BRUSH
#define WHITE_PEN 6
#define BLACK_PEN 7
#define NULL_PEN 8
#define OEM_FIXED_FONT 10
#define ANSI_FIXED_FONT 11
#define ANSI_VAR_FONT 12
#define SYSTEM_FONT 13
#define DEVICE_DEFAULT_FONT 14
#define DEFAULT_PALETTE 15
#define SYSTEM_FIXED_FONT 16
#define DEFAULT_GUI_FONT 17
#define DC_BRUSH 18
#define DC_PEN 19

#define RGB(r, g, b) ((COLORREF)(((BYTE)(r) | ((WORD)((BYTE)(g)) << 8)) | (((DWORD)(BYTE)(b)) << 16)))

/* A handle that stands for the object, which nothing draws with; NULL for another number. In libuser32. */
WINGDIAPI HGDIOBJ WINAPI GetStockObject(int i);

WINDSOCK_EXTERN_C_END

#endif
#endif
