// SPDX-License-Identifier: MIT
/*
 * A program that inherits a section and an event: it maps and touches the one and sets the other.
 */
#include <stdlib.h>

#include <windows.h>

int main(int argc, char **argv)
{
    volatile char *view = NULL;

    if (argc == 3)
        view =
            MapViewOfFile((HANDLE)(uintptr_t)strtoull(argv[1], NULL, 10), FILE_MAP_WRITE, 0, 0, 0);
    if (!view)
        return 1;
    *view = 1;
    return SetEvent((HANDLE)(uintptr_t)strtoull(argv[2], NULL, 10)) ? 0 : 1;
}
