// SPDX-License-Identifier: MIT
/*
 * /proc/PID/syscall begins with the number of the system call and its arguments while a task
 * sleeps in one, and with "running" otherwise.
 */
#include "unit/tasks.h"

#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The form that the seam uses, and neither glibc's mutexes nor its conditions (those are private).
 */
bool sleeps_on_futex(pid_t task)
{
    unsigned long word, operation;
    char path[64];
    long number;
    FILE *file;
    int n;

    snprintf(path, sizeof(path), "/proc/%d/syscall", (int)task);
    file = fopen(path, "re");
    if (!file)
        return false;
    n = fscanf(file, "%ld %lx %lx", &number, &word, &operation);
    fclose(file);
    /* Woken for a signal that another thread then took, a wait goes on as a call of its own. */
    return n == 3 && (number == SYS_futex || number == SYS_restart_syscall) &&
           operation == FUTEX_WAIT_BITSET;
}

unsigned count_sleepers(void)
{
    struct dirent *entry;
    sigset_t all, old;
    unsigned n = 0;
    DIR *directory;

    /* A signal that is pending cuts the kernel's list of a directory short. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    directory = opendir("/proc/self/task");
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] != '.')
            n += sleeps_on_futex((pid_t)atoi(entry->d_name));
    }
    if (directory)
        closedir(directory);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return n;
}

static unsigned count_children(pid_t parent)
{
    char path[64];
    unsigned n = 0;
    FILE *file;
    int child;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
    file = fopen(path, "re");
    while (file && fscanf(file, "%d", &child) == 1)
        n += child != getpid();
    if (file)
        fclose(file);
    return n;
}

bool orphans_are_gone(void)
{
    return count_children(getppid()) == 0 && count_children(getpid()) == 0;
}
