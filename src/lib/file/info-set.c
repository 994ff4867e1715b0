// SPDX-License-Identifier: MIT
/*
 * Changing what an open file is: times, length, name, and whether it is to be deleted.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/file/copy.h"
#include "lib/file/info.h"
#include "lib/file/marks.h"
#include "lib/file/path.h"
#include "lib/file/time.h"
#include "os/file-more.h"
#include "os/os.h"
#include "util/macro.h"
#include "util/utf.h"

/* --- deletion ------------------------------------------------------------------------------ */

enum disposition {
    DISPOSITION_DELETE = 1,    /* when the last handle that says so closes; else not (any more) */
    DISPOSITION_POSIX = 2,     /* also while data sections show it (16.12) */
    DISPOSITION_READ_ONLY = 4, /* also when it is read-only */
};

static NTSTATUS check_directory(const struct nt_file *file)
{
    bool empty;
    int r = nt_os_directory_is_empty(file->fd, &empty);

    if (r < 0)
        return nt_file_status(r);
    return empty ? STATUS_SUCCESS : STATUS_DIRECTORY_NOT_EMPTY;
}

/* What refuses: read-only, and sections; POSIX deletion minds images only. */
static NTSTATUS check_file(struct nt_file *file, enum disposition disposition)
{
    unsigned sections = NT_MARK_IMAGE_SECTION, found;
    struct stat stat;
    int r = nt_os_file_stat(file->fd, &stat);

    if (r < 0)
        return nt_file_status(r);
    if (nt_file_is_read_only(&stat) && !(disposition & DISPOSITION_READ_ONLY))
        return STATUS_CANNOT_DELETE;
    if (!(disposition & DISPOSITION_POSIX))
        sections |= NT_MARK_DATA_SECTION;
    r = nt_marks_probe(file->fd, sections, &found);
    if (r < 0)
        return nt_file_status(r);
    return found ? STATUS_CANNOT_DELETE : STATUS_SUCCESS;
}

/*
 * 14.20, 16.9 to 16.11; the handle carries DELETE. While it is set, no handle is opened any more
 * (STATUS_DELETE_PENDING), in any process. What FILE_FLAG_DELETE_ON_CLOSE promised is not taken
 * back.
 */
static NTSTATUS dispose(struct nt_file *file, enum disposition disposition)
{
    NTSTATUS status;

    if (!(disposition & DISPOSITION_DELETE)) {
        atomic_store(&file->delete_on_close, (file->options & FILE_FLAG_DELETE_ON_CLOSE) != 0);
        (void)nt_marks_clear(file->fd, NT_MARK_DELETE_PENDING);
        return STATUS_SUCCESS;
    }
    status = file->directory ? check_directory(file) : check_file(file, disposition);
    if (!NT_SUCCESS(status))
        return status;
    /* A description that can bear no marks tells nobody; the name goes all the same. */
    (void)nt_marks_set(file->fd, NT_MARK_DELETE_PENDING);
    atomic_store(&file->delete_on_close, true);
    return STATUS_SUCCESS;
}

static NTSTATUS set_disposition(struct nt_file *file, const void *buffer)
{
    const FILE_DISPOSITION_INFORMATION *information = buffer;

    return dispose(file, information->DoDeleteFile ? DISPOSITION_DELETE : 0);
}

static NTSTATUS set_disposition_ex(struct nt_file *file, const void *buffer)
{
    enum disposition disposition = 0;
    ULONG flags;

    memcpy(&flags, buffer, sizeof(flags));
    if (flags &
        ~(ULONG)(FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_POSIX_SEMANTICS |
                 FILE_DISPOSITION_FLAG_FORCE_IMAGE_SECTION_CHECK | FILE_DISPOSITION_FLAG_ON_CLOSE |
                 FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE))
        return STATUS_INVALID_PARAMETER;
    if (flags & FILE_DISPOSITION_FLAG_DELETE)
        disposition |= DISPOSITION_DELETE;
    if (flags & FILE_DISPOSITION_FLAG_POSIX_SEMANTICS)
        disposition |= DISPOSITION_POSIX;
    if (flags & FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE)
        disposition |= DISPOSITION_READ_ONLY;
    return dispose(file, disposition);
}

