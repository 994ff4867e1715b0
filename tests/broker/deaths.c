// SPDX-License-Identifier: MIT
/*
 * What else can go wrong around a death: another worker is refused or cannot begin, signals come
 * at the wrong moment, the program cannot be executed any more, a message kills worker after
 * worker. And what more than names outlives one: directories and private namespaces.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <winternl.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

#define SIZE    65536
#define PATIENT 20000

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
}

static bool is_there(const char *name)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);

    CloseHandle(section);
    return section != NULL;
}

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static void end(struct kit_broker *broker)
{
    ntshm_quiesce();
    ok_eq(kit_broker_end(broker, SIGTERM), 0);
}

/* A broker that kills itself (or crashes) at a step. */
static void use_steps(struct kit_broker *broker, const char *step)
{
    setenv("NTSHM_BROKER_PATH", NT_TEST_STEPS_PATH, 1);
    setenv("NTSHM_STEP", step, 1);
    kit_broker_start(broker, "steps", 60000);
}

/* --- another worker ------------------------------------------------------------------------- */

/* By a process of @uid: who may change limits is asked for that. RLIM_INFINITY: as far as it goes.
 */
static void limit(pid_t pid, uid_t uid, int what, rlim_t most)
{
    struct rlimit limits;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ||
            prlimit(pid, (unsigned)what, NULL, &limits) < 0)
            _exit(1);
        limits.rlim_cur = most < limits.rlim_max ? most : limits.rlim_max;
        _exit(prlimit(pid, (unsigned)what, &limits, NULL) < 0);
    }
    require(child > 0 && kit_reap(child) == 0);
}

/* How often the kernel has made it wait, or taken the processor from it: that it has tried. */
static long turns_of(pid_t pid)
{
    char path[64], line[128];
    long voluntary = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "voluntary_ctxt_switches: %ld", &voluntary) == 1)
            break;
    }
    if (file)
        fclose(file);
    return voluntary;
}

/* Its user has as many processes as he may have: names wait until there is room for one. */
TEST(a_refused_process_loses_no_name, "11.27")
{
    struct kit_broker broker;
    HANDLE section;
    pid_t worker;
    long turns;

    kit_need_root();
    kit_broker_start_system(&broker, "refused", KIT_STRANGER, NULL);
    section = create(A_("kept"));
    ok_succeeds(section);
    worker = kit_worker_of(broker.pid);
    limit(broker.pid, KIT_STRANGER, RLIMIT_NPROC, 0);
    turns = turns_of(broker.pid);
    kill(worker, SIGKILL);
    ok(test_until(kit_is_gone(worker), PATIENT));
    /* It wakes for the death, and at least twice more for tries that fail. */
    ok(test_until(turns_of(broker.pid) >= turns + 3 || kit_is_gone(broker.pid), PATIENT));
    ok(!kit_is_gone(broker.pid));
    limit(broker.pid, KIT_STRANGER, RLIMIT_NPROC, RLIM_INFINITY);
    ok(is_there(A_("kept")));
    ok_eq(ask().names, 1);
    ok_eq(ask().pid, (uint32_t)broker.pid);
    CloseHandle(section);
    end(&broker);
}

/* One that is told to stop meanwhile does. */
TEST(a_broker_that_waits_for_a_process_can_be_stopped, "")
{
    struct kit_broker broker;
    HANDLE section;
    pid_t worker;

    kit_need_root();
    if (KIT_SANITIZED)
        skip("a sanitizer looks for leaks in a process that it cannot start here");
    kit_broker_start_system(&broker, "refused", KIT_STRANGER, NULL);
    section = create(A_("kept"));
    worker = kit_worker_of(broker.pid);
    limit(broker.pid, KIT_STRANGER, RLIMIT_NPROC, 0);
    kill(worker, SIGKILL);
    ok(test_until(kit_is_gone(worker), PATIENT));
    ok_ne(kit_broker_end(&broker, SIGTERM), -1);
    CloseHandle(section);
}

