// SPDX-License-Identifier: MIT
/*
 * One user against all others. A broker in system mode serves a bystander, who creates, opens and
 * closes names as fast as he can, while a program of another user does one hostile thing as fast as
 * it can. The bystander must not see one error, the broker must live, and when the enemy is gone,
 * descriptors and memory are back to where they were. How long the bystander's calls take, quiet
 * and under attack, is told with --verbose; it is no assertion.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

#define BROKER_UID    61000u
#define BYSTANDER_UID 61001u
#define ENEMY_UID     61002u
#define N_ROUNDS      300
#define MEMORY_SLACK  (8192) /* KiB; what malloc keeps */

/* --- the enemy ------------------------------------------------------------------------------ */

/* What NTSHM_BROKER names, without "system:". */
static const char *broker_directory(void)
{
    const char *place = getenv("NTSHM_BROKER");

    require(place && strchr(place, ':'));
    return strchr(place, ':') + 1;
}

static int greet(void)
{
    int fd = kit_connect(broker_directory());
    struct kit_reply reply;

    if (!kit_hello(fd, 0, &reply)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A connection, though the broker may have had enough of us. */
static int connect_again(bool hello)
{
    int fd = -1;

    while (fd < 0) {
        fd = hello ? greet() : kit_connect(broker_directory());
        if (fd < 0)
            poll(NULL, 0, 1);
    }
    return fd;
}

static unsigned long long random_state = 88172645463325252ull;

static unsigned random_number(unsigned below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % below;
}

static void send_garbage(uint64_t turn)
{
    unsigned char bytes[600];
    int fd = connect_again(turn % 2);
    size_t size = random_number(sizeof(bytes));

    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)random_number(256);
    kit_send(fd, bytes, size);
    close(fd);
}

static void send_too_much(uint64_t turn)
{
    static unsigned char bytes[NT_IPC_MAX_SIZE + 4096];
    int fd = connect_again(turn % 2);
    uint32_t size = (uint32_t)sizeof(bytes);

    memcpy(bytes, &size, sizeof(size));
    bytes[4] = NT_MESSAGE_CREATE;
    kit_send(fd, bytes, turn % 3 ? sizeof(bytes) : NT_IPC_MAX_SIZE + 1);
    close(fd);
}

static void send_pieces(uint64_t turn)
{
    struct kit_request request;
    int fd = connect_again(true);

    kit_fill_create(&request, 1, "Local\\piece");
    kit_send(fd, &request, turn % request.header.size);
    close(fd);
}

static void speak_out_of_turn(uint64_t turn)
{
    struct kit_request request;
    struct kit_reply reply;
    int fd = connect_again(turn % 2);

    if (turn % 2 && turn % 4 == 1) {
        kit_hello(fd, turn, &reply); /* once more */
    } else {
        kit_fill_create(&request, turn % 4 == 3 ? 0 : 1, "Local\\turn");
        kit_send(fd, &request, request.header.size);
        if (kit_receive(fd, &reply, 1000) == 1)
            kit_reply_drop(&reply);
    }
    close(fd);
}

/* The same request again and again, with tokens that are somebody's or nobody's. */
static void replay(uint64_t turn)
{
    struct kit_request request;
    struct kit_reply reply;
    int fd = kit_connect(broker_directory());

    if (kit_hello(fd, turn % 7 + 1, &reply)) {
        kit_fill_create(&request, turn % 3 + 1, "Local\\replayed");
        for (int i = 0; i < 4; i++) {
            if (!kit_ask(fd, &request, &reply))
                break;
            kit_reply_drop(&reply);
        }
    }
    close(fd);
}

static void send_with_fds(int fd, void *bytes, size_t size, unsigned n)
{
    int fds[253];
    char control[CMSG_SPACE(sizeof(fds))] __attribute__((aligned(8)));
    struct iovec part = {bytes, size};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = CMSG_SPACE(n * sizeof(int)),
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    memset(control, 0, sizeof(control));
    for (unsigned i = 0; i < n; i++)
        fds[i] = fd;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(header), fds, n * sizeof(int));
    sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void flood_with_fds(uint64_t turn)
{
    struct kit_request request;
    int fd = connect_again(turn % 2);

    kit_fill_create(&request, 1, "Local\\gift");
    if (turn % 3 == 0)
        kit_fill_statistics(&request, 1);
    send_with_fds(fd, &request, request.header.size, turn % 5 ? 253 : 2);
    close(fd);
}

static void say_bad_names(uint64_t turn)
{
    static const char *const names[] = {
        "../x",
        "..\\x",
        "Global\\..\\x",
        "Global\\..\\..\\x",
        "/etc/passwd",
        "Local\\.",
        "Session\\1\\x",
        "Session\\0\\x",
        "Session\\61001\\x",
        "Session\\-1\\x",
        "\\\\x",
        "Global\\Global",
        "\\Device\\NamedPipe",
        "%s%n%s",
        "Local\\\\x",
    };
    static int fd = -1;
    struct kit_request request;
    struct kit_reply reply;

    if (fd < 0)
        fd = connect_again(true);
    kit_fill_create(&request, turn + 1, names[turn % NT_ARRAY_SIZE(names)]);
    if (turn / NT_ARRAY_SIZE(names) % 2)
        kit_fill_open(&request, turn + 1, names[turn % NT_ARRAY_SIZE(names)]);
    if (kit_ask(fd, &request, &reply)) {
        kit_reply_drop(&reply);
    } else {
        close(fd);
        fd = -1;
    }
}

/* The names that the bystander uses, before he comes to them: in our session they are ours. */
static void squat(uint64_t turn)
{
    static HANDLE handles[64];
    char name[64];

    CloseHandle(handles[turn % 64]);
    snprintf(name, sizeof(name), "bystander-%u", (unsigned)(turn % N_ROUNDS));
    handles[turn % 64] =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

/* Connections that say nothing, as many as one gets. */
static void stay_silent(uint64_t turn)
{
    static int fds[4096];
    unsigned at = turn % NT_ARRAY_SIZE(fds);

    if (fds[at] > 0)
        close(fds[at]);
    fds[at] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fds[at] >= 0)
        close(fds[at]);
    fds[at] = kit_connect(broker_directory());
}

/* Requests whose replies, with their descriptors, nobody reads. */
static void never_read(uint64_t turn)
{
    static int fds[256];
    unsigned at = turn % NT_ARRAY_SIZE(fds);
    struct kit_request request;

    if (fds[at] > 0)
        close(fds[at]);
    fds[at] = connect_again(true);
    kit_fill_create(&request, 1, "Local\\unread");
    request.create.flags |= NT_NAME_OPEN_IF;
    kit_send(fds[at], &request, request.header.size);
    for (uint64_t i = 2; i < 40; i++) {
        kit_fill_open(&request, i, "Local\\unread");
        if (!kit_send(fds[at], &request, request.header.size))
            break;
    }
}

/* Names until there are no more. */
static void take_all(uint64_t turn)
{
    static int fd = -1;
    struct kit_request request;
    struct kit_reply reply;
    char name[64];

    if (fd < 0)
        fd = connect_again(true);
    snprintf(name, sizeof(name), "Local\\all-%llu", (unsigned long long)turn);
    kit_fill_create(&request, turn + 1, name);
    if (!kit_ask(fd, &request, &reply)) {
        close(fd);
        fd = -1;
    } /* the lease is kept until this process ends */
}

/* Everything of the machine's directory, again and again. */
static void list_all(uint64_t turn)
{
    static int fd = -1;
    struct kit_request request = {
        .header = {.size = sizeof(request.header) + sizeof(struct nt_list_request),
                   .type = NT_MESSAGE_LIST,
                   .number = turn + 1},
    };

    if (fd < 0)
        fd = connect_again(true);
    if (!kit_send(fd, &request, request.header.size)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        static char bytes[NT_IPC_MAX_BYTES + 4096];

        if (poll(&ready, 1, 100) != 1 || recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0) {
            close(fd);
            fd = -1;
        }
    }
}

static void ask_for_numbers(uint64_t turn)
{
    static int fd = -1;
    struct kit_request request;
    struct kit_reply reply;

    if (fd < 0)
        fd = connect_again(true);
    kit_fill_statistics(&request, turn + 1);
    if (!kit_ask(fd, &request, &reply)) {
        close(fd);
        fd = -1;
    }
}

static const struct attack {
    const char *name;
    void (*turn)(uint64_t turn);
} attacks[] = {
    {"garbage", send_garbage},
    {"too much", send_too_much},
    {"pieces", send_pieces},
    {"out of turn", speak_out_of_turn},
    {"replay", replay},
    {"descriptors", flood_with_fds},
    {"bad names", say_bad_names},
    {"squatting", squat},
    {"silence", stay_silent},
    {"never reading", never_read},
    {"taking all", take_all},
    {"listing", list_all},
    {"asking for numbers", ask_for_numbers},
};

CHILD(enemy)
{
    const struct attack *attack = &attacks[atoi(argv[1])];
    struct rlimit limit = {16384, 16384};

    setrlimit(RLIMIT_NOFILE, &limit);
    kit_become(ENEMY_UID);
    for (uint64_t turn = 0; turn < UINT64_MAX; turn++) {
        attack->turn(turn);
        if (turn == 20)
            test_say("ready");
    }
    return 0;
}

/* --- the bystander -------------------------------------------------------------------------- */

static int compare_times(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static bool use_name(unsigned round)
{
    HANDLE section, again;
    char name[64];
    bool good;

    snprintf(name, sizeof(name), "bystander-%u", round);
    SetLastError(ERROR_SUCCESS);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, name);
    good = section && GetLastError() == ERROR_SUCCESS;
    again = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name);
    good = again && good;
    if (!good)
        fprintf(stderr, "bystander: round %u: error %u\n", round, (unsigned)GetLastError());
    CloseHandle(again);
    CloseHandle(section);
    return good;
}

