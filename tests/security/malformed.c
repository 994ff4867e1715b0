// SPDX-License-Identifier: MIT
/*
 * Clients that do not keep to the protocol. Whatever one of them sends, it loses its own connection
 * and nothing else: the broker lives, holds no descriptor more than before, and serves the others.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

static bool ask_broker(struct ntshm_broker_statistics *statistics)
{
    memset(statistics, 0, sizeof(*statistics));
    statistics->size = sizeof(*statistics);
    return ok_succeeds(ntshm_broker_statistics(statistics));
}

/* The innocent bystander: a program that uses the library. */
static void expect_service(void)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("bystander"));
    HANDLE again = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("bystander"));

    ok_succeeds(section);
    ok_succeeds(again);
    CloseHandle(again);
    CloseHandle(section);
}

struct scene {
    struct kit_broker broker;
    int n_fds;
};

/* @max_fds: what the broker may have; 0 for as many as it can get. */
static void scene_begin_small(struct scene *scene, unsigned max_fds)
{
    struct ntshm_broker_statistics statistics;

    kit_broker_start_small(&scene->broker, "enemy", 60000, max_fds);
    expect_service();
    require(ask_broker(&statistics));
    scene->n_fds = kit_count_fds(scene->broker.pid);
}

static void scene_begin(struct scene *scene)
{
    scene_begin_small(scene, 0);
}

static void scene_end(struct scene *scene)
{
    struct ntshm_broker_statistics statistics;

    expect_service();
    ok(test_until(ask_broker(&statistics) && statistics.clients == 1, 20000));
    ok_eq(statistics.names, 0);
    ok_eq(statistics.fds, 0);
    ok_eq(statistics.pid, scene->broker.pid);
    ok(test_until(kit_count_fds(scene->broker.pid) == scene->n_fds, 20000), "%d were %d",
       kit_count_fds(scene->broker.pid), scene->n_fds);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&scene->broker, SIGTERM), 0);
}

/* A connection on which HELLO was said. */
static int friend_of(const struct scene *scene)
{
    struct kit_reply reply;
    int fd = kit_connect(scene->broker.directory);

    require(kit_hello(fd, 0, &reply));
    return fd;
}

/* --- messages that are not right ------------------------------------------------------------ */

static size_t whole(const struct kit_request *request)
{
    return request->header.size;
}

static size_t cut_header(struct kit_request *request)
{
    (void)request;
    return sizeof(struct nt_request_header) - 8;
}

static size_t cut_fixed(struct kit_request *request)
{
    request->header.size = sizeof(request->header) + sizeof(request->create) - 8;
    return request->header.size;
}

static size_t say_smaller(struct kit_request *request)
{
    return request->header.size--;
}

static size_t say_larger(struct kit_request *request)
{
    return request->header.size++;
}

static size_t say_huge(struct kit_request *request)
{
    size_t size = request->header.size;

    request->header.size = UINT32_MAX;
    return size;
}

static size_t type_none(struct kit_request *request)
{
    request->header.type = 0;
    return whole(request);
}

static size_t type_unknown(struct kit_request *request)
{
    request->header.type = NT_MESSAGE_END;
    return whole(request);
}

static size_t type_highest(struct kit_request *request)
{
    request->header.type = UINT16_MAX;
    return whole(request);
}

static size_t type_of_another_size(struct kit_request *request)
{
    request->header.type = NT_MESSAGE_STATISTICS;
    return whole(request);
}

static size_t not_zero(struct kit_request *request)
{
    request->header.zero = 1;
    return whole(request);
}

static size_t units_missing(struct kit_request *request)
{
    request->create.name_units++;
    return whole(request);
}

static size_t units_left_over(struct kit_request *request)
{
    request->create.name_units--;
    return whole(request);
}

static size_t units_that_wrap(struct kit_request *request)
{
    /* Twice this is 2 * name_units again in 32 bits. */
    request->create.name_units += 0x80000000u;
    return whole(request);
}

static size_t units_without_end(struct kit_request *request)
{
    request->create.name_units = UINT32_MAX;
    return whole(request);
}

static size_t half_a_unit(struct kit_request *request)
{
    request->header.size--;
    return whole(request);
}

static size_t second_hello(struct kit_request *request)
{
    request->header = (struct nt_request_header){
        .size = sizeof(request->header) + sizeof(request->hello), .type = NT_MESSAGE_HELLO};
    request->hello = (struct nt_hello_request){.magic = NT_IPC_MAGIC,
                                               .version_min = NT_IPC_VERSION_MIN,
                                               .version_max = NT_IPC_VERSION_MAX};
    return whole(request);
}