/* No memory for a moment: workers that cannot begin follow each other ever more slowly. */
TEST(a_worker_without_memory_loses_no_name, "11.27")
{
    struct kit_broker broker;
    uint64_t begin;
    HANDLE section;
    pid_t worker;

    if (KIT_SANITIZED)
        skip("a sanitizer takes more memory than any limit");
    kit_broker_start(&broker, "memory", 60000);
    section = create(A_("kept"));
    ok_succeeds(section);
    worker = kit_worker_of(broker.pid);
    limit(broker.pid, getuid(), RLIMIT_AS, 1 << 20);
    kill(worker, SIGKILL);
    begin = test_now_ms();
    while (test_now_ms() - begin < 1000 && !kit_is_gone(broker.pid))
        usleep(10000);
    ok(!kit_is_gone(broker.pid));
    limit(broker.pid, getuid(), RLIMIT_AS, RLIM_INFINITY);
    ok(is_there(A_("kept")));
    ok_eq(ask().names, 1);
    ok_eq(ask().pid, (uint32_t)broker.pid);
    CloseHandle(section);
    end(&broker);
}

static bool is_serving_other(pid_t keeper, pid_t before)
{
    pid_t now = kit_worker_of(keeper);

    return now > 0 && now != before;
}

/* Workers that die at once follow each other ever more slowly, however many: no name is lost. */
TEST(workers_that_die_at_once_cost_little, "11.27")
{
    struct kit_broker broker;
    uint64_t begin;
    HANDLE section;
    pid_t worker;

    kit_broker_start(&broker, "storm", 60000);
    section = create(A_("kept"));
    ok_succeeds(section);
    ntshm_quiesce();
    worker = kit_worker_of(broker.pid);
    begin = test_now_ms();
    for (int i = 0; i < 9; i++) {
        kill(worker, SIGKILL);
        require(test_until(is_serving_other(broker.pid, worker), PATIENT));
        worker = kit_worker_of(broker.pid);
    }
    /* The first had served us; then 1, 2, 4 ... 128 ms. */
    ok(test_now_ms() - begin >= 255, "%u ms", (unsigned)(test_now_ms() - begin));
    ok(is_there(A_("kept")));
    ntshm_quiesce();
    /* Told to stop while it waits for the next one's turn: that one hears it. */
    for (int i = 0; i < 9; i++) {
        worker = kit_worker_of(broker.pid);
        kill(worker, SIGKILL);
        require(i == 8 || test_until(is_serving_other(broker.pid, worker), PATIENT));
    }
    ok(test_until(kit_is_gone(worker), PATIENT));
    ok_ne(kit_broker_end(&broker, SIGTERM), -1);
    CloseHandle(section);
}

/* Where the program cannot be executed any more the worker goes on as the keeper as it is. */
TEST(an_heir_needs_no_program, "11.27")
{
    struct kit_broker broker;
    HANDLE section;
    pid_t keeper;

    kit_open_house(); /* a copy of the program, which is ours to spoil */
    kit_broker_start(&broker, "heir", 60000);
    section = create(A_("kept"));
    ok_succeeds(section);
    require(chmod(getenv("NTSHM_BROKER_PATH"), 0644) == 0);
    keeper = broker.pid;
    for (int i = 0; i < 3; i++) {
        pid_t heir = kit_worker_of(keeper);

        kill(keeper, SIGKILL);
        if (keeper == broker.pid)
            ok_eq(kit_broker_await(&broker, PATIENT), 128 + SIGKILL);
        if (!ok(test_until(kit_worker_of(heir) > 0 || kit_is_gone(heir), PATIENT)) ||
            !ok(!kit_is_gone(heir)))
            return;
        keeper = heir;
        ok(is_there(A_("kept")));
        ok_eq(ask().pid, (uint32_t)keeper);
        ok_eq(kit_count_brokers(broker.directory), 1);
        /* A good keeper: its worker may die. */
        kill(kit_worker_of(keeper), SIGKILL);
        ok(is_there(A_("kept")));
        ok_eq(ask().names, 1);
    }
    CloseHandle(section);
    ok_eq(ask().names, 0);
    ntshm_quiesce();
    kill(keeper, SIGTERM);
    ok(test_until(kit_is_gone(keeper), PATIENT));
}

/* --- signals -------------------------------------------------------------------------------- */

static bool is_pending(pid_t pid, int number)
{
    unsigned long long mask = 0;
    char path[64], line[128];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "ShdPnd: %llx", &mask) == 1)
            break;
    }
    if (file)
        fclose(file);
    return mask & (1ull << (number - 1));
}

