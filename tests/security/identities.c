// SPDX-License-Identifier: MIT
/*
 * One process that is several users: threads whose kernel credentials were changed for them alone,
 * and processes that change as a whole. Each asks a broker for all users over a connection of its
 * own, and gets what the kernel says that it may have; the library's word counts for nothing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define BROKER_UID 65530u
#define SOON       30000

/* The bare calls change the calling thread alone. */
static void become_in_this_thread(uid_t uid)
{
    require(syscall(SYS_setgroups, 0, NULL) == 0);
    require(syscall(SYS_setresgid, -1, uid, -1) == 0);
    require(syscall(SYS_setresuid, -1, uid, -1) == 0);
}

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

static unsigned count_sockets(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;
    unsigned n = 0;

    require(directory != NULL);
    while ((entry = readdir(directory))) {
        int type;
        socklen_t size = sizeof(type);

        if (getsockopt(atoi(entry->d_name), SOL_SOCKET, SO_TYPE, &type, &size) == 0)
            n += type == SOCK_SEQPACKET;
    }
    closedir(directory);
    return n;
}

/* The owner of a kernel object is S-1-22-1-@uid. */
static bool is_owned_by(HANDLE handle, uid_t uid)
{
    static const SID_IDENTIFIER_AUTHORITY authority = {{0, 0, 0, 0, 0, 22}};
    union {
        SECURITY_DESCRIPTOR descriptor;
        char bytes[512];
    } is;
    PSID owner = NULL;
    BOOL defaulted;
    DWORD size;

    return GetKernelObjectSecurity(handle, OWNER_SECURITY_INFORMATION, &is, sizeof(is), &size) &&
           GetSecurityDescriptorOwner(&is, &owner, &defaulted) && owner &&
           memcmp(GetSidIdentifierAuthority(owner), &authority, sizeof(authority)) == 0 &&
           *GetSidSubAuthority(owner, 0) == 1 && *GetSidSubAuthority(owner, 1) == uid;
}

/* Opens a name as a user: 0 when it is there, else the error. */
CHILD(opener)
{
    HANDLE handle;

    kit_become((uid_t)atoi(argv[1]));
    handle = OpenFileMappingA(FILE_MAP_READ, FALSE, argv[2]);
    if (!handle)
        return (int)GetLastError();
    ok_succeeds(CloseHandle(handle));
    return 0;
}

static int open_as(uid_t uid, const char *name)
{
    struct test_child child;
    char text[16];

    snprintf(text, sizeof(text), "%u", (unsigned)uid);
    require(test_child_start(&child, "opener", text, name));
    return test_child_wait(&child, SOON);
}

struct meeting {
    HANDLE section;
    _Atomic int stage;
};

static void stranger(void *context)
{
    struct meeting *meeting = context;

    become_in_this_thread(KIT_STRANGER);
    /* Root's, with root's default descriptor. */
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Global\\root")), ERROR_ACCESS_DENIED);
    meeting->section = create(A_("Local\\mine"));
    ok(meeting->section != NULL, "error %u", (unsigned)GetLastError());
    ok(is_owned_by(meeting->section, KIT_STRANGER));
    ok_eq(count_sockets(), 2);
    meeting->stage = 1;
    (void)test_until(meeting->stage == 2, SOON);
}

