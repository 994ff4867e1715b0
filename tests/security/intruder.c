// SPDX-License-Identifier: MIT
/*
 * One user against the broker of all: numbers of objects that he was not given, replies that he
 * leaves unread behind an end that he has shut down, sockets that keep whoever closes them waiting,
 * and groups that he has or claims. The broker must tell him nothing, lose count of nothing, and
 * stop for nobody.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "rtl/access.h"
#include "util/macro.h"

#define BROKER   60021u /* whom the broker runs as */
#define OWNER    60022u
#define INTRUDER 60023u

#define MS       20000

static int connect_here(void)
{
    return kit_connect(getenv("NTSHM_BROKER") + strlen("system:"));
}

/* --- numbers ---------------------------------------------------------------------------------- */

/*
 * A section; where it is an open one, with a DACL that is no list at all: whoever finds it may do
 * everything.
 */
static uint64_t create_section(int fd, bool open, struct kit_reply *reply)
{
    struct {
        uint8_t revision, sbz;
        uint16_t control;
        uint32_t owner, group, sacl, dacl;
    } everybody = {.revision = 1, .control = SE_SELF_RELATIVE | SE_DACL_PRESENT};
    struct kit_request request;

    kit_fill_create(&request, open ? 1 : 2, open ? "Local\\open" : "Local\\closed");
    if (open)
        kit_add_bytes(&request, &everybody, sizeof(everybody));
    require(kit_ask(fd, &request, reply));
    ok_status(reply->header.status, STATUS_SUCCESS);
    return reply->object.id;
}

/* Says the numbers of an open section and of a closed one; keeps them until it is told. */
CHILD(intruders_victim)
{
    struct kit_reply hello, open, closed;
    uint64_t open_id, closed_id;
    char line[8];
    int fd;

    (void)argc;
    (void)argv;
    kit_become(OWNER);
    fd = connect_here();
    require(kit_hello(fd, 0, &hello));
    open_id = create_section(fd, true, &open);
    closed_id = create_section(fd, false, &closed);
    test_say("%llu %llu", (unsigned long long)open_id, (unsigned long long)closed_id);
    test_hear(line, sizeof(line), 3 * MS);
    kit_reply_drop(&open);
    kit_reply_drop(&closed);
    close(fd);
    return 0;
}

/* What REOPEN, GET_SECURITY and GROW say of a number; handles with every right are claimed. */
static void ask_about(int fd, uint64_t id, NTSTATUS ret_status[static 3])
{
    static uint64_t number = 100;
    struct kit_request requests[3] = {
        {.header = {.type = NT_MESSAGE_REOPEN,
                    .size = sizeof(requests->header) + sizeof(requests->reopen)},
         .reopen = {.id = id, .access = SECTION_MAP_WRITE}},
        {.header = {.type = NT_MESSAGE_GET_SECURITY,
                    .size = sizeof(requests->header) + sizeof(requests->get_security)},
         .get_security = {.id = id, .information = DACL_SECURITY_INFORMATION, .held = ~0u}},
        {.header = {.type = NT_MESSAGE_GROW,
                    .size = sizeof(requests->header) + sizeof(requests->grow)},
         .grow = {.id = id}},
    };

    for (size_t i = 0; i < 3; i++) {
        struct kit_reply reply;

        requests[i].header.number = ++number;
        ret_status[i] = STATUS_CONNECTION_DISCONNECTED;
        if (kit_ask(fd, &requests[i], &reply)) {
            ret_status[i] = reply.header.status;
            kit_reply_drop(&reply);
        }
    }
}

/* Numbers like ours, and numbers as a broker might count them. Returns how many were something. */
static unsigned guess(int fd, uint64_t mine)
{
    unsigned found = 0;

    for (uint64_t i = 0; i < 4096; i++) {
        const uint64_t guesses[] = {
            mine - 2048 + i,           mine ^ i << 16,        (i & 63) | (i >> 6) << 18,
            (i & 63) | (i >> 6) << 20, UINT64_C(1) << 62 | i,
        };
        NTSTATUS status[3];

        for (size_t k = 0; k < NT_ARRAY_SIZE(guesses); k++) {
            if (guesses[k] == mine)
                continue;
            ask_about(fd, guesses[k], status);
            for (size_t n = 0; n < 3; n++)
                found += status[n] != STATUS_OBJECT_NAME_NOT_FOUND;
        }
    }
    return found;
}

