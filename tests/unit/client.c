// SPDX-License-Identifier: MIT
/*
 * lib/client against a broker that the test plays itself: what the library believes of a peer,
 * what it sends again, and that whatever the peer does no descriptor is left behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/client/client.h"
#include "lib/memory/section.h"
#include "os/os.h"
#include "rtl/acl.h"
#include "rtl/sid.h"
#include "unit/broker_fixture.h"
#include "unit/tasks.h"
#include "util/macro.h"

#define INSTANCE 0xABCDEF
#define TOKEN    0x1234567890ull
#define OTHER_ID 65500u /* and the next few: nobody has them */

/* What the actor does with a request. */
enum act {
    ANSWER,       /* as a good broker */
    HANG_UP,      /* closes the connection instead */
    WRONG_NUMBER, /* lies about one field */
    WRONG_TYPE,
    WRONG_SIZE,
    WRONG_COUNT,
    CUT_SHORT, /* sends less than a header */
    TOO_LONG,  /* sends more than any reply has */
    FAILURE_WITH_BODY,
    NO_DESCRIPTORS, /* promises lease and memory and brings none */
    ONE_DESCRIPTOR, /* brings one of two */
    NO_LEASE,       /* memory without a lease */
    TOO_MANY,       /* more descriptors than a reply may bring */
    REFUSE_HELLO,   /* of another version */
};

#define MAX_ACTS 24

/* The stage: a listener where the library looks for a broker, and a list of acts. */
struct stage {
    int listener;
    enum act acts[MAX_ACTS]; /* for the requests behind HELLO, in their order */
    size_t n_acts;
    struct test_thread thread;
    /* What was seen. */
    _Atomic unsigned n_connections, n_requests;
    uint64_t tokens[MAX_ACTS], numbers[MAX_ACTS];
    struct nt_os_peer senders[MAX_ACTS];
};

static struct stage stage;

static void reply(int fd, struct nt_reply_header header, const void *body, size_t body_size,
                  const int *fds, size_t n_fds)
{
    struct iovec parts[] = {{&header, sizeof(header)}, {(void *)body, body_size}};

    nt_os_socket_send(fd, parts, 2, fds, n_fds, true);
}

static struct nt_reply_header header_for(const struct nt_request_header *request, size_t body,
                                         size_t n_fds)
{
    return (struct nt_reply_header){.size = (uint32_t)(sizeof(struct nt_reply_header) + body),
                                    .type = request->type,
                                    .n_fds = (uint16_t)n_fds,
                                    .number = request->number};
}

static void send_too_many(int fd, const struct nt_reply_header *header,
                          const struct nt_object_reply *object, int lease)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * 8)];
        struct cmsghdr align;
    } control = {.bytes = {0}};
    struct iovec parts[] = {{(void *)header, sizeof(*header)}, {(void *)object, sizeof(*object)}};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 2,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * 8);
    for (size_t i = 0; i < 8; i++)
        ((int *)(void *)CMSG_DATA(rights))[i] = lease;
    sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* One answer to a create or an open; false: hang up. */
static bool act_out(int fd, const struct nt_request_header *request, enum act act)
{
    struct nt_object_reply object = {.id = 9,
                                     .access = SECTION_ALL_ACCESS,
                                     .payload = NT_PAYLOAD_LEASE | NT_PAYLOAD_WRITE,
                                     .size = 4096,
                                     .protection = PAGE_READWRITE,
                                     .attributes = SEC_COMMIT};
    struct nt_reply_header header = header_for(request, sizeof(object), 2);
    static const char zeros[300];
    size_t size = sizeof(object), n_fds = 2;
    int fds[2] = {-1, -1}, lease_write = -1;

    if (act == HANG_UP)
        return false;
    if (nt_os_lease_new(&lease_write, &fds[0]) < 0 ||
        nt_os_memfd_new("act", 4096, NT_OS_MEMFD_PRIVATE, &fds[1]) < 0)
        return false;
    header.number += act == WRONG_NUMBER;
    header.type = act == WRONG_TYPE ? NT_MESSAGE_STATISTICS : header.type;
    header.size += act == WRONG_SIZE ? 8 : 0;
    header.n_fds = act == WRONG_COUNT ? 1 : header.n_fds;
    header.status = act == FAILURE_WITH_BODY ? STATUS_ACCESS_DENIED : header.status;
    if (act == NO_DESCRIPTORS || act == ONE_DESCRIPTOR)
        header.n_fds = (uint16_t)(n_fds = act == ONE_DESCRIPTOR);
    if (act == NO_LEASE) {
        object.payload = NT_PAYLOAD_WRITE | NT_PAYLOAD_READ;
    }
    if (act == TOO_LONG)
        reply(fd, header, zeros, sizeof(zeros), fds, 2);
    else if (act == CUT_SHORT)
        nt_os_socket_send(fd, &(struct iovec){&header, 8}, 1, fds, 2, true);
    else if (act == TOO_MANY)
        send_too_many(fd, &header, &object, fds[0]);
    else
        reply(fd, header, &object, size, fds, n_fds);
    nt_os_close(lease_write);
    nt_os_close(fds[0]);
    nt_os_close(fds[1]);
    return true;
}

