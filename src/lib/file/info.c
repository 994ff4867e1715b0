// SPDX-License-Identifier: MIT
/*
 * Asking about an open file. Each class has a row: how much room it needs, which right, and who
 * fills it in.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/file/info.h"
#include "lib/file/marks.h"
#include "lib/file/path.h"
#include "lib/file/time.h"
#include "os/file-more.h"
#include "os/system.h"
#include "util/macro.h"
#include "util/utf.h"

/* FILE_ID_INFO of winbase.h, under its older name. */
struct id_information {
    ULONGLONG volume;
    FILE_ID_128 id;
};

NTSTATUS nt_file_space(const char *path, struct nt_file_space *ret_space)
{
    struct nt_os_space space;
    int r = nt_os_space(path, &space);

    if (r < 0)
        return nt_path_status(path, r);
    *ret_space = (struct nt_file_space){.size = space.size,
                                        .free = space.free,
                                        .available = space.available,
                                        .block = space.block ? space.block : 1};
    return STATUS_SUCCESS;
}

ULONG nt_file_attributes(const struct stat *stat)
{
    ULONG attributes = nt_file_is_read_only(stat) ? FILE_ATTRIBUTE_READONLY : 0;

    if (S_ISDIR(stat->st_mode))
        return attributes | FILE_ATTRIBUTE_DIRECTORY;
    if (S_ISLNK(stat->st_mode))
        return attributes | FILE_ATTRIBUTE_REPARSE_POINT;
    if (S_ISREG(stat->st_mode))
        return attributes | FILE_ATTRIBUTE_ARCHIVE;
    return FILE_ATTRIBUTE_NORMAL;
}

mode_t nt_file_mode_for(mode_t mode, ULONG attributes)
{
    mode &= 07777;
    if (attributes & FILE_ATTRIBUTE_READONLY)
        return mode & ~(mode_t)0222;
    /* Whose file it is may write again; who else could is not known any more. */
    return mode & 0222 ? mode : mode | 0200;
}

static bool is_delete_pending(struct nt_file *file)
{
    unsigned found = 0;

    if (atomic_load(&file->delete_on_close) && !(file->options & FILE_FLAG_DELETE_ON_CLOSE))
        return true;
    return nt_marks_probe(file->fd, NT_MARK_DELETE_PENDING, &found) == 0 && found;
}

