// SPDX-License-Identifier: MIT
/*
 * SIGKILL of the broker's worker, again and again, under load. Eight processes create, open,
 * change and close names as fast as they can; others are held all the time. No name may be lost,
 * none may be left over, no program may see an error, and how long the broker is away each time
 * is told. The same with a broker for all users and clients of four, and with the keeper dying
 * instead of its worker.
 */
#include "stress/rounds.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <windows.h>
#include <sddl.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

#define N_CLIENTS 8
#define N_KILLS   NT_ROUNDS(300, 1000)
#define N_HELD    NT_ROUNDS(1000, 9000)
#define N_OTHER   NT_ROUNDS(60, 300) /* kills of a keeper, and of the worker of all users */
#define SIZE      4096

struct board {
    _Atomic uint32_t stop;
    _Atomic uint32_t n_errors, last_error;
    uint32_t n_held;
    _Atomic uint32_t turns[N_CLIENTS];
};

/* --- clients -------------------------------------------------------------------------------- */

static void complain(struct board *board, const char *what)
{
    DWORD error = GetLastError();

    fprintf(stderr, "%s: error %u\n", what, (unsigned)error);
    atomic_store(&board->last_error, error);
    atomic_fetch_add(&board->n_errors, 1);
}

#define HELD A_("Global\\held")

#define EXPECT(board, condition)           \
    __extension__({                        \
        bool is_ = (condition);            \
        if (!is_)                          \
            complain((board), #condition); \
        is_;                               \
    })

/* A descriptor that lets everyone do one more thing each time. */
static bool change(HANDLE section, unsigned turn)
{
    DECLSPEC_ALIGN(8) unsigned char list[128], found[512];
    SID everyone = {.Revision = 1,
                    .SubAuthorityCount = 1,
                    .IdentifierAuthority = {{0, 0, 0, 0, 0, 1}},
                    .SubAuthority = {0}};
    SECURITY_DESCRIPTOR descriptor;
    BOOL present, defaulted;
    ACCESS_ALLOWED_ACE *ace;
    DWORD size;
    PACL acl;

    return InitializeAcl((PACL)list, sizeof(list), ACL_REVISION) &&
           AddAccessAllowedAce((PACL)list, ACL_REVISION, 1 + turn % 31, &everyone) &&
           InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION) &&
           SetSecurityDescriptorDacl(&descriptor, TRUE, (PACL)list, FALSE) &&
           SetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, &descriptor) &&
           GetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, found, sizeof(found),
                                   &size) &&
           GetSecurityDescriptorDacl(found, &present, &acl, &defaulted) && present && acl &&
           GetAce(acl, 0, (LPVOID *)&ace) && ace->Mask == 1 + turn % 31;
}

static void one_turn(struct board *board, const char *me, unsigned turn)
{
    HANDLE own, again, held;
    char name[96];

    snprintf(name, sizeof(name), "%s-%s-%u", A_("own"), me, turn);
    own = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
    EXPECT(board, own != NULL);
    /* A create whose answer was lost must not find itself. */
    EXPECT(board, GetLastError() == ERROR_SUCCESS);
    EXPECT(board, change(own, turn));
    again = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    EXPECT(board, turn % 31 + 1 != SECTION_MAP_READ || again != NULL);
    CloseHandle(again);
    snprintf(name, sizeof(name), "%s-%u", HELD, (turn * 37) % board->n_held);
    held = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    EXPECT(board, held != NULL);
    EXPECT(board, CloseHandle(held));
    EXPECT(board, CloseHandle(own));
    snprintf(name, sizeof(name), "%s-%s-%u", A_("own"), me, turn);
    EXPECT(board, OpenFileMappingA(FILE_MAP_READ, FALSE, name) == NULL &&
                      GetLastError() == ERROR_FILE_NOT_FOUND);
}

