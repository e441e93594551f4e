/*
 * poll, as libcurl calls it where there is one, by WSAPoll. libcurl asks for priority data too, which Windows' providers do not tell of and
 * WSAPoll therefore refuses. Included before everything else in the program curl-poll.exe, see curl_build.py.
 */
#ifndef TESTS_WINE_POLL_FOR_CURL_H
#define TESTS_WINE_POLL_FOR_CURL_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <winsock2.h>

static inline int poll(struct pollfd *entries, unsigned count, int milliseconds)
{
    for (unsigned i = 0; i < count; i++)
        entries[i].events &= ~(POLLPRI | POLLWRBAND);
    return WSAPoll(entries, count, milliseconds);
}

#endif
