// SPDX-License-Identifier: MIT
/*
 * Capabilities, users and groups of the calling thread; see credentials.h.
 */
#include "os/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/system.h"
#include "util/macro.h"

/* --- whom the kernel takes a thread for ------------------------------------------------------ */

static gid_t *groups_of(struct nt_os_credentials *credentials)
{
    return credentials->more ? credentials->more : credentials->own;
}

/* Room for @n groups; those that are there are kept. */
static int make_room(struct nt_os_credentials *credentials, size_t n)
{
    gid_t *more;

    if (n <= NT_OS_GROUPS_INLINE)
        return 0;
    more = realloc(credentials->more, n * sizeof(*more));
    if (!more)
        return -ENOMEM;
    if (!credentials->more)
        memcpy(more, credentials->own, sizeof(credentials->own));
    credentials->more = more;
    return 0;
}

/* More than there is room for: another thread can make it even more meanwhile. */
static int get_many_groups(struct nt_os_credentials *credentials)
{
    for (;;) {
        int count = getgroups(0, NULL);
        int r;

        if (count < 0)
            return -errno;
        r = make_room(credentials, (size_t)count);
        if (r < 0)
            return r;
        count = getgroups(credentials->more ? count : NT_OS_GROUPS_INLINE, groups_of(credentials));
        if (count >= 0) {
            credentials->n_groups = (size_t)count;
            return 0;
        }
        if (errno != EINVAL)
            return -errno;
    }
}

int nt_os_credentials_get(struct nt_os_credentials *ret_credentials)
{
    struct nt_os_credentials *credentials = ret_credentials;
    int count, r;

    NT_OS_FAULT(NT_OS_CREDENTIALS);
    credentials->uid = geteuid();
    credentials->gid = getegid();
    credentials->more = NULL;
    count = getgroups(NT_OS_GROUPS_INLINE, credentials->own);
    if (count >= 0) {
        credentials->n_groups = (size_t)count;
        return 0;
    }
    r = get_many_groups(credentials);
    if (r < 0)
        nt_os_credentials_deinit(credentials);
    return r;
}

int nt_os_credentials_copy(struct nt_os_credentials *ret_copy,
                           const struct nt_os_credentials *credentials)
{
    gid_t *more = NULL;

    if (credentials->more) {
        more = malloc(credentials->n_groups * sizeof(*more));
        if (!more)
            return -ENOMEM;
        memcpy(more, credentials->more, credentials->n_groups * sizeof(*more));
    }
    *ret_copy = *credentials;
    ret_copy->more = more;
    return 0;
}

bool nt_os_credentials_equal(const struct nt_os_credentials *a, const struct nt_os_credentials *b)
{
    return a->uid == b->uid && a->gid == b->gid && a->n_groups == b->n_groups &&
           memcmp(nt_os_credentials_groups(a), nt_os_credentials_groups(b),
                  a->n_groups * sizeof(gid_t)) == 0;
}

void nt_os_credentials_deinit(struct nt_os_credentials *credentials)
{
    gid_t *more = credentials->more;

    /* A child that is made in the middle of this must not find what is freed. */
    credentials->more = NULL;
    credentials->n_groups = 0;
    free(more);
}

/* --- those of the first thread ---------------------------------------------------------------- */

/* A whole file of /proc, malloc'ed and ended with 0. */
static int read_whole(const char *path, char **ret_text)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    NT_CLEANUP(nt_freep) char *text = NULL;
    size_t size = 0, used = 0;
    ssize_t n;
    int r;

    NT_OS_FAULT(NT_OS_OPEN);
    r = nt_os_open(path, O_RDONLY, 0, &fd);
    if (r < 0)
        return r;
    do {
        if (used + 1 >= size) {
            char *longer = realloc(text, size += 4096);

            if (!longer)
                return -ENOMEM;
            text = longer;
        }
        NT_OS_FAULT(NT_OS_READ);
        do
            n = read(fd, text + used, size - used - 1);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return -errno;
        used += (size_t)n;
    } while (n > 0);
    text[used] = '\0';
    *ret_text = NT_STEAL(text);
    return 0;
}

/* The numbers of a line of status, from its @skip-th on; how many there were. */
static size_t read_line(const char *text, const char *key, unsigned skip, gid_t *numbers, size_t n)
{
    const char *at = strstr(text, key);
    size_t count = 0;

    if (!at)
        return 0;
    at += strlen(key);
    for (;;) {
        char *end;
        unsigned long number;

        while (*at == ' ' || *at == '\t')
            at++;
        if (*at < '0' || *at > '9')
            return count;
        number = strtoul(at, &end, 10);
        at = end;
        if (skip > 0) {
            skip--;
            continue;
        }
        if (count < n)
            numbers[count] = (gid_t)number;
        count++;
    }
}

static int parse_status(const char *text, struct nt_os_credentials *credentials)
{
    size_t n = read_line(text, "\nGroups:", 0, NULL, 0);
    int r;

    if (read_line(text, "\nUid:", 1, &credentials->uid, 1) == 0 ||
        read_line(text, "\nGid:", 1, &credentials->gid, 1) == 0)
        return -EIO;
    r = make_room(credentials, n);
    if (r < 0)
        return r;
    credentials->n_groups = read_line(text, "\nGroups:", 0, groups_of(credentials), n);
    return 0;
}

static int read_status(const char *path, struct nt_os_credentials *ret_credentials)
{
    NT_CLEANUP(nt_freep) char *text = NULL;
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_CREDENTIALS);
    cancel_state = nt_os_hold_cancel();
    r = read_whole(path, &text);
    nt_os_allow_cancel(cancel_state);
    if (r < 0)
        return r;
    *ret_credentials = (struct nt_os_credentials){.more = NULL};
    r = parse_status(text, ret_credentials);
    if (r < 0)
        nt_os_credentials_deinit(ret_credentials);
    return r;
}

int nt_os_credentials_of_process(struct nt_os_credentials *ret_credentials)
{
    int r;

    if ((pid_t)syscall(SYS_gettid) == getpid())
        return nt_os_credentials_get(ret_credentials);
    r = read_status("/proc/self/status", ret_credentials);
    return r == -ENOENT ? nt_os_credentials_get(ret_credentials) : r;
}

int nt_os_credentials_of(pid_t pid, struct nt_os_credentials *ret_credentials)
{
    char path[32];
    int r;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    r = read_status(path, ret_credentials);
    return r == -ENOENT ? -ESRCH : r;
}

/* --- what they are good for --------------------------------------------------------------------
 */

bool nt_os_has_capability(unsigned capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (capability >= 32 * NT_ARRAY_SIZE(data) || syscall(SYS_capget, &header, data) < 0)
        return false;
    return data[capability / 32].effective >> capability % 32 & 1;
}

int nt_os_large_page_group(gid_t *ret_group)
{
    char text[32];
    int r = nt_os_read_text("/proc/sys/vm/hugetlb_shm_group", text, sizeof(text));

    if (r < 0)
        return r;
    *ret_group = (gid_t)strtoul(text, NULL, 10);
    return 0;
}

/* --- who may look into this process ---------------------------------------------------------- */

bool nt_os_is_open_to(uid_t uid)
{
    uid_t real, effective, saved;

    if (uid == 0)
        return true;
    return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
           saved == uid && prctl(PR_GET_DUMPABLE) == 1;
}
