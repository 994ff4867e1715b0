// SPDX-License-Identifier: MIT
/*
 * Other names: MoveFile, ReplaceFile, CreateHardLink. The kernel renames in one step; what Windows
 * asks of a file before it is renamed or replaced is asked first, by opening it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/file/copy.h"
#include "lib/file/path.h"
#include "os/file-more.h"
#include "os/os.h"
#include "util/macro.h"

/* A name beside @path that nobody has. Its maker tries it, so that a clash is only an error. */
static NTSTATUS name_beside(const char *path, char **ret_name)
{
    uint64_t number;
    int r = nt_os_random(&number, sizeof(number));

    if (r < 0)
        return nt_file_status(r);
    if (asprintf(ret_name, "%s.~%016llx", path, (unsigned long long)number) < 0)
        return STATUS_NO_MEMORY;
    return STATUS_SUCCESS;
}

static bool same_file(const struct stat *first, const struct stat *second)
{
    return first->st_dev == second->st_dev && first->st_ino == second->st_ino;
}

/* The folder that a path's last name is in, and that name, which lies in *@path: free() that. */
static NTSTATUS find_place(const char *given, char **path, struct stat *ret_folder,
                           const char **ret_name)
{
    NTSTATUS status = nt_path_full(given, path);
    char *slash;

    if (!NT_SUCCESS(status))
        return status;
    slash = strrchr(*path, '/');
    *slash = '\0';
    *ret_name = slash + 1;
    return nt_file_status(nt_os_file_stat_path(slash == *path ? "/" : *path, true, ret_folder));
}

/*
 * Whether two paths to one file are the same name of it, not two (hard links). Names that differ
 * in case only may be one, where the file system folds case.
 */
static NTSTATUS is_same_name(const char *first, const char *second, bool *ret_same)
{
    NT_CLEANUP(nt_freep) char *first_path = NULL;
    NT_CLEANUP(nt_freep) char *second_path = NULL;
    struct stat first_folder, second_folder;
    const char *first_name, *second_name;
    NTSTATUS status = find_place(first, &first_path, &first_folder, &first_name);

    if (NT_SUCCESS(status))
        status = find_place(second, &second_path, &second_folder, &second_name);
    if (NT_SUCCESS(status))
        *ret_same =
            same_file(&first_folder, &second_folder) && strcasecmp(first_name, second_name) == 0;
    return status;
}

/* Opens a regular file with the right to delete it; everything else has no marks to look at. */
static NTSTATUS open_to_delete(const char *path, const struct stat *stat, struct nt_file **ret_file)
{
    const struct nt_file_request request = {
        .path = path,
        .access = DELETE,
        .share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .disposition = OPEN_EXISTING,
        .options = FILE_FLAG_OPEN_REPARSE_POINT,
    };
    ACCESS_MASK access;

    *ret_file = NULL;
    return S_ISREG(stat->st_mode) ? nt_file_open(&request, ret_file, &access, NULL)
                                  : STATUS_SUCCESS;
}

/* --- renaming ------------------------------------------------------------------------------ */

/* May the file that has the name go? A sharing violation there is access denied. */
static NTSTATUS check_target(const char *to, const struct stat *from, bool replace)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct stat stat;
    NTSTATUS status;

    if (nt_os_file_stat_path(to, false, &stat) < 0 || same_file(&stat, from))
        return STATUS_SUCCESS;
    if (!replace)
        return STATUS_OBJECT_NAME_COLLISION;
    if (S_ISDIR(stat.st_mode) || S_ISDIR(from->st_mode))
        return STATUS_ACCESS_DENIED;
    status = open_to_delete(to, &stat, &file);
    if (NT_SUCCESS(status) && file)
        status = nt_file_check_delete(file);
    return status == STATUS_SHARING_VIOLATION ? STATUS_ACCESS_DENIED : status;
}

