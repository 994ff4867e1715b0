// SPDX-License-Identifier: MIT
/*
 * SEC_RESERVE sections, seen by the Linux kernel: a page that another process has committed is
 * accessible to every system call that is given its address, for which no signal handler runs;
 * sections of 16 TiB; limits; and many processes that commit at random.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <linux/futex.h>
#    include <linux/io_uring.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/prctl.h>
#    include <sys/resource.h>
#    include <sys/socket.h>
#    include <sys/syscall.h>
#    include <sys/uio.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    define TIB (1ull << 40)

static HANDLE new_reserve(const wchar_t *name, uint64_t size)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE,
                                        (DWORD)(size >> 32), (DWORD)size, name);

    require(section != NULL, "error %u", (unsigned)GetLastError());
    return section;
}

static char *map(HANDLE section, DWORD access)
{
    char *view = MapViewOfFile(section, access, 0, 0, 0);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    return view;
}

/* --- system calls on a page that another process has committed ----------------------- */

/* Commits page N whenever it is told a number. */
CHILD(page_committer)
{
    HANDLE section = open_section(L_("calls"), FILE_MAP_WRITE);
    char *view = map(section, FILE_MAP_WRITE), line[16];

    test_say("ready");
    while (test_hear(line, sizeof(line), SOON) && strcmp(line, "end") != 0) {
        char *page = view + atoi(line) * PAGE;

        ok_ptr_eq(VirtualAlloc(page, PAGE, MEM_COMMIT, PAGE_READWRITE), page);
        strcpy(page, "committed");
        test_say("done");
    }
    drop(section, view);
    return 0;
}

struct far_side {
    HANDLE section;
    char *view;
    struct test_child child;
};

static void start(struct far_side *far_side)
{
    far_side->section = new_reserve(L_("calls"), 64 * GRANULE);
    far_side->view = map(far_side->section, FILE_MAP_WRITE);
    require(test_child_start(&far_side->child, "page_committer"));
    test_child_expect(&far_side->child, "ready", SOON);
}

/* A page that this process has never touched and the other one has just committed. */
static char *fresh_page(struct far_side *far_side, unsigned page)
{
    char line[16];

    ok(!can_read(far_side->view + page * PAGE));
    snprintf(line, sizeof(line), "%u", page);
    test_child_write_line(&far_side->child, line);
    test_child_expect(&far_side->child, "done", SOON);
    return far_side->view + page * PAGE;
}

static void stop(struct far_side *far_side)
{
    test_child_write_line(&far_side->child, "end");
    ok_eq(test_child_wait(&far_side->child, SOON), 0);
    drop(far_side->section, far_side->view);
}

TEST(read_and_write_reach_a_page_committed_elsewhere, "6.4")
{
    struct far_side far_side;
    char text[16] = "";
    int ends[2];

    start(&far_side);
    require(pipe2(ends, O_CLOEXEC) == 0);
    /* Not committed: the kernel says so, and nothing is torn down. */
    errno = 0;
    ok(write(ends[1], far_side.view + 1 * PAGE, 10) < 0 && errno == EFAULT);

    ok_eq(write(ends[1], fresh_page(&far_side, 10), 10), 10);
    ok_eq(read(ends[0], text, 10), 10);
    ok_str_eq(text, "committed");

    require(write(ends[1], "from file", 10) == 10);
    ok_eq(read(ends[0], fresh_page(&far_side, 20), 10), 10);
    ok_str_eq(far_side.view + 20 * PAGE, "from file");

    require(write(ends[1], "vectors!", 8) == 8);
    {
        struct iovec parts[] = {{.iov_base = fresh_page(&far_side, 30), .iov_len = 4},
                                {.iov_base = fresh_page(&far_side, 40), .iov_len = 4}};

        ok_eq(readv(ends[0], parts, 2), 8);
        ok_mem_eq(parts[0].iov_base, "vect", 4);
        ok_mem_eq(parts[1].iov_base, "ors!", 4);
    }
    close(ends[0]);
    close(ends[1]);
    stop(&far_side);
}

TEST(recvmsg_reaches_a_page_committed_elsewhere, "6.4")
{
    struct far_side far_side;
    struct iovec part;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int ends[2];

    start(&far_side);
    require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    require(send(ends[1], "a message", 10, 0) == 10);
    part = (struct iovec){.iov_base = fresh_page(&far_side, 33), .iov_len = 100};
    ok_eq(recvmsg(ends[0], &message, 0), 10);
    ok_str_eq(far_side.view + 33 * PAGE, "a message");
    close(ends[0]);
    close(ends[1]);
    stop(&far_side);
}

