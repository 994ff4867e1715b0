// SPDX-License-Identifier: MIT
/*
 * One broker for several users: what they share, what they do not see of each other, and how much
 * each may have. The protocol by hand, from children that really are these users.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "rtl/access.h"
#include "util/macro.h"

#define BROKER 60001u /* whom the broker runs as */
#define ALICE  60002u
#define BOB    60003u
#define GROUP  60010u

#define MS     20000

/* --- a small language for children ------------------------------------------------------------ */

/*
 * A child is a user with one connection. It does what it is told, one line each: "section NAME",
 * "event NAME" (create), "open NAME ACCESS", "openevent NAME ACCESS", "drop" (the last object's
 * descriptors), "dac EVERYONES-ACCESS" (of the last created), "stat", "bye"; and answers with the
 * status in hexadecimal and what the line is about.
 */
struct user {
    int fd;
    uint64_t number, id;
    struct kit_reply last[64]; /* objects that are held */
    size_t n;
};

static void put_status(const struct kit_reply *reply)
{
    test_say("%08x %x %u", (unsigned)reply->header.status, reply->object.access,
             reply->header.status ? 0 : reply->object.payload);
}

static void do_create(struct user *user, enum nt_kind kind, const char *name)
{
    struct kit_reply *reply = &user->last[user->n];
    struct kit_request request;

    kit_fill_create(&request, ++user->number, name);
    request.create.kind = kind;
    request.create.access = kind == NT_KIND_SECTION ? SECTION_ALL_ACCESS : EVENT_ALL_ACCESS;
    if (!kit_ask(user->fd, &request, reply)) {
        test_say("gone");
        return;
    }
    if (reply->header.status == STATUS_SUCCESS) {
        user->id = reply->object.id;
        user->n++;
    }
    put_status(reply);
}

static void do_open(struct user *user, enum nt_kind kind, const char *name, uint32_t access)
{
    struct kit_request request;
    struct kit_reply reply;

    kit_fill_open(&request, ++user->number, name);
    request.open.kind = kind;
    request.open.access = access;
    if (!kit_ask(user->fd, &request, &reply)) {
        test_say("gone");
        return;
    }
    put_status(&reply);
    kit_reply_drop(&reply);
}

/* A DACL that gives everyone these rights. */
static void do_dac(struct user *user, uint32_t access)
{
    struct {
        uint8_t revision, sbz;
        uint16_t control;
        uint32_t owner, group, sacl, dacl;
        uint8_t acl_revision, acl_sbz;
        uint16_t acl_size, n_aces, acl_sbz2;
        uint8_t type, flags;
        uint16_t ace_size;
        uint32_t mask;
        uint8_t sid[12];
    } sd = {.revision = 1,
            .control = SE_SELF_RELATIVE | SE_DACL_PRESENT,
            .dacl = 20,
            .acl_revision = 2,
            .acl_size = 28,
            .n_aces = 1,
            .ace_size = 20,
            .mask = access,
            .sid = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}};
    struct kit_request request = {
        .header = {.type = NT_MESSAGE_SET_SECURITY,
                   .number = ++user->number,
                   .size = sizeof(request.header) + sizeof(request.set_security)},
        .set_security = {.id = user->id, .information = DACL_SECURITY_INFORMATION},
    };
    struct kit_reply reply;

    kit_add_bytes(&request, &sd, sizeof(sd));
    if (!kit_ask(user->fd, &request, &reply)) {
        test_say("gone");
        return;
    }
    reply.object.payload = reply.object.access = 0;
    put_status(&reply);
}

static void do_statistics(struct user *user)
{
    struct kit_request request;
    struct kit_reply reply;

    kit_fill_statistics(&request, ++user->number);
    if (kit_ask(user->fd, &request, &reply))
        test_say("%llu names %llu clients", (unsigned long long)reply.statistics.names,
                 (unsigned long long)reply.statistics.clients);
    else
        test_say("gone");
}

static void obey(struct user *user, char *line)
{
    char *verb = strtok(line, " "), *name = strtok(NULL, " "), *access = strtok(NULL, " ");

    if (strcmp(verb, "section") == 0)
        do_create(user, NT_KIND_SECTION, name);
    else if (strcmp(verb, "event") == 0)
        do_create(user, NT_KIND_EVENT, name);
    else if (strcmp(verb, "open") == 0)
        do_open(user, NT_KIND_SECTION, name, (uint32_t)strtoul(access, NULL, 0));
    else if (strcmp(verb, "openevent") == 0)
        do_open(user, NT_KIND_EVENT, name, (uint32_t)strtoul(access, NULL, 0));
    else if (strcmp(verb, "dac") == 0)
        do_dac(user, (uint32_t)strtoul(name, NULL, 0));
    else if (strcmp(verb, "stat") == 0)
        do_statistics(user);
    else if (strcmp(verb, "drop") == 0 && user->n > 0) {
        kit_reply_drop(&user->last[--user->n]);
        test_say("dropped");
    }
}

