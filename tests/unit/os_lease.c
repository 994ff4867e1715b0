// SPDX-License-Identifier: MIT
/*
 * os/lease and os/wait: what a name's life hangs on, and sleeping on a word.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/os.h"
#include "unit/tasks.h"
#include "util/macro.h"

TEST(a_lease_dies_with_its_last_read_end, "11.27")
{
    int write_fd = -1, first = -1, second = -1, third = -1;

    ok_eq(nt_os_lease_new(&write_fd, &first), 0);
    ok(!nt_os_lease_is_dead(write_fd));
    ok_eq(nt_os_lease_reader(write_fd, &second), 0);
    first = nt_os_close(first);
    ok(!nt_os_lease_is_dead(write_fd));
    ok_eq(nt_os_dup(second, &third), 0);
    second = nt_os_close(second);
    ok(!nt_os_lease_is_dead(write_fd));
    third = nt_os_close(third);
    ok(nt_os_lease_is_dead(write_fd));
    nt_os_close(write_fd);
    nt_os_drop_caches();
}

TEST(a_descriptor_that_is_not_open_is_a_dead_lease, "")
{
    ok(nt_os_lease_is_dead(999));
}

static int hold(void *argument)
{
    char line[16];

    (void)argument;
    test_say("holding");
    test_hear(line, sizeof(line), 20000);
    return 0;
}

TEST(a_forked_child_holds_its_parents_lease, "11.27 12.26")
{
    int write_fd = -1, read_fd = -1;
    struct test_child child;

    ok_eq(nt_os_lease_new(&write_fd, &read_fd), 0);
    require(test_child_fork(&child, hold, NULL));
    test_child_expect(&child, "holding", 20000);
    read_fd = nt_os_close(read_fd);
    ok(!nt_os_lease_is_dead(write_fd));
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, 20000), 0);
    ok(nt_os_lease_is_dead(write_fd));
    nt_os_close(write_fd);
}

/* Ordered by waiting for the process: nothing else has to be waited for. */
TEST(a_killed_holder_gives_its_lease_back, "11.28")
{
    for (int round = 0; round < 10; round++) {
        int write_fd = -1, read_fd = -1;
        struct test_child child;

        ok_eq(nt_os_lease_new(&write_fd, &read_fd), 0);
        require(test_child_fork(&child, hold, NULL));
        test_child_expect(&child, "holding", 20000);
        nt_os_close(read_fd);
        ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
        ok(nt_os_lease_is_dead(write_fd));
        nt_os_close(write_fd);
    }
}

TEST(a_lease_takes_one_page_and_never_blocks, "")
{
    int write_fd = -1, read_fd = -1;
    struct stat status;
    char byte;

    ok_eq(nt_os_lease_new(&write_fd, &read_fd), 0);
    ok_eq(fcntl(write_fd, F_GETPIPE_SZ), 4096);
    ok(fcntl(write_fd, F_GETFL) & O_NONBLOCK);
    ok(fcntl(read_fd, F_GETFL) & O_NONBLOCK);
    ok(read(read_fd, &byte, 1) < 0 && errno == EAGAIN);
    ok(write(read_fd, "x", 1) < 0 && errno == EBADF);
    ok(fstat(read_fd, &status) == 0);
    ok_eq(status.st_mode & 07777, 0400);
    nt_os_close(read_fd);
    nt_os_close(write_fd);
}

/* Without root's power over permissions: what a holder of a read end can make of it. */
static int try_to_write(void *argument)
{
    int write_fd = -1, read_fd = -1, again = -1;

    (void)argument;
    if (geteuid() == 0 && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
        return 99;
    prctl(PR_SET_DUMPABLE, 1);
    ok_eq(nt_os_lease_new(&write_fd, &read_fd), 0);
    ok_eq((int64_t)nt_os_reopen(read_fd, O_WRONLY | O_NONBLOCK, &again), (int64_t)-EACCES);
    ok_eq((int64_t)nt_os_reopen(read_fd, O_RDWR | O_NONBLOCK, &again), (int64_t)-EACCES);
    ok_eq(nt_os_reopen(read_fd, O_RDONLY | O_NONBLOCK, &again), 0);
    nt_os_close(again);
    nt_os_close(read_fd);
    nt_os_close(write_fd);
    nt_os_drop_caches();
    return 0;
}

TEST(a_holder_cannot_reopen_a_lease_for_writing, "")
{
    struct test_child child;

    nt_os_drop_caches();
    require(test_child_fork(&child, try_to_write, NULL));
    ok_eq(test_child_wait(&child, 20000), 0);
}

/* --- sleeping --------------------------------------------------------------------------------- */

TEST(a_word_that_differs_is_not_waited_for, "")
{
    _Atomic uint32_t word = 5;

    ok_eq(nt_os_futex_wait(&word, 4, UINT64_MAX), 0);
}

TEST(a_sleep_ends_at_its_deadline, "")
{
    _Atomic uint32_t word = 5;
    uint64_t began = nt_os_now_ns();

    ok_eq((int64_t)nt_os_futex_wait(&word, 5, began + 30000000), (int64_t)-ETIMEDOUT);
    ok(nt_os_now_ns() >= began + 30000000);
    ok_eq((int64_t)nt_os_futex_wait(&word, 5, began), (int64_t)-ETIMEDOUT);
    ok_eq((int64_t)nt_os_futex_wait(&word, 5, 0), (int64_t)-ETIMEDOUT);
}

static void on_signal(int number)
{
    (void)number;
}

TEST(signals_neither_end_nor_stretch_a_sleep, "")
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    _Atomic uint32_t word = 5;
    uint64_t began, took;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    began = nt_os_now_ns();
    ok_eq((int64_t)nt_os_futex_wait(&word, 5, began + 100000000), (int64_t)-ETIMEDOUT);
    took = nt_os_now_ns() - began;
    setitimer(ITIMER_REAL, &never, NULL);
    ok(took >= 100000000, "%llu ns", (unsigned long long)took);
    ok(took < 20000000000ull, "%llu ns", (unsigned long long)took);
}

