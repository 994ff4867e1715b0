// SPDX-License-Identifier: MIT
/*
 * What kind of thing a descriptor is; see carried.h. A dma-buf has no file type: its file system
 * tells it. A directory's is not asked, since that may be a user's own (FUSE).
 */
#include "os/carried.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "os/fault.h"
#include "os/file.h"

#define DMABUF_SYSTEM 0x444d4142 /* "DMAB" */
#define DRM_MAJOR     226
#define NVIDIA_MAJOR  195 /* /dev/nvidiactl stands for what was exported */

static int check_dmabuf(int fd)
{
    struct statfs system;
    int r;

    NT_OS_FAULT(NT_OS_STAT);
    do
        r = fstatfs(fd, &system);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return system.f_type == DMABUF_SYSTEM ? 0 : -EINVAL;
}

int nt_os_carried_check(int fd)
{
    struct stat status;
    int flags;
    int r = nt_os_file_flags(fd, &flags);

    if (r == 0)
        r = nt_os_file_stat(fd, &status);
    if (r < 0)
        return r;
    if (flags & O_PATH)
        return -EINVAL;
    switch (status.st_mode & S_IFMT) {
    case S_IFREG:
    case S_IFIFO:
        return 0;
    case S_IFCHR:
        return major(status.st_rdev) == DRM_MAJOR || major(status.st_rdev) == NVIDIA_MAJOR
                   ? 0
                   : -EINVAL;
    case 0:
        return check_dmabuf(fd);
    default:
        return -EINVAL;
    }
}
