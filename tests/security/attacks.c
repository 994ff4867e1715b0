// SPDX-License-Identifier: MIT
/*
 * The attacks. Each is the shortest program that would write if the kernel let it; the ones that
 * got a descriptor or a mapping write a byte with it, so that the victim sees it too.
 */
#include "security/readonly.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#    define F_SEAL_FUTURE_WRITE 0x0010
#endif

static const unsigned char other[4096] = {0xa5};

static bool scribble(int fd)
{
    bool got_in = fd >= 0;

    if (got_in) {
        (void)!pwrite(fd, other, 1, 0);
        close(fd);
    }
    return got_in;
}

static int open_at(const char *format, long a, long b, int flags)
{
    char path[96];

    snprintf(path, sizeof(path), format, a, b);
    return open(path, flags | O_CLOEXEC);
}

/* --- opening it again ----------------------------------------------------------------------- */

static bool reopen(const struct loot *loot)
{
    return scribble(open_at("/proc/self/fd/%ld", loot->fd, 0, O_RDWR));
}

static bool reopen_write_only(const struct loot *loot)
{
    return scribble(open_at("/proc/self/fd/%ld", loot->fd, 0, O_WRONLY));
}

static bool reopen_dev_fd(const struct loot *loot)
{
    return scribble(open_at("/dev/fd/%ld", loot->fd, 0, O_RDWR));
}

static bool reopen_truncating(const struct loot *loot)
{
    int fd = open_at("/proc/self/fd/%ld", loot->fd, 0, O_RDONLY | O_TRUNC);

    if (fd < 0)
        return false;
    close(fd);
    return true;
}

static bool reopen_path(const struct loot *loot)
{
    int path_fd = open_at("/proc/self/fd/%ld", loot->fd, 0, O_PATH);
    int fd = path_fd < 0 ? -1 : open_at("/proc/self/fd/%ld", path_fd, 0, O_RDWR);

    if (path_fd >= 0)
        close(path_fd);
    return scribble(fd);
}

static bool reopen_in_child(const struct loot *loot)
{
    char path[64];
    int status = 0;
    pid_t pid;

    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), loot->fd);
    pid = fork();
    if (pid == 0)
        _exit(scribble(open(path, O_RDWR)) ? 1 : 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status != 0;
}

static bool open_map_file(const struct loot *loot)
{
    unsigned long start = (unsigned long)loot->view;

    return scribble(
        open_at("/proc/self/map_files/%lx-%lx", (long)start, (long)start + LOOT_SIZE, O_RDWR));
}

static bool open_by_handle(const struct loot *loot)
{
    union {
        struct file_handle handle;
        char bytes[sizeof(struct file_handle) + 128];
    } u = {.handle = {.handle_bytes = 128}};
    int mount;

    if (name_to_handle_at(loot->fd, "", &u.handle, &mount, AT_EMPTY_PATH) < 0)
        return false;
    return scribble(open_by_handle_at(loot->fd, &u.handle, O_RDWR));
}

/* --- through the giver ---------------------------------------------------------------------- */

static bool givers_fd(const struct loot *loot)
{
    return scribble(open_at("/proc/%ld/fd/%ld", loot->giver, loot->giver_fd, O_RDWR));
}

static bool givers_memory_file(const struct loot *loot)
{
    return scribble(open_at("/proc/%ld/mem", loot->giver, 0, O_RDWR));
}

static bool givers_pidfd(const struct loot *loot)
{
    int pidfd = (int)syscall(SYS_pidfd_open, loot->giver, 0);
    int fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, loot->giver_fd, 0);

    if (pidfd >= 0)
        close(pidfd);
    return scribble(fd);
}

static bool givers_memory(const struct loot *loot)
{
    struct iovec from = {(void *)other, 1}, to = {(void *)(uintptr_t)loot->giver_address, 1};

    return process_vm_writev(loot->giver, &from, 1, &to, 1, 0) == 1;
}

static bool trace_giver(const struct loot *loot)
{
    if (ptrace(PTRACE_SEIZE, loot->giver, NULL, NULL) < 0)
        return false;
    ptrace(PTRACE_DETACH, loot->giver, NULL, NULL);
    return true;
}

/* --- mapping -------------------------------------------------------------------------------- */

static bool scribble_view(void *view)
{
    if (view == MAP_FAILED)
        return false;
    *(volatile unsigned char *)view = other[0];
    munmap(view, LOOT_SIZE);
    return true;
}

static bool map_for_writing(const struct loot *loot)
{
    return scribble_view(mmap(NULL, LOOT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, loot->fd, 0));
}

static bool map_and_validate(const struct loot *loot)
{
    return scribble_view(
        mmap(NULL, LOOT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, loot->fd, 0));
}

static bool unprotect(const struct loot *loot)
{
    if (mprotect(loot->view, LOOT_SIZE, PROT_READ | PROT_WRITE) < 0)
        return false;
    loot->view[0] = other[0];
    return true;
}

