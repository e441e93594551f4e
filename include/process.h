/*
 * process.h - threads as the C run time starts them.
 *
 * https://learn.microsoft.com/cpp/c-runtime-library/reference/beginthread-beginthreadex
 */
#ifndef _INC_PROCESS
#define _INC_PROCESS

#include <stdint.h>
#include <stdlib.h>

#include <processthreadsapi.h>

WINDSOCK_EXTERN_C_BEGIN

typedef void(__cdecl *_beginthread_proc_type)(void *);
typedef unsigned(__stdcall *_beginthreadex_proc_type)(void *);

/* The handle of _beginthread closes itself when the thread ends, the one of _beginthreadex is the caller's to close. On failure -1 and 0,
 * and errno: EAGAIN (no more threads), EACCES (no memory), EINVAL. The exit code of _beginthread's threads is 0. */
WINBASEAPI uintptr_t __cdecl _beginthread(_beginthread_proc_type _StartAddress, unsigned _StackSize, void *_ArgList);
WINBASEAPI DECLSPEC_NORETURN void __cdecl _endthread(void);
WINBASEAPI uintptr_t __cdecl _beginthreadex(void *_Security, unsigned _StackSize, _beginthreadex_proc_type _StartAddress,
                                            void *_ArgList, unsigned _InitFlag, unsigned *_ThrdAddr);
WINBASEAPI DECLSPEC_NORETURN void __cdecl _endthreadex(unsigned _Retval);

static __inline__ int _getpid(void)
{
    return (int)GetCurrentProcessId();
}

WINDSOCK_EXTERN_C_END

#endif
