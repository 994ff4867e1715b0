// SPDX-License-Identifier: MIT
/*
 * Names, times, holes and copies of files. The names come from the kernel (/proc/self/fd), not
 * from what was opened once: a file that was renamed, by whomever, is found where it is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/file-more.h"
#include "util/macro.h"

/* Bytes that are in memory at a time when the kernel does not copy by itself. */
#define COPY_BUFFER (256u * 1024)

/* --- names --------------------------------------------------------------------------------- */

static bool same_file(const struct stat *first, const struct stat *second)
{
    return first->st_dev == second->st_dev && first->st_ino == second->st_ino;
}

int nt_os_file_name(int fd, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *path = malloc(PATH_MAX + 1);
    struct stat file, found;
    char name[16];
    ssize_t n;
    int directory = nt_os_proc_fd();

    if (!path)
        return -ENOMEM;
    if (directory < 0)
        return directory;
    snprintf(name, sizeof(name), "%d", fd);
    n = readlinkat(directory, name, path, PATH_MAX);
    if (n < 0)
        return -errno;
    path[n] = '\0';
    /* What was deleted reads "/old/path (deleted)", which may even be another file. */
    if (path[0] != '/' || fstat(fd, &file) < 0 || lstat(path, &found) < 0 ||
        !same_file(&file, &found))
        return -ENOENT;
    *ret_path = NT_STEAL(path);
    return 0;
}

int nt_os_rename(const char *from, const char *to, bool replace)
{
    struct stat there;

    NT_OS_FAULT(NT_OS_RENAME);
    if (replace)
        return rename(from, to) < 0 ? -errno : 0;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (lstat(to, &there) == 0)
        return -EEXIST;
    return rename(from, to) < 0 ? -errno : 0;
}

int nt_os_link(const char *from, const char *to)
{
    NT_OS_FAULT(NT_OS_RENAME);
    return link(from, to) < 0 ? -errno : 0;
}

int nt_os_sync_folder(const char *path)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    NT_CLEANUP(nt_freep) char *folder = strdup(path);
    char *slash;
    int r;

    if (!folder)
        return -ENOMEM;
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    r = nt_os_file_open(slash ? folder : ".", O_RDONLY | O_DIRECTORY, 0, &fd);
    return r < 0 ? r : nt_os_file_sync(fd);
}

/* --- times and modes ----------------------------------------------------------------------- */

static struct timespec from_statx(const struct statx_timestamp *time)
{
    return (struct timespec){.tv_sec = time->tv_sec, .tv_nsec = time->tv_nsec};
}

static struct timespec earlier(struct timespec first, struct timespec second)
{
    if (first.tv_sec != second.tv_sec)
        return first.tv_sec < second.tv_sec ? first : second;
    return first.tv_nsec < second.tv_nsec ? first : second;
}

int nt_os_file_times(int fd, struct nt_os_times *ret_times)
{
    struct statx file;

    NT_OS_FAULT(NT_OS_STAT);
    if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &file) < 0)
        return -errno;
    *ret_times = (struct nt_os_times){
        .read = from_statx(&file.stx_atime),
        .written = from_statx(&file.stx_mtime),
        .changed = from_statx(&file.stx_ctime),
    };
    ret_times->created = file.stx_mask & STATX_BTIME
                             ? from_statx(&file.stx_btime)
                             : earlier(ret_times->written, ret_times->changed);
    return 0;
}

/* The name by which the kernel finds what any descriptor is open to, an O_PATH one too. */
static int magic_name(int fd, char name[16])
{
    snprintf(name, 16, "%d", fd);
    return nt_os_proc_fd();
}

int nt_os_file_set_times(int fd, const struct timespec *read, const struct timespec *written)
{
    struct timespec times[2] = {*read, *written};
    char name[16];
    int directory;

    NT_OS_FAULT(NT_OS_UTIME);
    if (futimens(fd, times) == 0)
        return 0;
    if (errno != EBADF)
        return -errno;
    directory = magic_name(fd, name);
    if (directory < 0)
        return directory;
    return utimensat(directory, name, times, 0) < 0 ? -errno : 0;
}

int nt_os_file_set_mode(int fd, mode_t mode)
{
    char name[16];
    int directory;

    NT_OS_FAULT(NT_OS_CHMOD);
    if (fchmod(fd, mode) == 0)
        return 0;
    if (errno != EBADF)
        return -errno;
    directory = magic_name(fd, name);
    if (directory < 0)
        return directory;
    return fchmodat(directory, name, mode, 0) < 0 ? -errno : 0;
}

/* Takes the descriptor. */
static int look_for_entries(int fd, bool *ret_empty)
{
    DIR *directory = fdopendir(fd);
    const struct dirent *entry;
    bool empty = true;

    if (!directory) {
        int r = -errno;

        nt_os_close(fd);
        return r;
    }
    while (empty && (entry = readdir(directory)))
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(directory);
    *ret_empty = empty;
    return 0;
}

int nt_os_directory_is_empty(int fd, bool *ret_empty)
{
    int cancel_state = nt_os_hold_cancel();
    int copy = -1;
    int r = nt_os_reopen(fd, O_RDONLY | O_DIRECTORY, &copy);

    if (r == 0)
        r = look_for_entries(copy, ret_empty);
    nt_os_allow_cancel(cancel_state);
    return r;
}

/* --- what is in a file --------------------------------------------------------------------- */