struct sleeper {
    _Atomic uint32_t word;
    _Atomic unsigned n_awake;
};

static void sleep_on(void *argument)
{
    struct sleeper *sleeper = argument;

    if (nt_os_futex_wait(&sleeper->word, 0, nt_os_now_ns() + 60000000000ull) == 0)
        atomic_fetch_add(&sleeper->n_awake, 1);
}

TEST(as_many_are_woken_as_asked, "")
{
    struct sleeper sleeper = {0, 0};
    struct test_thread threads[4];

    for (size_t i = 0; i < 4; i++)
        test_thread_start(&threads[i], sleep_on, &sleeper);
    require(test_until(count_sleepers() == 4, 20000));
    nt_os_futex_wake(&sleeper.word, 1);
    ok(test_until(sleeper.n_awake == 1, 20000));
    ok(test_until(count_sleepers() == 3, 20000), "%u sleep", count_sleepers());
    nt_os_futex_wake(&sleeper.word, 100);
    for (size_t i = 0; i < 4; i++)
        test_thread_join(&threads[i]);
    ok_eq(sleeper.n_awake, 4);
}

TEST(random_bytes_differ, "")
{
    unsigned char first[64] = {0}, second[64] = {0};

    ok_eq(nt_os_random(first, sizeof(first)), 0);
    ok_eq(nt_os_random(second, sizeof(second)), 0);
    ok(memcmp(first, second, sizeof(first)) != 0);
}

/* --- starting a daemon ---------------------------------------------------------------------------
 */

TEST(a_daemon_has_one_descriptor_and_no_parent_of_ours, "")
{
    /* What is open, told through the descriptor that was kept. */
    static const char *const argv[] = {"/bin/sh", "-c", "exec ls -1 /proc/self/fd/ >&3", NULL};
    int read_fd = -1, write_fd = -1, extra = -1, r;
    char text[256] = "";
    size_t n = 0;
    ssize_t got;

    require(nt_os_pipe(&read_fd, &write_fd) == 0);
    /* One that would go along if it were left open. */
    extra = fcntl(0, F_DUPFD, 40);
    ok_eq(nt_os_spawn_daemon(argv, write_fd), 0);
    write_fd = nt_os_close(write_fd);
    while (n < sizeof(text) - 1 && ((got = read(read_fd, text + n, sizeof(text) - 1 - n)) > 0 ||
                                    (got < 0 && errno == EINTR)))
        n += got > 0 ? (size_t)got : 0;
    text[n] = '\0';
    test_note("%s", text);
    ok(strncmp(text, "0\n1\n2\n3\n", 8) == 0, "%s", text);
    ok(strstr(text, "\n40\n") == NULL);
    (void)test_until(orphans_are_gone(), 20000);
    close(extra);
    nt_os_close(read_fd);
    /* Neither a child nor a zombie of ours. */
    r = waitpid(-1, NULL, WNOHANG | __WALL);
    ok(r < 0 && errno == ECHILD, "waitpid gave %d", r);
}

/* ThreadSanitizer lets the daemon share no memory: there the pipe alone tells. */
#ifdef __SANITIZE_THREAD__
#    define START_ERROR 0
#else
#    define START_ERROR (-ENOENT)
#endif

TEST(a_daemon_that_cannot_be_started_is_an_error, "")
{
    static const char *const argv[] = {"/nonexistent/program", NULL};
    int read_fd = -1, write_fd = -1;
    ssize_t n;
    char byte;

    require(nt_os_pipe(&read_fd, &write_fd) == 0);
    ok_eq((int64_t)nt_os_spawn_daemon(argv, write_fd), (int64_t)START_ERROR);
    nt_os_close(write_fd);
    do
        n = read(read_fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    ok_eq((int64_t)n, 0);
    nt_os_close(read_fd);
    ok(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
    (void)test_until(orphans_are_gone(), 20000);
}
