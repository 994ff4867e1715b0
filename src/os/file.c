// SPDX-License-Identifier: MIT
/*
 * Files: the calls that move bytes, change lengths and take locks. See file.h.
 *
 * Two things are worth knowing. RLIMIT_FSIZE is looked at before every call that could make a
 * file longer, because the kernel answers such a call with SIGXFSZ, which kills. And room for a
 * longer file is allocated *behind* its end first, so that a full disk leaves the length alone;
 * only then does the end move, by a call that cannot shorten what somebody else has made longer.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/file.h"
#include "util/macro.h"

#ifndef RWF_APPEND
#    define RWF_APPEND 0x00000010
#endif

int nt_os_file_open(const char *path, int flags, mode_t mode, int *ret_fd)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_OPEN);
    cancel_state = nt_os_hold_cancel();
    r = nt_os_open(path, flags | O_NOCTTY, mode, ret_fd);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_file_stat(int fd, struct stat *ret_stat)
{
    NT_OS_FAULT(NT_OS_STAT);
    return fstat(fd, ret_stat) < 0 ? -errno : 0;
}

int nt_os_file_stat_known(int fd, struct stat *ret_stat)
{
    struct statx known;

    NT_OS_FAULT(NT_OS_STAT);
    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &known) < 0)
        return -errno;
    *ret_stat = (struct stat){
        .st_dev = makedev(known.stx_dev_major, known.stx_dev_minor),
        .st_ino = known.stx_ino,
        .st_size = (off_t)known.stx_size,
        .st_blocks = (blkcnt_t)known.stx_blocks,
    };
    return 0;
}

int nt_os_file_size(int fd, uint64_t *ret_size)
{
    struct stat stat;
    int r = nt_os_file_stat(fd, &stat);

    if (r == 0)
        *ret_size = (uint64_t)stat.st_size;
    return r;
}

int nt_os_file_flags(int fd, int *ret_flags)
{
    int flags;

    NT_OS_FAULT(NT_OS_STAT);
    flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -errno;
    *ret_flags = flags;
    return 0;
}

int nt_os_file_set_direct(int fd)
{
    int flags = 0;
    int r = nt_os_file_flags(fd, &flags);

    if (r < 0)
        return r;
    return fcntl(fd, F_SETFL, flags | O_DIRECT) < 0 ? -errno : 0;
}

int nt_os_file_stat_path(const char *path, bool follow, struct stat *ret_stat)
{
    NT_OS_FAULT(NT_OS_STAT);
    return fstatat(AT_FDCWD, path, ret_stat, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* --- bytes ------------------------------------------------------------------------------- */

/* Somebody made the description non-blocking (a terminal's, often): wait as if it were not. */
static void wait_until(int fd, short events)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};

    poll(&poll_fd, 1, -1);
}

static bool is_regular(int fd)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

static ssize_t read_once(int fd, void *buffer, size_t size, uint64_t offset)
{
    ssize_t n;

    do {
        n = offset == NT_OS_FILE_POSITION ? read(fd, buffer, size)
                                          : pread(fd, buffer, size, (off_t)offset);
        if (n < 0 && errno == EAGAIN) {
            wait_until(fd, POLLIN);
            errno = EINTR;
        }
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int read_all(int fd, char *buffer, size_t size, uint64_t offset, size_t *ret_done)
{
    size_t done = 0;

    for (;;) {
        ssize_t n = read_once(fd, buffer + done, size - done, offset);

        if (n < 0 && done == 0)
            return (int)n;
        if (n <= 0)
            break;
        done += (size_t)n;
        if (offset != NT_OS_FILE_POSITION)
            offset += (size_t)n;
        /* What is short from a pipe or a terminal is all there is for now. */
        if (done == size || !is_regular(fd))
            break;
    }
    *ret_done = done;
    return 0;
}

int nt_os_file_read(int fd, void *buffer, size_t size, uint64_t offset, size_t *ret_done)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_READ);
    if (offset != NT_OS_FILE_POSITION && offset > INT64_MAX)
        return -EINVAL;
    cancel_state = nt_os_hold_cancel();
    r = read_all(fd, buffer, size, offset, ret_done);
    nt_os_allow_cancel(cancel_state);
    return r;
}