/* @to is the file that is renamed: its own name, or another one that is in the way. */
static NTSTATUS rename_to_itself(const char *from, const char *to, const struct stat *stat,
                                 bool replace)
{
    bool same = true;
    NTSTATUS status = STATUS_SUCCESS;

    if (!S_ISDIR(stat->st_mode) && stat->st_nlink > 1)
        status = is_same_name(from, to, &same);
    if (!NT_SUCCESS(status))
        return status;
    if (same) /* perhaps in other case */
        return nt_file_status(nt_os_rename(from, to, true));
    /* The kernel would leave both. */
    return replace ? nt_file_status(nt_os_file_unlink(from)) : STATUS_OBJECT_NAME_COLLISION;
}

static NTSTATUS rename_checked(const char *from, const char *to, const struct stat *stat,
                               bool replace)
{
    struct stat there;
    NTSTATUS status = check_target(to, stat, replace);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    if (nt_os_file_stat_path(to, false, &there) == 0 && same_file(&there, stat))
        return rename_to_itself(from, to, stat, replace);
    r = nt_os_rename(from, to, replace);
    return r < 0 ? nt_path_status(to, r) : STATUS_SUCCESS;
}

static NTSTATUS copy_and_delete(const char *from, const char *to, const struct stat *stat,
                                enum nt_move_flags flags)
{
    const struct nt_copy_request request = {
        .from = from,
        .to = to,
        .fail_if_exists = !(flags & NT_MOVE_REPLACE),
    };
    NTSTATUS status = S_ISREG(stat->st_mode) ? nt_file_copy(&request) : STATUS_NOT_SAME_DEVICE;

    /* The copy is there; a source that cannot be deleted stays, and that is no failure. */
    if (NT_SUCCESS(status))
        (void)nt_os_file_unlink(from);
    return status;
}

static NTSTATUS write_through(const char *from, const char *to)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    int r = nt_os_file_open(to, O_RDONLY | O_NONBLOCK, 0, &fd);

    /* What cannot be read has its bytes where they were. */
    if (r == 0)
        (void)nt_os_file_sync(fd);
    r = nt_os_sync_folder(to);
    if (r == 0)
        r = nt_os_sync_folder(from);
    return nt_file_status(r);
}

NTSTATUS nt_path_move(const char *from, const char *to, enum nt_move_flags flags)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct stat stat;
    NTSTATUS status;
    int r = nt_os_file_stat_path(from, false, &stat);

    if (r < 0)
        return nt_path_status(from, r);
    status = open_to_delete(from, &stat, &file);
    if (NT_SUCCESS(status))
        status = rename_checked(from, to, &stat, flags & NT_MOVE_REPLACE);
    if (status == STATUS_NOT_SAME_DEVICE && flags & NT_MOVE_COPY) {
        file = nt_file_put(file);
        status = copy_and_delete(from, to, &stat, flags);
    }
    if (NT_SUCCESS(status) && flags & NT_MOVE_WRITE_THROUGH)
        status = write_through(from, to);
    return status;
}

NTSTATUS nt_file_rename(struct nt_file *file, const char *to, bool replace)
{
    NT_CLEANUP(nt_freep) char *from = NULL;
    struct stat stat;
    int r = nt_os_file_name(file->fd, &from);

    if (r == 0)
        r = nt_os_file_stat(file->fd, &stat);
    return r < 0 ? nt_file_status(r) : rename_checked(from, to, &stat, replace);
}

/* --- replacing ----------------------------------------------------------------------------- */

/*
 * The backup becomes one more name of the replaced file, under a name of its own first, so that an
 * old backup is replaced in one step. *@moved: there are no hard links; the file has only the new
 * name now.
 */
