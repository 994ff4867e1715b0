// SPDX-License-Identifier: MIT
/*
 * The file object: its life, what errors of files mean, and what sections get of it.
 *
 * What its handle has told others ends with the last handle of the process that opened it, not
 * with the description: a child that was forked meanwhile has a copy of that.
 */
#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/lock.h"
#include "lib/file/marks.h"
#include "lib/process/process.h"
#include "lib/sync/wait.h"
#include "os/file.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

NTSTATUS nt_file_status(int error)
{
    switch (error < 0 ? -error : error) {
    case ENOENT:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    case ENOTDIR:
        return STATUS_OBJECT_PATH_NOT_FOUND;
    case EEXIST:
        return STATUS_OBJECT_NAME_COLLISION;
    case EISDIR:
        return STATUS_FILE_IS_A_DIRECTORY;
    case ENOTEMPTY:
        return STATUS_DIRECTORY_NOT_EMPTY;
    case ENAMETOOLONG:
        return STATUS_NAME_TOO_LONG;
    case ELOOP:
        return STATUS_REPARSE_POINT_NOT_RESOLVED;
    case EROFS:
        return STATUS_MEDIA_WRITE_PROTECTED;
    case ETXTBSY:
    case EAGAIN:
        return STATUS_SHARING_VIOLATION;
    case EBUSY:
        return STATUS_DEVICE_BUSY;
    case ENXIO:
    case ENODEV:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    case EIO:
    case ESTALE:
    case ENOTCONN:
    case ETIMEDOUT: /* a network file system; the general table would make it a success */
        return STATUS_IO_DEVICE_ERROR;
    case EPIPE:
        return STATUS_PIPE_CLOSING;
    case ESPIPE:
    case ENOTTY:
        return STATUS_INVALID_DEVICE_REQUEST;
    case EOPNOTSUPP:
    case ENOSYS:
        return STATUS_NOT_SUPPORTED;
    case EFAULT:
        return STATUS_ACCESS_VIOLATION;
    case EXDEV:
        return STATUS_NOT_SAME_DEVICE;
    default:
        return nt_status_from_errno(error);
    }
}

/* --- life ---------------------------------------------------------------------------------- */

/*
 * The last handle that promised to delete the file does so. Two that close at the same moment
 * have both taken their own mark off before they look, so at least one finds itself the last.
 */
static void delete_if_last(const struct nt_file *file)
{
    unsigned promises = NT_MARK_DELETE_ON_CLOSE | NT_MARK_DELETE_PENDING;
    unsigned found = 0;

    nt_marks_clear(file->fd, promises);
    if (nt_marks_probe(file->fd, promises, &found) == 0 && found)
        return;
    nt_file_unlink(file);
}

static void file_last_close(struct nt_object *object)
{
    struct nt_file *file = NT_CONTAINER_OF(object, struct nt_file, object);

    if (file->fd < 0)
        return;
    if (file->opener == nt_process_id() && !file->borrowed) {
        if (atomic_load(&file->delete_on_close))
            delete_if_last(file);
        if (file->marks && !atomic_load(&file->shared))
            nt_marks_clear(file->fd, file->marks);
    }
    nt_file_locks_free(file);
    file->fd = file->borrowed ? -1 : nt_os_close(file->fd);
}

static void file_free(struct nt_object *object)
{
    struct nt_file *file = NT_CONTAINER_OF(object, struct nt_file, object);

    free(file->path);
    free(file);
}

