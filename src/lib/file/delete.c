// SPDX-License-Identifier: MIT
/*
 * Taking a file's name away: by DeleteFile, and when the last handle closes that promised it.
 * The name goes at once, as with Windows' own newer rule; who has the file open keeps it.
 */
#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/marks.h"
#include "lib/file/path.h"
#include "os/file-more.h"
#include "util/macro.h"

static NTSTATUS check(const struct nt_file *file, unsigned obstacles)
{
    unsigned found;
    struct stat stat;
    int r = nt_os_file_stat(file->fd, &stat);

    if (r < 0)
        return nt_file_status(r);
    if (nt_file_is_read_only(&stat))
        return STATUS_CANNOT_DELETE;
    r = nt_marks_probe(file->fd, obstacles, &found);
    if (r < 0)
        return nt_file_status(r);
    return found ? STATUS_CANNOT_DELETE : STATUS_SUCCESS;
}

NTSTATUS nt_file_check_delete(struct nt_file *file)
{
    return check(file, NT_MARK_DATA_SECTION | NT_MARK_IMAGE_SECTION);
}

NTSTATUS nt_file_unlink(const struct nt_file *file)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    int r = nt_os_file_name(file->fd, &path);

    if (r == 0)
        r = file->directory ? nt_os_directory_remove(path) : nt_os_file_unlink(path);
    return nt_file_status(r);
}

static NTSTATUS delete_file(const char *path)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_request request = {
        .path = path,
        .access = DELETE,
        .share = FILE_SHARE_VALID_FLAGS,
        .disposition = OPEN_EXISTING,
        .options = FILE_FLAG_OPEN_REPARSE_POINT,
    };
    ACCESS_MASK access;
    NTSTATUS status = nt_file_open(&request, &file, &access, NULL);

    if (NT_SUCCESS(status))
        status = check(file, NT_MARK_IMAGE_SECTION); /* 14.20; data sections do not mind: 16.12 */
    if (NT_SUCCESS(status))
        status = nt_file_unlink(file);
    return status;
}

NTSTATUS nt_file_delete(const char *path)
{
    struct stat stat;
    int r = nt_os_file_stat_path(path, false, &stat);

    if (r < 0)
        return nt_path_status(path, r);
    if (S_ISREG(stat.st_mode))
        return delete_file(path);
    if (S_ISDIR(stat.st_mode))
        return STATUS_FILE_IS_A_DIRECTORY;
    return nt_path_status(path, nt_os_file_unlink(path)); /* a link, a pipe, a device */
}
