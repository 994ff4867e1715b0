// SPDX-License-Identifier: MIT
/*
 * Leases: the read end of a pipe that every holder of a name has. Nobody who holds one can write
 * into it or open it for writing, and it is closed whenever its holder ends, however that is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

/* Whether a program that asks now finds the name. */
static bool is_alive(const char *name)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);

    if (!section)
        ok_error(ERROR_FILE_NOT_FOUND);
    CloseHandle(section);
    return section != NULL;
}

static bool is_pipe(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Pipes that were there before the first name: what started the test may have left some. */
static bool was_pipe[1024];

static void look_at_pipes(void)
{
    for (int fd = 0; fd < 1024; fd++)
        was_pipe[fd] = is_pipe(fd);
}

/* The one pipe that is new: the lease. */
static int find_lease(void)
{
    int found = -1;

    for (int fd = 0; fd < 1024; fd++) {
        if (is_pipe(fd) && !was_pipe[fd]) {
            ok_eq(found, -1);
            found = fd;
        }
    }
    require(found > 2, "no lease");
    return found;
}

/* --- writing -------------------------------------------------------------------------------- */

static int open_again(const char *directory, int fd, int flags)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%s/%d", directory, fd);
    return open(path, flags | O_NONBLOCK | O_CLOEXEC);
}

/* As many ways as there are; @why_not is what the kernel must answer when it is opened again. */
static void try_to_write(int lease, int why_not)
{
    static const int modes[] = {O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_RDWR | O_APPEND};
    static const char *const places[] = {"self/fd", "thread-self/fd", "self/../self/fd"};
    char path[64], other[32];
    int status = -1;
    pid_t pid;

    ok(write(lease, "x", 1) < 0 && errno == EBADF);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
            ok(open_again(places[k], lease, modes[i]) < 0 && errno == why_not, "%s, mode %#x: %s",
               places[k], (unsigned)modes[i], strerror(errno));
    }
    snprintf(path, sizeof(path), "/dev/fd/%d", lease);
    ok(open(path, O_WRONLY | O_NONBLOCK) < 0 && errno == why_not);
    /* The mode of a description is for ever. */
    ok(fcntl(lease, F_SETFL, O_RDWR | O_NONBLOCK) == 0);
    ok(write(lease, "x", 1) < 0 && errno == EBADF);

    snprintf(other, sizeof(other), "%d/fd", (int)getpid());
    pid = fork();
    if (pid == 0)
        _exit(open_again(other, lease, O_WRONLY) < 0 && errno == why_not ? 0 : 1);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ok_eq(status, 0);
}

CHILD(lease_holder)
{
    HANDLE section, again;
    int control[2], opened, lease;

    kit_become((uid_t)atoi(argv[1]));
    setenv("NTSHM_BROKER", argv[2], 1);
    look_at_pipes();
    section = create(A_("held"));
    require(section != NULL, "error %u", (unsigned)GetLastError());
    lease = find_lease();
    try_to_write(lease, EACCES);

    /* The control: a pipe of the same user that was not protected is opened for writing. */
    require(pipe2(control, O_CLOEXEC) == 0);
    opened = open_again("self/fd", control[0], O_WRONLY);
    ok(opened >= 0);
    close(opened);
    close(control[0]);
    close(control[1]);

    ok(is_alive(A_("held")));
    /* Another handle is another lease, as closed as the first. */
    CloseHandle(section);
    section = create(A_("held"));
    again = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("held"));
    require(section != NULL && again != NULL);
    CloseHandle(section);
    try_to_write(find_lease(), EACCES);
    CloseHandle(again);
    ok(!is_alive(A_("held")));
    return 0;
}

TEST(a_holder_cannot_write_into_a_lease, "11.27")
{
    struct test_child child;
    const char *room;

    kit_need_root();
    kit_open_house();
    room = kit_room_of(KIT_NOBODY);
    require(test_child_start(&child, "lease_holder", "65534", room));
    ok_eq(test_child_wait(&child, 20000), 0);
}

/*
 * In user mode all are one user, and the owner of a pipe may change its mode: no boundary between
 * programs of one user. What can be had by that is worth nothing: a lease carries no bytes, and
 * what is written into one neither keeps a name nor ends it.
 */
CHILD(lease_scribbler)
{
    char bytes[4096] = {1};
    HANDLE section;
    int lease, writer;

    kit_become((uid_t)atoi(argv[1]));
    setenv("NTSHM_BROKER", argv[2], 1);
    look_at_pipes();
    section = create(A_("scribbled"));
    require(section != NULL);
    lease = find_lease();
    require(fchmod(lease, 0600) == 0);
    writer = open_again("self/fd", lease, O_WRONLY);
    require(writer >= 0);
    ok_eq(write(writer, bytes, sizeof(bytes)), sizeof(bytes));
    ok(is_alive(A_("scribbled")));
    ok_succeeds(CloseHandle(section));
    /* The writer is still open, the pipe is full, and no reader is left. */
    ok(!is_alive(A_("scribbled")));
    section = create(A_("scribbled"));
    ok_succeeds(section);
    ok_error(ERROR_SUCCESS);
    close(writer);
    ok(is_alive(A_("scribbled")));
    CloseHandle(section);
    return 0;
}

TEST(what_is_written_into_a_lease_changes_nothing, "11.27")
{
    struct test_child child;

    kit_need_root();
    kit_open_house();
    require(test_child_start(&child, "lease_scribbler", "65534", kit_room_of(KIT_NOBODY)));
    ok_eq(test_child_wait(&child, 20000), 0);
}