/* Says "errors median p99", the times in microseconds. */
CHILD(bystander)
{
    static uint64_t times[N_ROUNDS];
    unsigned errors = 0;
    char line[80];

    kit_become(BYSTANDER_UID);
    use_name(0);
    for (unsigned i = 0; i < N_ROUNDS; i++) {
        uint64_t start = nt_os_now_ns();

        errors += !use_name(i);
        times[i] = nt_os_now_ns() - start;
    }
    qsort(times, N_ROUNDS, sizeof(times[0]), compare_times);
    snprintf(line, sizeof(line), "%u %llu %llu", errors,
             (unsigned long long)times[N_ROUNDS / 2] / 1000,
             (unsigned long long)times[N_ROUNDS * 99 / 100] / 1000);
    test_say(line);
    return 0;
}

struct experience {
    unsigned errors, median_us, p99_us;
};

static struct experience ask_bystander(void)
{
    struct experience had = {~0u, 0, 0};
    struct test_child child;
    char line[80];

    require(test_child_start(&child, "bystander"));
    if (test_child_read_line(&child, line, sizeof(line), 60000))
        require(sscanf(line, "%u %u %u", &had.errors, &had.median_us, &had.p99_us) == 3);
    ok_eq(test_child_wait(&child, 20000), 0);
    return had;
}

