// SPDX-License-Identifier: MIT
/*
 * What is done to files and directories by name. See names.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/info.h"
#include "lib/file/names.h"
#include "lib/file/path.h"
#include "lib/file/time.h"
#include "os/file.h"
#include "os/os.h"
#include "util/macro.h"

/* --- attributes ---------------------------------------------------------------------------- */

static FILETIME filetime(struct timespec time)
{
    uint64_t value = (uint64_t)nt_time_from_kernel(time);

    return (FILETIME){.dwLowDateTime = (DWORD)value, .dwHighDateTime = (DWORD)(value >> 32)};
}

/* When it was made is not in a stat: the earliest of the others. */
static struct timespec earliest(const struct stat *stat)
{
    struct timespec changed = stat->st_ctim, written = stat->st_mtim;

    if (written.tv_sec != changed.tv_sec)
        return written.tv_sec < changed.tv_sec ? written : changed;
    return written.tv_nsec < changed.tv_nsec ? written : changed;
}

NTSTATUS nt_name_get_attributes(const char *path, WIN32_FILE_ATTRIBUTE_DATA *ret_data)
{
    struct stat stat, target;
    int r = nt_os_file_stat_path(path, false, &stat);
    uint64_t size;

    if (r < 0)
        return nt_path_status(path, r);
    size = S_ISREG(stat.st_mode) ? (uint64_t)stat.st_size : 0;
    *ret_data = (WIN32_FILE_ATTRIBUTE_DATA){
        .dwFileAttributes = nt_file_attributes(&stat),
        .ftCreationTime = filetime(earliest(&stat)),
        .ftLastAccessTime = filetime(stat.st_atim),
        .ftLastWriteTime = filetime(stat.st_mtim),
        .nFileSizeHigh = (DWORD)(size >> 32),
        .nFileSizeLow = (DWORD)size,
    };
    if (S_ISLNK(stat.st_mode) && nt_os_file_stat_path(path, true, &target) == 0 &&
        S_ISDIR(target.st_mode))
        ret_data->dwFileAttributes |= FILE_ATTRIBUTE_DIRECTORY;
    return STATUS_SUCCESS;
}

NTSTATUS nt_name_set_attributes(const char *path, ULONG attributes)
{
    struct stat stat;
    mode_t mode;
    int r = nt_os_file_stat_path(path, true, &stat);

    if (r < 0)
        return nt_path_status(path, r);
    if (!S_ISDIR(stat.st_mode) && (attributes & FILE_ATTRIBUTE_DIRECTORY))
        return STATUS_INVALID_PARAMETER;
    if (!S_ISREG(stat.st_mode))
        return STATUS_SUCCESS; /* means nothing for a directory, on Windows neither */
    mode = nt_file_mode_for(stat.st_mode & 07777, attributes);
    if (mode == (stat.st_mode & 07777))
        return STATUS_SUCCESS;
    return nt_path_status(path, nt_os_file_chmod(path, mode));
}

/* --- directories --------------------------------------------------------------------------- */

NTSTATUS nt_directory_create(const char *path)
{
    return nt_path_status(path, nt_os_directory_make(path));
}

/* As DeleteFile: nobody may have it open without sharing deletion. */
NTSTATUS nt_directory_delete(const char *path)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_request request = {
        .path = path,
        .access = DELETE,
        .share = FILE_SHARE_VALID_FLAGS,
        .disposition = OPEN_EXISTING,
        .options = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
    };
    ACCESS_MASK access;
    NTSTATUS status = nt_file_open(&request, &file, &access, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (!file->directory)
        return STATUS_NOT_A_DIRECTORY;
    return nt_path_status(path, nt_os_directory_remove(path));
}

NTSTATUS nt_directory_get_current(char **ret_path)
{
    return nt_file_status(nt_os_directory_current(ret_path));
}

