// SPDX-License-Identifier: MIT
/*
 * The same program on shm_open.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
    uint32_t pid = 0;
    volatile char *view;
    char name[48];
    int fd;

    snprintf(name, sizeof(name), "/ntshm-bench-first-%d", (int)getpid());
    fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 64 * 1024) < 0)
        return 1;
    view = mmap(NULL, 64 * 1024, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (view == MAP_FAILED)
        return 1;
    *view = 1;
    if (write(1, (const void *)view, 1) != 1)
        return 1;
    shm_unlink(name);
    return write(1, &pid, sizeof(pid)) == sizeof(pid) ? 0 : 1;
}
