// SPDX-License-Identifier: MIT
/*
 * Bytes and lengths. A handle's position is its description's own, which all copies of the handle
 * share, and a descriptor that _open_osfhandle() made of it too.
 */
#include <errno.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/file/io.h"
#include "lib/file/lock.h"
#include "lib/file/marks.h"
#include "lib/memory/write-watch.h"
#include "os/file.h"
#include "util/macro.h"

/* Where a transfer begins, in the seam's words; and for a look at locks, in bytes. */
static NTSTATUS find_place(const struct nt_file *file, const struct nt_file_transfer *transfer,
                           uint64_t *ret_offset, uint64_t *ret_byte)
{
    uint64_t offset = NT_OS_FILE_POSITION;
    int r = 0;

    if (file->type != FILE_TYPE_DISK) {
        *ret_offset = NT_OS_FILE_POSITION;
        *ret_byte = 0;
        return STATUS_SUCCESS;
    }
    if (transfer->write && transfer->append)
        offset = NT_OS_FILE_END;
    else if (transfer->offset)
        offset = *transfer->offset;
    /* Not to be taken for the seam's words either. */
    if (transfer->offset && *transfer->offset > INT64_MAX)
        return STATUS_INVALID_PARAMETER;

    *ret_byte = offset;
    if (offset == NT_OS_FILE_POSITION)
        r = nt_os_file_seek(file->fd, 0, SEEK_CUR, ret_byte);
    else if (offset == NT_OS_FILE_END)
        r = nt_os_file_size(file->fd, ret_byte);
    *ret_offset = offset;
    return nt_file_status(r);
}

static int move_bytes(const struct nt_file *file, const struct nt_file_transfer *transfer,
                      uint64_t offset, size_t *ret_done)
{
    if (!transfer->write)
        return nt_os_file_read(file->fd, transfer->buffer, transfer->size, offset, ret_done);
    if (file->type == FILE_TYPE_PIPE)
        return nt_os_pipe_write(file->fd, transfer->buffer, transfer->size, ret_done);
    return nt_os_file_write(file->fd, transfer->buffer, transfer->size, offset, ret_done);
}

/* Errors that mean something of their own where bytes are moved. */
static NTSTATUS transfer_status(const struct nt_file *file, int r)
{
    if (r == -EISDIR)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (r == -EBADF) /* a borrowed descriptor that was closed, or one for other rights */
        return file->borrowed ? STATUS_INVALID_HANDLE : STATUS_ACCESS_DENIED;
    return nt_file_status(r);
}

NTSTATUS nt_file_move(struct nt_file *file, const struct nt_file_transfer *transfer,
                      size_t *ret_done)
{
    uint64_t offset, byte;
    size_t done = 0;
    NTSTATUS status;
    int r;

    if (file->directory)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = find_place(file, transfer, &offset, &byte);
    if (NT_SUCCESS(status) && file->type == FILE_TYPE_DISK)
        status = nt_file_locks_check(file, transfer->write, byte, transfer->size);
    if (!NT_SUCCESS(status))
        return status;

    /* 15.15: before any byte arrives, and whether one does or not. */
    if (!transfer->write)
        status = nt_watch_touch(transfer->buffer, transfer->size);
    if (!NT_SUCCESS(status))
        return status;
    r = move_bytes(file, transfer, offset, &done);
    if (r < 0)
        return transfer_status(file, r);
    if (!transfer->write && done == 0 && transfer->size && file->type == FILE_TYPE_PIPE)
        return STATUS_PIPE_BROKEN;
    if (offset < NT_OS_FILE_END && !(file->options & FILE_FLAG_OVERLAPPED))
        nt_os_file_seek(file->fd, (int64_t)(offset + done), SEEK_SET, NULL);
    *ret_done = done;
    if (!transfer->write && done == 0 && transfer->size && transfer->offset &&
        file->type == FILE_TYPE_DISK)
        return STATUS_END_OF_FILE;
    return STATUS_SUCCESS;
}

/* --- positions and lengths ----------------------------------------------------------------- */

NTSTATUS nt_file_seek(struct nt_file *file, int64_t distance, int whence, uint64_t *ret_position)
{
    uint64_t base = 0;
    int64_t target;
    int r = 0;

    if (file->directory || file->type == FILE_TYPE_PIPE)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (whence == SEEK_CUR)
        r = nt_os_file_seek(file->fd, 0, SEEK_CUR, &base);
    else if (whence == SEEK_END)
        r = nt_os_file_size(file->fd, &base);
    if (r < 0)
        return nt_file_status(r);
    if (__builtin_add_overflow((int64_t)base, distance, &target) || target < 0)
        return STATUS_INVALID_PARAMETER;
    r = nt_os_file_seek(file->fd, target, SEEK_SET, ret_position);
    return r == -EINVAL ? STATUS_INVALID_PARAMETER_2 : nt_file_status(r);
}

NTSTATUS nt_file_get_size(const struct nt_file *file, uint64_t *ret_size)
{
    struct stat stat;
    int r;

    if (file->type != FILE_TYPE_DISK)
        return STATUS_INVALID_DEVICE_REQUEST;
    r = nt_os_file_stat(file->fd, &stat);
    if (r < 0)
        return nt_file_status(r);
    *ret_size = file->directory ? 0 : (uint64_t)stat.st_size;
    return STATUS_SUCCESS;
}

/* In step with sections that come into being meanwhile; see marks.h. */
int nt_file_shrink(int fd, uint64_t size)
{
    bool marked = true;
    int r = nt_marks_begin_shrink(fd);

    if (r == -EBADF) { /* cannot bear marks; it can still look */
        unsigned found;

        marked = false;
        r = nt_marks_probe(fd, NT_MARK_DATA_SECTION | NT_MARK_IMAGE_SECTION, &found);
        if (r == 0 && found)
            r = -EBUSY;
    }
    if (r < 0)
        return r;
    r = nt_os_file_resize(fd, size);
    if (marked)
        nt_marks_end_shrink(fd);
    return r;
}

/*
 * As long as @size at least. Somebody may have made it longer still since its size was asked for:
 * that must not be cut off under his section, so what is mapped gets real room behind its end.
 */
static int lengthen(int fd, uint64_t now, uint64_t size)
{
    int r = nt_marks_begin_shrink(fd);

    /* Mapped; or no marks can be put on it, and nobody would wait. */
    if (r == -EBUSY || r == -ETXTBSY || r == -EBADF || r == -EAGAIN)
        return nt_os_file_allocate(fd, now, size);
    if (r < 0)
        return r;
    r = nt_os_file_resize(fd, size);
    nt_marks_end_shrink(fd);
    return r;
}

NTSTATUS nt_file_set_size(struct nt_file *file, uint64_t size)
{
    uint64_t now = 0;
    NTSTATUS status;
    int r;

    if (file->directory || file->type != FILE_TYPE_DISK)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = nt_file_get_size(file, &now);
    if (!NT_SUCCESS(status))
        return status;
    if (size >= now)
        r = size > now ? lengthen(file->fd, now, size) : 0;
    else
        r = nt_file_shrink(file->fd, size);
    if (r == -EBUSY || r == -ETXTBSY)
        return STATUS_USER_MAPPED_FILE;
    return nt_file_status(r);
}

NTSTATUS nt_file_flush(struct nt_file *file)
{
    int r;

    if (file->type != FILE_TYPE_DISK || file->bare)
        return STATUS_SUCCESS; /* nothing is kept back */
    r = nt_os_file_sync(file->fd);
    return r == -EINVAL || r == -EROFS ? STATUS_SUCCESS : nt_file_status(r);
}