/* --- times, attributes, lengths ------------------------------------------------------------ */

static NTSTATUS set_attributes(const struct nt_file *file, ULONG attributes)
{
    struct stat stat;
    mode_t mode;
    int r = nt_os_file_stat(file->fd, &stat);

    if (r < 0)
        return nt_file_status(r);
    if (attributes & FILE_ATTRIBUTE_DIRECTORY && !S_ISDIR(stat.st_mode))
        return STATUS_INVALID_PARAMETER;
    if (!S_ISREG(stat.st_mode))
        return STATUS_SUCCESS;
    mode = nt_file_mode_for(stat.st_mode, attributes);
    if (mode == (stat.st_mode & 07777))
        return STATUS_SUCCESS;
    return nt_file_status(nt_os_file_set_mode(file->fd, mode));
}

static NTSTATUS set_basic(struct nt_file *file, const void *buffer)
{
    FILE_BASIC_INFORMATION basic;
    NTSTATUS status;

    memcpy(&basic, buffer, sizeof(basic));
    status = nt_file_set_times(file, basic.CreationTime.QuadPart, basic.LastAccessTime.QuadPart,
                               basic.LastWriteTime.QuadPart);
    if (NT_SUCCESS(status) && basic.FileAttributes)
        status = set_attributes(file, basic.FileAttributes);
    return status;
}

static NTSTATUS read_length(struct nt_file *file, const void *buffer, uint64_t *ret_length)
{
    LARGE_INTEGER length;

    memcpy(&length, buffer, sizeof(length));
    if (length.QuadPart < 0 || file->directory)
        return STATUS_INVALID_PARAMETER;
    *ret_length = (uint64_t)length.QuadPart;
    return STATUS_SUCCESS;
}

static NTSTATUS set_end_of_file(struct nt_file *file, const void *buffer)
{
    uint64_t length;
    NTSTATUS status = read_length(file, buffer, &length);

    return NT_SUCCESS(status) ? nt_file_set_size(file, length) : status;
}

/* Room on the disk; the file ends with it, so that less than the file cuts it off. */
static NTSTATUS set_allocation(struct nt_file *file, const void *buffer)
{
    uint64_t length, size;
    NTSTATUS status = read_length(file, buffer, &length);

    if (NT_SUCCESS(status))
        status = nt_file_get_size(file, &size);
    if (!NT_SUCCESS(status))
        return status;
    if (length < size)
        return nt_file_set_size(file, length);
    return nt_file_status(nt_os_file_reserve(file->fd, length));
}

static NTSTATUS set_position(struct nt_file *file, const void *buffer)
{
    uint64_t position;
    NTSTATUS status = read_length(file, buffer, &position);

    if (!NT_SUCCESS(status))
        return status;
    return nt_file_status(nt_os_file_seek(file->fd, (int64_t)position, SEEK_SET, NULL));
}

static const struct {
    FILE_INFORMATION_CLASS which;
    ULONG size;
    ACCESS_MASK access;
    NTSTATUS (*set)(struct nt_file *file, const void *buffer);
} classes[] = {
    {FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), FILE_WRITE_ATTRIBUTES, set_basic},
    {FileDispositionInformation, sizeof(FILE_DISPOSITION_INFORMATION), DELETE, set_disposition},
    {FileDispositionInformationEx, sizeof(ULONG), DELETE, set_disposition_ex},
    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), 0, set_position},
    {FileAllocationInformation, sizeof(FILE_ALLOCATION_INFORMATION), FILE_WRITE_DATA,
     set_allocation},
    {FileEndOfFileInformation, sizeof(FILE_END_OF_FILE_INFORMATION), FILE_WRITE_DATA,
     set_end_of_file},
};

/* --- renaming ------------------------------------------------------------------------------ */

