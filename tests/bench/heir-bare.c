// SPDX-License-Identifier: MIT
/*
 * The same program with a descriptor that it inherits and a byte on its standard output.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    volatile char *view;

    if (argc != 2)
        return 1;
    view = mmap(NULL, 64 * 1024, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(argv[1]), 0);
    if (view == MAP_FAILED)
        return 1;
    *view = 1;
    return write(1, "", 1) == 1 ? 0 : 1;
}