NTSTATUS nt_file_get_stat(struct nt_file *file, struct nt_file_stat *ret_stat)
{
    struct stat stat;
    int r = nt_os_file_stat(file->fd, &stat);

    if (r < 0)
        return nt_file_status(r);
    *ret_stat = (struct nt_file_stat){
        .size = S_ISREG(stat.st_mode) ? (uint64_t)stat.st_size : 0,
        .allocated = (uint64_t)stat.st_blocks * 512,
        .volume = stat.st_dev,
        .id = stat.st_ino,
        .links = (ULONG)stat.st_nlink,
        .attributes = nt_file_attributes(&stat),
        .directory = S_ISDIR(stat.st_mode),
        .delete_pending = is_delete_pending(file),
    };
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_name(const struct nt_file *file, char **ret_path)
{
    int r = nt_os_file_name(file->fd, ret_path);

    if (r < 0 && file->path && nt_file_status(r) == STATUS_OBJECT_NAME_NOT_FOUND) {
        /* It has none any more: what it was opened by is what Windows goes on to tell. */
        *ret_path = strdup(file->path);
        return *ret_path ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    return nt_file_status(r);
}

/* --- the classes --------------------------------------------------------------------------- */

static NTSTATUS query_basic(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    FILE_BASIC_INFORMATION *basic = buffer;
    struct nt_file_times times;
    struct nt_file_stat stat;
    NTSTATUS status = nt_file_get_times(file, &times);

    (void)access;
    if (NT_SUCCESS(status))
        status = nt_file_get_stat(file, &stat);
    if (!NT_SUCCESS(status))
        return status;
    *basic = (FILE_BASIC_INFORMATION){
        .CreationTime.QuadPart = times.created,
        .LastAccessTime.QuadPart = times.read,
        .LastWriteTime.QuadPart = times.written,
        .ChangeTime.QuadPart = times.changed,
        .FileAttributes = stat.attributes,
    };
    return STATUS_SUCCESS;
}

static NTSTATUS query_standard(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    FILE_STANDARD_INFORMATION *standard = buffer;
    struct nt_file_stat stat;
    NTSTATUS status = nt_file_get_stat(file, &stat);

    (void)access;
    if (!NT_SUCCESS(status))
        return status;
    *standard = (FILE_STANDARD_INFORMATION){
        .AllocationSize.QuadPart = (LONGLONG)stat.allocated,
        .EndOfFile.QuadPart = (LONGLONG)stat.size,
        .NumberOfLinks = stat.links,
        .DeletePending = stat.delete_pending,
        .Directory = stat.directory,
    };
    return STATUS_SUCCESS;
}

static NTSTATUS query_internal(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    struct nt_file_stat stat;
    NTSTATUS status = nt_file_get_stat(file, &stat);

    (void)access;
    if (NT_SUCCESS(status))
        ((FILE_INTERNAL_INFORMATION *)buffer)->IndexNumber.QuadPart = (LONGLONG)stat.id;
    return status;
}

static NTSTATUS query_access(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    (void)file;
    ((FILE_ACCESS_INFORMATION *)buffer)->AccessFlags = access;
    return STATUS_SUCCESS;
}

static NTSTATUS query_position(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    uint64_t position;
    int r = nt_os_file_seek(file->fd, 0, SEEK_CUR, &position);

    (void)access;
    if (r == 0)
        ((FILE_POSITION_INFORMATION *)buffer)->CurrentByteOffset.QuadPart = (LONGLONG)position;
    return nt_file_status(r);
}

static NTSTATUS query_network(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    FILE_NETWORK_OPEN_INFORMATION *network = buffer;
    FILE_BASIC_INFORMATION basic;
    struct nt_file_stat stat;
    NTSTATUS status = query_basic(file, access, &basic);

    if (NT_SUCCESS(status))
        status = nt_file_get_stat(file, &stat);
    if (!NT_SUCCESS(status))
        return status;
    *network = (FILE_NETWORK_OPEN_INFORMATION){
        .CreationTime = basic.CreationTime,
        .LastAccessTime = basic.LastAccessTime,
        .LastWriteTime = basic.LastWriteTime,
        .ChangeTime = basic.ChangeTime,
        .AllocationSize.QuadPart = (LONGLONG)stat.allocated,
        .EndOfFile.QuadPart = (LONGLONG)stat.size,
        .FileAttributes = stat.attributes,
    };
    return STATUS_SUCCESS;
}

static NTSTATUS query_tag(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    struct nt_file_stat stat;
    NTSTATUS status = nt_file_get_stat(file, &stat);

    (void)access;
    if (NT_SUCCESS(status))
        *(FILE_ATTRIBUTE_TAG_INFORMATION *)buffer = (FILE_ATTRIBUTE_TAG_INFORMATION){
            .FileAttributes = stat.attributes,
            .ReparseTag =
                stat.attributes & FILE_ATTRIBUTE_REPARSE_POINT ? IO_REPARSE_TAG_SYMLINK : 0,
        };
    return status;
}

static NTSTATUS query_id(struct nt_file *file, ACCESS_MASK access, void *buffer)
{
    struct id_information *id = buffer;
    struct nt_file_stat stat;
    NTSTATUS status = nt_file_get_stat(file, &stat);

    (void)access;
    if (NT_SUCCESS(status)) {
        *id = (struct id_information){.volume = stat.volume};
        memcpy(id->id.Identifier, &stat.id, sizeof(stat.id));
    }
    return status;
}

static const struct {
    FILE_INFORMATION_CLASS which;
    ULONG size;
    ACCESS_MASK access;
    NTSTATUS (*query)(struct nt_file *file, ACCESS_MASK access, void *buffer);
} classes[] = {
    {FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), FILE_READ_ATTRIBUTES, query_basic},
    {FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION), 0, query_standard},
    {FileInternalInformation, sizeof(FILE_INTERNAL_INFORMATION), 0, query_internal},
    {FileAccessInformation, sizeof(FILE_ACCESS_INFORMATION), 0, query_access},
    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), FILE_READ_DATA | FILE_WRITE_DATA,
     query_position},
    {FileNetworkOpenInformation, sizeof(FILE_NETWORK_OPEN_INFORMATION), FILE_READ_ATTRIBUTES,
     query_network},
    {FileAttributeTagInformation, sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), FILE_READ_ATTRIBUTES,
     query_tag},
    {FileIdInformation, sizeof(struct id_information), 0, query_id},
};