static void answer_hello(int fd, const struct nt_request *request, enum act next)
{
    struct nt_hello_reply hello = {
        .version = NT_IPC_VERSION_MAX, .session = 1, .token = TOKEN, .instance = INSTANCE};
    struct nt_reply_header header = header_for(&request->header, sizeof(hello), 0);

    stage.tokens[stage.n_connections % MAX_ACTS] = request->hello.token;
    atomic_fetch_add(&stage.n_connections, 1);
    if (next == REFUSE_HELLO) {
        header.status = STATUS_REVISION_MISMATCH;
        header.size = sizeof(header);
        reply(fd, header, NULL, 0, NULL, 0);
    } else {
        reply(fd, header, &hello, sizeof(hello), NULL, 0);
    }
}

/* Serves one connection until it or the acts end. */
static void serve_connection(int fd)
{
    static _Alignas(8) unsigned char buffer[NT_IPC_MAX_SIZE];

    for (;;) {
        struct nt_request request;
        struct nt_os_peer peer;
        int fds[NT_OS_MAX_FDS];
        size_t size, n_fds;
        unsigned n = stage.n_requests;

        if (nt_os_socket_recv(fd, buffer, sizeof(buffer), &size, fds, 0, &n_fds, &peer, true) < 0 ||
            nt_request_decode(buffer, size, &request) < 0)
            return;
        if (request.header.type == NT_MESSAGE_HELLO) {
            answer_hello(fd, &request, stage.acts[n < stage.n_acts ? n : 0]);
            continue;
        }
        if (n >= stage.n_acts)
            return;
        stage.numbers[n] = request.header.number;
        stage.senders[n] = peer;
        atomic_fetch_add(&stage.n_requests, 1);
        if (!act_out(fd, &request.header, stage.acts[n]))
            return;
    }
}

static void perform(void *argument)
{
    (void)argument;
    for (;;) {
        int fd = accept4(stage.listener, NULL, NULL, SOCK_CLOEXEC);
        int yes = 1;

        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return;
        setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes));
        serve_connection(fd);
        close(fd);
    }
}

static void raise_curtain(const enum act *acts, size_t n_acts)
{
    char path[120];
    int flags;

    snprintf(path, sizeof(path), "%s/broker", getenv("NTSHM_BROKER"));
    memset(&stage, 0, sizeof(stage));
    memcpy(stage.acts, acts, n_acts * sizeof(*acts));
    stage.n_acts = n_acts;
    require(nt_os_socket_listen(path, &stage.listener) == 0);
    flags = fcntl(stage.listener, F_GETFL);
    fcntl(stage.listener, F_SETFL, flags & ~O_NONBLOCK);
    test_thread_start(&stage.thread, perform, NULL);
}

/* Ends the actor; its socket stays in the directory, where nobody listens any more. */
static void drop_curtain(void)
{
    nt_client_disconnect();
    shutdown(stage.listener, SHUT_RDWR);
    test_thread_join(&stage.thread);
    nt_os_close(stage.listener);
}

static NTSTATUS open_section(struct nt_client_reply *ret_reply)
{
    struct nt_open_request request = {.kind = NT_KIND_SECTION, .access = SECTION_MAP_READ};
    struct nt_object_name name;
    NTSTATUS status;

    nt_object_name_from_utf8(&name, "Local\\x", 0);
    status = nt_client_open(&name, &request, ret_reply);
    nt_object_name_deinit(&name);
    return status;
}

