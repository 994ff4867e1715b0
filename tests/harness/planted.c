// SPDX-License-Identifier: MIT
/*
 * Cases with planted faults, for self-test.py: each must be reported as exactly what it is.
 *
 * Some hold, to show that the checks do not cry wolf.  The library is not linked in; a small
 * stand-in for the broker and for the two calls that the harness makes shows what happens around a
 * real one: fake_broker() listens in the private directory, and how many "names" it has is the
 * size of a file there.
 */
#include "harness/test.h"

#include <ntshm/ntshm.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* --- a stand-in for the library ----------------------------------------------------- */

static DWORD last_error;
static int library_fd = -1;

__attribute__((visibility("default"))) DWORD WINAPI GetLastError(void)
{
    return last_error;
}

__attribute__((visibility("default"))) void WINAPI SetLastError(DWORD error)
{
    last_error = error;
}

/* A descriptor that the library keeps for speed is no leak. */
__attribute__((visibility("default"))) void ntshm_quiesce(void)
{
    if (library_fd >= 0)
        close(library_fd);
    library_fd = -1;
}

static const char *names_file(char path[200])
{
    snprintf(path, 200, "%s/names", getenv("NTSHM_BROKER"));
    return path;
}

__attribute__((visibility("default"))) BOOL ntshm_broker_statistics(
    struct ntshm_broker_statistics *statistics)
{
    char path[200];
    struct stat st;

    if (statistics->size != sizeof(*statistics) || stat(names_file(path), &st) < 0)
        return 0;
    statistics->names = statistics->objects = (uint64_t)st.st_size;
    return 1;
}