static size_t nothing(struct kit_request *request)
{
    (void)request;
    return 0;
}

static const struct {
    const char *name;
    size_t (*spoil)(struct kit_request *request); /* gives how much is sent */
} spoilers[] = {
    {"a cut header", cut_header},
    {"a cut structure", cut_fixed},
    {"a size that is too small", say_smaller},
    {"a size that is too large", say_larger},
    {"a size without end", say_huge},
    {"type 0", type_none},
    {"the first unknown type", type_unknown},
    {"the highest type", type_highest},
    {"a type of another size", type_of_another_size},
    {"a field that must be zero", not_zero},
    {"a name that is longer than the message", units_missing},
    {"a name that is shorter than the message", units_left_over},
    {"a length that wraps", units_that_wrap},
    {"a length without end", units_without_end},
    {"half a unit", half_a_unit},
    {"a second HELLO", second_hello},
    {"nothing at all", nothing},
};

TEST(a_malformed_message_ends_that_connection_only, "")
{
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;

    scene_begin(&scene);
    for (size_t i = 0; i < NT_ARRAY_SIZE(spoilers); i++) {
        int fd = friend_of(&scene), other = friend_of(&scene);

        kit_fill_create(&request, 1, A_("spoiled"));
        require(kit_send(fd, &request, spoilers[i].spoil(&request)));
        ok(kit_receive(fd, &reply, 20000) == 0, "%s", spoilers[i].name);
        /* The one beside it is served as before. */
        kit_fill_statistics(&request, 2);
        ok(kit_ask(other, &request, &reply), "%s", spoilers[i].name);
        ok_eq(reply.statistics.names, 0);
        close(other);
        close(fd);
    }
    scene_end(&scene);
}

TEST(without_a_hello_there_is_no_service, "")
{
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    int fd;

    scene_begin(&scene);
    fd = kit_connect(scene.broker.directory);
    kit_fill_create(&request, 1, A_("rude"));
    require(kit_send(fd, &request, whole(&request)));
    ok_eq(kit_receive(fd, &reply, 20000), 0);
    close(fd);
    /* A HELLO of something else is answered, and is none. */
    fd = kit_connect(scene.broker.directory);
    second_hello(&request);
    request.hello.magic++;
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_REVISION_MISMATCH);
    kit_fill_create(&request, 1, A_("rude"));
    require(kit_send(fd, &request, whole(&request)));
    ok_eq(kit_receive(fd, &reply, 20000), 0);
    close(fd);
    scene_end(&scene);
}

TEST(garbage_of_any_size_ends_the_connection, "")
{
    static const size_t sizes[] = {1,     15,    16,    17,    48,    4096,
                                   65535, 65536, 65596, 65597, 70000, 100000};
    static unsigned char bytes[100000];
    static const int fills[] = {0, 0xff, -1};
    struct kit_reply reply;
    struct scene scene;

    scene_begin(&scene);
    for (size_t i = 0; i < NT_ARRAY_SIZE(sizes) * NT_ARRAY_SIZE(fills); i++) {
        size_t size = sizes[i / NT_ARRAY_SIZE(fills)];
        int fill = fills[i % NT_ARRAY_SIZE(fills)];
        int fd = i % 2 ? friend_of(&scene) : kit_connect(scene.broker.directory);

        for (size_t k = 0; k < size; k++)
            bytes[k] = fill < 0 ? (unsigned char)(k * 2654435761u >> 13) : (unsigned char)fill;
        require(kit_send(fd, bytes, size));
        ok(kit_receive(fd, &reply, 20000) == 0, "%zu bytes of %d", size, fill);
        close(fd);
    }
    scene_end(&scene);
}