/* A worker that hears both at once: let go, and stop. */
TEST(a_stop_is_heard_beside_a_handover, "")
{
    struct kit_broker broker;
    HANDLE section;
    pid_t worker;

    kit_broker_start(&broker, "both", 60000);
    section = create(A_("kept"));
    worker = kit_worker_of(broker.pid);
    kill(worker, SIGSTOP);
    kill(worker, SIGUSR1);
    kill(broker.pid, SIGTERM);
    ok(test_until(is_pending(worker, SIGTERM), PATIENT));
    kill(worker, SIGCONT);
    ok_eq(kit_broker_end(&broker, SIGCONT), 0);
    CloseHandle(section);
}

/* What was sent to a program before it executes this one waits for it, and must not end it. */
TEST(a_signal_that_waits_ends_no_broker_that_begins, "")
{
    static const int numbers[] = {SIGUSR1, SIGUSR2};
    struct kit_broker broker = {.pid = -1};
    const char *program = getenv("NTSHM_BROKER_PATH");
    HANDLE section;
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < NT_ARRAY_SIZE(numbers); i++)
        sigaddset(&set, numbers[i]);
    snprintf(broker.directory, sizeof(broker.directory), "%s/waits", test_dir());
    fflush(NULL);
    broker.pid = fork();
    if (broker.pid == 0) {
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise(SIGUSR1);
        raise(SIGUSR2);
        syscall(SYS_close_range, 3u, ~0u, 0u);
        execl(program, program, "--directory", broker.directory, "--linger=60000", (char *)NULL);
        _exit(127);
    }
    setenv("NTSHM_BROKER", broker.directory, 1);
    ok(test_until(kit_is_gone(broker.pid) || kit_worker_of(broker.pid) > 0, PATIENT));
    if (!ok(!kit_is_gone(broker.pid))) {
        kit_reap(broker.pid);
        return;
    }
    section = create(A_("kept"));
    ok_succeeds(section);
    ok_eq(ask().pid, (uint32_t)broker.pid);
    CloseHandle(section);
    end(&broker);
}

/* --- a message that crashes the worker each time ---------------------------------------------- */

/* Says a HELLO that the steps build dies of; the count of connections that it takes until the end.
 */
CHILD(poisoner)
{
    struct kit_request hello = {
        .header = {.size = sizeof(hello.header) + sizeof(hello.hello), .type = NT_MESSAGE_HELLO},
        .hello = {.magic = NT_IPC_MAGIC, .version_min = 1, .version_max = UINT16_MAX},
    };

    (void)argc;
    for (int i = 0; i < 20; i++) {
        struct kit_reply reply;
        int fd = kit_connect(argv[1]);

        if (kit_send(fd, &hello, hello.header.size))
            ok_eq(kit_receive(fd, &reply, PATIENT), 0);
        close(fd);
    }
    test_say("done");
    return 0;
}

TEST_DEADLINE(a_process_whose_hello_kills_workers_is_shut_out, "", 60)
{
    struct test_child child;
    struct kit_broker broker;
    HANDLE section;

    use_steps(&broker, "poison_hello:abort");
    section = create(A_("kept"));
    ok_succeeds(section);
    for (uint32_t i = 1; i <= 2; i++) {
        require(test_child_start(&child, "poisoner", broker.directory));
        test_child_expect(&child, "done", PATIENT);
        ok_eq(test_child_wait(&child, PATIENT), 0);
        /* Two deaths; another process is another one. */
        ok_eq(ask().restarts, 2 * i);
        ok(is_there(A_("kept")));
    }
    CloseHandle(section);
    ok_eq(ask().names, 0);
    end(&broker);
}

/* --- numbers -------------------------------------------------------------------------------- */