/* A second mapping of the same pages; then as above. */
static bool copy_mapping(const struct loot *loot)
{
    void *copy = mremap(loot->view, 0, LOOT_SIZE, MREMAP_MAYMOVE);
    bool got_in = copy != MAP_FAILED && mprotect(copy, LOOT_SIZE, PROT_READ | PROT_WRITE) == 0;

    if (got_in)
        *(volatile unsigned char *)copy = other[0];
    if (copy != MAP_FAILED)
        munmap(copy, LOOT_SIZE);
    return got_in;
}

static bool remove_pages(const struct loot *loot)
{
    return madvise(loot->view, LOOT_SIZE, MADV_REMOVE) == 0;
}

static bool poison_pages(const struct loot *loot)
{
    return madvise(loot->view, 4096, 100 /* MADV_HWPOISON */) == 0;
}

/* --- file calls ----------------------------------------------------------------------------- */

static bool write_it(const struct loot *loot)
{
    return pwrite(loot->fd, other, 1, 0) == 1 || write(loot->fd, other, 1) == 1;
}

static bool write_vector(const struct loot *loot)
{
    struct iovec part = {(void *)other, 1};

    return pwritev2(loot->fd, &part, 1, 0, 0) == 1;
}

static bool change_flags(const struct loot *loot)
{
    (void)fcntl(loot->fd, F_SETFL, O_RDWR);
    return (fcntl(loot->fd, F_GETFL) & O_ACCMODE) != O_RDONLY || write_it(loot);
}

static bool shrink(const struct loot *loot)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", loot->fd);
    return ftruncate(loot->fd, 0) == 0 || truncate(path, 0) == 0;
}

static bool grow(const struct loot *loot)
{
    return ftruncate(loot->fd, 2 * LOOT_SIZE) == 0;
}

static bool punch(const struct loot *loot)
{
    return fallocate(loot->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0 ||
           fallocate(loot->fd, FALLOC_FL_ZERO_RANGE, 0, 4096) == 0;
}

static bool seal(const struct loot *loot)
{
    return fcntl(loot->fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 ||
           fcntl(loot->fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0;
}

static bool change_mode(const struct loot *loot)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", loot->fd);
    return fchmod(loot->fd, 0777) == 0 || chmod(path, 0777) == 0 ||
           fchown(loot->fd, geteuid(), getegid()) == 0;
}

static bool take_lease(const struct loot *loot)
{
    return fcntl(loot->fd, F_SETLEASE, F_WRLCK) == 0;
}

/* The kernel as the writer: copies between descriptors. */
static bool send_file(const struct loot *loot)
{
    int source = memfd_create("source", MFD_CLOEXEC);
    off_t at = 0;
    bool got_in;

    if (source < 0 || write(source, other, sizeof(other)) < 0)
        return false;
    got_in = sendfile(loot->fd, source, &at, 1) > 0;
    at = 0;
    got_in |= copy_file_range(source, &at, loot->fd, NULL, 1, 0) > 0;
    close(source);
    return got_in;
}

static bool splice_in(const struct loot *loot)
{
    int ends[2];
    bool got_in;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    (void)!write(ends[1], other, 16);
    got_in = splice(ends[0], NULL, loot->fd, NULL, 16, SPLICE_F_NONBLOCK) > 0;
    close(ends[0]);
    close(ends[1]);
    return got_in;
}

/* Its pages in a pipe, and then more bytes for the last page that is there. */
static bool splice_out_and_append(const struct loot *loot)
{
    struct iovec part = {loot->view, 4096};
    int ends[2];
    off_t at = 0;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    /* A pipe all of whose slots once held bytes to which more could be added. */
    for (int i = 0; i < 16; i++)
        (void)!write(ends[1], other, sizeof(other));
    for (int i = 0; i < 16; i++) {
        unsigned char bytes[4096];

        (void)!read(ends[0], bytes, sizeof(bytes));
    }
    (void)!splice(loot->fd, &at, ends[1], NULL, 1, SPLICE_F_NONBLOCK);
    (void)!write(ends[1], other, 16);
    (void)!vmsplice(ends[1], &part, 1, SPLICE_F_GIFT | SPLICE_F_NONBLOCK);
    (void)!write(ends[1], other, 16);
    close(ends[0]);
    close(ends[1]);
    return loot->view[0] == other[0] || loot->view[1] != LOOT_BYTE;
}

/* --- the kernel writes into our view for us -------------------------------------------------- */

static bool read_into_view(const struct loot *loot)
{
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    bool got_in = zero >= 0 && read(zero, loot->view, 1) == 1;

    if (zero >= 0)
        close(zero);
    return got_in;
}

static bool own_memory_file(const struct loot *loot)
{
    int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    bool got_in = fd >= 0 && pwrite(fd, other, 1, (off_t)(uintptr_t)loot->view) == 1;

    if (fd >= 0)
        close(fd);
    return got_in;
}

static bool own_memory(const struct loot *loot)
{
    struct iovec from = {(void *)other, 1}, to = {loot->view, 1};

    return process_vm_writev(getpid(), &from, 1, &to, 1, 0) == 1;
}

/* A debugger may write into read-only pages of its child. */
static bool poke_child(const struct loot *loot)
{
    bool got_in;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        _exit(0);
    }
    if (pid < 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    got_in = WIFSTOPPED(status) &&
             ptrace(PTRACE_POKEDATA, pid, loot->view, (void *)(uintptr_t)other[0]) == 0;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return got_in;
}

static bool futex_operation(const struct loot *loot)
{
    int word = 0;

    return syscall(SYS_futex, &word, FUTEX_WAKE_OP, 1, 1, loot->view,
                   FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_EQ, 0)) >= 0;
}

static bool futex_lock(const struct loot *loot)
{
    struct timespec now = {0, 0};

    return syscall(SYS_futex, loot->view, FUTEX_LOCK_PI, 0, &now, NULL, 0) == 0;
}

/* Fixed buffers of an io_uring are pinned for writing. */
static bool io_uring_buffer(const struct loot *loot)
{
    struct iovec part = {loot->view, 4096};
    unsigned char parameters[256] = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 1, parameters);
    bool got_in;

    if (ring < 0)
        return false; /* forbidden or not there: no way either */
    got_in = syscall(SYS_io_uring_register, ring, 0 /* buffers */, &part, 1) == 0;
    close(ring);
    return got_in;
}