TEST(a_thread_that_is_another_user_asks_as_that_user, "13.8 13.12 13.20")
{
    struct meeting meeting = {.section = NULL};
    struct kit_broker broker;
    struct test_thread thread;
    HANDLE root;

    kit_need_root();
    kit_broker_start_system(&broker, "system", BROKER_UID, NULL);
    root = create(A_("Global\\root"));
    require(root != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(count_sockets(), 1);
    test_thread_start(&thread, stranger, &meeting);
    require(test_until(meeting.stage == 1, SOON));
    /* A whole process of that user finds what the thread made, and nobody else's session has it. */
    ok_eq(open_as(KIT_STRANGER, A_("Local\\mine")), 0);
    ok_eq(open_as(KIT_NOBODY, A_("Local\\mine")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Local\\mine")), ERROR_FILE_NOT_FOUND);
    /* This thread is still root. */
    ok_succeeds(CloseHandle(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Global\\root"))));
    ok_eq(count_sockets(), 2);
    meeting.stage = 2;
    test_thread_join(&thread);
    ok_succeeds(CloseHandle(meeting.section));
    ok_succeeds(CloseHandle(root));
    ntshm_quiesce();
    ok_eq(count_sockets(), 0);
    ok_eq(kit_broker_end(&broker, 15), 0);
}

CHILD(dropper)
{
    HANDLE root, mine;

    root = create(A_("Global\\before"));
    require(root != NULL, "error %u", (unsigned)GetLastError());
    kit_become(KIT_STRANGER);
    /* Handles are rights; a name is asked for by who one is now. */
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Global\\before")), ERROR_ACCESS_DENIED);
    ok_fails(create(A_("Global\\after")), ERROR_ACCESS_DENIED);
    mine = create(A_("Local\\after"));
    ok(mine != NULL, "error %u", (unsigned)GetLastError());
    ok(is_owned_by(mine, KIT_STRANGER));
    ok_succeeds(CloseHandle(mine));
    ok_succeeds(CloseHandle(root));
    return 0;
}

TEST(a_process_that_gave_up_root_asks_as_nobody_special, "13.20")
{
    struct kit_broker broker;
    struct test_child child;

    kit_need_root();
    kit_broker_start_system(&broker, "system", BROKER_UID, NULL);
    require(test_child_start(&child, "dropper"));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(kit_broker_end(&broker, 15), 0);
}

/* More identities than connections are kept: each is answered, and the oldest is given up. */
static void one_of_many(void *context)
{
    uid_t uid = 70000 + (uid_t)(uintptr_t)context;
    char name[32];
    HANDLE mine;

    become_in_this_thread(uid);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "Local\\many-%u", i);
        mine = create(name);
        ok(mine != NULL, "error %u", (unsigned)GetLastError());
        ok(is_owned_by(mine, uid));
        ok_succeeds(CloseHandle(mine));
    }
}

TEST(more_users_in_one_process_than_connections, "13.20")
{
    struct kit_broker broker;
    struct test_thread threads[12];

    kit_need_root();
    kit_broker_start_system(&broker, "system", BROKER_UID, NULL);
    for (size_t i = 0; i < 12; i++)
        test_thread_start(&threads[i], one_of_many, (void *)i);
    for (size_t i = 0; i < 12; i++)
        test_thread_join(&threads[i]);
    ok(count_sockets() <= 8);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, 15), 0);
}

/* Another thread changes the whole process's user, there and back, in the middle of calls. */
static _Atomic bool stop;

static void create_and_close(void *context)
{
    _Atomic unsigned *done = context;

    while (!stop) {
        HANDLE mine = create(A_("Local\\shifting"));

        ok(mine != NULL, "error %u", (unsigned)GetLastError());
        CloseHandle(mine);
        atomic_fetch_add(done, 1);
    }
}

TEST_DEADLINE(a_user_that_changes_under_a_call_is_not_an_error, "13.20", 120)
{
    struct kit_broker broker;
    struct test_thread thread;
    _Atomic unsigned done = 0;

    kit_need_root();
    kit_broker_start_system(&broker, "system", BROKER_UID, NULL);
    stop = false;
    test_thread_start(&thread, create_and_close, &done);
    for (unsigned i = 0; i < 300 || done < 1000; i++) {
        require(seteuid(KIT_STRANGER) == 0);
        require(seteuid(0) == 0);
    }
    stop = true;
    test_thread_join(&thread);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, 15), 0);
}

/* --- which broker --------------------------------------------------------------------------- */

/* Both, and the environment lets a program choose between them. */
static void start_both(struct kit_broker *own, struct kit_broker *system)
{
    char directory[96];

    kit_need_root();
    kit_broker_start_system(system, "system", BROKER_UID, NULL);
    snprintf(directory, sizeof(directory), "%s", system->directory);
    kit_broker_start(own, "own", 600000);
    setenv("NTSHM_SYSTEM", directory, 1);
}

/* Makes a name and holds it until it is told to go on, to be gone. */
CHILD(chooser)
{
    HANDLE handle;
    char line[16];

    if (argc > 2)
        unsetenv("NTSHM_SYSTEM");
    handle = create(argv[1]);
    require(handle != NULL, "error %u", (unsigned)GetLastError());
    test_say("held");
    test_hear(line, sizeof(line), SOON);
    ok_succeeds(CloseHandle(handle));
    return 0;
}

