// SPDX-License-Identifier: MIT
/*
 * Descriptors of the program and their handles. See descriptor.h. The table is guarded by
 * NT_LOCK_DESCRIPTORS.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/file/descriptor.h"
#include "lib/file/file.h"
#include "lib/process/lock.h"
#include "os/file.h"
#include "util/macro.h"

/* What was under a number when its handle was made. */
struct entry {
    HANDLE handle; /* NULL: none */
    dev_t device;
    ino_t inode;
    int flags;
};

static struct entry *entries;
static size_t n_entries;
static struct {
    bool set;
    HANDLE handle;
} std_handles[3];

/* Room for @fd; the lock is held. */
static struct entry *entry_of(int fd)
{
    size_t wanted = (size_t)fd + 1;
    struct entry *more;

    if (wanted <= n_entries)
        return &entries[fd];
    more = realloc(entries, wanted * sizeof(*more));
    if (!more)
        return NULL;
    for (size_t i = n_entries; i < wanted; i++)
        more[i] = (struct entry){.handle = NULL};
    entries = more;
    n_entries = wanted;
    return &entries[fd];
}

/* Whether the value is still a handle that borrows @fd, and not what somebody got after it. */
static bool is_ours(HANDLE handle, int fd)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;

    return handle && NT_SUCCESS(nt_file_get(handle, 0, &file)) && file->borrowed && file->fd == fd;
}

static NTSTATUS look_at(int fd, struct entry *ret_entry)
{
    struct stat stat;
    int flags = 0;
    int r = nt_os_file_flags(fd, &flags);

    if (r == 0)
        r = nt_os_file_stat(fd, &stat);
    if (r < 0)
        return nt_file_status(r);
    *ret_entry = (struct entry){
        .device = stat.st_dev,
        .inode = stat.st_ino,
        .flags = flags & O_ACCMODE,
    };
    return STATUS_SUCCESS;
}

static bool is_same(const struct entry *a, const struct entry *b)
{
    return a->device == b->device && a->inode == b->inode && a->flags == b->flags;
}

static NTSTATUS find_or_borrow(int fd, struct entry *found)
{
    struct entry *entry = entry_of(fd);
    NTSTATUS status;

    if (!entry)
        return STATUS_NO_MEMORY;
    if (is_ours(entry->handle, fd)) {
        found->handle = entry->handle;
        if (is_same(entry, found))
            return STATUS_SUCCESS;
        nt_handle_close(entry->handle);
        entry->handle = NULL;
    }
    status = nt_file_borrow(fd, &found->handle);
    if (NT_SUCCESS(status))
        *entry = *found;
    return status;
}

NTSTATUS nt_descriptor_handle(int fd, HANDLE *ret_handle)
{
    struct entry found;
    NTSTATUS status;

    if (fd < 0)
        return STATUS_INVALID_HANDLE;
    status = look_at(fd, &found);
    if (!NT_SUCCESS(status))
        return status;
    nt_lock_take(NT_LOCK_DESCRIPTORS);
    status = find_or_borrow(fd, &found);
    nt_lock_drop(NT_LOCK_DESCRIPTORS);
    if (NT_SUCCESS(status))
        *ret_handle = found.handle;
    return status;
}

static NTSTATUS give(struct nt_file *file, HANDLE handle, int *ret_fd)
{
    struct entry *entry = entry_of(file->fd);
    struct entry found;
    NTSTATUS status;

    if (!entry)
        return STATUS_NO_MEMORY;
    status = look_at(file->fd, &found);
    if (!NT_SUCCESS(status))
        return status;
    if (is_ours(entry->handle, file->fd) && entry->handle != handle)
        nt_handle_close(entry->handle);
    found.handle = handle;
    *entry = found;
    file->borrowed = true;
    *ret_fd = file->fd;
    return STATUS_SUCCESS;
}

NTSTATUS nt_descriptor_give(HANDLE handle, int *ret_fd)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get(handle, 0, &file);

    if (!NT_SUCCESS(status))
        return status;
    if (file->bare || file->fd < 0)
        return STATUS_INVALID_HANDLE;
    nt_lock_take(NT_LOCK_DESCRIPTORS);
    status = give(file, handle, ret_fd);
    nt_lock_drop(NT_LOCK_DESCRIPTORS);
    /* Nobody will see the close(): the promise is kept now. */
    if (NT_SUCCESS(status) && atomic_exchange(&file->delete_on_close, false))
        nt_file_unlink(file);
    return status;
}

NTSTATUS nt_std_handle(unsigned index, HANDLE *ret_handle)
{
    NTSTATUS status;
    HANDLE handle;
    bool set;

    nt_lock_take(NT_LOCK_DESCRIPTORS);
    set = std_handles[index].set;
    handle = std_handles[index].handle;
    nt_lock_drop(NT_LOCK_DESCRIPTORS);
    if (!set) {
        status = nt_descriptor_handle((int)index, &handle);
        if (status == STATUS_INVALID_HANDLE)
            handle = NULL;
        else if (!NT_SUCCESS(status))
            return status;
    }
    *ret_handle = handle;
    return STATUS_SUCCESS;
}

void nt_std_set_handle(unsigned index, HANDLE handle)
{
    nt_lock_take(NT_LOCK_DESCRIPTORS);
    std_handles[index].set = true;
    std_handles[index].handle = handle;
    nt_lock_drop(NT_LOCK_DESCRIPTORS);
}
