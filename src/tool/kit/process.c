// SPDX-License-Identifier: MIT
/*
 * Other processes; see process.h.
 */
#include "tool/kit/process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void read_proc(pid_t pid, const char *file, char *text, size_t size)
{
    char path[64];
    FILE *stream;
    size_t n = 0;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    stream = fopen(path, "re");
    if (stream) {
        n = fread(text, 1, size - 1, stream);
        fclose(stream);
    }
    text[n] = 0;
}

/* 0 when there is no such process. The name in field 2 may hold spaces and parentheses. */
static uint64_t start_time(pid_t pid)
{
    char stat[1024];
    char *field;

    read_proc(pid, "stat", stat, sizeof(stat));
    field = strrchr(stat, ')');
    for (int i = 2; field && i < 22; i++)
        field = strchr(field + 1, ' ');
    return field ? strtoull(field + 1, NULL, 10) : 0;
}

int nt_process_open(pid_t pid, uint64_t start)
{
    uint64_t found;
    int fd;

    if (pid <= 0)
        return -ESRCH;
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return -errno;
    /* The pid belongs to whom the descriptor belongs to as long as that process is there. */
    found = start_time(pid);
    if (start != 0 && found != 0 && found != start) {
        close(fd);
        return -ESRCH;
    }
    return fd;
}

uint64_t nt_process_age(pid_t pid)
{
    uint64_t start = start_time(pid), ticks = (uint64_t)sysconf(_SC_CLK_TCK), begun, passed;
    struct timespec now;

    if (start == 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
        return 0;
    begun = start / ticks * 1000000000u + start % ticks * 1000000000u / ticks;
    passed = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    return passed > begun ? passed - begun : 1;
}

bool nt_process_wait(int pidfd, int timeout_ms)
{
    uint64_t end = nt_now_ms() + (uint64_t)(timeout_ms < 0 ? 0 : timeout_ms);
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};

    for (;;) {
        uint64_t now = nt_now_ms();
        int left = timeout_ms < 0 ? -1 : now < end ? (int)(end - now) : 0;
        int n = poll(&poll_fd, 1, left);

        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

const char *nt_process_name(pid_t pid, char *name)
{
    read_proc(pid, "comm", name, 64);
    name[strcspn(name, "\n")] = 0;
    return name;
}

uint64_t nt_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
