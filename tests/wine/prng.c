/*
 * What programs in Go and Rust ask for before anything else: ProcessPrng of bcryptprimitives.dll, which Wine 8 has not.
 */
#include <windows.h>

#include <stdio.h>
#include <string.h>

#include "tests/wine/check.h"

enum { kSize = 4096 };

int main(void)
{
    HMODULE library = LoadLibraryExA("bcryptprimitives.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    BOOL(WINAPI *process_prng)(BYTE *, SIZE_T) =
        library ? (BOOL(WINAPI *)(BYTE *, SIZE_T))(void *)GetProcAddress(library, "ProcessPrng") : NULL;
    check("bcryptprimitives.dll has ProcessPrng", process_prng != NULL);
    if (process_prng) {
        static BYTE first[kSize + 1], second[kSize + 1];
        check("first", process_prng(first, kSize) == TRUE);
        check("second", process_prng(second, kSize) == TRUE);
        check("they differ", memcmp(first, second, kSize) != 0);
        int seen[256] = {0}, kinds = 0;
        for (int i = 0; i < kSize; i++)
            kinds += seen[first[i]]++ == 0;
        check("they look random", kinds > 200);
        check("nothing after the end", first[kSize] == 0 && second[kSize] == 0);
        BYTE kept = first[0];
        check("no bytes", process_prng(first, 0) == TRUE && first[0] == kept);
    }
    printf("failures %d\n", failures);
    return failures != 0;
}
