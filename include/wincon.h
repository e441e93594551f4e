/*
 * wincon.h - the console, of which there is: what tells a program to end.
 *
 * https://learn.microsoft.com/windows/console/setconsolectrlhandler
 */
#ifndef _WINCON_H_
#define _WINCON_H_

#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

typedef BOOL(WINAPI *PHANDLER_ROUTINE)(DWORD CtrlType);

/* The latest handler is asked first, in a thread of its own, until one returns TRUE; if none does, the program ends by the signal. SIGINT is
 * CTRL_C_EVENT, SIGQUIT CTRL_BREAK_EVENT, SIGHUP CTRL_CLOSE_EVENT and SIGTERM CTRL_SHUTDOWN_EVENT; a signal that was ignored before
 * stays so. NULL and TRUE: SIGINT is ignored, also by programs started from here, until NULL and FALSE.
 * ERROR_INVALID_PARAMETER for removing what is no handler. */
WINBASEAPI BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);

/* The terminal's signals reach the program no more; its standard handles stay. ERROR_INVALID_PARAMETER: it has no terminal;
 * ERROR_NOT_SUPPORTED: it leads the terminal's session.
 * https://learn.microsoft.com/windows/console/freeconsole */
WINBASEAPI BOOL WINAPI FreeConsole(void);

WINDSOCK_EXTERN_C_END

#endif