CHILD(busy_client)
{
    struct board *board = kit_board("kills", sizeof(*board));
    uid_t uid = (uid_t)atoi(argv[2]);
    unsigned turn = 0;

    if (uid != geteuid())
        kit_become(uid);
    for (; !atomic_load(&board->stop); turn++) {
        one_turn(board, argv[1], turn);
        atomic_store(&board->turns[atoi(argv[1])], turn + 1);
    }
    return 0;
}

/* --- the names that are held ---------------------------------------------------------------- */

static HANDLE held[9000];

/* For everybody. */
static uint32_t hold_names(uint32_t n_wanted)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};
    char name[96];
    uint32_t n = 0;

    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        "D:(A;;GA;;;WD)", SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    for (; n < n_wanted; n++) {
        uint32_t *view;

        snprintf(name, sizeof(name), "%s-%u", HELD, n);
        held[n] =
            CreateFileMappingA(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, 0, SIZE, name);
        if (!ok_succeeds(held[n]))
            break;
        view = MapViewOfFile(held[n], FILE_MAP_WRITE, 0, 0, 0);
        require(view != NULL);
        *view = n + 1;
        UnmapViewOfFile(view);
    }
    LocalFree(attributes.lpSecurityDescriptor);
    return n;
}

/* Every one is found by its name, and is the one that it was. */
static uint32_t count_lost(uint32_t n)
{
    uint32_t n_lost = 0;
    char name[96];

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *view;
        HANDLE again;

        snprintf(name, sizeof(name), "%s-%u", HELD, i);
        again = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
        view = again ? MapViewOfFile(again, FILE_MAP_READ, 0, 0, 0) : NULL;
        n_lost += !view || *view != i + 1;
        UnmapViewOfFile(view);
        CloseHandle(again);
    }
    return n_lost;
}

/* --- the kills ------------------------------------------------------------------------------ */

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static int compare_times(const void *a, const void *b)
{
    const uint64_t *first = a, *second = b;

    return (*first > *second) - (*first < *second);
}

/* From the kill to the next answer; the load goes on. */
static uint64_t kill_once(unsigned round, bool keeper)
{
    struct ntshm_broker_statistics before = ask(), after;
    uint64_t begin;

    /* Anywhere in what it does. */
    usleep(500 + (round * 7919) % 5000);
    begin = nt_os_now_ns();
    kill((pid_t)(keeper ? before.pid : before.worker), SIGKILL);
    after = ask();
    begin = nt_os_now_ns() - begin;
    if (keeper) {
        /* Its heir may have answered before it heard of its luck. */
        ok(test_until(ask().pid == before.worker, 20000));
        ok(test_until(ask().worker != before.worker, 20000));
        ok_eq(ask().restarts, before.restarts);
    } else {
        ok_eq(after.restarts, before.restarts + 1);
    }
    ok_eq(ask().instance, before.instance);
    return begin;
}

/* As many users as there are: the first is the one who runs the test. */
static void start_clients(struct test_child *children, const uid_t *users, size_t n_users)
{
    char number[16], user[16];

    for (unsigned i = 0; i < N_CLIENTS; i++) {
        snprintf(number, sizeof(number), "%u", i);
        snprintf(user, sizeof(user), "%u", (unsigned)users[i % n_users]);
        require(test_child_start(&children[i], "busy_client", number, user));
    }
}

static void tell(uint64_t *times, unsigned n_kills, uint32_t n_names, const struct board *board)
{
    uint64_t turns = 0;

    qsort(times, n_kills, sizeof(*times), compare_times);
    for (int i = 0; i < N_CLIENTS; i++)
        turns += board->turns[i];
    printf("# %u kills, %u names held, %llu turns of 8 clients: from kill to answer under load "
           "median %.1f ms, 99%% %.1f ms, most %.1f ms\n",
           n_kills, n_names, (unsigned long long)turns, (double)times[n_kills / 2] / 1e6,
           (double)times[n_kills - 1 - n_kills / 100] / 1e6, (double)times[n_kills - 1] / 1e6);
}