/* --- how a holder ends ---------------------------------------------------------------------- */

CHILD(holder)
{
    HANDLE section = create(A_("held"));
    char line[64];

    ok_succeeds(section);
    test_say("holds");
    if (!test_hear(line, sizeof(line), 20000))
        return 1;
    if (strcmp(line, "exec") == 0) {
        /* The program after it has the same process, and no descriptor of the library. */
        execl("/proc/self/exe", "test", "--child", "successor", (char *)NULL);
    } else if (strcmp(line, "crash") == 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    } else if (strcmp(line, "leak") == 0) {
        return 0; /* ends without CloseHandle */
    }
    return 1;
}

CHILD(successor)
{
    char line[64];

    test_say("replaced");
    test_hear(line, sizeof(line), 20000);
    return 0;
}

static void start_holder(struct test_child *child)
{
    require(test_child_start(child, "holder"));
    test_child_expect(child, "holds", 20000);
    ok(is_alive(A_("held")));
}

TEST(a_killed_holder_takes_its_name_along, "11.28")
{
    struct test_child child;

    for (int i = 0; i < 20; i++) {
        start_holder(&child);
        ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
        /* At once: its descriptors are closed before waitpid returns. */
        ok(!is_alive(A_("held")));
    }
}

TEST(a_crashed_holder_takes_its_name_along, "11.28")
{
    struct test_child child;

    start_holder(&child);
    test_child_write_line(&child, "crash");
    ok_eq(test_child_wait(&child, 20000), 128 + SIGSEGV);
    ok(!is_alive(A_("held")));
}

TEST(a_holder_that_exits_takes_its_name_along, "4.16 11.27")
{
    struct test_child child;

    start_holder(&child);
    test_child_write_line(&child, "leak");
    ok_eq(test_child_wait(&child, 20000), 0);
    ok(!is_alive(A_("held")));
}

TEST(exec_ends_the_hold, "11.27")
{
    struct test_child child;

    start_holder(&child);
    test_child_write_line(&child, "exec");
    test_child_expect(&child, "replaced", 20000);
    /* The process lives; its handles were the other program's. */
    ok(!is_alive(A_("held")));
    ok_eq(test_child_wait(&child, 20000), 0);
}

static int hold_by_fork(void *arg)
{
    char line[64];

    (void)arg;
    test_say("forked");
    test_hear(line, sizeof(line), 20000);
    return 0;
}

TEST(a_forked_child_holds_what_its_parent_holds, "11.27")
{
    struct test_child child;
    HANDLE section = create(A_("held"));

    require(section != NULL);
    require(test_child_fork(&child, hold_by_fork, NULL));
    test_child_expect(&child, "forked", 20000);
    ok_succeeds(CloseHandle(section));
    ok(is_alive(A_("held")));
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 20000), 0);
    ok(!is_alive(A_("held")));
}

static int close_in_child(void *arg)
{
    char line[64];

    ok_succeeds(CloseHandle(arg));
    test_say("closed");
    test_hear(line, sizeof(line), 20000);
    return 0;
}

TEST(a_forked_child_that_closes_its_handle_holds_no_more, "11.27")
{
    struct test_child child;
    HANDLE section = create(A_("held"));

    require(section != NULL);
    require(test_child_fork(&child, close_in_child, section));
    test_child_expect(&child, "closed", 20000);
    ok(is_alive(A_("held"))); /* our own handle */
    ok_succeeds(CloseHandle(section));
    ok(!is_alive(A_("held")));
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 20000), 0);
}

TEST(a_program_started_by_vfork_holds_nothing, "11.27")
{
    HANDLE section = create(A_("held"));
    int status = -1;
    pid_t pid;

    require(section != NULL);
    pid = vfork();
    if (pid == 0) {
        execl("/bin/sleep", "sleep", "20", (char *)NULL);
        _exit(127);
    }
    require(pid > 0);
    /*
     * vfork returns when the child has given our memory back, and that is just before the kernel
     * closes the descriptors that exec closes: it may hold for a moment.
     */
    ok(is_alive(A_("held")));
    ok_succeeds(CloseHandle(section));
    ok(test_until(!is_alive(A_("held")), 20000));
    ok(!kit_is_gone(pid));
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ok_eq(WTERMSIG(status), SIGKILL);
    /* And the library of the parent is as it was. */
    section = create(A_("held"));
    ok_succeeds(section);
    CloseHandle(section);
}

TEST(a_lease_in_an_unread_message_holds_the_name, "11.27")
{
    struct kit_request request;
    struct kit_broker broker;
    struct kit_reply reply;
    HANDLE section;
    int fd;

    kit_broker_start(&broker, "unread", 60000);
    section = create(A_("held"));
    require(section != NULL);
    fd = kit_connect(broker.directory);
    require(kit_hello(fd, 0, &reply));
    kit_fill_open(&request, 1, A_("held"));
    require(kit_send(fd, &request, request.header.size));
    require(test_until(nt_os_socket_unread(fd) == 0, 20000));
    ok(is_alive(A_("held")));
    /* Answered, not yet read: it is on its way to a handle. */
    ok_succeeds(CloseHandle(section));
    ok(is_alive(A_("held")));
    close(fd);
    ok(test_until(!is_alive(A_("held")), 20000));
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