int nt_os_file_next_data(int fd, uint64_t from, uint64_t *ret_from, uint64_t *ret_to)
{
    off_t data, hole;

    NT_OS_FAULT(NT_OS_SEEK);
    if (from > INT64_MAX)
        return -ENXIO;
    data = lseek(fd, (off_t)from, SEEK_DATA);
    if (data < 0)
        return -errno;
    hole = lseek(fd, data, SEEK_HOLE);
    if (hole < 0)
        return -errno;
    *ret_from = (uint64_t)data;
    *ret_to = (uint64_t)hole;
    return 0;
}

static int write_zeros(int fd, uint64_t offset, uint64_t size)
{
    static const char zeros[16 * 1024];

    while (size > 0) {
        size_t done;
        int r = nt_os_file_write(fd, zeros, size < sizeof(zeros) ? (size_t)size : sizeof(zeros),
                                 offset, &done);

        if (r < 0)
            return r;
        if (done == 0)
            return -ENOSPC;
        offset += done;
        size -= done;
    }
    return 0;
}

/* Without signals: some file systems undo what they did and answer EINTR, time and again. */
static int allocate(int fd, int mode, uint64_t offset, uint64_t size)
{
    sigset_t all, before;
    int cancel_state, r;

    if (size == 0)
        return 0;
    cancel_state = nt_os_hold_cancel();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    do
        r = fallocate(fd, mode, (off_t)offset, (off_t)size) < 0 ? -errno : 0;
    while (r == -EINTR);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_file_zero(int fd, uint64_t offset, uint64_t size)
{
    struct stat file;
    int r;

    NT_OS_FAULT(NT_OS_ALLOCATE);
    r = nt_os_file_stat(fd, &file);
    if (r < 0)
        return r;
    if (offset >= (uint64_t)file.st_size)
        return 0;
    if (size > (uint64_t)file.st_size - offset)
        size = (uint64_t)file.st_size - offset;
    r = allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);
    return r == -EOPNOTSUPP || r == -ENOSYS ? write_zeros(fd, offset, size) : r;
}

int nt_os_file_reserve(int fd, uint64_t size)
{
    int r;

    NT_OS_FAULT(NT_OS_ALLOCATE);
    if (size > INT64_MAX)
        return -EFBIG;
    r = allocate(fd, FALLOC_FL_KEEP_SIZE, 0, size);
    /* It is a wish: where the file system cannot, nothing is lost. */
    return r == -EOPNOTSUPP || r == -ENOSYS ? 0 : r;
}

static int copy_by_hand(int from_fd, int to_fd, uint64_t offset, uint64_t size, uint64_t *ret_done)
{
    NT_CLEANUP(nt_freep) char *buffer = malloc(COPY_BUFFER);
    size_t n_read, n_written;
    int r;

    if (!buffer)
        return -ENOMEM;
    r = nt_os_file_read(from_fd, buffer, size < COPY_BUFFER ? (size_t)size : COPY_BUFFER, offset,
                        &n_read);
    if (r == 0)
        r = nt_os_file_write(to_fd, buffer, n_read, offset, &n_written);
    if (r < 0)
        return r;
    *ret_done = n_written;
    return n_written == 0 && n_read > 0 ? -ENOSPC : 0;
}

/* What may still be written at @offset; the kernel would send a signal instead of an error. */
static uint64_t room_below_limit(uint64_t offset)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    return offset < limit.rlim_cur ? limit.rlim_cur - offset : 0;
}

int nt_os_file_copy(int from_fd, int to_fd, uint64_t offset, uint64_t size, uint64_t *ret_done)
{
    off_t from = (off_t)offset, to = (off_t)offset;
    uint64_t room = room_below_limit(offset);
    int cancel_state;
    ssize_t n;

    NT_OS_FAULT(NT_OS_COPY);
    if (room == 0)
        return copy_by_hand(from_fd, to_fd, offset, size, ret_done);
    cancel_state = nt_os_hold_cancel();
    do
        n = copy_file_range(from_fd, &from, to_fd, &to, size < room ? size : room, 0);
    while (n < 0 && errno == EINTR);
    n = n < 0 ? -errno : n;
    nt_os_allow_cancel(cancel_state);
    /* Some file systems (of /proc, and of old kernels) know it and copy nothing. */
    if (n == 0 || n == -EXDEV || n == -EINVAL || n == -ENOSYS || n == -EOPNOTSUPP)
        return copy_by_hand(from_fd, to_fd, offset, size, ret_done);
    if (n < 0)
        return (int)n;
    *ret_done = (uint64_t)n;
    return 0;
}

/* --- locks --------------------------------------------------------------------------------- */

int nt_os_file_find_lock(int fd, int type, uint64_t offset, uint64_t size, uint64_t *ret_from,
                         uint64_t *ret_end)
{
    struct flock lock = {
        .l_type = (short)type,
        .l_whence = SEEK_SET,
        .l_start = (off_t)offset,
        .l_len = (off_t)size,
    };

    NT_OS_FAULT(NT_OS_LOCK);
    while (fcntl(fd, F_OFD_GETLK, &lock) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    if (lock.l_type == F_UNLCK)
        return -ENOENT;
    *ret_from = (uint64_t)lock.l_start;
    *ret_end = lock.l_len ? (uint64_t)lock.l_start + (uint64_t)lock.l_len : UINT64_MAX;
    return 0;
}
