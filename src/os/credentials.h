/* SPDX-License-Identifier: MIT */
/*
 * What the kernel lets this thread do, asked anew each time: a program may give rights up at any
 * moment, and a thread may have credentials of its own (a bare setresuid()). A part of the seam;
 * see os.h for its rules.
 */
#ifndef NT_OS_CREDENTIALS_H
#define NT_OS_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define NT_OS_GROUPS_INLINE 32

/* Whom the kernel takes a thread for. It may be moved. */
struct nt_os_credentials {
    uid_t uid; /* effective */
    gid_t gid;
    size_t n_groups; /* supplementary */
    gid_t *more;     /* the heap's, when they are more than @own holds; else NULL */
    gid_t own[NT_OS_GROUPS_INLINE];
};

/** nt_os_credentials_get() - of the calling thread, in three system calls. -ENOMEM. */
int nt_os_credentials_get(struct nt_os_credentials *ret_credentials);
/**
 * nt_os_credentials_of_process() - of the process: its first thread's
 *
 * Another thread asks /proc, and is taken for the process where there is none.
 */
int nt_os_credentials_of_process(struct nt_os_credentials *ret_credentials);
/** nt_os_credentials_of() - of another process, by number, as far as /proc tells. -ESRCH. */
int nt_os_credentials_of(pid_t pid, struct nt_os_credentials *ret_credentials);
/** nt_os_credentials_copy() - -ENOMEM */
int nt_os_credentials_copy(struct nt_os_credentials *ret_copy,
                           const struct nt_os_credentials *credentials);
bool nt_os_credentials_equal(const struct nt_os_credentials *a, const struct nt_os_credentials *b);
/** nt_os_credentials_deinit() - for NT_CLEANUP too */
void nt_os_credentials_deinit(struct nt_os_credentials *credentials);

/** nt_os_credentials_groups() - the supplementary groups */
static inline const gid_t *nt_os_credentials_groups(const struct nt_os_credentials *credentials)
{
    return credentials->more ? credentials->more : credentials->own;
}

/**
 * nt_os_is_open_to() - could a process of @uid look into this one? As ptrace() decides it
 *
 * Root, or the user that is the calling thread's real, effective and saved one, unless the kernel
 * keeps the process from its user's eyes (it was another's, or runs a program that nobody may
 * read).
 */
bool nt_os_is_open_to(uid_t uid);
/** nt_os_has_capability() - the effective set holds @capability (a CAP_ number) */
bool nt_os_has_capability(unsigned capability);
/** nt_os_large_page_group() - vm.hugetlb_shm_group: its members may use large pages; or -errno */
int nt_os_large_page_group(gid_t *ret_group);

#endif