CHILD(user)
{
    gid_t group = (gid_t)atoi(argv[2]);
    struct user user = {.number = 0};
    struct kit_reply hello;
    char line[256];

    (void)argc;
    kit_become_member((uid_t)atoi(argv[1]), &group, group ? 1 : 0);
    user.fd = kit_connect(getenv("NTSHM_BROKER") + strlen("system:"));
    if (!kit_hello(user.fd, 0, &hello)) {
        test_say("refused");
        close(user.fd);
        return 0;
    }
    test_say("session %u", hello.hello.session);
    while (test_hear(line, sizeof(line), 60000) && strcmp(line, "bye") != 0)
        obey(&user, line);
    while (user.n > 0)
        kit_reply_drop(&user.last[--user.n]);
    close(user.fd);
    return 0;
}

static void user_start(struct test_child *child, uid_t uid, gid_t group, const char *greeting)
{
    char uid_text[16], group_text[16];

    snprintf(uid_text, sizeof(uid_text), "%u", (unsigned)uid);
    snprintf(group_text, sizeof(group_text), "%u", (unsigned)group);
    require(test_child_start(child, "user", uid_text, group_text));
    ok(test_child_expect(child, greeting, MS));
}

static void user_end(struct test_child *child)
{
    test_child_write_line(child, "bye");
    ok_eq(test_child_wait(child, MS), 0);
}

/* One line there and back: the status. */
static NTSTATUS tell(struct test_child *child, const char *line, uint32_t *ret_payload)
{
    unsigned status = 0, access = 0, payload = 0;
    char answer[128] = "";

    test_child_write_line(child, line);
    ok(test_child_read_line(child, answer, sizeof(answer), MS), "%s", line);
    if (sscanf(answer, "%x %x %u", &status, &access, &payload) != 3)
        return STATUS_CONNECTION_DISCONNECTED;
    if (ret_payload)
        *ret_payload = payload;
    return (NTSTATUS)status;
}

/* --- what they share and what they do not ----------------------------------------------------- */