static bool user_faults(const struct loot *loot)
{
    struct uffdio_api api = {.api = UFFD_API};
    struct uffdio_register range = {
        .range = {(uintptr_t)loot->view, LOOT_SIZE},
        .mode = UFFDIO_REGISTER_MODE_MISSING,
    };
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* user mode only */);
    bool got_in;

    if (fd < 0)
        return false;
    got_in = ioctl(fd, UFFDIO_API, &api) == 0 && ioctl(fd, UFFDIO_REGISTER, &range) == 0;
    close(fd);
    return got_in;
}

/* --- the lease ------------------------------------------------------------------------------ */

static bool write_lease(const struct loot *loot)
{
    return write(loot->lease, other, 1) == 1;
}

static bool reopen_lease(const struct loot *loot)
{
    int fd = open_at("/proc/self/fd/%ld", loot->lease, 0, O_WRONLY | O_NONBLOCK);

    if (fd < 0)
        fd = open_at("/proc/self/fd/%ld", loot->lease, 0, O_RDWR | O_NONBLOCK);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

static bool change_lease(const struct loot *loot)
{
    return fchmod(loot->lease, 0666) == 0 || fchown(loot->lease, geteuid(), getegid()) == 0;
}

static bool splice_into_lease(const struct loot *loot)
{
    off_t at = 0;

    return splice(loot->fd, &at, loot->lease, NULL, 1, SPLICE_F_NONBLOCK) > 0 ||
           tee(loot->lease, loot->lease, 1, SPLICE_F_NONBLOCK) > 0;
}

const struct attack attacks[] = {
    {"opening it again", reopen},
    {"opening it again for writing only", reopen_write_only},
    {"opening /dev/fd", reopen_dev_fd},
    {"opening it again with O_TRUNC", reopen_truncating},
    {"opening it through O_PATH", reopen_path},
    {"opening it from another process", reopen_in_child},
    {"opening map_files", open_map_file},
    {"opening it by its handle", open_by_handle},
    {"opening the giver's descriptor", givers_fd},
    {"opening the giver's memory", givers_memory_file},
    {"fetching the giver's descriptor", givers_pidfd},
    {"writing into the giver's memory", givers_memory},
    {"tracing the giver", trace_giver},
    {"mapping it for writing", map_for_writing},
    {"mapping it for writing, validated", map_and_validate},
    {"mprotect", unprotect},
    {"mremap and mprotect", copy_mapping},
    {"MADV_REMOVE", remove_pages},
    {"MADV_HWPOISON", poison_pages},
    {"write", write_it},
    {"pwritev2", write_vector},
    {"F_SETFL", change_flags},
    {"shrinking it", shrink},
    {"growing it", grow},
    {"punching a hole", punch},
    {"sealing it", seal},
    {"changing its mode or owner", change_mode},
    {"F_SETLEASE", take_lease},
    {"sendfile and copy_file_range", send_file},
    {"splice", splice_in},
    {"appending to its pages in a pipe", splice_out_and_append},
    {"read into the view", read_into_view},
    {"/proc/self/mem", own_memory_file},
    {"process_vm_writev on the view", own_memory},
    {"PTRACE_POKEDATA", poke_child},
    {"FUTEX_WAKE_OP", futex_operation},
    {"FUTEX_LOCK_PI", futex_lock},
    {"a fixed buffer of io_uring", io_uring_buffer},
    {"userfaultfd", user_faults},
    {"writing into the lease", write_lease},
    {"opening the lease for writing", reopen_lease},
    {"changing the lease's mode", change_lease},
    {"splicing into the lease", splice_into_lease},
    {NULL, NULL},
};