CHILD(intruder)
{
    unsigned long long open_id, closed_id;
    struct kit_reply hello, mine;
    NTSTATUS status[3];
    int fd;

    (void)argc;
    require(sscanf(argv[1], "%llu %llu", &open_id, &closed_id) == 2);
    kit_become(INTRUDER);
    fd = connect_here();
    require(kit_hello(fd, 0, &hello));
    ok_eq(guess(fd, create_section(fd, true, &mine)), 0);
    /* It was the number, and nothing else, that was missing. */
    ask_about(fd, open_id, status);
    ok_status(status[0], STATUS_SUCCESS);
    ok_status(status[1], STATUS_SUCCESS);
    ok_status(status[2], STATUS_SECTION_NOT_EXTENDED);
    /* A handle that another user claims is none. */
    ask_about(fd, closed_id, status);
    for (size_t i = 0; i < 3; i++)
        ok_status(status[i], STATUS_ACCESS_DENIED);
    kit_reply_drop(&mine);
    close(fd);
    return 0;
}

TEST_DEADLINE(a_number_of_another_session_cannot_be_guessed, "11.4 13.1", 180)
{
    struct test_child victim, intruder;
    struct kit_broker broker;
    char ids[64];

    kit_need_root();
    kit_broker_start_system(&broker, "numbers", BROKER, NULL);
    require(test_child_start(&victim, "intruders_victim"));
    require(test_child_read_line(&victim, ids, sizeof(ids), MS));
    require(test_child_start(&intruder, "intruder", ids));
    ok_eq(test_child_wait(&intruder, 6 * MS), 0);
    test_child_write_line(&victim, "bye");
    ok_eq(test_child_wait(&victim, MS), 0);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- unread replies --------------------------------------------------------------------------- */

#define MAX_CLIENTS 6

/* A connection with a reply that nobody reads, descriptors in it, and an end that is shut. */
static int leave_unread(void)
{
    struct kit_request request;
    struct kit_reply hello;
    int fd = connect_here();
    ssize_t n;

    if (!kit_hello(fd, 0, &hello)) {
        close(fd);
        return -1;
    }
    kit_fill_create(&request, 1, "Local\\unread");
    request.create.flags = NT_NAME_OPEN_IF;
    require(kit_send(fd, &request, request.header.size));
    /* The reply has come; it stays where it is. */
    while ((n = recv(fd, &hello, 1, MSG_PEEK)) < 0 && errno == EINTR)
        ;
    require(n == 1);
    shutdown(fd, SHUT_RDWR);
    return fd;
}

static bool can_connect(void)
{
    struct kit_reply hello;
    int fd = connect_here();
    bool can = kit_hello(fd, 0, &hello);

    close(fd);
    return can;
}

CHILD(unreader)
{
    int fds[8 * MAX_CLIENTS];
    int n = 0;

    (void)argc;
    (void)argv;
    kit_become(INTRUDER);
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++) {
        fds[i] = leave_unread();
        n += fds[i] >= 0;
    }
    /* What he does not read, he has: the kernel counts it for the broker, and so does it. */
    ok_eq(n, MAX_CLIENTS);
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    ok(test_until(can_connect(), MS));
    return 0;
}

TEST_DEADLINE(who_shuts_his_end_is_counted_until_he_has_closed_it, "", 120)
{
    static const char *const limits[] = {"--max-clients=6", NULL};
    struct test_child unreader;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "unread", BROKER, limits);
    require(test_child_start(&unreader, "unreader"));
    ok_eq(test_child_wait(&unreader, 3 * MS), 0);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- sockets that linger ---------------------------------------------------------------------- */

#define LINGER_S 1000

