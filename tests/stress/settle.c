// SPDX-License-Identifier: MIT
/*
 * What the library keeps, for the look at what a case has left.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>

#include "harness/test.h"

/* The page that anchors the area of views stays for the life of a process. */
void test_prepare(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);

    UnmapViewOfFile(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0));
    CloseHandle(section);
}

/* One empty slab of unnamed events is kept until the next fork, which gives every slab up. */
void test_settle(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}
