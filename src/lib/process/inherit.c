// SPDX-License-Identifier: MIT
/*
 * What a child inherits, in the making; see inherit.h. Each handle's parcel holds descriptors of
 * its own, which lie open here until the child has been made.
 */
#include "lib/process/inherit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "os/file.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

static struct nt_inherit_header *header_of(struct nt_inherit *inherit)
{
    return (struct nt_inherit_header *)inherit->bytes;
}

static bool fail(struct nt_inherit *inherit, NTSTATUS status)
{
    if (NT_SUCCESS(inherit->status))
        inherit->status = status;
    return false;
}

/* Room for @size bytes more, which are 0 as yet, in multiples of 8; their place or NULL. */
static void *grow(struct nt_inherit *inherit, size_t size)
{
    size_t end = inherit->size + (size_t)nt_align_up(size, 8);
    size_t capacity = inherit->capacity ? inherit->capacity : 4096;
    unsigned char *larger, *at;

    if (!NT_SUCCESS(inherit->status))
        return NULL;
    while (capacity < end)
        capacity *= 2;
    if (capacity != inherit->capacity) {
        larger = end <= NT_INHERIT_MAX ? realloc(inherit->bytes, capacity) : NULL;
        if (!larger) {
            fail(inherit, STATUS_NO_MEMORY);
            return NULL;
        }
        inherit->bytes = larger;
        inherit->capacity = capacity;
    }
    at = inherit->bytes + inherit->size;
    memset(at, 0, end - inherit->size);
    inherit->size = end;
    return at;
}

static bool keep_fd(struct nt_inherit *inherit, int fd)
{
    size_t capacity = inherit->fds_capacity ? inherit->fds_capacity * 2 : 64;
    int *larger;

    if (inherit->n_fds == inherit->fds_capacity) {
        larger = realloc(inherit->fds, capacity * sizeof(*larger));
        if (!larger) {
            nt_os_close(fd);
            return fail(inherit, STATUS_NO_MEMORY);
        }
        inherit->fds = larger;
        inherit->fds_capacity = capacity;
    }
    inherit->fds[inherit->n_fds++] = fd;
    return true;
}

static void put_text(struct nt_inherit *inherit, enum nt_inherit_text text, const char *value)
{
    size_t at = inherit->size;
    char *to = value ? grow(inherit, strlen(value) + 1) : NULL;

    if (!to)
        return;
    memcpy(to, value, strlen(value) + 1);
    header_of(inherit)->text_at[text] = at;
}

void nt_inherit_begin(struct nt_inherit *inherit, const char *line,
                      const struct nt_startup *startup, int page_fd)
{
    struct nt_inherit_header *header;

    *inherit = (struct nt_inherit){0};
    header = grow(inherit, sizeof(*header));
    if (!keep_fd(inherit, page_fd) || !header)
        return;
    header->magic = NT_INHERIT_MAGIC;
    header->page_fd = page_fd;
    header->startup_flags = startup->flags;
    header->show = startup->show;
    memcpy(header->geometry, startup->geometry, sizeof(header->geometry));
    put_text(inherit, NT_INHERIT_LINE, line);
    put_text(inherit, NT_INHERIT_TITLE, startup->title);
    put_text(inherit, NT_INHERIT_DESKTOP, startup->desktop);
    if (NT_SUCCESS(inherit->status))
        header_of(inherit)->handles_at = inherit->size;
}

/* --- handles ---------------------------------------------------------------------------------- */

static NTSTATUS add(struct nt_inherit *inherit, HANDLE handle, struct nt_object *object,
                    ACCESS_MASK access, ULONG attributes)
{
    NT_CLEANUP(nt_parcel_deinit) struct nt_parcel parcel = {0};
    NTSTATUS status = nt_parcel_pack(object, access, attributes, &parcel);
    struct nt_inherit_handle *record;

    if (!NT_SUCCESS(status))
        return status;
    record = grow(inherit, sizeof(*record) + parcel.size);
    if (!record)
        return inherit->status;
    record->handle = (uintptr_t)handle & ~(uintptr_t)3;
    record->size = (uint32_t)parcel.size;
    record->n_fds = (uint32_t)parcel.n_fds;
    if (parcel.size)
        memcpy(record + 1, parcel.bytes, parcel.size);
    for (size_t i = 0; i < NT_PARCEL_FDS; i++)
        record->fds[i] = i < parcel.n_fds ? parcel.fds[i] : -1;
    for (size_t i = 0; i < parcel.n_fds; i++) {
        if (!keep_fd(inherit, nt_steal_fd(&parcel.fds[i])))
            return inherit->status;
    }
    header_of(inherit)->n_handles++;
    return STATUS_SUCCESS;
}

