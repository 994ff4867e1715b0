// SPDX-License-Identifier: MIT
/*
 * Objects that carry descriptors, for the tests of them.
 */
#ifndef _WIN32
#    include "api/shared_kit_linux.h"

#    include <fcntl.h>
#    include <sys/mman.h>
#    include <sys/stat.h>
#    include <unistd.h>

int shared_memory(uint32_t word)
{
    int fd = memfd_create("shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(fd > 2 && ftruncate(fd, (off_t)PAGE) == 0 && fchmod(fd, 0600) == 0);
    shared_put_word(fd, word);
    require(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
    return fd;
}

uint32_t shared_word(int fd)
{
    uint32_t word = 0;

    ok_eq(pread(fd, &word, sizeof(word), 0), (ssize_t)sizeof(word));
    return word;
}

void shared_put_word(int fd, uint32_t word)
{
    ok_eq(pwrite(fd, &word, sizeof(word), 0), (ssize_t)sizeof(word));
}

HANDLE shared_new(const wchar_t *name, UINT type, uint32_t word)
{
    struct ntshm_shared shared = {.type = type, .n_fds = 1, .fds = {shared_memory(word)}};
    HANDLE handle = ntshm_create_sharedW(NULL, name, &shared);

    require(handle != NULL, "error %u", (unsigned)GetLastError());
    shared_drop(&shared);
    return handle;
}

uint32_t shared_read(HANDLE handle)
{
    struct ntshm_shared shared;
    uint32_t word;

    if (!ntshm_take_shared(handle, &shared))
        return 0;
    word = shared_word(shared.fds[0]);
    shared_drop(&shared);
    return word;
}

void shared_drop(struct ntshm_shared *shared)
{
    for (UINT i = 0; i < shared->n_fds; i++)
        ok_eq(close(shared->fds[i]), 0);
    shared->n_fds = 0;
}

bool shared_is_same(int fd, int other)
{
    struct stat a, b;

    return fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}
#endif