/* Sends @request with @n_fds descriptors. */
static bool send_with_fds(int fd, const struct kit_request *request, size_t n_fds)
{
    static union {
        char bytes[CMSG_SPACE(sizeof(int) * 253)];
        struct cmsghdr align;
    } control;
    struct iovec part = {(void *)request, request->header.size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * n_fds)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
    for (size_t i = 0; i < n_fds; i++)
        ((int *)(void *)CMSG_DATA(header))[i] = STDERR_FILENO;
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

/* More than any request brings; what a create may bring is in gifts.c. */
TEST(descriptors_that_nobody_asked_for_end_the_connection, "")
{
    static const size_t counts[] = {4, 5, 6, 253};
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;

    scene_begin(&scene);
    for (size_t i = 0; i < NT_ARRAY_SIZE(counts); i++) {
        int fd = friend_of(&scene);

        kit_fill_create(&request, 1, A_("gift"));
        require(send_with_fds(fd, &request, counts[i]));
        ok(kit_receive(fd, &reply, 20000) == 0, "%zu descriptors", counts[i]);
        close(fd);
    }
    scene_end(&scene);
}

/* --- messages that are right and ask for what there is not ---------------------------------- */

static void no_kind(struct kit_request *request)
{
    request->create.kind = 0;
}

static void unknown_kind(struct kit_request *request)
{
    request->create.kind = 1000;
}

static void no_size(struct kit_request *request)
{
    request->create.size = 0;
}

static void odd_size(struct kit_request *request)
{
    request->create.size = 4097;
}

static void negative_size(struct kit_request *request)
{
    request->create.size = (uint64_t)-4096;
}

static void no_name(struct kit_request *request)
{
    request->create.name_units = 0;
    request->header.size = sizeof(request->header) + sizeof(request->create);
}

static void backslash_in_front(struct kit_request *request)
{
    request->bytes[sizeof(request->create)] = '\\';
}

static void unknown_rights(struct kit_request *request)
{
    request->create.access = 0x40;
}

static void (*const refused[])(struct kit_request *request) = {
    no_kind, unknown_kind,       no_size,       odd_size, negative_size,
    no_name, backslash_in_front, unknown_rights};

TEST(what_cannot_be_is_refused_and_the_connection_stays, "2.15 11.10")
{
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    int fd;

    scene_begin(&scene);
    fd = friend_of(&scene);
    for (size_t i = 0; i < NT_ARRAY_SIZE(refused); i++) {
        kit_fill_create(&request, i + 1, A_("impossible"));
        refused[i](&request);
        require(kit_ask(fd, &request, &reply), "request %zu", i);
        ok(!NT_SUCCESS(reply.header.status), "request %zu: %#x", i, (unsigned)reply.header.status);
        ok_eq(reply.header.size, sizeof(reply.header));
        ok_eq(reply.n_fds, 0);
    }
    kit_fill_create(&request, 100, A_("impossible"));
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_SUCCESS);
    kit_reply_drop(&reply);
    close(fd);
    scene_end(&scene);
}

/* Requests that differ from a right one in a few bytes: each is answered or ends its connection. */
TEST_DEADLINE(three_thousand_spoiled_requests_leave_nothing, "", 60)
{
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    unsigned n_answered = 0, n_ended = 0, seed = 1;

    scene_begin(&scene);
    for (int i = 0; i < 3000; i++) {
        int fd = friend_of(&scene);
        unsigned char *bytes = (unsigned char *)&request;

        if (i % 2)
            kit_fill_create(&request, 1, A_("mutant"));
        else
            kit_fill_open(&request, 1, A_("mutant"));
        for (int n = 1 + i % 3; n > 0; n--) {
            size_t at = (size_t)rand_r(&seed) % request.header.size % 96;

            /* A large section is a right request; it would only take time. */
            bytes[at] ^= (unsigned char)(1u << rand_r(&seed) % 8);
        }
        if (kit_send(fd, &request, whole(&request) % sizeof(request))) {
            int got = kit_receive(fd, &reply, 20000);

            ok(got >= 0, "neither answer nor end");
            n_answered += got == 1;
            n_ended += got == 0;
            kit_reply_drop(&reply);
        }
        close(fd);
    }
    ok(n_answered > 100, "%u", n_answered);
    ok(n_ended > 100, "%u", n_ended);
    scene_end(&scene);
}

/* --- who is it? ----------------------------------------------------------------------------- */

TEST(a_message_from_another_process_ends_the_connection, "")
{
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    int fd, status = -1;
    pid_t pid;

    scene_begin(&scene);
    fd = friend_of(&scene);
    kit_fill_statistics(&request, 1);
    pid = fork();
    if (pid == 0)
        _exit(kit_send(fd, &request, whole(&request)) ? 0 : 1);
    while (waitpid(pid, &status, 0) < 0)
        ;
    ok_eq(status, 0);
    ok_eq(kit_receive(fd, &reply, 20000), 0);
    close(fd);
    scene_end(&scene);
}

/* --- who does not read ---------------------------------------------------------------------- */

#define N_QUEUED 20

