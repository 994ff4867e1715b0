// SPDX-License-Identifier: MIT
/*
 * Holes. Looking for them moves a description's position, so that it is done on another one.
 */
#include <errno.h>
#include <fcntl.h>

#include <ntstatus.h>

#include "lib/file/lock.h"
#include "lib/file/sparse.h"
#include "os/file-more.h"
#include "os/os.h"
#include "util/macro.h"

static NTSTATUS get_regular(HANDLE handle, ACCESS_MASK access, struct nt_file **ret_file)
{
    struct nt_file *file;
    NTSTATUS status = nt_file_get_any(handle, access, &file, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (file->type != FILE_TYPE_DISK || file->directory) {
        nt_file_put(file);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    *ret_file = file;
    return STATUS_SUCCESS;
}

/* Holes get room. A handle for attributes only has a description that cannot. */
static NTSTATUS fill_holes(const struct nt_file *file)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct stat stat;
    int r = nt_os_reopen(file->fd, O_RDWR, &fd);

    if (r == 0)
        r = nt_os_file_stat(fd, &stat);
    if (r == 0)
        r = nt_os_file_reserve(fd, (uint64_t)stat.st_size);
    return nt_file_status(r);
}

NTSTATUS nt_file_set_sparse(HANDLE handle, bool sparse)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = get_regular(handle, FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES, &file);

    if (!NT_SUCCESS(status) || sparse)
        return status;
    return fill_holes(file);
}

NTSTATUS nt_file_zero(HANDLE handle, int64_t from, int64_t to)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = get_regular(handle, FILE_WRITE_DATA, &file);

    if (!NT_SUCCESS(status))
        return status;
    if (from < 0 || to < from)
        return STATUS_INVALID_PARAMETER;
    if (from == to)
        return STATUS_SUCCESS;
    status = nt_file_locks_check(file, true, (uint64_t)from, (uint64_t)(to - from));
    if (!NT_SUCCESS(status))
        return status;
    return nt_file_status(nt_os_file_zero(file->fd, (uint64_t)from, (uint64_t)(to - from)));
}

/* Collects runs of data in [@at, @end) of the description @fd. */
static NTSTATUS collect(int fd, uint64_t at, uint64_t end, struct nt_file_range *ranges, size_t max,
                        size_t *ret_count)
{
    size_t count = 0;

    while (at < end) {
        uint64_t from, to;
        int r = nt_os_file_next_data(fd, at, &from, &to);

        if (r == -ENXIO || (r == 0 && from >= end))
            break;
        if (r < 0)
            return nt_file_status(r);
        if (count == max) {
            *ret_count = count;
            return count ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
        }
        to = to < end ? to : end;
        ranges[count++] = (struct nt_file_range){.offset = from, .size = to - from};
        at = to;
    }
    *ret_count = count;
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_ranges(HANDLE handle, int64_t offset, int64_t size, struct nt_file_range *ranges,
                        size_t max, size_t *ret_count)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NT_CLEANUP(nt_os_closep) int fd = -1;
    NTSTATUS status = get_regular(handle, FILE_READ_DATA, &file);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    if (offset < 0 || size < 0 || size > INT64_MAX - offset)
        return STATUS_INVALID_PARAMETER;
    r = nt_os_reopen(file->fd, O_RDONLY, &fd);
    if (r < 0)
        return nt_file_status(r);
    return collect(fd, (uint64_t)offset, (uint64_t)(offset + size), ranges, max, ret_count);
}