/* --- the scene ------------------------------------------------------------------------------ */

struct holdings {
    struct nt_statistics_reply numbers;
    int fds;
    long memory_kib;
};

static long resident_kib(pid_t pid)
{
    char path[64], line[256];
    long kib = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    }
    if (file)
        fclose(file);
    return kib;
}

static bool look(const struct kit_broker *broker, struct holdings *ret_holdings)
{
    struct kit_request request;
    struct kit_reply reply;
    int fd = kit_connect(broker->directory);
    bool good = kit_hello(fd, 0, &reply);

    kit_fill_statistics(&request, 1);
    good = good && kit_ask(fd, &request, &reply);
    close(fd);
    if (!good)
        return false;
    ret_holdings->numbers = reply.statistics;
    ret_holdings->fds = kit_count_fds(broker->pid);
    ret_holdings->memory_kib = resident_kib((pid_t)reply.statistics.pid);
    return true;
}

static bool is_as_before(const struct kit_broker *broker, const struct holdings *before)
{
    struct holdings now;

    return look(broker, &now) && now.numbers.names == before->numbers.names &&
           now.numbers.clients == before->numbers.clients && now.fds == before->fds &&
           now.numbers.pid == before->numbers.pid;
}

static void run_attack(const struct kit_broker *broker, size_t which, struct experience quiet)
{
    struct holdings before, after;
    struct experience had;
    struct test_child enemy;
    char argument[8];

    require(look(broker, &before));
    snprintf(argument, sizeof(argument), "%zu", which);
    require(test_child_start(&enemy, "enemy", argument));
    test_child_expect(&enemy, "ready", 30000);
    had = ask_bystander();
    ok_eq(test_child_kill(&enemy), TEST_CHILD_KILLED);
    ok_eq(had.errors, 0);
    /* The same worker, and nothing of the enemy's left in it. */
    ok(test_until(is_as_before(broker, &before), 20000), "%s left something", attacks[which].name);
    require(look(broker, &after));
    if (test_slowness() == 1)
        ok(after.memory_kib - before.memory_kib < MEMORY_SLACK, "%s: %ld KiB, then %ld KiB",
           attacks[which].name, before.memory_kib, after.memory_kib);
    test_note("%-18s median %u us, p99 %u us (quiet %u, %u)", attacks[which].name, had.median_us,
              had.p99_us, quiet.median_us, quiet.p99_us);
    fprintf(stderr, "%-18s median %u us, p99 %u us (quiet %u, %u)\n", attacks[which].name,
            had.median_us, had.p99_us, quiet.median_us, quiet.p99_us);
}

TEST_DEADLINE(an_enemy_costs_the_others_nothing, "", 300)
{
    struct kit_broker broker;
    struct experience quiet;

    kit_need_root();
    kit_open_house();
    kit_broker_start_system(&broker, "hostile", BROKER_UID, (const char *const[]){NULL});
    quiet = ask_bystander();
    ok_eq(quiet.errors, 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(attacks); i++)
        run_attack(&broker, i, quiet);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
