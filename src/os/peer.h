/* SPDX-License-Identifier: MIT */
/*
 * More of who is at the other end of a connection, as the kernel noted it when the connection was
 * made. A part of the seam; see os.h for its rules.
 */
#ifndef NT_OS_PEER_H
#define NT_OS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * nt_os_socket_peer_groups() - the supplementary groups
 * @ret_groups: malloc'ed; NULL for none
 *
 * Return: 0 or -errno; -ENOPROTOOPT before Linux 4.13.
 */
int nt_os_socket_peer_groups(int fd, gid_t **ret_groups, size_t *ret_n_groups);
/**
 * nt_os_socket_peer_pidfd() - a descriptor of the process, whatever becomes of its number
 *
 * Return: 0 or -errno; -ENOPROTOOPT before Linux 6.5; -ESRCH, -EINVAL when it is gone.
 */
int nt_os_socket_peer_pidfd(int fd, int *ret_pidfd);
/** nt_os_pidfd_is_alive() - the process has not ended yet */
bool nt_os_pidfd_is_alive(int pidfd);
/** nt_os_pidfd_is() - whether a descriptor that came from anywhere stands for a process */
bool nt_os_pidfd_is(int fd);
/**
 * nt_os_pidfd_pid() - the number of the process, as this one sees it
 *
 * Return: 0; -EBADF for what is no pidfd; -ESRCH when it is gone, or not to be seen from here.
 */
int nt_os_pidfd_pid(int pidfd, pid_t *ret_pid);
/** nt_os_pidfd_kill() - SIGKILL. Return: 0; -ESRCH; -EPERM. */
int nt_os_pidfd_kill(int pidfd);

/* Whose a process is: real, effective and saved user, and who made it. */
struct nt_os_owner {
    uid_t real, effective, saved;
    pid_t pid, parent;
};

/**
 * nt_os_pidfd_owner() - whose the process is
 * @pidfd: a descriptor that came from anywhere
 *
 * Return: 0; -EBADF for what is no pidfd; -ESRCH when it has ended, or is not to be seen from here;
 * -EACCES when it may not be looked at.
 */
int nt_os_pidfd_owner(int pidfd, struct nt_os_owner *ret_owner);
/**
 * nt_os_audit_login() - the user who logged in, whatever the process became since
 *
 * Return: 0; -ENOENT outside any login.
 */
int nt_os_audit_login(pid_t pid, uid_t *ret_uid);

#endif