/* Creates it, over as many deaths as there are; its number. */
static uint64_t create_by_hand(const struct kit_broker *broker, uint64_t *token, uint64_t number)
{
    struct kit_request request;
    struct kit_reply reply;

    kit_fill_create(&request, number, A_("again"));
    for (int i = 0; i < 10; i++) {
        int fd = kit_connect(broker->directory);
        bool asked = kit_hello(fd, *token, &reply);

        if (asked)
            *token = reply.hello.token;
        asked = asked && kit_ask(fd, &request, &reply);
        close(fd);
        if (!asked)
            continue;
        ok_status(reply.header.status, STATUS_SUCCESS);
        ok_eq(reply.object.existed, 0);
        kit_reply_drop(&reply);
        return reply.object.id;
    }
    ok(false, "no answer");
    return 0;
}

/* The number of an object is never another's, also where a worker dies while it takes a record. */
TEST(a_number_never_comes_again, "")
{
    static const char *const points[] = {"create_cleared", "create_taken", "create_published",
                                         "remove_given"};
    struct kit_broker broker;

    for (size_t at = 0; at < NT_ARRAY_SIZE(points); at++) {
        uint64_t token = 0, ids[15];

        use_steps(&broker, points[at]);
        for (size_t i = 0; i < NT_ARRAY_SIZE(ids); i++) {
            ids[i] = create_by_hand(&broker, &token, i + 1);
            for (size_t k = 0; k < i; k++)
                ok_ne(ids[i], ids[k]);
        }
        ok(ask().restarts > 0);
        ntshm_quiesce();
        ok_eq(kit_broker_end(&broker, SIGTERM), 0);
        test_until(kit_is_gone(broker.pid), 0);
        unsetenv("NTSHM_STEP");
    }
}

/* --- directories and namespaces --------------------------------------------------------------- */

#define EVERYONE \
    ((SID){.Revision = 1, .SubAuthorityCount = 1, .IdentifierAuthority = {{0, 0, 0, 0, 0, 1}}})

static HANDLE boundary_of(const wchar_t *name)
{
    HANDLE boundary = CreateBoundaryDescriptorW(name, 0);

    require(boundary && AddSIDToBoundaryDescriptor(&boundary, &EVERYONE));
    return boundary;
}

static HANDLE create_space(const wchar_t *name, const wchar_t *alias)
{
    HANDLE boundary = boundary_of(name);
    HANDLE space = CreatePrivateNamespaceW(NULL, boundary, alias);

    DeleteBoundaryDescriptor(boundary);
    return space;
}

static HANDLE open_space(const wchar_t *name, const wchar_t *alias)
{
    HANDLE boundary = boundary_of(name);
    HANDLE space = OpenPrivateNamespaceW(boundary, alias);

    DeleteBoundaryDescriptor(boundary);
    return space;
}

static HANDLE event_in(const wchar_t *name)
{
    return CreateEventW(NULL, TRUE, FALSE, name);
}

static void kill_worker(const struct kit_broker *broker)
{
    pid_t worker = kit_worker_of(broker->pid);

    kill(worker, SIGKILL);
    ok(test_until(kit_is_gone(worker), PATIENT));
}

CHILD(namespace_owner)
{
    HANDLE space = create_space(L"shared", L"its");

    (void)argc;
    (void)argv;
    ok_succeeds(space);
    ok_succeeds(event_in(L"its\\bell"));
    test_say("made");
    while (pause() < 0)
        ; /* until it is killed */
    return 0;
}

