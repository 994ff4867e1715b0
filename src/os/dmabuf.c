// SPDX-License-Identifier: MIT
/*
 * /dev/udmabuf: see dmabuf.h.
 */
#include "os/dmabuf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>

#include "os/fault.h"
#include "util/macro.h"

int nt_os_dmabuf_new(int memfd, uint64_t offset, uint64_t size, int *ret_fd)
{
    const struct udmabuf_create create = {
        .memfd = (uint32_t)memfd, .flags = UDMABUF_FLAGS_CLOEXEC, .offset = offset, .size = size};
    NT_CLEANUP(nt_os_closep) int device = -1;
    int fd, r;

    NT_OS_FAULT(NT_OS_OPEN);
    r = nt_os_open("/dev/udmabuf", O_RDWR, 0, &device);
    if (r < 0)
        return r;
    do {
        NT_OS_FAULT(NT_OS_DUP);
        fd = ioctl(device, UDMABUF_CREATE, &create);
    } while (fd < 0 && (errno == EINTR || (errno == EMFILE && nt_os_more_fds())));
    return nt_os_adopt_fd(fd, ret_fd);
}