static int back_up(const char *replaced, const char *backup, const char *beside, bool *moved)
{
    int r = nt_os_link(replaced, beside);

    *moved = false;
    if (r == -EPERM || r == -EOPNOTSUPP || r == -ENOSYS || r == -EMLINK) {
        r = nt_os_rename(replaced, backup, true);
        *moved = r == 0;
        return r;
    }
    if (r < 0)
        return r;
    r = nt_os_rename(beside, backup, true);
    /* When the backup was the same file already, the kernel left both names. */
    (void)nt_os_file_unlink(beside);
    return r;
}

static NTSTATUS replace_checked(const char *replaced, const char *replacement, const char *backup)
{
    NT_CLEANUP(nt_freep) char *beside = NULL;
    bool moved = false;
    NTSTATUS status;
    int r;

    if (backup) {
        status = name_beside(backup, &beside);
        if (!NT_SUCCESS(status))
            return status;
        r = back_up(replaced, backup, beside, &moved);
        if (r < 0)
            return nt_path_status(backup, r);
    }
    r = nt_os_rename(replacement, replaced, true);
    if (r == 0)
        return STATUS_SUCCESS;
    if (moved && nt_os_rename(backup, replaced, false) < 0)
        return STATUS_NOT_FOUND;
    return nt_file_status(r);
}

/* The new file is what the old one was to others. Without the right to, it stays as it is. */
static void take_over_mode(const char *replacement, const struct stat *replaced)
{
    (void)nt_os_file_chmod(replacement, replaced->st_mode & 0777);
}

/* A backup under the name of one of the two would take that file's bytes away. */
static NTSTATUS check_backup(const char *backup, const char *path, const struct stat *stat)
{
    struct stat there;
    NTSTATUS status;
    bool same;

    if (nt_os_file_stat_path(backup, false, &there) < 0 || !same_file(&there, stat))
        return STATUS_SUCCESS;
    status = is_same_name(backup, path, &same);
    if (!NT_SUCCESS(status))
        return status;
    return same ? STATUS_SHARING_VIOLATION : STATUS_SUCCESS;
}

NTSTATUS nt_path_replace(const char *replaced, const char *replacement, const char *backup)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *old = NULL;
    NT_CLEANUP(nt_file_putp) struct nt_file *new = NULL;
    struct stat old_stat, new_stat;
    NTSTATUS status;
    int r = nt_os_file_stat_path(replaced, true, &old_stat);

    if (r < 0)
        return nt_path_status(replaced, r);
    r = nt_os_file_stat_path(replacement, true, &new_stat);
    if (r < 0)
        return nt_path_status(replacement, r);
    if (S_ISDIR(old_stat.st_mode) || S_ISDIR(new_stat.st_mode) || nt_file_is_read_only(&old_stat))
        return STATUS_ACCESS_DENIED;
    if (same_file(&old_stat, &new_stat))
        return STATUS_SHARING_VIOLATION;
    status = open_to_delete(replaced, &old_stat, &old);
    if (NT_SUCCESS(status))
        status = open_to_delete(replacement, &new_stat, &new);
    if (NT_SUCCESS(status) && backup)
        status = check_backup(backup, replaced, &old_stat);
    if (NT_SUCCESS(status) && backup)
        status = check_backup(backup, replacement, &new_stat);
    if (NT_SUCCESS(status) && backup)
        status = check_target(backup, &old_stat, true);
    if (!NT_SUCCESS(status))
        return status;
    take_over_mode(replacement, &old_stat);
    return replace_checked(replaced, replacement, backup);
}

NTSTATUS nt_path_link(const char *existing, const char *name)
{
    struct stat stat;
    int r = nt_os_file_stat_path(existing, false, &stat);

    if (r < 0)
        return nt_path_status(existing, r);
    if (S_ISDIR(stat.st_mode))
        return STATUS_FILE_IS_A_DIRECTORY;
    r = nt_os_link(existing, name);
    if (r == -EMLINK)
        return STATUS_TOO_MANY_LINKS;
    return r < 0 ? nt_path_status(name, r) : STATUS_SUCCESS;
}
