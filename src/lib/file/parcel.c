// SPDX-License-Identifier: MIT
/*
 * Files that leave their process: the same open file description, so that the position and the
 * marks are one for all its holders. From then on the marks end with the description, whoever
 * closes it last. The promise to delete the file stays with the process that opened it, and so do
 * the ranges that LockFile took.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/marks.h"
#include "lib/object/parcel.h"
#include "os/file-more.h"
#include "os/file.h"
#include "os/os.h"
#include "util/macro.h"

#define READS  (FILE_READ_DATA | FILE_EXECUTE)
#define WRITES (FILE_WRITE_DATA | FILE_APPEND_DATA)

struct part {
    uint32_t opened;
    uint32_t options;
    uint32_t marks;
    uint32_t bare;
};

NTSTATUS nt_file_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    struct nt_file *file = NT_CONTAINER_OF(object, struct nt_file, object);
    const struct part part = {
        .opened = file->opened,
        .options = file->options & ~(ULONG)FILE_FLAG_DELETE_ON_CLOSE,
        .marks = file->marks,
        .bare = file->bare,
    };

    (void)access;
    nt_parcel_put(parcel, &part, sizeof(part));
    nt_parcel_put_fd(parcel, file->fd);
    if (NT_SUCCESS(parcel->status))
        atomic_store(&file->shared, true);
    return STATUS_SUCCESS;
}

/* Whether a description opened with @flags can do what rights of data say. */
static bool can(int flags, bool bare, ACCESS_MASK access)
{
    int mode = flags & O_ACCMODE;

    if (flags & O_PATH)
        return bare && !(access & (READS | WRITES));
    return (mode != O_RDONLY || !(access & WRITES)) && (mode != O_WRONLY || !(access & READS));
}

static NTSTATUS check(const struct part *part, int fd, ACCESS_MASK access, struct stat *ret_stat)
{
    int flags;

    if (part->bare > 1 || (part->marks & ~(uint32_t)NT_MARK_ALL) || fd < 0)
        return STATUS_DATA_ERROR;
    if (nt_os_file_flags(fd, &flags) < 0 || nt_os_file_stat(fd, ret_stat) < 0)
        return STATUS_DATA_ERROR;
    return can(flags, part->bare, part->opened | access) ? STATUS_SUCCESS : STATUS_DATA_ERROR;
}

NTSTATUS nt_file_unpack(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object)
{
    const struct part *part = nt_parcel_get(parcel, sizeof(*part));
    NT_CLEANUP(nt_os_closep) int fd = nt_parcel_get_fd(parcel);
    struct nt_file *file;
    struct stat stat;
    NTSTATUS status;

    if (!part || !NT_SUCCESS(parcel->status))
        return parcel->status;
    status = check(part, fd, access, &stat);
    if (!NT_SUCCESS(status))
        return status;
    file = nt_file_new(fd);
    if (!file)
        return STATUS_NO_MEMORY;
    nt_steal_fd(&fd);
    file->bare = part->bare;
    file->marks = part->marks;
    file->opened = part->opened;
    file->options = part->options;
    atomic_init(&file->shared, true);
    nt_file_set_type(file, &stat);
    /* For messages: one that has none does without. */
    if (nt_os_file_name(file->fd, &file->path) == -ENOMEM) {
        nt_object_close(&file->object);
        return STATUS_NO_MEMORY;
    }
    *ret_object = &file->object;
    return STATUS_SUCCESS;
}