/* --- names --------------------------------------------------------------------------------- */

/* Text in characters of @width bytes; @ret_text: the caller frees it. */
static NTSTATUS to_characters(const char *path, unsigned width, void **ret_text, size_t *ret_count)
{
    NT_CLEANUP(nt_freep) void *text = NULL;
    size_t count = 0, room;
    NTSTATUS status = STATUS_SUCCESS;

    room = strlen(path) + 1; /* a character takes at least one byte of UTF-8, a unit too */
    text = malloc(room * width);
    if (!text)
        return STATUS_NO_MEMORY;
    if (width == sizeof(WCHAR))
        status = nt_path_to_wide(path, text, room, &count);
    else if (nt_utf8_to_units(path, text, room, &count) < 0)
        status = STATUS_UNMAPPABLE_CHARACTER;
    if (!NT_SUCCESS(status))
        return status;
    *ret_text = NT_STEAL(text);
    *ret_count = count;
    return STATUS_SUCCESS;
}

static NTSTATUS query_name(struct nt_file *file, void *buffer, ULONG size, unsigned width,
                           ULONG *ret_size)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NT_CLEANUP(nt_freep) void *text = NULL;
    const size_t head = offsetof(FILE_NAME_INFORMATION, FileName);
    size_t count, bytes, fits;
    NTSTATUS status = nt_file_name(file, &path);

    if (NT_SUCCESS(status))
        status = to_characters(path, width, &text, &count);
    if (!NT_SUCCESS(status))
        return status;
    bytes = count * width;
    fits = (size - head) / width * width;
    if (fits > bytes)
        fits = bytes;
    ((FILE_NAME_INFORMATION *)buffer)->FileNameLength = (ULONG)bytes;
    memcpy((char *)buffer + head, text, fits);
    *ret_size = (ULONG)(head + fits);
    return fits < bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS nt_file_query(HANDLE handle, FILE_INFORMATION_CLASS which, void *buffer, ULONG size,
                       unsigned width, ULONG *ret_size)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    ACCESS_MASK access;
    NTSTATUS status;
    size_t i = 0;

    while (i < NT_ARRAY_SIZE(classes) && classes[i].which != which)
        i++;
    if (i == NT_ARRAY_SIZE(classes) && which != FileNameInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (size < (which == FileNameInformation ? sizeof(FILE_NAME_INFORMATION) : classes[i].size))
        return STATUS_INFO_LENGTH_MISMATCH;
    status = nt_file_get_any(handle, which == FileNameInformation ? 0 : classes[i].access, &file,
                             &access);
    if (!NT_SUCCESS(status))
        return status;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    if (which == FileNameInformation)
        return query_name(file, buffer, size, width, ret_size);
    status = classes[i].query(file, access, buffer);
    if (NT_SUCCESS(status))
        *ret_size = classes[i].size;
    return status;
}
