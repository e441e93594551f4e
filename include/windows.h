/*
 * windows.h - the slice of Win32 that Winsock programs lean on.
 *
 * As on Windows it brings winsock.h along, unless WIN32_LEAN_AND_MEAN is defined or winsock2.h was there first.
 */
#ifndef _INC_WINDOWS
#define _INC_WINDOWS
#define _WINDOWS_

#include <windef.h>

#include <winbase.h>
#include <wincon.h>
#include <winerror.h>
#include <wingdi.h>
#include <winnls.h>
#include <winuser.h>

#if !defined WIN32_LEAN_AND_MEAN && !defined _WINSOCK2API_ && !defined _WINSOCKAPI_
#include <winsock.h>
#endif

#include <windsock/ulong.h>

#endif