static void add_names(int n)
{
    char path[200];
    int fd = open(names_file(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    require(fd >= 0 && ftruncate(fd, n) == 0);
    close(fd);
}

static void serve(int fd, int ready_fd, bool obeys)
{
    prctl(PR_SET_NAME, "ntshmd");
    setsid();
    if (!obeys)
        signal(SIGTERM, SIG_IGN);
    listen(fd, 8); /* who does this is the socket's owner */
    if (write(ready_fd, "", 1) == 1)
        close(ready_fd);
    for (;;) {
        int client = accept(fd, NULL, NULL);

        if (client >= 0)
            close(client);
    }
}

/* Leaves a daemon behind that listens in the broker's directory; gives its pid. */
static pid_t fake_broker(bool obeys)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int ready[2];
    pid_t pid;
    char byte;

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", getenv("NTSHM_BROKER"));
    require(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "%s", strerror(errno));
    require(pipe2(ready, O_CLOEXEC) == 0);
    pid = fork();
    require(pid >= 0);
    if (pid == 0) {
        close(ready[0]);
        serve(fd, ready[1], obeys);
    }
    close(ready[1]);
    ok(TEMP_FAILURE_RETRY(read(ready[0], &byte, 1)) == 1);
    close(ready[0]);
    close(fd);
    return pid;
}

/* --- what holds --------------------------------------------------------------------- */

TEST(holds, "1.1 1.2")
{
    ok(1 + 1 == 2, "arithmetic %d", 2);
    ok(true);
    ok_eq(5, 5);
    ok_ne(5, 6);
    ok_ptr_eq(NULL, NULL);
    ok_str_eq("a", "a");
    ok_wstr_eq(L"a", L"a");
    ok_mem_eq("abc", "abd", 2);
    SetLastError(6);
    ok_error(6);
    ok_status(0xC0000022, 0xC0000022);
}

static BOOL refuse(DWORD error)
{
    SetLastError(error);
    return 0;
}

TEST(holds_fails, "")
{
    ok_fails(refuse(87), 87);
    ok_succeeds(!refuse(87));
}

TEST(holds_with_library_descriptor, "")
{
    library_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ok(library_fd > 2);
}

TEST(holds_with_allocations, "")
{
    /* Memory of malloc() is not a mapping, whatever its size. */
    static void *volatile kept;

    ok((kept = malloc(16u << 20)) != NULL);
}

static void nothing(void *arg)
{
    ok(arg != NULL);
}

TEST(holds_with_thread, "")
{
    struct test_thread t[4];

    for (int i = 0; i < 4; i++)
        test_thread_start(&t[i], nothing, t);
    for (int i = 0; i < 4; i++)
        test_thread_join(&t[i]);
}

TEST(holds_with_mapping, "")
{
    void *p = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ok(p != MAP_FAILED);
    ok_eq(munmap(p, 65536), 0);
}

TEST(holds_names, "")
{
    ok_str_eq(A_("Local\\x") + 0, A_("Local\\x"));
    ok(strncmp(A_("Local\\x"), "Local\\t", 7) == 0, "%s", A_("Local\\x"));
    ok(strcmp(A_("x"), A_("y")) != 0);
    ok_ptr_eq(L_("x"), L_("x"));
    ok(wcscmp(L_("x"), L"x") != 0);
}

TEST(holds_with_broker, "")
{
    add_names(0);
    printf("broker %d\n", (int)fake_broker(true));
}

CHILD(echo)
{
    char line[100];

    ok_eq(argc, 3);
    test_say("%s %s %s", argv[0], argv[1], A_("name"));
    while (test_hear(line, sizeof(line), 5000))
        test_say("heard %s", line);
    return 42;
}

TEST(holds_with_child, "")
{
    struct test_child c;
    char want[200];

    require(test_child_start(&c, "echo", "one", "two words"));
    snprintf(want, sizeof(want), "echo one %s", A_("name"));
    test_child_expect(&c, want, 5000);
    for (int i = 0; i < 3; i++) {
        test_child_write_line(&c, "line %d", i);
        snprintf(want, sizeof(want), "heard line %d", i);
        test_child_expect(&c, want, 5000);
    }
    ok_eq(test_child_wait(&c, 5000), 42);
}

CHILD(sleeper)
{
    char line[10];

    test_say("asleep");
    test_hear(line, sizeof(line), 100000);
    return 0;
}

TEST(holds_with_killed_child, "")
{
    struct test_child c;

    require(test_child_start(&c, "sleeper"));
    test_child_expect(&c, "asleep", 5000);
    ok_eq(test_child_kill(&c), TEST_CHILD_KILLED);
}

static int forked(void *arg)
{
    char line[100];

    ok_ptr_eq(arg, &last_error);
    test_say("forked");
    test_hear(line, sizeof(line), 5000);
    ok_str_eq(line, "end");
    return 7;
}

TEST(holds_with_fork, "")
{
    struct test_child c;

    require(test_child_fork(&c, forked, &last_error));
    test_child_expect(&c, "forked", 5000);
    test_child_write_line(&c, "end");
    ok_eq(test_child_wait(&c, 5000), 7);
}

TEST(holds_with_todo, "")
{
    todo_wine
    {
        ok(true); /* native: a todo_wine block is like any other */
    }
    todo_if(true)
    {
        ok(true);
        ok(false);
    }
    ok(true);
}

TEST_TODO(not_done_yet, "")
{
    ok(false);
}

/* Only under --signal-storm is the sleep interrupted; self-test.py runs it both ways. */
TEST(storm_interrupts, "")
{
    struct timespec ts = {.tv_nsec = 50000000};

    ok(nanosleep(&ts, NULL) < 0 && errno == EINTR);
}

/* --- what does not hold ------------------------------------------------------------- */

TEST(bad_assertions, "")
{
    ok(1 > 2, "because %d", 12345);
    ok_eq(5, 255);
    ok_ne(77, 77);
    ok_ptr_eq((void *)0x1000, (void *)0x2000);
    ok_str_eq("got this", "wanted that");
    ok_wstr_eq(L"got wide", L"wanted wide");
    ok_mem_eq("abc", "abd", 3);
    SetLastError(6);
    ok_error(87);
    ok_status(0xC0000022, 0xC0000034);
    ok_fails(refuse(5), 87);
    ok_fails(!refuse(5), 87);
    ok_fails(0, 87);
    ok_succeeds(refuse(1455));
}

TEST(bad_require, "")
{
    require(false, "fatal");
    test_note("never seen");
}

TEST(bad_nothing_asserted, "") {}

TEST(bad_descriptor, "")
{
    ok(open("/dev/null", O_RDONLY | O_CLOEXEC) > 2);
}

TEST(bad_closed_descriptor, "")
{
    ok(close(0) == 0);
}

TEST(bad_replaced_descriptor, "")
{
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

    ok(dup2(fd, 0) == 0);
    close(fd);
}

TEST(bad_mapping, "")
{
    ok(mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

TEST(bad_memfd_mapping, "")
{
    int fd = memfd_create("planted", MFD_CLOEXEC);

    ok(ftruncate(fd, 4096) == 0);
    ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED);
    close(fd);
}

static void *sleep_on(void *arg)
{
    for (;;)
        pause();
    return arg;
}

TEST(bad_thread, "")
{
    pthread_t thread;

    ok(pthread_create(&thread, NULL, sleep_on, NULL) == 0);
}

TEST(bad_child_left, "")
{
    struct test_child c;

    require(test_child_start(&c, "sleeper"));
    test_child_expect(&c, "asleep", 5000);
    close((int)c.from);
    fcntl((int)c.to, F_SETFD, 0);
    close((int)c.to);
    /* The sleeper sees its input end soon; a daemon of our own does not. */
    if (fork() == 0)
        sleep_on(NULL);
}

CHILD(fails)
{
    ok_eq(1, 2);
    return 0;
}

TEST(bad_child_assertion, "")
{
    struct test_child c;

    require(test_child_start(&c, "fails"));
    test_child_wait(&c, 5000);
}

TEST(bad_child_deadline, "")
{
    struct test_child c;
    char line[10];

    require(test_child_start(&c, "sleeper"));
    test_child_expect(&c, "asleep", 5000);
    ok(!test_child_read_line(&c, line, sizeof(line), 50));
    test_child_kill(&c);
}

TEST(bad_names, "")
{
    add_names(3);
    fake_broker(true);
}

TEST(bad_broker, "")
{
    add_names(0);
    printf("broker %d\n", (int)fake_broker(false));
}

TEST(bad_crash, "")
{
    ok(true);
    raise(SIGSEGV);
}

TEST(bad_abort, "")
{
    ok(true);
    abort();
}

TEST(bad_exit, "")
{
    ok(true);
    exit(0);
}

static void exit_with_3(void)
{
    _exit(3);
}

TEST(bad_exit_handler, "")
{
    ok(atexit(exit_with_3) == 0);
}

TEST_DEADLINE(bad_hang, "", 1)
{
    ok(true);
    sleep_on(NULL);
}

TEST(bad_todo_that_holds, "")
{
    todo_if(true)
    {
        ok(true);
    }
}

TEST_TODO(bad_todo_case_that_holds, "")
{
    ok(true);
}

TEST(skipped, "")
{
    skip("no %s here", "unicorns");
}

TEST(win_skip_goes_on, "")
{
    win_skip("on Windows");
    ok(true);
}
