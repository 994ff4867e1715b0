// SPDX-License-Identifier: MIT
/*
 * See pipe.h. An end is a file whose description cannot do more than that end can.
 */
#include "lib/file/pipe.h"

#include <errno.h>

#include <ntstatus.h>

#include "os/os.h"
#include "os/pipe.h"
#include "util/macro.h"

/* @fd is taken, also on failure. */
static NTSTATUS hand_out(int fd, ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle)
{
    struct nt_file *file = nt_file_new(fd);

    if (!file) {
        nt_os_close(fd);
        return STATUS_NO_MEMORY;
    }
    file->type = FILE_TYPE_PIPE;
    file->opened = access;
    return nt_handle_hand_out(&file->object, access, attributes, ret_handle);
}

NTSTATUS nt_pipe_create(size_t size, ULONG attributes, HANDLE *ret_read, HANDLE *ret_write)
{
    int read_fd, write_fd;
    HANDLE read, write;
    NTSTATUS status;
    int r = nt_os_pipe(&read_fd, &write_fd);

    if (r < 0)
        return nt_file_status(r);
    nt_os_pipe_set_room(write_fd, size);
    status = hand_out(read_fd, FILE_GENERIC_READ | FILE_WRITE_ATTRIBUTES, attributes, &read);
    if (!NT_SUCCESS(status)) {
        nt_os_close(write_fd);
        return status;
    }
    status = hand_out(write_fd, FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES, attributes, &write);
    if (!NT_SUCCESS(status)) {
        nt_handle_close(read);
        return status;
    }
    *ret_read = read;
    *ret_write = write;
    return STATUS_SUCCESS;
}

NTSTATUS nt_pipe_peek(HANDLE handle, void *buffer, size_t size, size_t *ret_done,
                      size_t *ret_waiting)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get(handle, FILE_READ_DATA, &file);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    if (file->type != FILE_TYPE_PIPE)
        return STATUS_INVALID_DEVICE_REQUEST;
    r = nt_os_pipe_peek(file->fd, buffer, size, ret_done, ret_waiting);
    if (r == -EPIPE)
        return STATUS_PIPE_BROKEN;
    return r == -EINVAL ? STATUS_INVALID_DEVICE_REQUEST : nt_file_status(r);
}
