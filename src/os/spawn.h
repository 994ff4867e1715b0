/* SPDX-License-Identifier: MIT */
/*
 * Starting a program: a child that begins afresh - no signal state of its parent's, no limit that
 * was raised for the parent's sake, no descriptors but those it is to have. A part of the seam; see
 * os.h for its rules.
 */
#ifndef NT_OS_SPAWN_H
#define NT_OS_SPAWN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct nt_os_spawn {
    const char *path; /* of the program; absolute */
    char *const *arguments;
    char *const *environment;
    int directory_fd; /* where it begins; -1: where the parent is */
    int standard[3];  /* its descriptors 0 to 2; -1: the parent's own */
    const int *keep;  /* that it has under the same numbers, above 2, in rising order */
    size_t n_keep;
    bool suspended; /* it runs nothing before a byte comes from the resume descriptor */
    bool session;   /* it begins a session, */
    bool group;     /* or a process group of its own */
    int nice;       /* INT_MIN: as its parent has it */
    /* Both in memory that parent and child share: its number, before the program runs; and an
     * errno when it could not be run. */
    _Atomic uint32_t *pid, *failed;
    /* Called here before the child runs anything; below 0: it is not to run. May be NULL. */
    int (*made)(int pidfd, void *context);
    void *context;
};

/**
 * nt_os_spawn() - start it
 * @ret_resume_fd: the caller's: a byte begins a suspended child, its end ends it; else -1
 *
 * Return: 0; what made() answered; what execve(2) says of the program (of a suspended one nobody
 * learns it); -EAGAIN: too many processes; -ENOMEM. After a failure there is no child.
 */
int nt_os_spawn(const struct nt_os_spawn *spawn, pid_t *ret_pid, int *ret_pidfd,
                int *ret_resume_fd);

/** nt_os_close_on_exec() - a descriptor that was inherited goes no further; -EBADF: it is closed */
int nt_os_close_on_exec(int fd);

#endif