TEST(who_does_not_read_gets_one_answer_and_disturbs_nobody, "")
{
    struct ntshm_broker_statistics before, after;
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    HANDLE section;
    long used;
    int fd;

    scene_begin(&scene);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("much"));
    fd = friend_of(&scene);
    require(ask_broker(&before));
    for (uint64_t i = 1; i <= N_QUEUED; i++) {
        kit_fill_open(&request, i, A_("much"));
        require(kit_send(fd, &request, whole(&request)));
    }
    for (int i = 0; i < 100; i++)
        require(ask_broker(&after));
    /* One of the queue was served, and our hundred. */
    ok_eq(after.requests - before.requests, 101);

    /* And the broker sleeps meanwhile. */
    used = kit_processor_ms(scene.broker.pid);
    test_until(false, 300);
    ok(kit_processor_ms(scene.broker.pid) - used < 150, "%ld ms of processor time",
       kit_processor_ms(scene.broker.pid) - used);

    /* When it reads at last it gets everything, one by one. */
    for (uint64_t i = 1; i <= N_QUEUED; i++) {
        require(kit_receive(fd, &reply, 20000) == 1);
        ok_eq(reply.header.number, i);
        ok_status(reply.header.status, STATUS_SUCCESS);
        ok_eq(reply.n_fds, 2);
        kit_reply_drop(&reply);
    }
    close(fd);
    CloseHandle(section);
    scene_end(&scene);
}

TEST(who_ends_without_reading_leaves_nothing, "11.28")
{
    struct ntshm_broker_statistics statistics;
    struct kit_request request;
    struct scene scene;
    HANDLE section;

    scene_begin(&scene);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("much"));
    for (int i = 0; i < 20; i++) {
        int fd = friend_of(&scene);

        for (uint64_t k = 1; k <= 3; k++) {
            kit_fill_open(&request, k, A_("much"));
            require(kit_send(fd, &request, whole(&request)));
        }
        if (i % 2)
            ok(ask_broker(&statistics));
        close(fd);
    }
    CloseHandle(section);
    scene_end(&scene);
}

CHILD(stopped)
{
    HANDLE section;

    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("still"));
    ok_succeeds(section);
    test_say("ready");
    for (unsigned n = 0;; n++) {
        HANDLE again = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("still"));

        if (!ok_succeeds(again))
            return 1;
        CloseHandle(again);
    }
}

TEST(a_stopped_client_disturbs_nobody_and_keeps_its_names, "")
{
    struct test_child child;
    struct scene scene;
    HANDLE section;

    scene_begin(&scene);
    require(test_child_start(&child, "stopped"));
    test_child_expect(&child, "ready", 20000);
    for (int round = 0; round < 10; round++) {
        kill((pid_t)child.pid, SIGSTOP);
        for (int i = 0; i < 20; i++)
            expect_service();
        section = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("still"));
        ok_succeeds(section);
        CloseHandle(section);
        kill((pid_t)child.pid, SIGCONT);
    }
    kill((pid_t)child.pid, SIGSTOP);
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("still")), ERROR_FILE_NOT_FOUND);
    scene_end(&scene);
}

/* --- who wants everything ------------------------------------------------------------------- */

TEST(connections_are_counted_and_refused, "")
{
    struct kit_request request;
    struct kit_reply reply;
    struct scene scene;
    int fds[40], served = 0;

    scene_begin_small(&scene, 128);
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++) {
        fds[i] = kit_connect(scene.broker.directory);
        served += kit_hello(fds[i], 0, &reply);
    }
    /* An eighth of the descriptors, and one of the connections is the bystander's. */
    ok_eq(served, 128 / 8 - 1);
    kit_fill_statistics(&request, 1);
    ok(kit_ask(fds[0], &request, &reply));
    expect_service();
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++)
        close(fds[i]);
    /* Room again. */
    for (int i = 0; i < 30; i++)
        close(friend_of(&scene));
    scene_end(&scene);
}

TEST(names_are_counted_and_refused, "")
{
    struct ntshm_broker_statistics statistics;
    HANDLE sections[64];
    struct scene scene;
    size_t n = 0;
    char name[64];

    scene_begin_small(&scene, 128);
    for (; n < NT_ARRAY_SIZE(sections); n++) {
        snprintf(name, sizeof(name), "%s-%zu", A_("greed"), n);
        sections[n] = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
        if (!sections[n])
            break;
    }
    ok_error(ERROR_NOT_ENOUGH_QUOTA);
    ok_eq(n, 48); /* three quarters of so few descriptors, two for each */
    /* Who has names may still use them. */
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "%s-%zu", A_("greed"), i);
        ok_succeeds(CloseHandle(OpenFileMappingA(FILE_MAP_READ, FALSE, name)));
    }
    while (n > 0)
        CloseHandle(sections[--n]);
    ok(test_until(ask_broker(&statistics) && statistics.names == 0, 20000));
    scene_end(&scene);
}