/* RLIMIT_FSIZE; UINT64_MAX for none. */
static uint64_t file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    return limit.rlim_cur;
}

/* Where the next byte would be written: the end of file for a description that appends. */
static uint64_t write_place(int fd, uint64_t offset, const struct stat *stat)
{
    off_t position;

    if (offset == NT_OS_FILE_END || (fcntl(fd, F_GETFL) & O_APPEND))
        return (uint64_t)stat->st_size;
    if (offset != NT_OS_FILE_POSITION)
        return offset;
    position = lseek(fd, 0, SEEK_CUR);
    return position < 0 ? 0 : (uint64_t)position;
}

/* Whether writing one byte there would raise SIGXFSZ. A longer write is cut by the kernel. */
static bool write_exceeds(int fd, uint64_t offset)
{
    uint64_t limit = file_limit();
    struct stat stat;

    if (limit == UINT64_MAX)
        return false;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) &&
           write_place(fd, offset, &stat) >= limit;
}

static ssize_t append_once(int fd, const void *buffer, size_t size)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)buffer, .iov_len = size};
    ssize_t n = pwritev2(fd, &part, 1, -1, RWF_APPEND);

    if (n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS) && lseek(fd, 0, SEEK_END) >= 0)
        n = write(fd, buffer, size); /* Linux before 4.16: not in one step */
    return n;
}

static ssize_t write_once(int fd, const void *buffer, size_t size, uint64_t offset)
{
    ssize_t n;

    if (size && write_exceeds(fd, offset))
        return -EFBIG;
    do {
        if (offset == NT_OS_FILE_END)
            n = append_once(fd, buffer, size);
        else if (offset == NT_OS_FILE_POSITION)
            n = write(fd, buffer, size);
        else
            n = pwrite(fd, buffer, size, (off_t)offset);
        if (n < 0 && errno == EAGAIN) {
            wait_until(fd, POLLOUT);
            errno = EINTR;
        }
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int write_all(int fd, const char *buffer, size_t size, uint64_t offset, size_t *ret_done)
{
    size_t done = 0;

    do {
        ssize_t n = write_once(fd, buffer + done, size - done, offset);

        if (n < 0 && done == 0)
            return (int)n;
        if (n <= 0)
            break;
        done += (size_t)n;
        if (offset < NT_OS_FILE_END)
            offset += (size_t)n;
    } while (done < size);
    *ret_done = done;
    return 0;
}

int nt_os_file_write(int fd, const void *buffer, size_t size, uint64_t offset, size_t *ret_done)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_WRITE);
    if (offset < NT_OS_FILE_END && offset > INT64_MAX)
        return -EINVAL;
    cancel_state = nt_os_hold_cancel();
    r = write_all(fd, buffer, size, offset, ret_done);
    nt_os_allow_cancel(cancel_state);
    return r;
}

/*
 * SIGPIPE goes to the thread that writes: it is blocked there meanwhile, and one that the write has
 * raised is taken away, unless one was pending before.
 */