TEST(a_good_answer_brings_its_descriptors, "")
{
    static const enum act acts[] = {ANSWER, ANSWER};
    struct nt_client_reply got;
    unsigned before;
    int lease, memory;

    raise_curtain(acts, 2);
    before = fixture_count_fds();
    ok_status(open_section(&got), STATUS_SUCCESS);
    ok_eq(got.instance, INSTANCE);
    ok_eq(got.object.id, 9);
    ok_eq(got.n_fds, 2);
    ok_eq((int64_t)nt_client_take_fd(&got, NT_PAYLOAD_READ), -1);
    lease = nt_client_take_fd(&got, NT_PAYLOAD_LEASE);
    memory = nt_client_take_fd(&got, NT_PAYLOAD_WRITE);
    ok(fcntl(lease, F_GETFL) >= 0 && (fcntl(lease, F_GETFL) & O_ACCMODE) == O_RDONLY);
    ok_eq(lseek(memory, 0, SEEK_END), 4096);
    /* What was taken is the caller's; what was not is closed with the reply. */
    nt_client_reply_deinit(&got);
    ok(fcntl(lease, F_GETFD) >= 0 && fcntl(memory, F_GETFD) >= 0);
    nt_os_close(lease);
    nt_os_close(memory);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    drop_curtain();
    /* Its two ends of the connection, and the listener, are gone too. */
    ok_eq(fixture_count_fds(), before - 1);
    ok_eq(stage.n_connections, 1);
}

static void is_not_believed(enum act act, const char *what)
{
    struct nt_client_reply got;
    unsigned before = fixture_count_fds();

    raise_curtain(&act, 1);
    test_note("%s", what);
    ok_status(open_section(&got), STATUS_CONNECTION_DISCONNECTED);
    ok_eq(got.n_fds, 0);
    nt_client_reply_deinit(&got);
    drop_curtain();
    ok_eq(fixture_count_fds(), before);
}

TEST(nonsense_is_an_error_and_leaves_nothing_open, "")
{
    is_not_believed(WRONG_NUMBER, "another request's number");
    is_not_believed(WRONG_TYPE, "another type");
    is_not_believed(WRONG_SIZE, "a size that is not the message's");
    is_not_believed(WRONG_COUNT, "another count of descriptors");
    is_not_believed(CUT_SHORT, "half a header");
    is_not_believed(TOO_LONG, "more than any reply has");
    is_not_believed(FAILURE_WITH_BODY, "a failure with a structure");
    is_not_believed(NO_DESCRIPTORS, "a promise without descriptors");
    is_not_believed(ONE_DESCRIPTOR, "one descriptor of two");
    is_not_believed(NO_LEASE, "memory without a lease");
    is_not_believed(TOO_MANY, "more descriptors than allowed");
    is_not_believed(REFUSE_HELLO, "another version");
}

/* A cut request is sent again with its number, over a connection with its token. */
TEST(a_cut_request_is_sent_again, "")
{
    static const enum act acts[] = {ANSWER, HANG_UP, ANSWER};
    struct nt_client_reply got;

    raise_curtain(acts, 3);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    drop_curtain();
    ok_eq(stage.n_connections, 2);
    ok_eq(stage.n_requests, 3);
    ok_ne(stage.numbers[0], 0);
    ok(stage.numbers[1] > stage.numbers[0]);
    ok_eq(stage.numbers[2], stage.numbers[1]);
    ok_eq(stage.tokens[0], 0);
    ok_eq(stage.tokens[1], TOKEN);
}

TEST(a_broker_that_always_hangs_up_is_given_up, "")
{
    static const enum act acts[MAX_ACTS] = {[0 ... MAX_ACTS - 1] = HANG_UP};
    struct nt_client_reply got;

    raise_curtain(acts, MAX_ACTS);
    ok_status(open_section(&got), STATUS_CONNECTION_DISCONNECTED);
    ok_eq(got.n_fds, 0);
    drop_curtain();
    ok(stage.n_requests > 1 && stage.n_requests < MAX_ACTS, "%u requests", stage.n_requests);
}

static int open_in_child(void *argument)
{
    struct nt_client_reply got;
    NTSTATUS status = open_section(&got);

    (void)argument;
    nt_client_reply_deinit(&got);
    nt_client_disconnect();
    return status == STATUS_SUCCESS ? 0 : 1;
}