TEST(futex_reaches_a_page_committed_elsewhere, "6.4")
{
    struct far_side far_side;
    struct timespec soon = {.tv_nsec = 100000}; /* a signal may come each millisecond */
    uint32_t *word;

    start(&far_side);
    word = (uint32_t *)(fresh_page(&far_side, 5) + 64);
    do {
        errno = 0;
        ok_eq(syscall(SYS_futex, word, FUTEX_WAIT, 0, &soon, NULL, 0), -1);
    } while (errno == EINTR);
    ok_eq(errno, ETIMEDOUT);
    ok_eq(syscall(SYS_futex, word + 1, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    stop(&far_side);
}

/* The smallest ring: one entry, submitted and waited for. */
static int ring_read(int ring, const struct io_uring_params *params, int fd, void *to,
                     unsigned size)
{
    size_t sq_size = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
    size_t cq_size = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
    size_t size_both = sq_size > cq_size ? sq_size : cq_size;
    char *rings =
        mmap(NULL, size_both, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    struct io_uring_sqe *entry = mmap(NULL, params->sq_entries * sizeof(*entry),
                                      PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    const struct io_uring_cqe *answer;
    int result;

    require(rings != MAP_FAILED && entry != MAP_FAILED);
    memset(entry, 0, sizeof(*entry));
    entry->opcode = IORING_OP_READ;
    entry->flags = IOSQE_ASYNC; /* a worker thread of the kernel touches the page */
    entry->fd = fd;
    entry->addr = (uintptr_t)to;
    entry->len = size;
    *(uint32_t *)(rings + params->sq_off.array) = 0;
    __atomic_store_n((uint32_t *)(rings + params->sq_off.tail), 1, __ATOMIC_RELEASE);
    require(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
    /* A signal may have ended the wait after the submission. */
    while (!__atomic_load_n((uint32_t *)(rings + params->cq_off.tail), __ATOMIC_ACQUIRE))
        require(syscall(SYS_io_uring_enter, ring, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 0 ||
                errno == EINTR);
    answer = (const struct io_uring_cqe *)(rings + params->cq_off.cqes);
    result = answer->res;
    munmap(rings, size_both);
    munmap(entry, params->sq_entries * sizeof(*entry));
    return result;
}

/* In a process of its own: an older kernel keeps its worker for as long as who had the ring. */
CHILD(ring_reader)
{
    struct io_uring_params params = {.flags = 0};
    int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
    struct far_side far_side;
    int ends[2];

    if (ring < 0 && (errno == ENOSYS || errno == EPERM)) {
        test_say("none");
        return 0;
    }
    require(ring >= 0);
    start(&far_side);
    require(pipe2(ends, O_CLOEXEC) == 0);
    require(write(ends[1], "by a ring", 10) == 10);
    ok_eq(ring_read(ring, &params, ends[0], fresh_page(&far_side, 50), 10), 10);
    ok_str_eq(far_side.view + 50 * PAGE, "by a ring");
    close(ends[0]);
    close(ends[1]);
    close(ring);
    stop(&far_side);
    test_say("read");
    return 0;
}

TEST(io_uring_reaches_a_page_committed_elsewhere, "6.4")
{
    struct test_child child;
    char line[16] = "";

    require(test_child_start(&child, "ring_reader"));
    test_child_read_line(&child, line, sizeof(line), 20000);
    ok_eq(test_child_wait(&child, 20000), 0);
    if (strcmp(line, "none") == 0)
        skip("no io_uring");
    ok_str_eq(line, "read");
}

TEST(loads_and_stores_reach_a_page_committed_elsewhere, "6.4")
{
    struct far_side far_side;
    char *page;

    start(&far_side);
    page = fresh_page(&far_side, 63);
    ok_str_eq(page, "committed");
    page[0] = 'C';
    ok_str_eq(page, "Committed");
    stop(&far_side);
}

/* --- size and limits ---------------------------------------------------------------- */

static void need_addresses(void)
{
#    ifdef __SANITIZE_THREAD__
    skip("ThreadSanitizer leaves no 16 TiB of addresses");
#    endif
}

TEST(sixteen_tebibytes_are_cheap, "6.1 6.3 6.4")
{
    need_addresses();

    HANDLE section = new_reserve(NULL, 16 * TIB);
    char *view = map(section, FILE_MAP_WRITE), *other = map(section, FILE_MAP_READ);
    char *last = view + 16 * TIB - PAGE, *middle = view + 9 * TIB;
    struct rusage before, after;

    getrusage(RUSAGE_SELF, &before);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .type = MEM_MAPPED, .size = 16 * TIB);
    ok_ptr_eq(VirtualAlloc(middle, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE), middle);
    strcpy(middle, "far");
    ok_str_eq(other + 9 * TIB, "far");
    ok_region(other, .allocation_base = other, .allocation_protect = PAGE_READONLY,
              .state = MEM_RESERVE, .type = MEM_MAPPED, .size = 9 * TIB);
    ok_ptr_eq(VirtualAlloc(last, PAGE, MEM_COMMIT, PAGE_READONLY), last);
    ok_region(middle + 2 * PAGE, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .type = MEM_MAPPED, .size = 7 * TIB - 3 * PAGE);
    ok_eq(*last, 0);
    getrusage(RUSAGE_SELF, &after);
    ok(after.ru_minflt - before.ru_minflt < 100, "%ld page faults",
       after.ru_minflt - before.ru_minflt);
    drop(NULL, other);
    drop(section, view);
}

TEST(file_size_limit_is_the_commit_limit, "6.3")
{
    HANDLE section = new_reserve(NULL, 64 * GRANULE);
    char *view = map(section, FILE_MAP_WRITE);
    struct rlimit limit = {.rlim_cur = 16 * GRANULE, .rlim_max = RLIM_INFINITY};

    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ok_fails(VirtualAlloc(view + 32 * GRANULE, PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_COMMITMENT_LIMIT);
    ok(!can_read(view + 32 * GRANULE));
    ok_ptr_eq(VirtualAlloc(view + 15 * GRANULE, PAGE, MEM_COMMIT, PAGE_READWRITE),
              view + 15 * GRANULE);
    view[15 * GRANULE] = 1;
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    drop(section, view);
}

TEST(more_than_the_machine_has_is_the_commit_limit, "6.3 3.47")
{
    need_addresses();

    HANDLE section = new_reserve(NULL, 16 * TIB);
    char *view = map(section, FILE_MAP_WRITE);

    ok_fails(VirtualAlloc(view, 8 * TIB, MEM_COMMIT, PAGE_READWRITE), ERROR_COMMITMENT_LIMIT);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .type = MEM_MAPPED, .size = 16 * TIB);
    /* Every page of a copying view may become the process's own. */
    ok_fails(MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0), ERROR_COMMITMENT_LIMIT);
    drop(section, view);
}

TEST(forked_child_commits_for_its_parent, "6.4")
{
    HANDLE section = new_reserve(NULL, GRANULE);
    char *view = map(section, FILE_MAP_WRITE);
    pid_t child = fork();
    int status = -1;

    if (child == 0)
        _exit(VirtualAlloc(view + 3 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE) ? 0 : 1);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    ok_eq(status, 0);
    view[3 * PAGE] = 1;
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .type = MEM_MAPPED, .size = 3 * PAGE);
    drop(section, view);
}

/* --- many at once ------------------------------------------------------------------- */

#    define RANDOM_PAGES   4096u
#    define RANDOM_COMMITS 400u

/* Commits runs of pages at random, and writes and reads each of them at once. */
CHILD(random_committer)
{
    unsigned seed = (unsigned)atoi(argc > 1 ? argv[1] : "1");
    HANDLE section = open_section(L_("many"), FILE_MAP_WRITE);
    char *view = map(section, FILE_MAP_WRITE);

    for (unsigned i = 0; i < RANDOM_COMMITS; i++) {
        unsigned page = (unsigned)rand_r(&seed) % RANDOM_PAGES;
        unsigned count = 1 + (unsigned)rand_r(&seed) % 8;
        MEMORY_BASIC_INFORMATION info;

        if (count > RANDOM_PAGES - page)
            count = RANDOM_PAGES - page;
        if (!ok_ptr_eq(VirtualAlloc(view + page * PAGE, count * PAGE, MEM_COMMIT, PAGE_READWRITE),
                       view + page * PAGE))
            break;
        for (unsigned k = page; k < page + count; k++) {
            view[k * PAGE + seed % 64] = 1;
            view[k * PAGE + PAGE - 1] = 1;
        }
        VirtualQuery(view + page * PAGE, &info, sizeof(info));
        if (!ok(info.State == MEM_COMMIT && info.RegionSize >= count * PAGE))
            break;
    }
    drop(section, view);
    return 0;
}

TEST_DEADLINE(many_processes_commit_at_random, "6.3 6.4 6.16", 120)
{
    HANDLE section = new_reserve(L_("many"), RANDOM_PAGES * PAGE);
    char *view = map(section, FILE_MAP_WRITE);
    struct test_child children[6];
    unsigned n_committed = 0, n_wrong = 0;

    for (unsigned i = 0; i < ARRAYSIZE(children); i++) {
        char seed[16];

        snprintf(seed, sizeof(seed), "%u", i * 7919 + 1);
        require(test_child_start(&children[i], "random_committer", seed));
    }
    for (unsigned i = 0; i < ARRAYSIZE(children); i++)
        ok_eq(test_child_wait(&children[i], 60000), 0);
    /* Exactly the pages that somebody wrote to are committed. */
    for (unsigned page = 0; page < RANDOM_PAGES; page++) {
        MEMORY_BASIC_INFORMATION info;

        VirtualQuery(view + page * PAGE, &info, sizeof(info));
        n_committed += info.State == MEM_COMMIT;
        if (info.State == MEM_COMMIT)
            n_wrong += view[page * PAGE + PAGE - 1] != 1;
    }
    ok_eq(n_wrong, 0);
    ok(n_committed > RANDOM_PAGES / 2 && n_committed < RANDOM_PAGES);
    drop(section, view);
}
#else
typedef int nothing_here;
#endif