int nt_os_pipe_write(int fd, const void *buffer, size_t size, size_t *ret_done)
{
    static const struct timespec at_once;
    sigset_t pipe_signal, before, pending;
    int cancel_state, r;
    bool was_pending;

    cancel_state = nt_os_hold_cancel();
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    r = nt_os_file_write(fd, buffer, size, NT_OS_FILE_POSITION, ret_done);
    if (!was_pending) {
        while (sigtimedwait(&pipe_signal, NULL, &at_once) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_file_seek(int fd, int64_t distance, int whence, uint64_t *ret_position)
{
    off_t position;

    NT_OS_FAULT(NT_OS_SEEK);
    position = lseek(fd, distance, whence);
    if (position < 0)
        return -errno;
    if (ret_position)
        *ret_position = (uint64_t)position;
    return 0;
}

/* --- lengths ----------------------------------------------------------------------------- */

int nt_os_file_resize(int fd, uint64_t size)
{
    struct stat stat;

    NT_OS_FAULT(NT_OS_FTRUNCATE);
    if (size > INT64_MAX)
        return -EFBIG;
    if (size > file_limit() && (fstat(fd, &stat) < 0 || size > (uint64_t)stat.st_size))
        return -EFBIG;
    while (ftruncate(fd, (off_t)size) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/*
 * fallocate(), whole: a signal makes some file systems undo what they have done and answer
 * EINTR, so under a storm of signals it would never end. No signal is let in the second time.
 */
static int allocate_range(int fd, int mode, uint64_t from, uint64_t size)
{
    sigset_t all, before;
    int r;

    if (fallocate(fd, mode, (off_t)from, (off_t)size) == 0)
        return 0;
    if (errno != EINTR)
        return -errno;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    do
        r = fallocate(fd, mode, (off_t)from, (off_t)size) == 0 ? 0 : -errno;
    while (r == -EINTR);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r;
}

/* Zeros, for a file system that cannot allocate. */
static int write_zeros(int fd, uint64_t from, uint64_t size)
{
    static const char zeros[65536];

    while (from < size) {
        size_t part = size - from < sizeof(zeros) ? (size_t)(size - from) : sizeof(zeros);
        size_t done = 0;
        int r = write_all(fd, zeros, part, from, &done);

        if (r < 0)
            return r;
        if (done == 0)
            return -EIO;
        from += done;
    }
    return 0;
}

/*
 * Blocks behind the end that a failure has left go when the file gets the length that it has.
 * (Who makes it longer in just this moment, on a full disk, loses what he wrote: there is no
 * call that would only drop the blocks.)
 */
static void drop_blocks_behind_end(int fd, const struct stat *before)
{
    struct stat now;

    if (fstat(fd, &now) < 0 || now.st_blocks == before->st_blocks)
        return;
    while (ftruncate(fd, now.st_size) < 0 && errno == EINTR)
        ;
}

static int allocate(int fd, uint64_t from, uint64_t size)
{
    struct stat before;
    int r;

    if (fstat(fd, &before) < 0)
        return -errno;
    r = allocate_range(fd, FALLOC_FL_KEEP_SIZE, from, size - from);
    if (r == 0) {
        /* The room is there; the end moves, and never back. */
        r = allocate_range(fd, 0, from, size - from);
    } else if (r == -EOPNOTSUPP || r == -ENOSYS) {
        r = write_zeros(fd, from, size);
        if (r < 0) {
            while (ftruncate(fd, before.st_size) < 0 && errno == EINTR)
                ;
        }
        return r;
    }
    if (r < 0)
        drop_blocks_behind_end(fd, &before);
    return r;
}

int nt_os_file_allocate(int fd, uint64_t from, uint64_t size)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_ALLOCATE);
    if (size <= from)
        return 0;
    if (size > INT64_MAX || size > file_limit())
        return -EFBIG;
    cancel_state = nt_os_hold_cancel();
    r = allocate(fd, from, size);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_file_sync(int fd)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_SYNC);
    cancel_state = nt_os_hold_cancel();
    do
        r = fsync(fd) < 0 ? -errno : 0;
    while (r == -EINTR);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_msync(void *address, size_t size, bool wait)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_MSYNC);
    cancel_state = nt_os_hold_cancel();
    do
        r = msync(address, size, wait ? MS_SYNC : MS_ASYNC) < 0 ? -errno : 0;
    while (r == -EINTR);
    nt_os_allow_cancel(cancel_state);
    return r;
}

/* --- locks ------------------------------------------------------------------------------- */

int nt_os_file_lock(int fd, int type, uint64_t offset, uint64_t size, bool wait)
{
    struct flock lock = {
        .l_type = (short)type,
        .l_whence = SEEK_SET,
        .l_start = (off_t)offset,
        .l_len = (off_t)size,
    };
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_LOCK);
    if (offset > INT64_MAX || size > (uint64_t)INT64_MAX - offset)
        return -EINVAL;
    cancel_state = nt_os_hold_cancel();
    do
        r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) < 0 ? -errno : 0;
    while (r == -EINTR);
    nt_os_allow_cancel(cancel_state);
    return r == -EACCES ? -EAGAIN : r;
}