TEST(a_namespace_outlives_the_worker, "11.33 11.48 11.49")
{
    struct kit_broker broker;
    HANDLE space, event, again, other, joined;
    struct test_child child;

    kit_broker_start(&broker, "spaces", 60000);
    space = create_space(L"kept", L"mine");
    ok_succeeds(space);
    event = event_in(L"mine\\bell");
    ok_succeeds(event);
    require(test_child_start(&child, "namespace_owner"));
    test_child_expect(&child, "made", PATIENT);
    joined = open_space(L"shared", L"theirs");
    ok_succeeds(joined);
    ok_eq(ask().names, 4);
    for (int i = 0; i < 3; i++) {
        kill_worker(&broker);
        again = event_in(L"mine\\bell");
        ok_error(ERROR_ALREADY_EXISTS);
        CloseHandle(again);
        ok_fails(create_space(L"kept", L"second"), ERROR_ALREADY_EXISTS);
        other = open_space(L"kept", L"other");
        ok_succeeds(other);
        again = OpenEventW(SYNCHRONIZE, FALSE, L"other\\bell");
        ok_succeeds(again);
        CloseHandle(again);
        ok_succeeds(ClosePrivateNamespace(other, 0));
        again = OpenEventW(SYNCHRONIZE, FALSE, L"theirs\\bell");
        ok_succeeds(again);
        CloseHandle(again);
        ok_eq(ask().names, 4);
    }
    /* Its maker ends while there is no worker: it is not found any more, and still is for us. */
    kill(broker.pid, SIGSTOP);
    kill_worker(&broker);
    test_child_kill(&child);
    kill(broker.pid, SIGCONT);
    ok_fails(open_space(L"shared", L"late"), ERROR_PATH_NOT_FOUND);
    other = event_in(L"theirs\\new");
    ok_succeeds(other);
    /* Destroyed, and then a death: it stays destroyed, and stays what it is for who has it. */
    again = open_space(L"kept", L"other");
    ok_succeeds(again);
    ok_succeeds(ClosePrivateNamespace(space, PRIVATE_NAMESPACE_FLAG_DESTROY));
    kill_worker(&broker);
    ok_fails(open_space(L"kept", L"mine"), ERROR_PATH_NOT_FOUND);
    space = OpenEventW(SYNCHRONIZE, FALSE, L"other\\bell");
    ok_succeeds(space);
    CloseHandle(space);
    space = create_space(L"kept", L"mine");
    ok_succeeds(space);
    kill_worker(&broker);
    /* The old and the new one, each with its own names. */
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L"mine\\bell"), ERROR_FILE_NOT_FOUND);
    ok_succeeds(ClosePrivateNamespace(space, 0));
    ok_succeeds(ClosePrivateNamespace(again, 0));
    ok_succeeds(ClosePrivateNamespace(joined, 0));
    CloseHandle(event);
    CloseHandle(other);
    ok_eq(ask().names, 0);
    ok_eq(ask().fds, 0);
    end(&broker);
}

/* An object in a directory, by its handle. */
static OBJECT_ATTRIBUTES *at(HANDLE root, const wchar_t *text)
{
    static OBJECT_ATTRIBUTES attributes;
    static UNICODE_STRING name;

    RtlInitUnicodeString(&name, text);
    InitializeObjectAttributes(&attributes, &name, 0, root, NULL);
    return &attributes;
}

TEST(a_directory_outlives_the_worker, "11.27")
{
    HANDLE upper, lower, event, again;
    struct kit_broker broker;

    kit_broker_start(&broker, "directories", 60000);
    ok_status(NtCreateDirectoryObject(&upper, DIRECTORY_ALL_ACCESS, NULL), STATUS_SUCCESS);
    ok_status(NtCreateDirectoryObject(&lower, DIRECTORY_ALL_ACCESS, at(upper, L"lower")),
              STATUS_SUCCESS);
    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, at(lower, L"bell"), NotificationEvent, FALSE),
              STATUS_SUCCESS);
    for (int i = 0; i < 3; i++) {
        kill_worker(&broker);
        ok_status(NtOpenEvent(&again, SYNCHRONIZE, at(upper, L"lower\\bell")), STATUS_SUCCESS);
        CloseHandle(again);
        ok_status(NtCreateDirectoryObject(&again, DIRECTORY_ALL_ACCESS, at(upper, L"lower")),
                  STATUS_OBJECT_NAME_COLLISION);
        kill_worker(&broker);
        ok_status(
            NtCreateEvent(&again, EVENT_ALL_ACCESS, at(lower, L"other"), NotificationEvent, FALSE),
            STATUS_SUCCESS);
        CloseHandle(again);
        ok_eq(ask().names, 3);
    }
    /* A directory that died takes the way to its names along, and nobody inherits it. */
    CloseHandle(lower);
    kill_worker(&broker);
    ok_status(NtCreateDirectoryObject(&lower, DIRECTORY_ALL_ACCESS, at(upper, L"lower")),
              STATUS_SUCCESS);
    ok_status(NtOpenEvent(&again, SYNCHRONIZE, at(lower, L"bell")), STATUS_OBJECT_NAME_NOT_FOUND);
    CloseHandle(event);
    CloseHandle(lower);
    CloseHandle(upper);
    ok_eq(ask().names, 0);
    ok_eq(ask().fds, 0);
    end(&broker);
}
