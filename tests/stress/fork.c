// SPDX-License-Identifier: MIT
/*
 * fork() in programs that use the library: the child has its parent's handles and views, a
 * connection of its own, and no lock that a thread took which it does not have. Also children that
 * the C library does not tell anybody of, and slots of unnamed events, which parent and child count
 * apart but share.
 */
#include "stress/rounds.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define SIZE 0x10000
#define WORD 0x0ddba115u

/* What a child has from its parent. */
struct inheritance {
    HANDLE section, event;
    const uint32_t *view;
    pid_t owner;
    /* Asked for before there are threads: the harness's table of names knows nothing of fork. */
    const char *parents, *childs;
};

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
}

static void inheritance_init(struct inheritance *i)
{
    uint32_t *view;

    i->parents = A_("parents");
    i->childs = A_("childs");
    i->section = create(i->parents);
    require(i->section != NULL);
    view = MapViewOfFile(i->section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    require(view != NULL);
    *view = WORD;
    i->view = view;
    i->event = CreateEventA(NULL, TRUE, FALSE, NULL);
    require(i->event != NULL);
    i->owner = getpid();
}

static void inheritance_deinit(struct inheritance *i)
{
    UnmapViewOfFile(i->view);
    CloseHandle(i->section);
    CloseHandle(i->event);
}

/* The child's program: 0 when all of it worked, else the number of the step. */
static int use_everything(const struct inheritance *i)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    HANDLE own, again, event;
    uint32_t *view;
    char name[96];

    if (*i->view != WORD)
        return 1;
    view = MapViewOfFile(i->section, FILE_MAP_READ, 0, 0, 0);
    if (!view || *view != WORD)
        return 2;
    if (!UnmapViewOfFile(view))
        return 3;
    again = OpenFileMappingA(FILE_MAP_READ, FALSE, i->parents);
    if (!again || !CompareObjectHandles(again, i->section) || !CloseHandle(again))
        return 4;
    snprintf(name, sizeof(name), "%s-%d", i->childs, (int)getpid());
    own = create(name);
    if (!own || GetLastError() != ERROR_SUCCESS)
        return 5;
    view = MapViewOfFile(own, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (!view || *view != 0)
        return 6;
    *view = (uint32_t)getpid();
    again = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    if (!again || !CompareObjectHandles(again, own) || CompareObjectHandles(again, i->section))
        return 7;
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    if (!event || !SetEvent(event) || WaitForSingleObject(event, 0) != WAIT_OBJECT_0)
        return 8;
    /* Our connection, and in a child its parent's too. */
    if (!ntshm_broker_statistics(&statistics) || statistics.clients < 1u + (getpid() != i->owner))
        return 9;
    if (*view != (uint32_t)getpid() || !UnmapViewOfFile(view) || !CloseHandle(again) ||
        !CloseHandle(own) || !CloseHandle(event))
        return 10;
    return SetEvent(i->event) ? 0 : 11;
}

/* The exit code within @ms; -1 for one that hangs, which is killed. */
static int await(pid_t pid, int ms)
{
    int status = 0;

    if (!test_until(waitpid(pid, &status, WNOHANG) == pid, ms)) {
        kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- threads that are in the middle of everything -------------------------------------------- */

struct hammer {
    _Atomic bool stop;
    char name[96];
    unsigned n_done;
    DWORD error;
};

static bool hammer_once(const struct hammer *h, const char *name)
{
    HANDLE section = create(h->n_done % 3 ? name : NULL);
    HANDLE again = h->n_done % 3 ? OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, name) : section;
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    uint32_t *view = MapViewOfFile(again, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    bool good = section && again && event && view;

    if (view)
        *view = h->n_done;
    good = good && SetEvent(event) && WaitForSingleObject(event, 1000) == WAIT_OBJECT_0;
    good = UnmapViewOfFile(view) && good;
    good = CloseHandle(event) && good;
    if (again != section)
        good = CloseHandle(again) && good;
    return CloseHandle(section) && good;
}

static void hammer(void *arg)
{
    struct hammer *h = arg;

    while (!atomic_load(&h->stop)) {
        if (!hammer_once(h, h->name)) {
            h->error = GetLastError() ? GetLastError() : UINT32_MAX;
            return;
        }
        h->n_done++;
    }
}

#define N_HAMMERS 3

TEST_DEADLINE(children_of_a_busy_program_can_do_everything, "", NT_ROUNDS(90, 600))
{
    const unsigned n_children = NT_ROUNDS(500, 2000);
    struct test_thread threads[N_HAMMERS];
    struct hammer hammers[N_HAMMERS] = {{.stop = false}};
    struct inheritance inheritance;
    unsigned n_done = 0, n_failed = 0;

    inheritance_init(&inheritance);
    for (unsigned i = 0; i < N_HAMMERS; i++)
        snprintf(hammers[i].name, sizeof(hammers[i].name), "%s-%u", A_("hammer"), i);
    for (unsigned i = 0; i < N_HAMMERS; i++)
        test_thread_start(&threads[i], hammer, &hammers[i]);
    for (unsigned i = 0; i < n_children && n_failed < 5; i++) {
        int code;
        pid_t pid = fork();

        if (pid == 0)
            _exit(use_everything(&inheritance));
        code = pid > 0 ? await(pid, 20000) : -1;
        n_failed += code != 0;
        if (code != 0)
            ok(code == 0, "child %u: %s %d", i, code < 0 ? "hangs" : "step", code);
        ok_eq(WaitForSingleObject(inheritance.event, 0), WAIT_OBJECT_0);
        ResetEvent(inheritance.event);
    }
    for (unsigned i = 0; i < N_HAMMERS; i++) {
        atomic_store(&hammers[i].stop, true);
        test_thread_join(&threads[i]);
        ok_eq(hammers[i].error, 0);
        n_done += hammers[i].n_done;
    }
    test_note("%u children beside %u turns of %d threads", n_children, n_done, N_HAMMERS);
    ok(n_done > n_children, "%u", n_done);
    inheritance_deinit(&inheritance);
}

/* --- children that nobody announces ---------------------------------------------------------- */

static pid_t raw_fork(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void use_in_children_of(pid_t (*make)(void))
{
    struct inheritance inheritance;

    inheritance_init(&inheritance);
    for (int i = 0; i < 20; i++) {
        pid_t pid = make();

        if (pid == 0) {
            int code = use_everything(&inheritance);
            /* And a child of that one. */
            pid_t grandchild = code == 0 ? make() : -1;

            if (grandchild == 0)
                _exit(use_everything(&inheritance));
            if (grandchild > 0 && (code = await(grandchild, 10000)) != 0)
                _exit(100 + code);
            /* It goes on as before beside its child. */
            _exit(code ? code : use_everything(&inheritance));
        }
        ok_eq(await(pid, 30000), 0);
        ok_eq(use_everything(&inheritance), 0);
    }
    inheritance_deinit(&inheritance);
}

TEST(a_forked_child_and_its_child_can_do_everything, "")
{
    use_in_children_of(fork);
}

TEST(a_child_without_fork_handlers_can_do_everything, "")
{
    use_in_children_of(_Fork);
}

TEST(a_child_made_by_a_bare_system_call_can_do_everything, "")
{
    use_in_children_of(raw_fork);
}

static int talk(void *arg)
{
    char name[96];

    snprintf(name, sizeof(name), "%s-%s", A_("talk"), (const char *)arg);
    for (int i = 0; i < 1000; i++) {
        HANDLE section = create(name);

        if (!section || GetLastError() != ERROR_SUCCESS)
            return 1;
        CloseHandle(section);
    }
    return 0;
}

/* On one connection each would get some of the other's answers. */
TEST(parent_and_child_have_a_connection_each, "")
{
    struct test_child child;
    HANDLE section = create(A_("first"));

    require(section != NULL); /* connected before the fork */
    require(test_child_fork(&child, talk, (void *)"child"));
    ok_eq(talk((void *)"parent"), 0);
    ok_eq(test_child_wait(&child, 20000), 0);
    CloseHandle(section);
}

/* --- unnamed events -------------------------------------------------------------------------- */

static int answer(void *arg)
{
    HANDLE *events = arg;

    for (int i = 0; i < 200; i++) {
        if (WaitForSingleObject(events[0], 10000) != WAIT_OBJECT_0)
            return 1;
        if (!SetEvent(events[1]))
            return 2;
    }
    return 0;
}

TEST(an_unnamed_event_is_shared_with_a_forked_child, "")
{
    HANDLE events[2] = {CreateEventA(NULL, FALSE, FALSE, NULL),
                        CreateEventA(NULL, FALSE, FALSE, NULL)};
    struct test_child child;
    int n = 0;

    require(events[0] && events[1]);
    require(test_child_fork(&child, answer, events));
    while (n < 200 && SetEvent(events[0]) && WaitForSingleObject(events[1], 10000) == WAIT_OBJECT_0)
        n++;
    ok_eq(n, 200);
    ok_eq(test_child_wait(&child, 12000), 0);
    CloseHandle(events[0]);
    CloseHandle(events[1]);
}

#define N_KEPT 40
#define N_NEW  1200

/* Closes every other one of the old events and sets as many new ones as two slabs hold. */
static bool make_new_events(HANDLE *kept, unsigned parity)
{
    static HANDLE events[N_NEW];
    bool good = true;

    for (unsigned i = parity; i < N_KEPT; i += 2)
        good = CloseHandle(kept[i]) && good;
    for (unsigned i = 0; i < N_NEW; i++) {
        events[i] = CreateEventA(NULL, TRUE, TRUE, NULL);
        good = events[i] && good;
    }
    for (unsigned i = 0; i < N_NEW; i++)
        good = CloseHandle(events[i]) && good;
    return good;
}

static unsigned count_set(HANDLE *kept, unsigned parity)
{
    unsigned n = 0;

    for (unsigned i = parity; i < N_KEPT; i += 2)
        n += WaitForSingleObject(kept[i], 0) != WAIT_TIMEOUT;
    return n;
}

static int close_odd_ones(void *arg)
{
    char line[16];

    if (!make_new_events(arg, 1))
        return 1;
    test_say("done");
    if (!test_hear(line, sizeof(line), 20000))
        return 2;
    return count_set(arg, 0) == 0 ? 0 : 3;
}

/*
 * The child closes the odd events and the parent the even ones, and each makes many new ones that
 * are set: none of those may lie where the other still has an old one.
 */
TEST(slots_are_not_used_again_across_a_fork, "")
{
    struct test_child child;
    HANDLE kept[N_KEPT];

    for (unsigned i = 0; i < N_KEPT; i++)
        require((kept[i] = CreateEventA(NULL, TRUE, FALSE, NULL)) != NULL);
    require(test_child_fork(&child, close_odd_ones, kept));
    test_child_expect(&child, "done", 10000);
    ok_eq(count_set(kept, 1), 0);
    ok(make_new_events(kept, 0));
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, 10000), 0);
    ok_eq(count_set(kept, 1), 0);
    for (unsigned i = 1; i < N_KEPT; i += 2)
        CloseHandle(kept[i]);
}
