// SPDX-License-Identifier: MIT
/*
 * Fuzzes the unpacking of parcels. The first byte says what descriptors come along: for each two
 * bits of it none, memory, another memory that can be read only, or a file. What comes out is an
 * object that can be closed again, and no descriptor is left. With FUZZ_PLANT one is.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int memory_fd, read_fd, file_fd, base_fd;

static void prepare(void)
{
    static bool done;

    if (done)
        return;
    done = true;
    FUZZ_CHECK(nt_os_memfd_new("fuzz", 4 * 4096, 0, &memory_fd) == 0);
    FUZZ_CHECK(nt_os_reopen(memory_fd, O_RDONLY, &read_fd) == 0);
    nt_os_drop_caches();
    file_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    base_fd = fcntl(file_fd, F_DUPFD_CLOEXEC, 3);
    FUZZ_CHECK(base_fd > 2);
    close(base_fd);
}

static size_t choose_fds(uint8_t choice, int *fds)
{
    const int from[] = {-1, memory_fd, read_fd, file_fd};
    size_t n = 0;

    for (unsigned i = 0; i < NT_PARCEL_FDS; i++, choice >>= 2) {
        if (choice & 3)
            FUZZ_CHECK(nt_os_dup(from[choice & 3], &fds[n++]) == 0);
    }
    return n;
}

/* The lowest number that is free: every descriptor that came is closed again. */
static void check_fds(void)
{
    int fd = fcntl(file_fd, F_DUPFD_CLOEXEC, 3);

    FUZZ_CHECK(fd == base_fd);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guarded room;
    struct nt_object *object = NULL;
    int fds[NT_PARCEL_FDS];
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status;
    size_t n;

    prepare();
    if (size < 1 || size - 1 > GUARDED_ROOM)
        return 0;
    n = choose_fds(data[0], fds);
    nt_move_begin();
    status = nt_parcel_unpack(guarded_copy(&room, data + 1, size - 1, 1), size - 1, fds, n, &object,
                              &access, &attributes);
    for (size_t i = 0; i < n; i++)
        FUZZ_CHECK(fds[i] == -1);
    if (NT_SUCCESS(status)) {
        FUZZ_CHECK(object && !(attributes & ~(ULONG)(OBJ_INHERIT | OBJ_PROTECT_CLOSE)));
#ifndef FUZZ_PLANT
        nt_object_close(object);
#endif
    } else {
        FUZZ_CHECK(!object);
    }
    nt_move_end();
    nt_os_drop_caches();
    check_fds();
    return 0;
}
