// SPDX-License-Identifier: MIT
/*
 * Texts of /proc and /sys, and the rules about executable memory; see system.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/system.h"
#include "util/macro.h"

#ifndef PR_GET_MDWE /* Linux 6.3 */
#    define PR_GET_MDWE 66
#endif
#ifndef PR_MDWE_REFUSE_EXEC_GAIN
#    define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static int read_whole(int fd, char *text, size_t size)
{
    size_t used = 0;

    while (used < size - 1) {
        ssize_t n = read(fd, text + used, size - 1 - used);

        if (n == 0)
            break;
        if (n > 0)
            used += (size_t)n;
        else if (errno != EINTR)
            return -errno;
    }
    text[used] = '\0';
    return 0;
}

int nt_os_read_text(const char *path, char *text, size_t size)
{
    int cancel_state, fd, r;

    *text = '\0';
    NT_OS_FAULT(NT_OS_READ);
    cancel_state = nt_os_hold_cancel();
    r = nt_os_open(path, O_RDONLY, 0, &fd);
    if (r == 0) {
        r = read_whole(fd, text, size);
        if (r < 0)
            *text = '\0';
        nt_os_close(fd);
    }
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_space(const char *path, struct nt_os_space *ret_space)
{
    struct statvfs info;

    NT_OS_FAULT(NT_OS_STAT);
    while (statvfs(path, &info) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    if (!info.f_frsize) /* a file system that a user serves may leave it out */
        info.f_frsize = info.f_bsize;
    *ret_space = (struct nt_os_space){.size = (uint64_t)info.f_blocks * info.f_frsize,
                                      .free = (uint64_t)info.f_bfree * info.f_frsize,
                                      .available = (uint64_t)info.f_bavail * info.f_frsize,
                                      .block = info.f_frsize};
    return 0;
}

bool nt_os_is_noexec(int fd)
{
    struct statvfs info;

    if (nt_os_faulted(NT_OS_STAT))
        return false;
    return fstatvfs(fd, &info) == 0 && (info.f_flag & ST_NOEXEC);
}

bool nt_os_refuses_exec_gain(void)
{
    int rules = prctl(PR_GET_MDWE, 0L, 0L, 0L, 0L);

    return rules > 0 && (rules & PR_MDWE_REFUSE_EXEC_GAIN);
}