CHILD(finder)
{
    HANDLE handle = OpenFileMappingA(FILE_MAP_READ, FALSE, argv[1]);

    if (!handle)
        return (int)GetLastError();
    ok_succeeds(CloseHandle(handle));
    return 0;
}

static int find(const char *name)
{
    struct test_child child;

    require(test_child_start(&child, "finder", name));
    return test_child_wait(&child, SOON);
}

TEST(names_that_live_keep_a_user_at_its_own_broker, "")
{
    struct kit_broker own, system;
    struct test_child mine, machines;
    const char *name = A_("Local\\chosen"), *other = A_("Local\\other");

    start_both(&own, &system);
    require(test_child_start(&mine, "chooser", name, "own"));
    test_child_expect(&mine, "held", SOON);
    ok_eq(find(name), 0);
    test_child_write_line(&mine, "go");
    ok_eq(test_child_wait(&mine, SOON), 0);
    /* Without a name there it is the machine's, whether the other runs or not. */
    require(test_child_start(&machines, "chooser", other));
    test_child_expect(&machines, "held", SOON);
    ok_eq(find(other), 0);
    /* Once there is one again, that one is found. */
    require(test_child_start(&mine, "chooser", name, "own"));
    test_child_expect(&mine, "held", SOON);
    ok_eq(find(name), 0);
    ok_eq(find(other), ERROR_FILE_NOT_FOUND);
    test_child_write_line(&mine, "go");
    test_child_write_line(&machines, "go");
    ok_eq(test_child_wait(&mine, SOON), 0);
    ok_eq(test_child_wait(&machines, SOON), 0);
    ok_eq(kit_broker_end(&own, 15), 0);
    ok_eq(kit_broker_end(&system, 15), 0);
}

/* Chosen once: it stays with the broker that has its names. */
TEST(a_process_keeps_the_broker_that_it_chose, "")
{
    struct kit_broker own, system;
    const char *name = A_("Local\\first"), *second = A_("Local\\second");
    struct test_child mine;
    HANDLE first, more;

    start_both(&own, &system);
    first = create(name); /* the machine's: its own one has no name */
    require(first != NULL, "error %u", (unsigned)GetLastError());
    require(test_child_start(&mine, "chooser", second, "own"));
    test_child_expect(&mine, "held", SOON);
    ntshm_quiesce();
    more = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    ok(more != NULL, "error %u", (unsigned)GetLastError());
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, second), ERROR_FILE_NOT_FOUND);
    ok_succeeds(CloseHandle(more));
    test_child_write_line(&mine, "go");
    ok_eq(test_child_wait(&mine, SOON), 0);
    ok_succeeds(CloseHandle(first));
    ntshm_quiesce();
    ok_eq(kit_broker_end(&own, 15), 0);
    ok_eq(kit_broker_end(&system, 15), 0);
}

/* Never a silent fall-back: its names would be elsewhere. */
TEST(a_machines_broker_that_is_silent_is_an_error, "")
{
    struct kit_broker own, system;

    start_both(&own, &system);
    ok_eq(kit_broker_end(&system, SIGKILL), 128 + SIGKILL);
    require(access(system.directory, F_OK) == 0);
    ok_eq(find(A_("Local\\x")) != 0, 1);
    ok_fails(create(A_("Local\\x")), ERROR_CONNECTION_REFUSED);
    ok_eq(kit_broker_end(&own, 15), 0);
}

static void expect_refused(const char *directory, DWORD error)
{
    char value[160];

    snprintf(value, sizeof(value), "system:%s", directory);
    setenv("NTSHM_BROKER", value, 1);
    ok_fails(create(A_("name")), error);
}

/* Whoever can write to its directory could play the broker. */
TEST(a_machines_broker_in_an_open_directory_is_refused, "")
{
    struct kit_broker system;
    char directory[96];

    kit_need_root();
    kit_broker_start_system(&system, "system", BROKER_UID, NULL);
    snprintf(directory, sizeof(directory), "%s", system.directory);
    require(chmod(directory, 0777) == 0);
    expect_refused(directory, ERROR_ACCESS_DENIED);
    require(chmod(directory, 0755) == 0 && chown(directory, KIT_STRANGER, 0) == 0);
    expect_refused(directory, ERROR_ACCESS_DENIED);
    require(chown(directory, 0, 0) == 0);
    ok_succeeds(CloseHandle(create(A_("name"))));
    require(chown(directory, BROKER_UID, 0) == 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&system, 15), 0);
}
