/*
 * io.h - the C run time's names for the host's descriptors. Inline.
 *
 * https://learn.microsoft.com/cpp/c-runtime-library/low-level-i-o
 */
#ifndef _INC_IO
#define _INC_IO

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <winbase.h>

#define _O_TEXT 0x4000
#define _O_BINARY 0x8000
#ifndef __cplusplus
extern int fileno(FILE *); /* strict C hides it */
#endif
#define _fileno fileno

#ifdef __cplusplus
extern "C++" {
#endif

/* Files are binary on the host, whatever is set: the mode before is always _O_BINARY. */
static __inline__ int _setmode(int fd, int mode)
{
    if (mode == _O_TEXT || mode == _O_BINARY)
        return _O_BINARY;
    (void)fd;
    errno = EINVAL;
    return -1;
}
/* Of the standard descriptors; a SOCKET is a handle already. */
static __inline__ intptr_t _get_osfhandle(int fd)
{
    if (fd >= 0 && fd <= 2)
        return (intptr_t)GetStdHandle(STD_INPUT_HANDLE - (DWORD)fd);
    errno = EBADF;
    return -1;
}
static __inline__ int _isatty(int fd)
{
    return isatty(fd);
}
static __inline__ int _close(int fd)
{
    return close(fd);
}
static __inline__ int _read(int fd, void *buffer, unsigned size)
{
    return (int)read(fd, buffer, size);
}
static __inline__ int _write(int fd, const void *buffer, unsigned size)
{
    return (int)write(fd, buffer, size);
}

#ifdef __cplusplus
}
#endif

#endif