/* 12.10: a copy carries what the description can do. Rights without data need none. */
static NTSTATUS file_widen(struct nt_object *object, ACCESS_MASK access)
{
    const struct nt_file *file = NT_CONTAINER_OF(object, struct nt_file, object);
    ACCESS_MASK data = FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_EXECUTE | DELETE;

    /* How others see the file was told when it was opened, for the rights it was opened with. */
    return access & data & ~file->opened ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

const struct nt_object_type nt_file_type = {
    .name = "File",
    .kind = NT_KIND_FILE,
    .widen = file_widen,
    .pack = nt_file_pack,
    .unpack = nt_file_unpack,
    .last_close = file_last_close,
    .free = file_free,
    .wait = &nt_wait_on_flag, /* its calls are over when they return */
};

struct nt_file *nt_file_new(int fd)
{
    struct nt_file *file = calloc(1, sizeof(*file));

    if (!file)
        return NULL;
    nt_object_init(&file->object, &nt_file_type);
    file->fd = fd;
    file->opener = nt_process_id();
    return file;
}

void nt_file_set_type(struct nt_file *file, const struct stat *stat)
{
    file->directory = S_ISDIR(stat->st_mode);
    if (S_ISCHR(stat->st_mode))
        file->type = FILE_TYPE_CHAR;
    else if (S_ISFIFO(stat->st_mode) || S_ISSOCK(stat->st_mode))
        file->type = FILE_TYPE_PIPE;
    else
        file->type = FILE_TYPE_DISK;
}

/* --- looking it up ------------------------------------------------------------------------- */

NTSTATUS nt_file_get_any(HANDLE handle, ACCESS_MASK access, struct nt_file **ret_file,
                         ACCESS_MASK *ret_access)
{
    struct nt_object *object;
    ACCESS_MASK carried;
    NTSTATUS status = nt_handle_get(handle, &nt_file_type, 0, &object, &carried);

    if (!NT_SUCCESS(status))
        return status;
    if (access && !(access & carried)) {
        nt_object_close(object);
        return STATUS_ACCESS_DENIED;
    }
    *ret_file = NT_CONTAINER_OF(object, struct nt_file, object);
    if (ret_access)
        *ret_access = carried;
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_get(HANDLE handle, ACCESS_MASK access, struct nt_file **ret_file)
{
    struct nt_object *object;
    NTSTATUS status = nt_handle_get(handle, &nt_file_type, access, &object, NULL);

    if (NT_SUCCESS(status))
        *ret_file = NT_CONTAINER_OF(object, struct nt_file, object);
    return status;
}

struct nt_file *nt_file_put(struct nt_file *file)
{
    if (file)
        nt_object_close(&file->object);
    return NULL;
}

void nt_file_putp(struct nt_file **file)
{
    *file = nt_file_put(*file);
}

/* --- borrowed descriptors ------------------------------------------------------------------ */

static ACCESS_MASK rights_of_descriptor(int flags)
{
    switch (flags & O_ACCMODE) {
    case O_RDWR:
        /* NOLINTNEXTLINE(misc-redundant-expression): they overlap */
        return FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    case O_WRONLY:
        return FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    default:
        return FILE_GENERIC_READ;
    }
}

NTSTATUS nt_file_borrow(int fd, HANDLE *ret_handle)
{
    struct nt_file *file;
    struct stat stat;
    ACCESS_MASK access;
    int flags;
    int r = nt_os_file_flags(fd, &flags);

    if (r == 0)
        r = nt_os_file_stat(fd, &stat);
    if (r < 0)
        return nt_file_status(r);
    file = nt_file_new(fd);
    if (!file)
        return STATUS_NO_MEMORY;
    access = rights_of_descriptor(flags);
    file->borrowed = true;
    file->opened = access;
    nt_file_set_type(file, &stat);
    return nt_handle_hand_out(&file->object, access, 0, ret_handle);
}

/* --- sections ------------------------------------------------------------------------------ */

/*
 * A description of its own for reading and writing. A file that was made read-only for others
 * after (or when) this handle was opened cannot be opened again: then the handle's description
 * serves the section too.
 */
static int reopen_to_write(const struct nt_file *file, int *ret_fd)
{
    int r = nt_os_reopen(file->fd, O_RDWR, ret_fd);

    return r == -EACCES || r == -EPERM ? nt_os_dup(file->fd, ret_fd) : r;
}

NTSTATUS nt_file_backing(HANDLE handle, ACCESS_MASK access, bool write,
                         struct nt_file_backing *ret_backing)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NT_CLEANUP(nt_os_closep) int read_fd = -1;
    NT_CLEANUP(nt_os_closep) int write_fd = -1;
    NTSTATUS status;
    struct stat stat;
    int r;

    status = nt_file_get(handle, access, &file);
    if (!NT_SUCCESS(status))
        return status;
    r = nt_os_file_stat(file->fd, &stat);
    if (r < 0)
        return nt_file_status(r);
    if (!S_ISREG(stat.st_mode))
        return STATUS_INVALID_FILE_FOR_SECTION;

    r = nt_os_reopen(file->fd, O_RDONLY, &read_fd);
    if (r == -EACCES)
        r = nt_os_dup(file->fd, &read_fd);
    if (r == 0 && write)
        r = reopen_to_write(file, &write_fd);
    if (r < 0)
        return nt_file_status(r);
    *ret_backing = (struct nt_file_backing){
        .read_fd = nt_steal_fd(&read_fd),
        .write_fd = nt_steal_fd(&write_fd),
        .size = (uint64_t)stat.st_size,
    };
    return STATUS_SUCCESS;
}