NTSTATUS nt_directory_set_current(const char *path)
{
    struct stat stat;
    int r = nt_os_directory_change(path);

    if (r == -ENOTDIR && nt_os_file_stat_path(path, true, &stat) == 0)
        return STATUS_NOT_A_DIRECTORY;
    return nt_path_status(path, r);
}

/* --- temporary files ----------------------------------------------------------------------- */

static const char *temp_variable(void)
{
    static const char *const names[] = {"TMPDIR", "TMP", "TEMP"};

    for (size_t i = 0; i < NT_ARRAY_SIZE(names); i++) {
        const char *value = secure_getenv(names[i]);

        if (value && *value)
            return value;
    }
    return "/tmp";
}

NTSTATUS nt_temp_path(char **ret_path)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_full(temp_variable(), &path);
    size_t length;

    if (!NT_SUCCESS(status))
        return status;
    length = strlen(path);
    if (path[length - 1] != '/') {
        char *longer = realloc(path, length + 2);

        if (!longer)
            return STATUS_NO_MEMORY;
        path = longer;
        strcpy(path + length, "/");
    }
    *ret_path = NT_STEAL(path);
    return STATUS_SUCCESS;
}

/* The bytes of the first three characters of well-formed UTF-8. */
static size_t prefix_length(const char *prefix)
{
    size_t length = 0;
    unsigned characters = 0;

    while (prefix[length]) {
        if (((unsigned char)prefix[length] & 0xC0) != 0x80 && characters++ == 3)
            break;
        length++;
    }
    return length;
}

static NTSTATUS make_name(const char *folder, const char *prefix, unsigned number, char **ret_path)
{
    size_t length = strlen(folder);
    const char *separator = length && folder[length - 1] == '/' ? "" : "/";
    char *path;

    if (asprintf(&path, "%s%s%.*s%X.tmp", folder, separator, (int)prefix_length(prefix), prefix,
                 number) < 0)
        return STATUS_NO_MEMORY;
    *ret_path = path;
    return STATUS_SUCCESS;
}

static NTSTATUS make_file(const char *path)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_request request = {
        .path = path,
        .access = GENERIC_WRITE,
        .share = FILE_SHARE_VALID_FLAGS,
        .disposition = CREATE_NEW,
    };
    ACCESS_MASK access;

    return nt_file_open(&request, &file, &access, NULL);
}

static NTSTATUS find_number(const char *folder, const char *prefix, char **ret_path,
                            UINT *ret_number)
{
    uint16_t first = 0;
    NTSTATUS status;

    if (nt_os_random(&first, sizeof(first)) < 0)
        first = (uint16_t)nt_os_now_ns();
    for (unsigned i = 0; i < 0x10000; i++) {
        unsigned number = (first + i) & 0xFFFF;
        char *path = NULL;

        if (number == 0)
            continue;
        status = make_name(folder, prefix, number, &path);
        if (NT_SUCCESS(status))
            status = make_file(path);
        if (NT_SUCCESS(status)) {
            *ret_path = path;
            *ret_number = number;
            return STATUS_SUCCESS;
        }
        free(path);
        if (status != STATUS_OBJECT_NAME_COLLISION)
            return status;
    }
    return STATUS_OBJECT_NAME_COLLISION;
}

NTSTATUS nt_temp_name(const char *folder, const char *prefix, UINT number, char **ret_path,
                      UINT *ret_number)
{
    NTSTATUS status;
    struct stat stat;
    int r = nt_os_file_stat_path(folder, true, &stat);

    if (r == -ENOENT || r == -ENOTDIR || (r == 0 && !S_ISDIR(stat.st_mode)))
        return STATUS_NOT_A_DIRECTORY;
    if (r < 0)
        return nt_path_status(folder, r);
    number &= 0xFFFF;
    if (number == 0)
        return find_number(folder, prefix, ret_path, ret_number);
    status = make_name(folder, prefix, number, ret_path);
    if (NT_SUCCESS(status))
        *ret_number = number;
    return status;
}