/* What the kernel has of the thread, effective: it is not what it would tell by itself. */
TEST(messages_say_whom_they_are_from, "13.20")
{
    static const enum act acts[] = {ANSWER, ANSWER, ANSWER};
    struct nt_client_reply got;

    raise_curtain(acts, 3);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    ok_eq(stage.senders[0].pid, getpid());
    ok_eq(stage.senders[0].uid, geteuid());
    ok_eq(stage.senders[0].gid, getegid());
    if (geteuid() == 0) {
        nt_client_disconnect();
        require(setegid(65532) == 0);
        ok_status(open_section(&got), STATUS_SUCCESS);
        nt_client_reply_deinit(&got);
        nt_client_disconnect();
        ok_eq(stage.senders[1].gid, 65532);
        require(setegid(0) == 0);
        /* Whom it was before has its token and its numbers still. */
        ok_status(open_section(&got), STATUS_SUCCESS);
        nt_client_reply_deinit(&got);
        ok_eq(stage.senders[2].gid, 0);
        ok_eq(stage.tokens[1], 0);
        ok_eq(stage.tokens[2], TOKEN);
        ok_eq(stage.numbers[0], 1);
        ok_eq(stage.numbers[1], 1);
        ok_eq(stage.numbers[2], 2);
    }
    drop_curtain();
}

/* Two processes must not answer to one token. */
TEST(a_forked_child_makes_its_own_connection, "12.26")
{
    static const enum act acts[] = {ANSWER, ANSWER, ANSWER};
    struct nt_client_reply got;
    struct test_child child;

    raise_curtain(acts, 3);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    /* The actor serves one connection at a time. */
    nt_client_disconnect();
    require(test_child_fork(&child, open_in_child, NULL));
    ok_eq(test_child_wait(&child, 10000), 0);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    drop_curtain();
    ok_eq(stage.n_connections, 3);
    ok_eq(stage.tokens[0], 0);
    ok_eq(stage.tokens[1], 0);
    ok_eq(stage.tokens[2], TOKEN);
    ok_eq(stage.numbers[1], 1);
    ok_eq(stage.numbers[2], 2);
}

TEST(a_child_that_no_fork_handler_sees_makes_its_own_connection, "12.26")
{
    static const enum act acts[] = {ANSWER, ANSWER};
    struct nt_client_reply got;
    int status = -1;
    long pid;

    if (test_slowness() > 1)
        skip("a sanitizer does not survive a fork that it does not see");
    raise_curtain(acts, 2);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    nt_client_disconnect();
    pid = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    require(pid >= 0);
    if (pid == 0)
        _exit(open_in_child(NULL));
    while (waitpid((pid_t)pid, &status, 0) < 0)
        continue;
    ok_eq(status, 0);
    drop_curtain();
    ok_eq(stage.n_connections, 2);
    ok_eq(stage.tokens[1], 0);
    ok_eq(stage.numbers[1], 1);
    ok_eq(stage.senders[1].pid, pid);
}

/* Another thread's setegid(), at the worst moment: who connects is not whom the message names. */
static int become_somebody_else_on_the_way(enum nt_os_call call)
{
    if (call == NT_OS_CONNECT) {
        nt_os_set_fault(NULL);
        require(setegid(65532) == 0);
    }
    return 0;
}

