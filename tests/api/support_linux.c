// SPDX-License-Identifier: MIT
/*
 * The helpers of the API tests that ask Linux. The kernel reads and writes for us through a pipe:
 * where a program would be stopped with SIGSEGV it answers EFAULT.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <setjmp.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <unistd.h>

/*
 * What the library makes once for the life of the process is no leak of a case: the page that
 * holds its place in the address space, and the memory of events without a name.
 */
void test_prepare(void)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 1, NULL);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    UnmapViewOfFile(view);
    CloseHandle(section);
    CloseHandle(event);
}

static void open_pipe(int fds[2])
{
    require(pipe2(fds, O_CLOEXEC) == 0);
}

static void close_pipe(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static bool moved(ssize_t n)
{
    require(n == 1 || errno == EFAULT, "errno %d", errno);
    return n == 1;
}

bool can_read(const volatile void *address)
{
    int fds[2];
    ssize_t n;

    open_pipe(fds);
    while ((n = write(fds[1], (const void *)address, 1)) < 0 && errno == EINTR)
        ;
    close_pipe(fds);
    return moved(n);
}

bool can_write(volatile void *address)
{
    char byte = can_read(address) ? *(const volatile char *)address : 0;
    int fds[2];
    ssize_t n;

    open_pipe(fds);
    require(write(fds[1], &byte, 1) == 1);
    while ((n = read(fds[0], (void *)(uintptr_t)address, 1)) < 0 && errno == EINTR)
        ;
    close_pipe(fds);
    return moved(n);
}

static sigjmp_buf back;

static void jump_back(int signal)
{
    (void)signal;
    siglongjmp(back, 1);
}

bool can_run(const volatile void *address)
{
    struct sigaction action = {.sa_handler = jump_back}, before;
    int (*function)(void) = (int (*)(void))(uintptr_t)address;
    volatile int result = 0;

    require(sigaction(SIGSEGV, &action, &before) == 0);
    if (sigsetjmp(back, 1) == 0)
        result = function();
    sigaction(SIGSEGV, &before, NULL);
    return result == 1;
}

/* Session 0 is root outside any login; every other user's programs are in session 1. */
unsigned session_number(void)
{
    unsigned long login = ~0ul;
    FILE *file = fopen("/proc/self/sessionid", "re");

    if (file) {
        if (fscanf(file, "%lu", &login) != 1)
            login = ~0ul;
        fclose(file);
    }
    return geteuid() == 0 && (unsigned)login == ~0u ? 0 : 1;
}
#endif
