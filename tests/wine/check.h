/* What these programs have in common: "failed WHAT (ERROR)" is printed for what is not so, and counted. */
#ifndef TESTS_WINE_CHECK_H
#define TESTS_WINE_CHECK_H

#include <windows.h>

#include <stdio.h>

static int failures;

static void check(const char *what, int good)
{
    if (good)
        return;
    printf("failed %s (%lu)\n", what, GetLastError());
    failures++;
}

#endif