TEST(who_has_become_another_meanwhile_asks_again, "13.20")
{
    struct nt_client_reply got;

    if (geteuid() != 0)
        skip("root only");
    ok_status(open_section(&got), STATUS_OBJECT_NAME_NOT_FOUND);
    nt_client_disconnect();
    nt_os_set_fault(become_somebody_else_on_the_way);
    ok_status(open_section(&got), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_eq(getegid(), 65532);
    nt_client_disconnect();
    require(setegid(0) == 0);
}

/* The same with groups, of which no message speaks: they are there while it connects and no more.
 */
static gid_t group_of_a_moment = 65531;

static int have_a_group_for_a_moment(enum nt_os_call call)
{
    static bool connected;

    if (call == NT_OS_CONNECT) {
        connected = true;
        require(setgroups(1, &group_of_a_moment) == 0);
    } else if (call == NT_OS_RECV && connected) {
        nt_os_set_fault(NULL);
        require(setgroups(0, NULL) == 0);
    }
    return 0;
}

/* A section that one group may read. */
static NTSTATUS create_for_group(gid_t gid, struct nt_client_reply *ret_reply)
{
    struct nt_create_request request = {.kind = NT_KIND_SECTION,
                                        .access = SECTION_MAP_READ,
                                        .size = 4096,
                                        .protection = PAGE_READWRITE,
                                        .attributes = SEC_COMMIT,
                                        .node = UINT32_MAX};
    _Alignas(ACL) unsigned char dacl[64];
    SECURITY_DESCRIPTOR descriptor = {.Revision = SECURITY_DESCRIPTOR_REVISION,
                                      .Control = SE_DACL_PRESENT,
                                      .Dacl = (ACL *)(void *)dacl};
    struct nt_object_name name;
    struct nt_sid group;
    NTSTATUS status;

    nt_sid_of_gid(&group, gid);
    nt_acl_init(descriptor.Dacl, sizeof(dacl), ACL_REVISION);
    nt_acl_add(descriptor.Dacl, ACL_REVISION, ACCESS_ALLOWED_ACE_TYPE, 0, SECTION_MAP_READ,
               &group.sid);
    nt_object_name_from_utf8(&name, "Local\\x", 0);
    name.security = &descriptor;
    status = nt_client_create(&name, &request, NULL, 0, ret_reply);
    nt_object_name_deinit(&name);
    return status;
}

TEST(a_group_of_the_moment_of_the_connect_is_not_kept, "13.20")
{
    struct nt_client_reply made, got;

    if (geteuid() != 0)
        skip("root only");
    require(setgroups(0, NULL) == 0);
    ok_status(create_for_group(group_of_a_moment, &made), STATUS_SUCCESS);
    ok_status(open_section(&got), STATUS_ACCESS_DENIED);
    nt_client_disconnect();
    nt_os_set_fault(have_a_group_for_a_moment);
    nt_client_reply_deinit(&got);
    (void)open_section(&got);
    nt_os_set_fault(NULL);
    require(setgroups(0, NULL) == 0);
    nt_client_reply_deinit(&got);
    /* Whatever that one got: now it is nobody's member again. */
    ok_status(open_section(&got), STATUS_ACCESS_DENIED);
    nt_client_reply_deinit(&got);
    /* The control: a member may. */
    require(setgroups(1, &group_of_a_moment) == 0);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    require(setgroups(0, NULL) == 0);
    nt_client_reply_deinit(&made);
    nt_client_disconnect();
}

/* As root may, for the whole process: from here on the kernel lets no message name root. */
static int give_root_up_before_sending(enum nt_os_call call)
{
    if (call == NT_OS_SEND) {
        nt_os_set_fault(NULL);
        require(setresgid(OTHER_ID, OTHER_ID, OTHER_ID) == 0 &&
                setresuid(OTHER_ID, OTHER_ID, OTHER_ID) == 0);
    }
    return 0;
}

CHILD(who_gives_root_up)
{
    struct nt_client_reply got;

    (void)argc;
    (void)argv;
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    nt_os_set_fault(give_root_up_before_sending);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    ok_eq(geteuid(), OTHER_ID);
    return 0;
}

TEST(a_message_that_the_kernel_refuses_is_sent_as_who_one_is_now, "13.20")
{
    static const enum act acts[] = {ANSWER, ANSWER};
    struct test_child child;
    char path[160];

    if (geteuid() != 0)
        skip("root only");
    raise_curtain(acts, 2);
    /* The other one finds it too. */
    snprintf(path, sizeof(path), "%s/..", test_dir());
    require(chmod(path, 0711) == 0 && chmod(test_dir(), 0711) == 0);
    require(chmod(getenv("NTSHM_BROKER"), 0711) == 0);
    snprintf(path, sizeof(path), "%s/broker", getenv("NTSHM_BROKER"));
    require(chmod(path, 0666) == 0);
    require(test_child_start(&child, "who_gives_root_up"));
    ok_eq(test_child_wait(&child, 20000), 0);
    drop_curtain();
    require(chmod(getenv("NTSHM_BROKER"), 0700) == 0);
    ok_eq(stage.n_requests, 2);
    ok_eq(stage.n_connections, 2);
    ok_eq(stage.senders[0].uid, 0);
    ok_eq(stage.senders[1].uid, OTHER_ID);
    ok_eq(stage.tokens[1], 0);
}

static void open_as_group(gid_t gid)
{
    struct nt_client_reply got;

    require(setegid(gid) == 0);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    nt_client_disconnect();
    require(setegid(0) == 0);
}

/* Eight are known; a ninth takes the place of whoever has asked least lately. */
TEST(who_has_asked_least_lately_is_forgotten, "13.20")
{
    static const enum act acts[] = {[0 ... 11] = ANSWER};

    if (geteuid() != 0)
        skip("root only");
    raise_curtain(acts, 12);
    for (gid_t i = 0; i < 8; i++)
        open_as_group(OTHER_ID + i);
    open_as_group(OTHER_ID);
    open_as_group(OTHER_ID + 8);
    open_as_group(OTHER_ID);
    open_as_group(OTHER_ID + 1);
    drop_curtain();
    ok_eq(stage.n_requests, 12);
    ok_eq(stage.tokens[8], TOKEN);
    ok_eq(stage.tokens[9], 0);
    ok_eq(stage.tokens[10], TOKEN);
    ok_eq(stage.tokens[11], 0);
}

/* An id is one broker's: another is not asked. */
TEST(another_broker_is_not_asked_for_an_object_of_the_first, "")
{
    static const enum act acts[] = {ANSWER, ANSWER};
    struct nt_client_reply got;
    uint64_t size;

    raise_curtain(acts, 2);
    ok_status(nt_client_grow(9, INSTANCE + 1, 4096, &size), STATUS_CONNECTION_DISCONNECTED);
    ok_status(nt_client_reopen(9, INSTANCE + 1, SECTION_MAP_READ, &got),
              STATUS_CONNECTION_DISCONNECTED);
    ok_eq(stage.n_requests, 0);
    /* The control. */
    ok_status(nt_client_reopen(9, INSTANCE, SECTION_MAP_READ, &got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    ok_eq(stage.n_requests, 1);
    drop_curtain();
}

static __attribute__((noinline)) NTSTATUS open_and_drop(void)
{
    struct nt_client_reply got;
    NTSTATUS status = open_section(&got);

    nt_client_reply_deinit(&got);
    return status;
}

static void *open_though_cancelled(void *argument)
{
    pthread_cancel(pthread_self());
    *(NTSTATUS *)argument = open_and_drop();
    pthread_testcancel();
    return NULL;
}

/* Half-way it would leave the lock taken, and its answer to the next. */
TEST(a_cancelled_thread_ends_its_round_trip, "")
{
    static const enum act acts[] = {ANSWER, ANSWER};
    NTSTATUS status = STATUS_PENDING;
    struct nt_client_reply got;
    pthread_t thread;
    void *result;

    raise_curtain(acts, 2);
    require(pthread_create(&thread, NULL, open_though_cancelled, &status) == 0);
    require(pthread_join(thread, &result) == 0);
    ok_ptr_eq(result, PTHREAD_CANCELED);
    ok_status(status, STATUS_SUCCESS);
    ok_status(open_section(&got), STATUS_SUCCESS);
    nt_client_reply_deinit(&got);
    drop_curtain();
    ok_eq(stage.n_connections, 1);
    ok_eq(stage.n_requests, 2);
}

TEST(statistics_start_no_broker, "")
{
    struct nt_client_reply got;
    char path[120];

    ok_status(nt_client_statistics(&got), STATUS_OBJECT_NAME_NOT_FOUND);
    snprintf(path, sizeof(path), "%s/broker", getenv("NTSHM_BROKER"));
    ok(access(path, F_OK) < 0 && errno == ENOENT);
}

/* A directory of that name that is somebody else's, or open to others, is not used. */
TEST(a_directory_open_to_others_is_no_broker, "")
{
    struct nt_client_reply got;

    require(chmod(getenv("NTSHM_BROKER"), 0755) == 0);
    ok_status(open_section(&got), STATUS_ACCESS_DENIED);
    ok_eq(got.n_fds, 0);
    require(chmod(getenv("NTSHM_BROKER"), 0700) == 0);
}

TEST(a_broker_that_cannot_be_started_is_an_error, "")
{
    struct nt_client_reply got;

    setenv("NTSHM_BROKER_PATH", "/nonexistent/ntshmd", 1);
    ok_status(open_section(&got), STATUS_CONNECTION_REFUSED);
    /* And one that ends at once. */
    setenv("NTSHM_BROKER_PATH", "/bin/false", 1);
    ok_status(open_section(&got), STATUS_CONNECTION_REFUSED);
    ok_eq(got.n_fds, 0);
    (void)test_until(orphans_are_gone(), 10000);
}