/* The same with nobody else at work: what the recovery itself takes. */
static void tell_quiet(uint32_t n_names)
{
    uint64_t times[20];

    for (unsigned i = 0; i < 20; i++)
        times[i] = kill_once(i, false);
    qsort(times, 20, sizeof(times[0]), compare_times);
    printf("# %u names held, nobody else at work: from kill to answer median %.1f ms, most %.1f "
           "ms\n",
           n_names, (double)times[10] / 1e6, (double)times[19] / 1e6);
}

/* The kills, with clients of these users at work; then everything is as it was. */
static void kill_under_load(const uid_t *users, size_t n_users, bool keeper, unsigned n_kills,
                            uint32_t n_wanted)
{
    struct board *board = kit_board("kills", sizeof(*board));
    struct test_child children[N_CLIENTS];
    static uint64_t times[N_KILLS];
    uint32_t n_names = hold_names(n_wanted);
    int n_fds;

    ok_eq(n_names, n_wanted);
    ok_eq(count_lost(n_names), 0); /* and each has its read-only description from now on */
    n_fds = kit_count_fds((pid_t)ask().pid);
    board->n_held = n_names;
    start_clients(children, users, n_users);
    for (int i = 0; i < N_CLIENTS; i++)
        ok(test_until(atomic_load(&board->turns[i]) > 0, 20000));
    for (unsigned i = 0; i < n_kills; i++)
        times[i] = kill_once(i, keeper);
    atomic_store(&board->stop, 1);
    for (int i = 0; i < N_CLIENTS; i++)
        ok_eq(test_child_wait(&children[i], 60000), 0);

    ok_eq(board->n_errors, 0);
    ok_eq(board->last_error, 0);
    ok_eq(count_lost(n_names), 0);
    ok(test_until(ask().names == n_names, 10000), "%u names are left over",
       (unsigned)(ask().names - n_names));
    ok_eq(ask().restarts, keeper ? 0 : n_kills);
    tell(times, n_kills, n_names, board);
    tell_quiet(n_names);
    ok(test_until(kit_count_fds((pid_t)ask().pid) <= n_fds, 10000), "%d descriptors, were %d",
       kit_count_fds((pid_t)ask().pid), n_fds);
    for (uint32_t i = 0; i < n_names; i++)
        CloseHandle(held[i]);
    ok_eq(ask().names, 0);
    kit_board_drop(board, sizeof(*board));
}

TEST_DEADLINE(a_worker_that_is_killed_under_load_loses_nothing, "11.27", NT_ROUNDS(240, 900))
{
    const uid_t self = geteuid();
    struct kit_broker broker;

    kit_broker_start(&broker, "killed", 60000);
    kill_under_load(&self, 1, false, N_KILLS, N_HELD);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* Each user has his own names; those that are held are everybody's. */
TEST_DEADLINE(a_worker_of_all_users_that_is_killed_under_load_loses_nothing, "11.27",
              NT_ROUNDS(240, 900))
{
    static const uid_t users[] = {0, 65531, 65532, KIT_NOBODY};
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "killed", KIT_STRANGER, NULL);
    kill_under_load(users, NT_ARRAY_SIZE(users), false, N_OTHER, 1000);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_keeper_that_is_killed_under_load_loses_nothing, "11.27", NT_ROUNDS(240, 900))
{
    const uid_t self = geteuid();
    struct kit_broker broker;
    pid_t heir;

    kit_broker_start(&broker, "killed", 60000);
    kill_under_load(&self, 1, true, N_OTHER, 1000);
    heir = (pid_t)ask().pid;
    ntshm_quiesce();
    ok_eq(kit_broker_await(&broker, 0), 128 + SIGKILL);
    kill(heir, SIGTERM);
    ok(test_until(kit_is_gone(heir), 20000));
}