/* Text of @count characters, with a 0 behind it. */
static NTSTATUS from_characters(const void *text, size_t count, unsigned width, char **ret_path)
{
    NT_CLEANUP(nt_freep) WCHAR *wide = calloc(count + 1, sizeof(*wide));
    size_t converted;

    if (!wide)
        return STATUS_NO_MEMORY;
    if (width == sizeof(WCHAR))
        memcpy(wide, text, count * width);
    else if (nt_units_to_wide(text, count, (uint32_t *)wide, count, &converted) < 0)
        return STATUS_OBJECT_NAME_INVALID;
    return nt_path_from_wide(wide, ret_path);
}

/* @name in the folder of @path, which is left alone when @name says where it is. */
static NTSTATUS join(const char *folder, size_t length, char **name)
{
    char *joined = malloc(length + 1 + strlen(*name) + 1);

    if (!joined)
        return STATUS_NO_MEMORY;
    memcpy(joined, folder, length);
    joined[length] = '/';
    strcpy(joined + length + 1, *name);
    free(*name);
    *name = joined;
    return STATUS_SUCCESS;
}

/* @beside: what has no separator is meant to be in the file's own folder. */
static NTSTATUS complete_name(const struct nt_file *file, HANDLE root, bool beside, char **name)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *directory = NULL;
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status;

    if (root) {
        status = nt_file_get(root, 0, &directory);
        if (NT_SUCCESS(status))
            status = nt_file_name(directory, &path);
        return NT_SUCCESS(status) ? join(path, strlen(path), name) : status;
    }
    if (!beside || strchr(*name, '/'))
        return STATUS_SUCCESS;
    status = nt_file_name(file, &path);
    return NT_SUCCESS(status) ? join(path, (size_t)(strrchr(path, '/') - path), name) : status;
}

static NTSTATUS set_name(HANDLE handle, const void *buffer, ULONG size, bool flags, unsigned width,
                         bool beside)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NT_CLEANUP(nt_freep) char *name = NULL;
    const size_t head = offsetof(FILE_RENAME_INFORMATION, FileName);
    FILE_RENAME_INFORMATION information;
    NTSTATUS status = nt_file_get(handle, DELETE, &file);
    ULONG replace;

    if (!NT_SUCCESS(status))
        return status;
    memcpy(&information, buffer, head);
    memcpy(&replace, buffer, sizeof(replace));
    replace = flags ? replace & FILE_RENAME_FLAG_REPLACE_IF_EXISTS : information.ReplaceIfExists;
    if (information.FileNameLength == 0 || information.FileNameLength % width ||
        information.FileNameLength > size - head)
        return STATUS_INVALID_PARAMETER;
    status = from_characters((const char *)buffer + head, information.FileNameLength / width, width,
                             &name);
    if (NT_SUCCESS(status))
        status = complete_name(file, information.RootDirectory, beside, &name);
    return NT_SUCCESS(status) ? nt_file_rename(file, name, replace) : status;
}

static NTSTATUS set(HANDLE handle, FILE_INFORMATION_CLASS which, const void *buffer, ULONG size,
                    unsigned width, bool beside)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    bool renames = which == FileRenameInformation || which == FileRenameInformationEx;
    NTSTATUS status;
    size_t i = 0;

    while (i < NT_ARRAY_SIZE(classes) && classes[i].which != which)
        i++;
    if (i == NT_ARRAY_SIZE(classes) && !renames)
        return STATUS_INVALID_INFO_CLASS;
    if (size < (renames ? offsetof(FILE_RENAME_INFORMATION, FileName) : classes[i].size))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    if (renames)
        return set_name(handle, buffer, size, which == FileRenameInformationEx, width, beside);
    status = nt_file_get(handle, classes[i].access, &file);
    return NT_SUCCESS(status) ? classes[i].set(file, buffer) : status;
}

NTSTATUS nt_file_set(HANDLE handle, FILE_INFORMATION_CLASS which, const void *buffer, ULONG size,
                     unsigned width)
{
    return set(handle, which, buffer, size, width, true);
}

NTSTATUS nt_file_set_win32(HANDLE handle, FILE_INFORMATION_CLASS which, const void *buffer,
                           ULONG size, unsigned width)
{
    return set(handle, which, buffer, size, width, false);
}