TEST_DEADLINE(global_names_are_the_machines_and_local_ones_a_users, "11.2 11.3 11.4 11.8", 120)
{
    static const char *const members[] = {"--global-group=60010", NULL};
    struct test_child alice, bob;
    struct kit_broker broker;
    uint32_t payload;

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, members);
    user_start(&alice, ALICE, GROUP, "session 1");
    user_start(&bob, BOB, 0, "session 1");
    ok_status(tell(&alice, "section Local\\x", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "open Local\\x 4", NULL), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(tell(&bob, "open Session\\1\\x 4", NULL), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(tell(&bob, "open Session\\2\\x 4", NULL), STATUS_OBJECT_PATH_NOT_FOUND);
    ok_status(tell(&bob, "event x", NULL), STATUS_SUCCESS);
    ok_status(tell(&alice, "open x 4", NULL), STATUS_SUCCESS);

    ok_status(tell(&alice, "section Global\\x", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "open Global\\x 4", NULL), STATUS_ACCESS_DENIED);
    ok_status(tell(&bob, "section Global\\x", NULL), STATUS_OBJECT_NAME_COLLISION);
    ok_status(tell(&bob, "event Global\\x", NULL), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(tell(&alice, "dac 0x4", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "open Global\\x 4", &payload), STATUS_SUCCESS);
    ok_eq(payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_READ);
    ok_status(tell(&bob, "open Global\\x 2", NULL), STATUS_ACCESS_DENIED);
    /* Nobody but its owner changes it. */
    ok_status(tell(&alice, "dac 0x0", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "open Global\\x 4", NULL), STATUS_ACCESS_DENIED);
    user_end(&alice);
    user_end(&bob);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_global_section_takes_the_group, "11.29", 120)
{
    static const char *const members[] = {"--global-group=60010", NULL};
    struct test_child alice, bob, root;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, members);
    user_start(&alice, ALICE, GROUP, "session 1");
    user_start(&bob, BOB, GROUP + 1, "session 1");
    ok_status(tell(&bob, "section Global\\x", NULL), STATUS_ACCESS_DENIED);
    ok_status(tell(&bob, "section Local\\x", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "event Global\\e", NULL), STATUS_SUCCESS);
    ok_status(tell(&alice, "section Global\\x", NULL), STATUS_SUCCESS);
    ok_status(tell(&alice, "dac 0x4", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "open Global\\x 4", NULL), STATUS_SUCCESS);
    require(test_child_start(&root, "user", "0", "0"));
    ok(test_child_read_line(&root, (char[64]){0}, 64, MS));
    ok_status(tell(&root, "section Global\\y", NULL), STATUS_SUCCESS);
    /* The system's ACE was taken away with the DACL; READ_CONTROL is nobody's but the owner's. */
    ok_status(tell(&root, "open Global\\x 2", NULL), STATUS_ACCESS_DENIED);
    ok_status(tell(&root, "openevent Global\\e 2", NULL), STATUS_SUCCESS);
    user_end(&root);
    user_end(&alice);
    user_end(&bob);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(users_do_not_count_each_other, "", 120)
{
    struct test_child alice, bob;
    struct kit_broker broker;
    char line[128];

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, NULL);
    user_start(&alice, ALICE, 0, "session 1");
    user_start(&bob, BOB, 0, "session 1");
    ok_status(tell(&alice, "section x", NULL), STATUS_SUCCESS);
    ok_status(tell(&alice, "section y", NULL), STATUS_SUCCESS);
    test_child_write_line(&bob, "stat");
    ok(test_child_read_line(&bob, line, sizeof(line), MS));
    ok_str_eq(line, "0 names 1 clients");
    test_child_write_line(&alice, "stat");
    ok(test_child_read_line(&alice, line, sizeof(line), MS));
    ok_str_eq(line, "2 names 1 clients");
    user_end(&alice);
    user_end(&bob);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- how much they may have ------------------------------------------------------------------- */

TEST_DEADLINE(a_user_at_his_limit_is_alone_there, "", 120)
{
    static const char *const limits[] = {"--max-names=3", "--max-clients=2", NULL};
    struct test_child alice, more, refused, bob;
    struct kit_broker broker;
    char line[32];

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, limits);
    user_start(&alice, ALICE, 0, "session 1");
    user_start(&more, ALICE, 0, "session 1");
    user_start(&refused, ALICE, 0, "refused");
    ok_eq(test_child_wait(&refused, MS), 0);
    user_start(&bob, BOB, 0, "session 1");
    for (int i = 0; i < 3; i++) {
        snprintf(line, sizeof(line), "event e%d", i);
        ok_status(tell(i % 2 ? &more : &alice, line, NULL), STATUS_SUCCESS);
    }
    ok_status(tell(&alice, "event e3", NULL), STATUS_QUOTA_EXCEEDED);
    ok_status(tell(&more, "section e3", NULL), STATUS_QUOTA_EXCEEDED);
    ok_status(tell(&alice, "openevent e1 2", NULL), STATUS_SUCCESS);
    ok_status(tell(&bob, "event e3", NULL), STATUS_SUCCESS);
    /* What is given back can be used at once. */
    test_child_write_line(&alice, "drop");
    ok(test_child_expect(&alice, "dropped", MS));
    ok_status(tell(&more, "event e3", NULL), STATUS_SUCCESS);
    user_end(&more);
    user_start(&more, ALICE, 0, "session 1");
    ok_status(tell(&more, "event e5", NULL), STATUS_SUCCESS);
    user_end(&more);
    user_end(&alice);
    user_end(&bob);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* As many connections of this user as are taken: each knows after HELLO. */
CHILD(crowd)
{
    int fds[512];
    size_t n = 0;
    struct kit_reply hello;

    (void)argc;
    kit_become((uid_t)atoi(argv[1]));
    while (n < NT_ARRAY_SIZE(fds)) {
        fds[n] = kit_connect(getenv("NTSHM_BROKER") + strlen("system:"));
        if (!kit_hello(fds[n], 0, &hello)) {
            close(fds[n]);
            break;
        }
        n++;
    }
    test_say("%zu", n);
    test_hear((char[16]){0}, 16, 60000);
    while (n > 0)
        close(fds[--n]);
    return 0;
}

static size_t crowd_start(struct test_child *child, const char *uid)
{
    char line[32] = "";

    require(test_child_start(child, "crowd", uid));
    ok(test_child_read_line(child, line, sizeof(line), 60000));
    return strtoul(line, NULL, 10);
}

TEST_DEADLINE(a_user_with_every_connection_leaves_half_of_them, "", 180)
{
    struct test_child first, second, bob;
    struct kit_broker broker;
    struct rlimit small = {600, 600};
    size_t n, m;

    kit_need_root();
    require(setrlimit(RLIMIT_NOFILE, &small) == 0);
    kit_broker_start_system(&broker, "machine", BROKER,
                            (const char *const[]){"--linger=5000", NULL});
    n = crowd_start(&first, "60002");
    m = crowd_start(&second, "60003");
    ok_eq(n, 37); /* of the seventy-five that 600 descriptors are for */
    ok_eq(m, 19);
    user_start(&bob, BOB + 1, 0, "session 1");
    ok_status(tell(&bob, "event x", NULL), STATUS_SUCCESS);
    user_end(&bob);
    test_child_write_line(&first, "bye");
    test_child_write_line(&second, "bye");
    ok_eq(test_child_wait(&first, MS), 0);
    ok_eq(test_child_wait(&second, MS), 0);
    ok_eq(kit_broker_await(&broker, MS), 0);
}

/* --- the program ------------------------------------------------------------------------------ */

/* The exit status of `ntshmd ARGUMENTS` as @uid. */
static int run(uid_t uid, const char *const *arguments)
{
    const char *argv[8] = {"ntshmd"};
    int status = -1;
    pid_t pid;

    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        if (uid != 0)
            kit_become(uid);
        dup2(null, 2);
        execv(getenv("NTSHM_BROKER_PATH"), (char *const *)argv);
        _exit(127);
    }
    require(pid > 0);
    status = kit_reap(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(what_cannot_be_a_machines_broker_is_none, "")
{
    static const char *const bad[][6] = {
        {"--system", "--global-group=no-such-group-here"},
        {"--system", "--sessions=each"},
        {"--system", "--max-names=0"},
        {"--system", "--max-fds=many"},
        {"--global-group=0"},
        {"--sessions=audit"},
    };
    char directory[96], option[128];

    kit_need_root();
    kit_open_house();
    for (size_t i = 0; i < NT_ARRAY_SIZE(bad); i++)
        ok_eq(run(BROKER, bad[i]), 2);
    snprintf(directory, sizeof(directory), "%s/open", test_dir());
    snprintf(option, sizeof(option), "--directory=%s", directory);
    ok_eq(run(0, (const char *const[]){"--system", option, NULL}), 1); /* never as root */
    require(mkdir(directory, 0755) == 0 && chown(directory, BROKER, BROKER) == 0 &&
            chmod(directory, 0777) == 0);
    ok_eq(run(BROKER, (const char *const[]){"--system", option, NULL}), 1);
    require(chmod(directory, 0755) == 0 && chown(directory, ALICE, ALICE) == 0);
    ok_eq(run(BROKER, (const char *const[]){"--system", option, NULL}), 1);
}

/* A socket that a service manager holds, and the broker that it starts for who waits in it. */
static pid_t start_activated(int listener, const char *directory)
{
    char option[160];
    pid_t pid;

    snprintf(option, sizeof(option), "--directory=%s", directory);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        char number[16];

        kit_become(BROKER);
        snprintf(number, sizeof(number), "%d", (int)getpid());
        setenv("LISTEN_PID", number, 1);
        setenv("LISTEN_FDS", "1", 1);
        if (dup2(listener, 3) == 3)
            fcntl(3, F_SETFD, 0);
        execl(getenv("NTSHM_BROKER_PATH"), "ntshmd", "--system", option, "--linger=0",
              (char *)NULL);
        _exit(127);
    }
    require(pid > 0);
    return pid;
}

TEST_DEADLINE(a_passed_socket_outlives_the_broker, "", 120)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct test_child alice;
    char where[96];
    int listener, status = 0;

    kit_need_root();
    kit_open_house();
    snprintf(where, sizeof(where), "%s/passed", test_dir());
    require(mkdir(where, 0755) == 0 && chmod(where, 0755) == 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/broker", where);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); /* and it blocks */
    require(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            chmod(address.sun_path, 0666) == 0 && listen(listener, 16) == 0);
    for (int round = 0; round < 2; round++) {
        struct pollfd ready;
        char broker[192];
        pid_t pid;

        snprintf(broker, sizeof(broker), "system:%s", where);
        setenv("NTSHM_BROKER", broker, 1);
        require(test_child_start(&alice, "user", "60002", "0"));
        ready = (struct pollfd){.fd = listener, .events = POLLIN};
        while (poll(&ready, 1, MS) < 0)
            ;
        pid = start_activated(listener, where);
        ok(test_child_expect(&alice, "session 1", MS));
        ok_status(tell(&alice, "event x", NULL), STATUS_SUCCESS);
        user_end(&alice);
        ok(test_until(waitpid(pid, &status, WNOHANG) == pid, MS));
        ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", (unsigned)status);
        ok(access(address.sun_path, F_OK) == 0);
    }
    close(listener);
}