/* A socket with much to say to one who does not listen (@ret_ears); closing it would wait. */
static int make_lingering(int *ret_ears)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = LINGER_S};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    static char bytes[65536];
    int r;

    if (fd < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        skip("there is no loopback network");
    while ((r = connect(fd, (struct sockaddr *)&address, sizeof(address))) < 0 && errno == EINTR)
        ;
    if (r < 0)
        skip("there is no loopback network");
    while ((*ret_ears = accept(listener, NULL, NULL)) < 0 && errno == EINTR)
        ;
    require(*ret_ears >= 0);
    close(listener);
    while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
    require(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
    return fd;
}

/* @n times @gift beside a message. */
static void send_gift(int fd, const void *bytes, size_t size, int gift, size_t n)
{
    char control[CMSG_SPACE(sizeof(int) * 253)] __attribute__((aligned(8))) = {0};
    struct iovec part = {(void *)bytes, size};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = CMSG_SPACE(n * sizeof(int)),
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(n * sizeof(int));
    for (size_t i = 0; i < n; i++)
        memcpy(CMSG_DATA(header) + i * sizeof(int), &gift, sizeof(gift));
    ok_ne(sendmsg(fd, &message, MSG_NOSIGNAL), -1);
}

/* Beside a request that takes none, before HELLO, and behind a message that ends the connection. */
static void give(unsigned way, int gift, int last)
{
    struct kit_request request;
    struct kit_reply hello;
    int fd = connect_here();
    ssize_t n;

    if (way != 1)
        require(kit_hello(fd, 0, &hello));
    kit_fill_statistics(&request, 1);
    if (way == 2) {
        /* While its reply is not read nothing more is received. */
        require(kit_send(fd, &request, request.header.size));
        while ((n = recv(fd, &hello, 1, MSG_PEEK)) < 0 && errno == EINTR)
            ;
        require(n == 1);
        send_gift(fd, "bad", 3, gift, 2);
        send_gift(fd, "", 0, gift, 1);
        send_gift(fd, "", 0, last, 1);
    }
    send_gift(fd, &request, request.header.size, gift, way == 0 ? 2 : 253);
    close(gift); /* the broker has the last ones */
    if (last >= 0)
        close(last);
    close(fd);
}

CHILD(lingerer)
{
    int ears[4];

    (void)argc;
    (void)argv;
    kit_become(INTRUDER);
    for (unsigned way = 0; way < 3; way++)
        give(way, make_lingering(&ears[way]), way == 2 ? make_lingering(&ears[3]) : -1);
    test_say("given");
    test_hear((char[8]){0}, 8, 3 * MS);
    for (size_t i = 0; i < NT_ARRAY_SIZE(ears); i++)
        close(ears[i]);
    return 0;
}

TEST_DEADLINE(a_socket_that_lingers_keeps_nobody_waiting, "", 120)
{
    struct test_child lingerer;
    struct kit_broker broker;
    int before;

    kit_need_root();
    kit_broker_start_system(&broker, "linger", BROKER, NULL);
    ok(test_until(can_connect(), MS));
    before = kit_count_fds(broker.pid);
    require(test_child_start(&lingerer, "lingerer"));
    require(test_child_expect(&lingerer, "given", MS));
    for (int i = 0; i < 10; i++)
        ok(can_connect());
    test_child_write_line(&lingerer, "bye");
    ok_eq(test_child_wait(&lingerer, MS), 0);
    ok(test_until(kit_count_fds(broker.pid) <= before + 1, MS));
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- groups ----------------------------------------------------------------------------------- */

#define OTHER_GROUP 60024u

static NTSTATUS create_global_section(int fd)
{
    struct kit_request request;
    struct kit_reply reply;
    NTSTATUS status = STATUS_CONNECTION_DISCONNECTED;

    kit_fill_create(&request, 1, "Global\\group");
    if (kit_ask(fd, &request, &reply)) {
        status = reply.header.status;
        kit_reply_drop(&reply);
    }
    return status;
}

/* A user whose own group has his number. */
CHILD(group_member)
{
    struct kit_reply hello;
    int fd;

    (void)argc;
    kit_become((uid_t)atoi(argv[1]));
    fd = connect_here();
    require(kit_hello(fd, 0, &hello));
    test_say("%08x", (unsigned)create_global_section(fd));
    close(fd);
    return 0;
}

TEST_DEADLINE(the_group_that_is_a_users_first_one_counts, "11.29", 120)
{
    static const char *const members[] = {"--global-group=60022", NULL};
    struct test_child owner, intruder;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "first-group", BROKER, members);
    require(test_child_start(&owner, "group_member", "60022"));
    ok(test_child_expect(&owner, "00000000", MS));
    ok_eq(test_child_wait(&owner, MS), 0);
    require(test_child_start(&intruder, "group_member", "60023"));
    ok(test_child_expect(&intruder, "c0000022", MS));
    ok_eq(test_child_wait(&intruder, MS), 0);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* One who may speak for two groups: the kernel lets him, and his connection is the first one's. */
CHILD(two_groups)
{
    struct nt_os_peer other = {0, OWNER, OTHER_GROUP};
    struct kit_request request;
    struct kit_reply reply;
    struct iovec part;
    int fd;

    (void)argc;
    (void)argv;
    require(setresgid(OWNER, OWNER, OTHER_GROUP) == 0 && setresuid(OWNER, OWNER, OWNER) == 0);
    fd = connect_here();
    require(kit_hello(fd, 0, &reply));
    other.pid = getpid();
    kit_fill_statistics(&request, 1);
    require(kit_ask(fd, &request, &reply));
    kit_fill_statistics(&request, 2);
    part = (struct iovec){&request, request.header.size};
    ok_eq(nt_os_socket_send_as(fd, &part, 1, NULL, 0, &other, false), 0);
    ok_eq(kit_receive(fd, &reply, MS), 0);
    close(fd);
    /* One group alone again, and open to its own user's eyes, as kit_become() leaves it. */
    require(setresgid(OWNER, OWNER, OWNER) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
    return 0;
}

TEST_DEADLINE(a_message_for_another_group_ends_the_connection, "", 120)
{
    struct test_child child;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "two-groups", BROKER, NULL);
    require(test_child_start(&child, "two_groups"));
    ok_eq(test_child_wait(&child, MS), 0);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
