// SPDX-License-Identifier: MIT
/*
 * The life of a broker: one is started however many want it, it stays while it is needed and no
 * longer, it can be found again when somebody removed its directory, and programs outlive it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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
#include "ipc/place.h"
#include "util/macro.h"

#define SIZE 65536

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
}

static HANDLE open_existing(const char *name)
{
    return OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, name);
}

/* The first word of a section, through a view of its own. */
static uint32_t peek(HANDLE section)
{
    const uint32_t *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    uint32_t value = view ? *view : UINT32_MAX;

    ok_succeeds(view);
    UnmapViewOfFile(view);
    return value;
}

static void poke(HANDLE section, uint32_t value)
{
    uint32_t *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL);
    *view = value;
    UnmapViewOfFile(view);
}

static bool ask_broker(struct ntshm_broker_statistics *statistics)
{
    memset(statistics, 0, sizeof(*statistics));
    statistics->size = sizeof(*statistics);
    return ok_succeeds(ntshm_broker_statistics(statistics));
}

static uint64_t instance(void)
{
    struct ntshm_broker_statistics statistics;

    return ask_broker(&statistics) ? statistics.instance : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* --- starting ------------------------------------------------------------------------------- */

#define CROWD 100

struct crowd {
    _Atomic uint32_t gate, leave;
    _Atomic uint32_t n_arrived;
    uint64_t instances[CROWD];
};

CHILD(newcomer)
{
    struct crowd *crowd = kit_board("crowd", sizeof(struct crowd));
    HANDLE section;
    char name[64];

    test_say("ready");
    require(kit_wait_not(&crowd->gate, 0, 60000));
    snprintf(name, sizeof(name), "%s-%s", A_("crowd"), argv[1]);
    section = create(name);
    ok_succeeds(section);
    crowd->instances[atoi(argv[1])] = instance();
    atomic_fetch_add(&crowd->n_arrived, 1);
    nt_os_futex_wake(&crowd->n_arrived, 1);
    ok(kit_wait_not(&crowd->leave, 0, 60000));
    CloseHandle(section);
    return 0;
}

TEST_DEADLINE(a_hundred_processes_start_one_broker, "", 60)
{
    struct crowd *crowd = kit_board("crowd", sizeof(*crowd));
    static struct test_child children[CROWD];
    const char *directory = getenv("NTSHM_BROKER");
    struct ntshm_broker_statistics statistics;
    uint64_t seen = 0;
    char number[8];

    ok_eq(kit_count_brokers(directory), 0);
    for (int i = 0; i < CROWD; i++) {
        snprintf(number, sizeof(number), "%d", i);
        require(test_child_start(&children[i], "newcomer", number));
    }
    for (int i = 0; i < CROWD; i++)
        test_child_expect(&children[i], "ready", 20000);
    kit_set(&crowd->gate, 1);
    for (uint32_t n; (n = atomic_load(&crowd->n_arrived)) < CROWD;)
        require(kit_wait_not(&crowd->n_arrived, n, 30000), "%u of %d came", n, CROWD);

    /* One that lost the race for the start goes away by itself. */
    ok(test_until(kit_count_brokers(directory) == 1, 20000), "%d brokers",
       kit_count_brokers(directory));
    for (int i = 0; i < CROWD; i++) {
        seen = crowd->instances[0];
        if (crowd->instances[i] != seen)
            ok_eq(crowd->instances[i], seen);
    }
    ok_ne(seen, 0);
    require(ask_broker(&statistics));
    ok_eq(statistics.instance, seen);
    ok_eq(statistics.names, CROWD);
    ok_eq(statistics.clients, CROWD + 1);
    kit_set(&crowd->leave, 1);
    for (int i = 0; i < CROWD; i++)
        ok_eq(test_child_wait(&children[i], 20000), 0);
    kit_board_drop(crowd, sizeof(*crowd));
}

static int second_broker(const char *directory)
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        execl(program, program, "--directory", directory, (char *)NULL);
        _exit(127);
    }
    if (!test_until(waitpid(pid, &status, WNOHANG) == pid, 20000)) {
        kill(pid, SIGKILL);
        kit_reap(pid);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_second_broker_makes_room_for_the_first, "")
{
    struct kit_broker broker;
    HANDLE section;
    uint64_t first;

    kit_broker_start(&broker, "second", 60000);
    section = create(A_("mine"));
    first = instance();
    ok_eq(second_broker(broker.directory), 0);
    ntshm_quiesce();
    ok_eq(instance(), first);
    CloseHandle(section);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* A broker that is just leaving: it is knocked at, and ends without looking who knocks. */
static void leave_slowly(const struct nt_place *place)
{
    int fd;

    if (nt_os_socket_listen_abstract(place->incumbent, &fd) < 0)
        _exit(1);
    test_until(false, 500);
    _exit(0);
}

TEST(a_broker_that_is_leaving_is_not_taken_for_one_that_stays, "")
{
    struct nt_place place;
    uint64_t start;
    HANDLE section;
    int fd;
    pid_t pid;

    require(nt_place_init(&place, getenv("NTSHM_BROKER"), geteuid()) == 0);
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        leave_slowly(&place);
    require(test_until(nt_os_socket_connect_abstract(place.incumbent, &fd) == 0, 20000));
    nt_os_close(fd);
    start = test_now_ms();
    section = create(A_("late"));
    ok_succeeds(section);
    ok(test_now_ms() - start < 9000 * (uint64_t)test_slowness(), "%u ms",
       (unsigned)(test_now_ms() - start));
    CloseHandle(section);
    ok_eq(kit_reap(pid), 0);
}

/* --- at its limits -------------------------------------------------------------------------- */

#define SMALL_FDS     42
#define SMALL_NAMES   9
#define SMALL_CALLERS 6

/* It has no descriptor left for who comes next, and does not turn in circles about it. */
TEST(who_comes_when_no_descriptor_is_left_is_turned_away, "")
{
    HANDLE sections[SMALL_NAMES], readers[SMALL_NAMES];
    struct kit_broker broker;
    int callers[SMALL_CALLERS];
    char name[64];
    long used;

    kit_broker_start_small(&broker, "small", 60000, SMALL_FDS);
    for (int i = 0; i < SMALL_NAMES; i++) {
        snprintf(name, sizeof(name), "%s-%d", A_("full"), i);
        sections[i] = create(name);
        readers[i] = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
        ok_succeeds(readers[i]);
    }
    for (int i = 0; i < SMALL_CALLERS; i++)
        callers[i] = kit_connect(broker.directory);
    /* The spare descriptor is the one that is left. */
    ok(test_until(kit_count_fds(broker.pid) >= SMALL_FDS - 1, 20000), "%d open",
       kit_count_fds(broker.pid));
    used = kit_processor_ms(broker.pid);
    test_until(false, 300);
    ok(kit_processor_ms(broker.pid) - used < 150, "%ld ms of processor time",
       kit_processor_ms(broker.pid) - used);
    for (int i = 0; i < SMALL_CALLERS; i++)
        close(callers[i]);
    for (int i = 0; i < SMALL_NAMES; i++) {
        CloseHandle(readers[i]);
        CloseHandle(sections[i]);
    }
    ok_ne(instance(), 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- leaving -------------------------------------------------------------------------------- */

static bool has_socket(const struct kit_broker *broker)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/broker", broker->directory);
    return access(path, F_OK) == 0;
}

TEST(stays_while_a_name_or_a_client_lives_and_then_leaves, "")
{
    struct kit_broker broker;
    HANDLE section;

    kit_broker_start(&broker, "idle", KIT_LINGER_MS);
    section = create(A_("alive"));
    require(section != NULL);
    ntshm_quiesce(); /* no connection, but the name */
    ok_eq(kit_broker_await(&broker, KIT_BEYOND_MS), -1);
    ok(has_socket(&broker));
    ok_ne(instance(), 0);
    ok_succeeds(CloseHandle(section)); /* no name, but the connection */
    ok_eq(kit_broker_await(&broker, KIT_BEYOND_MS), -1);
    ok(has_socket(&broker));
    ntshm_quiesce();
    ok_eq(kit_broker_await(&broker, 20000), 0);
    ok(!has_socket(&broker));
}

TEST(one_that_the_library_started_leaves_too_and_another_is_started, "")
{
    struct ntshm_broker_statistics statistics;
    HANDLE section = create(A_("alive"));
    uint64_t first;
    pid_t pid;

    require(section != NULL && ask_broker(&statistics));
    pid = (pid_t)statistics.pid;
    first = statistics.instance;
    ok_eq(kit_count_brokers(getenv("NTSHM_BROKER")), 1);
    CloseHandle(section);
    ntshm_quiesce();
    ok(test_until(kit_is_gone(pid), 20000));
    /* It leaves no zombie: whoever started it is not its parent. */
    ok_eq(kit_count_brokers(getenv("NTSHM_BROKER")), 0);
    statistics.size = sizeof(statistics);
    ok_fails(ntshm_broker_statistics(&statistics), ERROR_FILE_NOT_FOUND);

    section = create(A_("alive"));
    ok_succeeds(section);
    ok_ne(instance(), first);
    CloseHandle(section);
}

/* Brokers that the library starts from now on linger for a millisecond only. */
static void use_hasty_brokers(void)
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    char path[128];
    FILE *script;

    snprintf(path, sizeof(path), "%s/ntshmd-hasty", test_dir());
    script = fopen(path, "we");
    require(script != NULL);
    fprintf(script, "#!/bin/sh\nexec '%s' --linger=1 \"$@\"\n", program);
    fclose(script);
    require(chmod(path, 0755) == 0);
    setenv("NTSHM_BROKER_PATH", path, 1);
}

static void pass_microseconds(unsigned n)
{
    uint64_t end = nt_os_now_ns() + n * 1000u;

    while (nt_os_now_ns() < end)
        ;
}

/* Clients that come just when a broker leaves are served, by it or by the next one. */
TEST_DEADLINE(who_comes_while_it_leaves_is_served, "", 60)
{
    uint64_t seen = 0, end = test_now_ms() + 30000 * (uint64_t)test_slowness();
    unsigned n_failed = 0, n_brokers = 0, n_visits = 0, delay = 1000;

    use_hasty_brokers();
    while (n_brokers < 40 && test_now_ms() < end) {
        HANDLE section = create(A_("brief"));
        uint64_t now = instance();

        n_visits++;
        n_failed += section == NULL;
        CloseHandle(section);
        ntshm_quiesce();
        /* Around the moment in which it leaves, wherever that is under this load. */
        delay = now == seen ? delay * 5 / 4 : delay * 3 / 4 + 20;
        n_brokers += now != seen;
        seen = now;
        pass_microseconds(delay);
    }
    ok_eq(n_failed, 0);
    ok_eq(n_brokers, 40);
    ntshm_quiesce();
    ok(test_until(kit_count_brokers(getenv("NTSHM_BROKER")) == 0, 20000));
    test_note("%u brokers for %u visits", n_brokers, n_visits);
}

/* --- its directory is removed --------------------------------------------------------------- */

CHILD(finder)
{
    HANDLE section = open_existing(A_("kept"));

    ok_succeeds(section);
    if (section)
        ok_eq(peek(section), 0x5eed);
    test_say("%llx", (unsigned long long)instance());
    CloseHandle(section);
    return 0;
}

#define N_FINDERS 4

/* Several programs look for the name at once, none of which was there before. */
static void expect_found(uint64_t wanted)
{
    struct test_child finders[N_FINDERS];
    char line[64];

    for (int i = 0; i < N_FINDERS; i++)
        require(test_child_start(&finders[i], "finder"));
    for (int i = 0; i < N_FINDERS; i++) {
        if (test_child_read_line(&finders[i], line, sizeof(line), 20000))
            ok_eq(strtoull(line, NULL, 16), wanted);
        ok_eq(test_child_wait(&finders[i], 20000), 0);
    }
}

enum removal { THE_DIRECTORY, THE_SOCKET, MOVED_AWAY };

static void take_away(const struct kit_broker *broker, enum removal what, int round)
{
    char path[160];

    if (what == THE_DIRECTORY) {
        /* A broker that is quick puts its socket back before the directory is gone. */
        require(
            test_until(nftw(broker->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0, 20000));
    } else if (what == THE_SOCKET) {
        snprintf(path, sizeof(path), "%s/broker", broker->directory);
        require(unlink(path) == 0);
    } else {
        snprintf(path, sizeof(path), "%s.%d", broker->directory, round);
        require(rename(broker->directory, path) == 0);
    }
}

static void lose_and_find(enum removal what)
{
    struct kit_broker broker;
    HANDLE section;
    uint64_t first;

    kit_broker_start(&broker, "lost", 60000);
    section = create(A_("kept"));
    require(section != NULL);
    poke(section, 0x5eed);
    first = instance();
    for (int round = 0; round < 5; round++) {
        take_away(&broker, what, round);
        expect_found(first);
        /* Who was connected already notices nothing. */
        ok_eq(instance(), first);
    }
    ok(test_until(kit_count_brokers(broker.directory) == 1, 20000));
    CloseHandle(section);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST(a_name_is_found_after_its_directory_was_removed, "")
{
    lose_and_find(THE_DIRECTORY);
}

TEST(a_name_is_found_after_the_socket_was_removed, "")
{
    lose_and_find(THE_SOCKET);
}

TEST(a_name_is_found_after_the_directory_was_moved_away, "")
{
    lose_and_find(MOVED_AWAY);
}

TEST(leaves_although_its_directory_was_removed, "")
{
    struct kit_broker broker;
    HANDLE section;

    kit_broker_start(&broker, "lost", KIT_LINGER_MS);
    section = create(A_("brief"));
    take_away(&broker, THE_DIRECTORY, 0);
    CloseHandle(section);
    ntshm_quiesce();
    ok_eq(kit_broker_await(&broker, 20000), 0);
}

/* --- it dies -------------------------------------------------------------------------------- */

/* Names are lost with a broker; memory, handles and views are not, and the next call finds
 * another broker. */
static void outlive(int signal)
{
    HANDLE section, again;
    struct kit_broker broker;
    uint64_t first;
    uint32_t *view;

    kit_broker_start(&broker, "mortal", 60000);
    section = create(A_("orphan"));
    require(section != NULL);
    poke(section, 0x5eed);
    view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    require(view != NULL);
    first = instance();
    ok_eq(kit_broker_end(&broker, signal), signal == SIGKILL ? 128 + SIGKILL : 0);

    ok_eq(*view, 0x5eed);
    *view = 0xfeed;
    ok_eq(peek(section), 0xfeed);
    ok_fails(open_existing(A_("orphan")), ERROR_FILE_NOT_FOUND);
    again = create(A_("orphan"));
    ok_succeeds(again);
    ok_error(ERROR_SUCCESS);
    ok_ne(instance(), first);
    ok_eq(peek(again), 0);
    /* The numbers of objects begin again with each broker, and these two may be equal. */
    ok(!CompareObjectHandles(section, again));
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(again));
}

TEST(a_program_outlives_a_broker_that_was_killed, "")
{
    outlive(SIGKILL);
}

TEST(a_program_outlives_a_broker_that_was_told_to_end, "")
{
    outlive(SIGTERM);
}

CHILD(sleeper)
{
    HANDLE event = OpenEventA(SYNCHRONIZE, FALSE, A_("bell"));

    require(event != NULL);
    test_say("ready");
    ok_eq(WaitForSingleObject(event, 60000), WAIT_OBJECT_0);
    CloseHandle(event);
    return 0;
}

TEST(an_event_wakes_without_a_broker, "")
{
    struct test_child child;
    struct kit_broker broker;
    HANDLE event;

    kit_broker_start(&broker, "mortal", 60000);
    event = CreateEventA(NULL, FALSE, FALSE, A_("bell"));
    require(event != NULL);
    require(test_child_start(&child, "sleeper"));
    test_child_expect(&child, "ready", 20000);
    ok_eq(kit_broker_end(&broker, SIGKILL), 128 + SIGKILL);
    ok_succeeds(SetEvent(event));
    ok_eq(test_child_wait(&child, 20000), 0);
    CloseHandle(event);
}

struct rush {
    _Atomic bool stop;
    _Atomic unsigned n_done;
    unsigned n_refused, n_wrong;
    DWORD last_wrong;
};

static void rush(void *arg)
{
    struct rush *rush = arg;

    while (!rush->stop) {
        HANDLE section = create(A_("rush"));
        DWORD error = GetLastError();

        rush->n_done += section != NULL;
        if (!section && (error == ERROR_CONNECTION_ABORTED || error == ERROR_CONNECTION_REFUSED)) {
            rush->n_refused++;
        } else if (!section) {
            rush->n_wrong++;
            rush->last_wrong = error;
        }
        CloseHandle(section);
    }
}

TEST_DEADLINE(a_broker_that_is_killed_again_and_again_is_started_again, "", 60)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    struct test_thread thread;
    struct rush r = {.stop = false};
    unsigned n_killed = 0, done;
    uint64_t end = test_now_ms() + 40000 * (uint64_t)test_slowness();

    test_thread_start(&thread, rush, &r);
    while (n_killed < 20 && test_now_ms() < end) {
        done = atomic_load(&r.n_done);
        test_until(atomic_load(&r.n_done) > done + 3, 1000);
        if (ntshm_broker_statistics(&statistics)) {
            kit_broker_kill((pid_t)statistics.pid);
            n_killed++;
        }
    }
    r.stop = true;
    test_thread_join(&thread);
    ok_eq(n_killed, 20);
    ok(r.n_done > 40, "%u", r.n_done);
    ok_eq(r.n_wrong, 0);
    ok_eq(r.last_wrong, 0);
    test_note("%u created, %u refused while %u brokers were killed", r.n_done, r.n_refused,
              n_killed);
    CloseHandle(create(A_("rush")));
}

/* --- clients die ---------------------------------------------------------------------------- */

TEST(a_client_that_ends_amid_a_request_leaves_nothing, "11.28 4.16")
{
    struct ntshm_broker_statistics statistics;
    struct kit_request request;
    struct kit_broker broker;
    struct kit_reply reply;
    int before;

    kit_broker_start(&broker, "brief", 60000);
    require(ask_broker(&statistics));
    before = kit_count_fds(broker.pid);
    for (int i = 0; i < 300; i++) {
        int fd = kit_connect(broker.directory);

        require(i % 3 == 0 || kit_hello(fd, 0, &reply));
        kit_fill_create(&request, 1, A_("half"));
        request.create.flags = NT_NAME_OPEN_IF;
        kit_send(fd, &request, request.header.size);
        if (i % 2)
            test_until(nt_os_socket_unread(fd) == 0, 1000);
        close(fd);
    }
    ok(test_until(ask_broker(&statistics) && statistics.clients == 1, 20000));
    ok_eq(statistics.names, 0);
    ok_eq(statistics.objects, 0);
    ok_eq(statistics.fds, 0);
    ok(test_until(kit_count_fds(broker.pid) == before, 20000), "%d were %d",
       kit_count_fds(broker.pid), before);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- who waits ------------------------------------------------------------------------------ */

#define WAIT_MS 1500

struct waiter {
    struct test_thread thread;
    HANDLE event;
    DWORD result;
};

static void wait_in_vain(void *argument)
{
    struct waiter *waiter = argument;

    waiter->result = WaitForSingleObject(waiter->event, WAIT_MS);
}

static bool is_gone(const char *name)
{
    HANDLE event = OpenEventA(EVENT_ALL_ACCESS, FALSE, name);

    if (!event)
        return GetLastError() == ERROR_FILE_NOT_FOUND;
    CloseHandle(event);
    return false;
}

/* A child that was forked while the thread waits, and has closed the handle. */
static pid_t fork_and_close(HANDLE event)
{
    int ends[2];
    pid_t pid;
    char byte;
    ssize_t n;

    require(pipe2(ends, O_CLOEXEC) == 0);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        if (!CloseHandle(event) || write(ends[1], "C", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    while ((n = read(ends[0], &byte, 1)) < 0 && errno == EINTR)
        ;
    ok_eq(n, 1);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

TEST(who_waits_keeps_no_name, "2.6 11.27 12.6")
{
    struct waiter waiter = {.event = CreateEventA(NULL, TRUE, FALSE, A_("awaited"))};
    pid_t child;

    require(waiter.event != NULL);
    test_thread_start(&waiter.thread, wait_in_vain, &waiter);
    test_until(false, 200); /* until it sleeps */
    child = fork_and_close(waiter.event);
    ok(!is_gone(A_("awaited")));
    ok_succeeds(CloseHandle(waiter.event));
    ok(is_gone(A_("awaited")));
    test_thread_join(&waiter.thread);
    ok_eq(waiter.result, WAIT_TIMEOUT);
    kill(child, SIGKILL);
    ok_eq(kit_reap(child), SIGKILL);
}

/* --- forks amid calls ------------------------------------------------------------------------- */

#define N_BRIEF 32
#define N_FORKS 150

struct maker {
    struct test_thread thread, user;
    _Atomic bool stop;
    _Atomic(HANDLE) section; /* what the maker is about to close, at any moment */
};

static void brief_name(char *name, size_t size, int i)
{
    snprintf(name, size, "%s-%d", A_("short"), i);
}

static void make_and_close(void *argument)
{
    struct maker *maker = argument;
    char name[64];

    for (int i = 0; !maker->stop; i = (i + 1) % N_BRIEF) {
        brief_name(name, sizeof(name), i);
        maker->section = create(name);
        CloseHandle(maker->section);
    }
}

/* Is in a call about the maker's section when that closes it, and when the fork comes. */
static void use_in_passing(void *argument)
{
    struct maker *maker = argument;

    while (!maker->stop)
        UnmapViewOfFile(MapViewOfFile(maker->section, FILE_MAP_READ, 0, 0, 0));
}

static int count_pipes(pid_t pid)
{
    char path[64], link[64];
    struct dirent *entry;
    DIR *directory;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    directory = opendir(path);
    if (!directory)
        return -1;
    while ((entry = readdir(directory))) {
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, link, sizeof(link) - 1);

        n += length > 5 && memcmp(link, "pipe:", 5) == 0;
    }
    closedir(directory);
    return n;
}

static bool read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;

    text[length] = '\0';
    if (file)
        fclose(file);
    return length > 0;
}

static bool is_unfound(const char *name)
{
    HANDLE section = open_existing(name);

    if (section)
        CloseHandle(section);
    return !section;
}

/* What the children do that have not come to pause(): who has kept a name, and where it hangs. */
static void note_children(const pid_t *children)
{
    static const char *const files[] = {"syscall", "wchan", "stat"};
    char path[64], text[200];

    for (int i = 0; i < N_FORKS; i++) {
        test_note("child %d, process %d, %d pipes", i, children[i], count_pipes(children[i]));
        for (size_t j = 0; j < NT_ARRAY_SIZE(files); j++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", children[i], files[j]);
            if (read_text(path, text, sizeof(text)))
                test_note("  %s: %s", files[j], text);
        }
    }
}

/* Children that had no handle at the time of the fork, however near one was, keep no name. */
TEST_DEADLINE(a_fork_amid_a_call_keeps_no_name, "2.6 11.27", 60)
{
    struct maker maker = {.stop = false};
    static pid_t children[N_FORKS];
    char name[64];

    CloseHandle(create(A_("first"))); /* the broker runs */
    test_thread_start(&maker.thread, make_and_close, &maker);
    test_thread_start(&maker.user, use_in_passing, &maker);
    fflush(NULL);
    for (int i = 0; i < N_FORKS; i++) {
        children[i] = fork();
        require(children[i] >= 0);
        if (children[i] == 0) {
            /* The one handle that there may have been. */
            for (uintptr_t handle = 4; handle < 256; handle += 4)
                CloseHandle((HANDLE)handle);
            for (;;)
                pause();
        }
    }
    maker.stop = true;
    test_thread_join(&maker.thread);
    test_thread_join(&maker.user);
    for (int i = 0; i < N_BRIEF; i++) {
        brief_name(name, sizeof(name), i);
        if (!ok(test_until(is_unfound(name), 20000), "%s", name))
            note_children(children);
    }
    for (int i = 0; i < N_FORKS; i++) {
        kill(children[i], SIGKILL);
        ok_eq(kit_reap(children[i]), SIGKILL);
    }
}

/* The library keeps two things for the life of a process: see what a case may leave. */
void test_prepare(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);

    UnmapViewOfFile(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0));
    CloseHandle(event);
    CloseHandle(section);
}