static NTSTATUS visit(HANDLE handle, struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                      void *context)
{
    NTSTATUS status = add(context, handle, object, access, attributes);

    return status == STATUS_NOT_SUPPORTED ? STATUS_SUCCESS : status;
}

void nt_inherit_all(struct nt_inherit *inherit)
{
    NTSTATUS status;

    if (!NT_SUCCESS(inherit->status))
        return;
    status = nt_handle_each_inheritable(visit, inherit);
    if (!NT_SUCCESS(status))
        fail(inherit, status);
}

static NTSTATUS add_listed(struct nt_inherit *inherit, HANDLE handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status;

    status = nt_handle_get(handle, NULL, 0, &object, &access);
    if (NT_SUCCESS(status))
        status = nt_handle_get_flags(handle, &attributes);
    if (!NT_SUCCESS(status) || !(attributes & OBJ_INHERIT))
        return STATUS_INVALID_PARAMETER;
    return add(inherit, handle, object, access, attributes);
}

static bool is_listed(const HANDLE *list, size_t count, HANDLE handle)
{
    for (size_t i = 0; i < count; i++) {
        if ((uintptr_t)list[i] / 4 == (uintptr_t)handle / 4)
            return true;
    }
    return false;
}

void nt_inherit_list(struct nt_inherit *inherit, const HANDLE *list, size_t count)
{
    for (size_t i = 0; i < count && NT_SUCCESS(inherit->status); i++) {
        NTSTATUS status =
            is_listed(list, i, list[i]) ? STATUS_SUCCESS : add_listed(inherit, list[i]);

        if (!NT_SUCCESS(status))
            fail(inherit, status);
    }
}

/* --- the memory ---------------------------------------------------------------------------------
 */

static int compare_fds(const void *a, const void *b)
{
    int first = *(const int *)a, second = *(const int *)b;

    return (first > second) - (first < second);
}

static NTSTATUS fill(int fd, const struct nt_inherit *inherit)
{
    for (size_t at = 0; at < inherit->size;) {
        size_t done = 0;
        int r = nt_os_file_write(fd, inherit->bytes + at, inherit->size - at, at, &done);

        if (r < 0 || done == 0)
            return r < 0 ? nt_status_from_errno(r) : STATUS_NO_MEMORY;
        at += done;
    }
    return nt_status_from_errno(nt_os_memfd_freeze(fd));
}

NTSTATUS nt_inherit_seal(struct nt_inherit *inherit, struct nt_inherit_name *ret_name)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct stat memory;
    NTSTATUS status = inherit->status;
    int r;

    if (!NT_SUCCESS(status))
        return status;
    r = nt_os_random(header_of(inherit)->nonce, NT_INHERIT_NONCE);
    header_of(inherit)->size = inherit->size;
    if (r == 0)
        r = nt_os_memfd_new("ntshm-inherit", inherit->size, NT_OS_MEMFD_PRIVATE | NT_OS_MEMFD_FILL,
                            &fd);
    status = r < 0 ? nt_status_from_errno(r) : fill(fd, inherit);
    if (NT_SUCCESS(status))
        status = nt_status_from_errno(nt_os_file_stat(fd, &memory));
    if (!NT_SUCCESS(status))
        return status;
    ret_name->fd = fd;
    ret_name->device = memory.st_dev;
    ret_name->inode = memory.st_ino;
    memcpy(ret_name->nonce, header_of(inherit)->nonce, NT_INHERIT_NONCE);
    if (!keep_fd(inherit, nt_steal_fd(&fd)))
        return inherit->status;
    qsort(inherit->fds, inherit->n_fds, sizeof(*inherit->fds), compare_fds);
    return STATUS_SUCCESS;
}

void nt_inherit_deinit(struct nt_inherit *inherit)
{
    for (size_t i = 0; i < inherit->n_fds; i++)
        nt_os_close(inherit->fds[i]);
    free(inherit->fds);
    free(inherit->bytes);
    *inherit = (struct nt_inherit){0};
}
