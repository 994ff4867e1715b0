// SPDX-License-Identifier: MIT
/*
 * broker/handle-mailbox and broker/handle-job, without an event loop: parcels and members come and
 * go with the processes that they are of, cost who made them, and nobody gets what is another's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/kept.h"
#include "harness/test.h"
#include "os/os.h"
#include "os/pidfd.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

struct world {
    struct nt_broker broker;
    struct fixture_client client;
    struct fixture_reply reply;
};

static void check(struct world *world)
{
    const char *complaint = fixture_complaint(&world->broker);

    ok(!complaint, "%s", complaint);
}

static void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    require(fixture_init(&world->broker, getuid()) == 0);
    require(fixture_client_init(&world->broker, &world->client, getuid()) == 0);
    world->client.client.peer.pid = getpid();
    require(fixture_hello(&world->broker, &world->client, 0) == STATUS_SUCCESS);
}

static void world_deinit(struct world *world)
{
    check(world);
    fixture_client_deinit(&world->broker, &world->client);
    fixture_reap(&world->broker);
    check(world);
    ok_eq(world->broker.objects.n_objects, world->broker.objects.n_mailboxes);
    fixture_deinit(&world->broker);
}

/* A message with bytes behind its structure; descriptors are in client.send_fds. */
static NTSTATUS ask_again(struct world *world, enum nt_message_type type, const void *fixed,
                          const void *bytes, size_t size)
{
    const struct nt_message_info *info = nt_message_info(type);
    size_t padded = nt_ipc_padded(size);
    size_t all = sizeof(struct nt_request_header) + info->request_size + padded;
    struct nt_request_header header = {.size = (uint32_t)all,
                                       .type = (uint16_t)type,
                                       .number = world->client.number,
                                       .bytes_size = (uint32_t)size};
    unsigned char *message = calloc(1, all);
    int r;

    require(message != NULL);
    memcpy(message, &header, sizeof(header));
    memcpy(message + sizeof(header), fixed, info->request_size);
    if (size)
        memcpy(message + sizeof(header) + info->request_size, bytes, size);
    r = fixture_dispatch(&world->broker, &world->client, message, all, &world->reply);
    free(message);
    return r < 0 ? STATUS_CONNECTION_DISCONNECTED : world->reply.header.status;
}

static NTSTATUS ask(struct world *world, enum nt_message_type type, const void *fixed,
                    const void *bytes, size_t size)
{
    world->client.number++;
    return ask_again(world, type, fixed, bytes, size);
}

static void send_fd(struct world *world, int fd)
{
    require(nt_os_dup(fd, &world->client.send_fds[world->client.n_send_fds++]) == 0);
}

/* A child that sleeps until it is killed. */
static pid_t start_child(int *ret_pidfd)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (;;)
            pause();
    }
    require(pid > 0);
    require(nt_os_pidfd_open(pid, ret_pidfd) == 0);
    return pid;
}

static int reap_child(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static NTSTATUS push(struct world *world, int pidfd, const void *bytes, size_t size, const int *fds,
                     size_t n_fds, uint64_t *ret_handle)
{
    struct nt_push_request push = {0};
    struct nt_push_reply reply;
    NTSTATUS status;

    send_fd(world, pidfd);
    for (size_t i = 0; i < n_fds; i++)
        send_fd(world, fds[i]);
    status = ask(world, NT_MESSAGE_PUSH, &push, bytes, size);
    memcpy(&reply, world->reply.bytes, sizeof(reply));
    *ret_handle = reply.handle;
    return status;
}

static NTSTATUS fetch(struct world *world, uint64_t handle)
{
    struct nt_fetch_request fetch = {.handle = handle};

    return ask(world, NT_MESSAGE_FETCH, &fetch, NULL, 0);
}

static NTSTATUS drop(struct world *world, uint64_t handle)
{
    struct nt_drop_request drop = {.handle = handle};

    return ask(world, NT_MESSAGE_DROP, &drop, NULL, 0);
}

/* --- mailboxes ------------------------------------------------------------------------------ */

TEST(a_parcel_waits_until_it_is_dropped, "12.7")
{
    static unsigned char long_bytes[NT_IPC_MAX_PARCEL];
    struct world world;
    uint64_t first, second;
    int self, pipes[2];

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    require(nt_os_pipe(&pipes[0], &pipes[1]) == 0);
    for (size_t i = 0; i < sizeof(long_bytes); i++)
        long_bytes[i] = (unsigned char)(i * 7);
    ok_status(push(&world, self, "abc", 3, pipes, 2, &first), STATUS_SUCCESS);
    ok(first >= 4ull * NT_MAILBOX_FIRST && first < 4ull * (NT_MAILBOX_FIRST + NT_MAILBOX_SPREAD));
    ok_eq(first % 4, 0);
    ok_status(push(&world, self, long_bytes, sizeof(long_bytes), NULL, 0, &second), STATUS_SUCCESS);
    ok_eq(second, first + 4);
    check(&world);
    for (int i = 0; i < 2; i++) { /* again is the same */
        ok_status(fetch(&world, first), STATUS_SUCCESS);
        ok_eq(world.reply.header.bytes_size, 3);
        ok_mem_eq(world.reply.bytes + sizeof(struct nt_fetch_reply), "abc", 3);
        if (ok_eq(world.reply.n_fds, 2)) {
            ok_eq(write(world.reply.fds[1], "x", 1), 1);
            char got = 0;
            ok_eq(read(pipes[0], &got, 1), 1);
            ok_eq(got, 'x');
        }
        fixture_reply_deinit(&world.reply);
    }
    /* The low two bits of a handle mean nothing (12.23). */
    ok_status(fetch(&world, second + 3), STATUS_SUCCESS);
    ok_eq(world.reply.header.bytes_size, sizeof(long_bytes));
    ok_mem_eq(world.reply.bytes + sizeof(struct nt_fetch_reply), long_bytes, sizeof(long_bytes));
    ok_status(fetch(&world, second + 4), STATUS_INVALID_HANDLE);
    ok_status(fetch(&world, 4), STATUS_INVALID_HANDLE);
    ok_status(drop(&world, first), STATUS_SUCCESS);
    ok_status(fetch(&world, first), STATUS_INVALID_HANDLE);
    ok_status(drop(&world, first), STATUS_SUCCESS);
    check(&world);
    /* No value comes twice. */
    ok_status(drop(&world, second), STATUS_SUCCESS);
    ok_status(push(&world, self, "z", 1, NULL, 0, &first), STATUS_SUCCESS);
    ok_eq(first, second + 4);
    ok_status(drop(&world, first), STATUS_SUCCESS);
    nt_os_close(pipes[0]);
    nt_os_close(pipes[1]);
    nt_os_close(self);
    world_deinit(&world);
}

TEST(a_mailbox_goes_with_its_process, "12.7")
{
    struct world world;
    uint64_t handle = 0, first = 0;
    int pidfd, pipes[2];
    unsigned before;
    pid_t pid;

    world_init(&world);
    require(nt_os_pipe(&pipes[0], &pipes[1]) == 0);
    pid = start_child(&pidfd);
    before = fixture_count_fds();
    for (int i = 0; i < 5; i++) {
        ok_status(push(&world, pidfd, "abc", 3, &pipes[1], 1, &handle), STATUS_SUCCESS);
        first = i == 0 ? handle : first;
    }
    ok_eq(handle, first + 16);
    check(&world);
    /* Nobody else gets what is in it. */
    ok_status(fetch(&world, handle), STATUS_INVALID_HANDLE);
    ok_status(drop(&world, handle), STATUS_SUCCESS);
    ok_eq(world.broker.objects.n_objects, 6);
    kill(pid, SIGKILL);
    ok(test_until((fixture_reap(&world.broker), world.broker.objects.n_objects == 0), 20000));
    check(&world);
    ok_eq(fixture_count_fds(), before);
    /* Ended, and not reaped: there is nobody to push to. */
    ok_status(push(&world, pidfd, "abc", 3, NULL, 0, &handle), STATUS_PROCESS_IS_TERMINATING);
    reap_child(pid);
    ok_status(push(&world, pidfd, "abc", 3, NULL, 0, &handle), STATUS_PROCESS_IS_TERMINATING);
    nt_os_close(pidfd);
    nt_os_close(pipes[0]);
    nt_os_close(pipes[1]);
    world_deinit(&world);
}

/*
 * A child inherits values that its parent's mailbox gave, and a broker that ended knows none of
 * those that it gave: what comes next must be none of them.
 */
TEST(each_mailbox_begins_at_another_value, "12.22 12.26")
{
    enum { N = 4 };
    uint64_t handles[N];
    struct world world;
    int pidfds[N];
    pid_t pids[N];

    world_init(&world);
    for (int i = 0; i < N; i++) {
        pids[i] = start_child(&pidfds[i]);
        ok_status(push(&world, pidfds[i], "abc", 3, NULL, 0, &handles[i]), STATUS_SUCCESS);
        for (int j = 0; j < i; j++)
            ok(handles[i] != handles[j]);
    }
    for (int i = 0; i < N; i++) {
        kill(pids[i], SIGKILL);
        reap_child(pids[i]);
        nt_os_close(pidfds[i]);
    }
    ok(test_until((fixture_reap(&world.broker), world.broker.objects.n_objects == 0), 20000));
    world_deinit(&world);
}

/* The process has become another user's by executing a program with the setuid bit. */
TEST(what_one_user_put_there_is_no_others, "12.25")
{
    struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX}, inside;
    struct nt_broker_object *parcel;
    struct world world;
    uint64_t handle;
    int self;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    ok_status(push(&world, self, "abc", 3, NULL, 0, &handle), STATUS_SUCCESS);
    inside = (struct nt_directory){
        .kind = NT_STANDS_PARCEL,
        .id = nt_object_id(&world.broker.objects,
                           nt_kept_find(&world.broker.objects, &mailboxes, (uint64_t)getpid()))};
    parcel = nt_kept_find(&world.broker.objects, &inside, handle / 4);
    require(parcel != NULL);
    nt_object_record(&world.broker.objects, parcel)->owner = getuid() + 4711;
    ok_status(fetch(&world, handle), STATUS_INVALID_HANDLE);
    nt_object_record(&world.broker.objects, parcel)->owner = 0;
    ok_status(fetch(&world, handle), STATUS_SUCCESS);
    nt_object_record(&world.broker.objects, parcel)->owner = getuid();
    ok_status(drop(&world, handle), STATUS_SUCCESS);
    nt_os_close(self);
    world_deinit(&world);
}

TEST(what_is_no_process_gets_nothing, "")
{
    struct nt_push_request request = {0};
    struct world world;
    uint64_t handle;
    int pipes[2], self;

    world_init(&world);
    require(nt_os_pipe(&pipes[0], &pipes[1]) == 0);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    ok_status(push(&world, pipes[0], "abc", 3, NULL, 0, &handle), STATUS_INVALID_PARAMETER);
    ok_status(ask(&world, NT_MESSAGE_PUSH, &request, "abc", 3), STATUS_INVALID_PARAMETER);
    ok_status(push(&world, self, NULL, 0, NULL, 0, &handle), STATUS_INVALID_PARAMETER);
    request.zero = 1;
    send_fd(&world, self);
    ok_status(ask(&world, NT_MESSAGE_PUSH, &request, "abc", 3), STATUS_INVALID_PARAMETER);
    ok_eq(world.broker.objects.n_objects, 0);
    nt_os_close(pipes[0]);
    nt_os_close(pipes[1]);
    nt_os_close(self);
    world_deinit(&world);
}

TEST(a_push_sent_again_gets_its_first_answer, "")
{
    struct nt_push_request request = {0};
    struct nt_push_reply reply;
    struct world world;
    uint64_t handle;
    int self;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    ok_status(push(&world, self, "abc", 3, NULL, 0, &handle), STATUS_SUCCESS);
    send_fd(&world, self);
    ok_status(ask_again(&world, NT_MESSAGE_PUSH, &request, "abc", 3), STATUS_SUCCESS);
    memcpy(&reply, world.reply.bytes, sizeof(reply));
    ok_eq(reply.handle, handle);
    ok_eq(world.broker.objects.n_objects, 2);
    ok_status(drop(&world, handle), STATUS_SUCCESS);
    nt_os_close(self);
    world_deinit(&world);
}

TEST(values_end_where_the_range_ends, "")
{
    struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX};
    struct nt_broker_object *mailbox;
    struct world world;
    uint64_t first, handle;
    int self;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    ok_status(push(&world, self, "abc", 3, NULL, 0, &first), STATUS_SUCCESS);
    mailbox = nt_kept_find(&world.broker.objects, &mailboxes, (uint64_t)getpid());
    require(mailbox != NULL);
    nt_object_record(&world.broker.objects, mailbox)->next_handle = NT_MAILBOX_LAST;
    ok_status(push(&world, self, "abc", 3, NULL, 0, &handle), STATUS_SUCCESS);
    ok_eq(handle, 0xFFFFFFFCu);
    ok_status(push(&world, self, "abc", 3, NULL, 0, &handle), STATUS_INSUFFICIENT_RESOURCES);
    ok_status(drop(&world, 0xFFFFFFFCu), STATUS_SUCCESS);
    ok_status(drop(&world, first), STATUS_SUCCESS);
    nt_os_close(self);
    world_deinit(&world);
}

TEST(parcels_are_charged_to_who_sends_them, "")
{
    struct world world;
    uint64_t handle = 0, last = 0, first = 0;
    int self, pipes[2];
    unsigned n = 0;
    NTSTATUS status;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    require(nt_os_pipe(&pipes[0], &pipes[1]) == 0);
    world.broker.users.most[NT_CHARGE_FDS] = 10;
    while ((status = push(&world, self, "abc", 3, pipes, 2, &handle)) == STATUS_SUCCESS) {
        last = handle;
        first = n++ == 0 ? handle : first;
    }
    ok_status(status, STATUS_QUOTA_EXCEEDED);
    ok_eq(n, 4); /* and the pidfd */
    check(&world);
    ok_status(drop(&world, last), STATUS_SUCCESS);
    ok_status(push(&world, self, "abc", 3, pipes, 2, &handle), STATUS_SUCCESS);
    world.broker.users.most[NT_CHARGE_FDS] = 0;
    world.broker.users.most[NT_CHARGE_BYTES] = world.broker.users.used[NT_CHARGE_BYTES] + 4096;
    ok_status(push(&world, self, &world, 8192, NULL, 0, &handle), STATUS_QUOTA_EXCEEDED);
    world.broker.users.most[NT_CHARGE_BYTES] = 0;
    for (uint64_t value = first; value < first + 32; value += 4)
        ok_status(drop(&world, value), STATUS_SUCCESS);
    ok_eq(world.broker.objects.n_objects, 1);
    nt_os_close(pipes[0]);
    nt_os_close(pipes[1]);
    nt_os_close(self);
    world_deinit(&world);
}

/* --- jobs ----------------------------------------------------------------------------------- */

/* A job without a name; the lease is the caller's. */
static uint64_t make_job(struct world *world, int *ret_lease)
{
    struct nt_create_request create = {.kind = NT_KIND_JOB, .access = JOB_OBJECT_ALL_ACCESS};

    require(ask(world, NT_MESSAGE_CREATE, &create, NULL, 0) == STATUS_SUCCESS);
    require(world->reply.n_fds == 1);
    ok_eq(world->reply.object.payload, NT_PAYLOAD_LEASE);
    *ret_lease = world->reply.fds[0];
    world->reply.n_fds = 0;
    return world->reply.object.id;
}

static NTSTATUS assign(struct world *world, uint64_t id, int pidfd, int page_fd)
{
    struct nt_assign_job_request assign = {.id = id};

    send_fd(world, pidfd);
    if (page_fd >= 0)
        send_fd(world, page_fd);
    return ask(world, NT_MESSAGE_ASSIGN_JOB, &assign, NULL, 0);
}

static NTSTATUS set_limits(struct world *world, uint64_t id, uint32_t limits, uint32_t most)
{
    struct nt_set_job_request set = {.id = id, .limits = limits, .most_active = most};

    return ask(world, NT_MESSAGE_SET_JOB, &set, NULL, 0);
}

static struct nt_query_job_reply query(struct world *world, uint64_t id)
{
    struct nt_query_job_request request = {.id = id};
    struct nt_query_job_reply reply = {.n_total = 0};

    ok_status(ask(world, NT_MESSAGE_QUERY_JOB, &request, NULL, 0), STATUS_SUCCESS);
    memcpy(&reply, world->reply.bytes, sizeof(reply));
    return reply;
}

static bool is_in(struct world *world, uint64_t id, int pidfd)
{
    struct nt_is_in_job_request request = {.id = id};
    struct nt_is_in_job_reply reply;

    send_fd(world, pidfd);
    ok_status(ask(world, NT_MESSAGE_IS_IN_JOB, &request, NULL, 0), STATUS_SUCCESS);
    memcpy(&reply, world->reply.bytes, sizeof(reply));
    return reply.is_member;
}

TEST(members_are_known_while_they_live, "")
{
    struct world world;
    struct nt_query_job_reply state;
    int lease, other_lease, pidfds[2];
    uint64_t job, other;
    uint32_t id;
    pid_t pids[2];

    world_init(&world);
    /* First, for a forked child holds what its parent has. */
    for (int i = 0; i < 2; i++)
        pids[i] = start_child(&pidfds[i]);
    job = make_job(&world, &lease);
    other = make_job(&world, &other_lease);
    ok(!is_in(&world, 0, pidfds[0]));
    ok_status(assign(&world, job, pidfds[0], -1), STATUS_SUCCESS);
    ok_status(assign(&world, job, pidfds[0], -1), STATUS_SUCCESS); /* once */
    ok_status(assign(&world, other, pidfds[0], -1), STATUS_SUCCESS);
    ok_status(assign(&world, job, pidfds[1], -1), STATUS_SUCCESS);
    check(&world);
    ok(is_in(&world, job, pidfds[0]));
    ok(is_in(&world, other, pidfds[0]));
    ok(is_in(&world, 0, pidfds[1]));
    ok(!is_in(&world, other, pidfds[1]));
    state = query(&world, job);
    ok_eq(state.n_total, 2);
    ok_eq(state.n_active, 2);
    ok_eq(state.n_ids, 2);
    kill(pids[0], SIGKILL);
    reap_child(pids[0]);
    state = query(&world, job);
    ok_eq(state.n_total, 2);
    ok_eq(state.n_active, 1);
    memcpy(&id, world.reply.bytes + sizeof(state), sizeof(id));
    ok_eq(id, (uint32_t)pids[1]);
    ok(test_until((fixture_reap(&world.broker), world.broker.objects.n_objects == 3), 20000));
    check(&world);
    /* The job goes, and its members live. */
    nt_os_close(lease);
    fixture_reap(&world.broker);
    ok_eq(world.broker.objects.n_objects, 1);
    ok(!is_in(&world, 0, pidfds[1]));
    ok_eq(kill(pids[1], 0), 0);
    ok_status(assign(&world, job, pidfds[1], -1), STATUS_OBJECT_NAME_NOT_FOUND);
    kill(pids[1], SIGKILL);
    reap_child(pids[1]);
    for (int i = 0; i < 2; i++)
        nt_os_close(pidfds[i]);
    nt_os_close(other_lease);
    world_deinit(&world);
}

TEST(the_last_handle_ends_the_members, "")
{
    struct world world;
    struct nt_exit_page *page;
    int lease, pidfds[2], page_fd, status;
    uint64_t job;
    void *memory;
    pid_t pids[2];

    world_init(&world);
    require(nt_os_memfd_new("page", NT_PAGE_SIZE, NT_OS_MEMFD_PRIVATE, &page_fd) == 0);
    require(nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0,
                      &memory) == 0);
    page = memory;
    for (int i = 0; i < 2; i++)
        pids[i] = start_child(&pidfds[i]);
    job = make_job(&world, &lease);
    ok_status(set_limits(&world, job, NT_JOB_KILL_ON_CLOSE, 0), STATUS_SUCCESS);
    ok_eq(query(&world, job).limits, NT_JOB_KILL_ON_CLOSE);
    ok_status(set_limits(&world, job, 0x100, 0), STATUS_INVALID_PARAMETER);
    ok_status(assign(&world, job, pidfds[0], page_fd), STATUS_SUCCESS);
    ok_status(assign(&world, job, pidfds[1], -1), STATUS_SUCCESS);
    check(&world);
    fixture_reap(&world.broker);
    ok_eq(kill(pids[0], 0), 0);
    nt_os_close(lease);
    fixture_reap(&world.broker);
    for (int i = 0; i < 2; i++) {
        status = reap_child(pids[i]);
        ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        nt_os_close(pidfds[i]);
    }
    ok_eq(page->ended_as, NT_EXIT_PAGE_ENDED);
    ok_eq(world.broker.objects.n_objects, 0);
    nt_os_unmap(memory, NT_PAGE_SIZE);
    nt_os_close(page_fd);
    world_deinit(&world);
}

TEST(terminating_tells_the_code_first, "")
{
    struct nt_terminate_job_request terminate = {.exit_code = 0xC0FFEE01};
    struct world world;
    struct nt_exit_page *page;
    int lease, pidfd, page_fd, pipes[2], status;
    void *memory;
    pid_t pid;

    world_init(&world);
    require(nt_os_memfd_new("page", NT_PAGE_SIZE, NT_OS_MEMFD_PRIVATE, &page_fd) == 0);
    require(nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0,
                      &memory) == 0);
    page = memory;
    require(nt_os_pipe(&pipes[0], &pipes[1]) == 0);
    terminate.id = make_job(&world, &lease);
    pid = start_child(&pidfd);
    page->pid = (uint32_t)pid;
    /* No page is one that could be cut short, or a pipe. */
    ok_status(assign(&world, terminate.id, pidfd, pipes[1]), STATUS_INVALID_PARAMETER);
    ok_status(assign(&world, terminate.id, pidfd, page_fd), STATUS_SUCCESS);
    ok_status(ask(&world, NT_MESSAGE_TERMINATE_JOB, &terminate, NULL, 0), STATUS_SUCCESS);
    status = reap_child(pid);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ok_eq(page->ended_as, NT_EXIT_PAGE_ENDED | 0xC0FFEE01u);
    /* Nobody is left to be ended. */
    ok_status(ask(&world, NT_MESSAGE_TERMINATE_JOB, &terminate, NULL, 0), STATUS_SUCCESS);
    nt_os_unmap(memory, NT_PAGE_SIZE);
    nt_os_close(page_fd);
    nt_os_close(pidfd);
    nt_os_close(pipes[0]);
    nt_os_close(pipes[1]);
    nt_os_close(lease);
    world_deinit(&world);
}

/* A child that is ended while its page says @ended_as of @pid (0: of that child). */
static uint64_t page_after(uint64_t ended_as, uint32_t of)
{
    struct nt_terminate_job_request terminate = {.exit_code = 9};
    struct nt_exit_page page = {.ended_as = ended_as};
    int lease, pidfd, page_fd;
    struct world world;
    pid_t pid;

    world_init(&world);
    pid = start_child(&pidfd);
    page.pid = of ? of : (uint32_t)pid;
    require(nt_os_memfd_new("page", NT_PAGE_SIZE, NT_OS_MEMFD_PRIVATE, &page_fd) == 0);
    ok_eq(pwrite(page_fd, &page, sizeof(page), 0), sizeof(page));
    terminate.id = make_job(&world, &lease);
    ok_status(assign(&world, terminate.id, pidfd, page_fd), STATUS_SUCCESS);
    ok_status(ask(&world, NT_MESSAGE_TERMINATE_JOB, &terminate, NULL, 0), STATUS_SUCCESS);
    reap_child(pid);
    ok_eq(pread(page_fd, &page, sizeof(page), 0), sizeof(page));
    nt_os_close(page_fd);
    nt_os_close(pidfd);
    nt_os_close(lease);
    world_deinit(&world);
    return page.ended_as;
}

TEST(what_a_page_says_already_stays, "")
{
    ok_eq(page_after(0, 0), NT_EXIT_PAGE_ENDED | 9);
    ok_eq(page_after(NT_EXIT_PAGE_ENDED | 5, 0), NT_EXIT_PAGE_ENDED | 5);
    ok_eq(page_after(0, 1), 0); /* another process's */
}

TEST(what_could_change_its_size_is_no_page, "")
{
    int lease, self, plain, reader, page_fd;
    struct world world;
    uint64_t job;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    require((plain = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING)) >= 0);
    require(ftruncate(plain, NT_PAGE_SIZE) == 0);
    require(nt_os_memfd_new("page", NT_PAGE_SIZE, NT_OS_MEMFD_PRIVATE, &page_fd) == 0);
    require(nt_os_reopen(page_fd, O_RDONLY, &reader) == 0);
    job = make_job(&world, &lease);
    ok_status(assign(&world, job, self, plain), STATUS_INVALID_PARAMETER);
    ok_status(assign(&world, job, self, reader), STATUS_INVALID_PARAMETER);
    ok_eq(query(&world, job).n_total, 0);
    close(plain);
    nt_os_close(reader);
    nt_os_close(page_fd);
    nt_os_close(self);
    nt_os_close(lease);
    world_deinit(&world);
}

TEST(children_come_into_the_jobs_of_their_parent, "")
{
    struct nt_join_jobs_request join = {.breakaway = 0};
    struct nt_join_jobs_reply joined;
    struct world world;
    int lease, second_lease, self, pidfd;
    uint64_t job, second;
    pid_t pid;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    job = make_job(&world, &lease);
    second = make_job(&world, &second_lease);
    pid = start_child(&pidfd);
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_SUCCESS);
    memcpy(&joined, world.reply.bytes, sizeof(joined));
    ok_eq(joined.n_joined, 0);
    ok_status(assign(&world, job, self, -1), STATUS_SUCCESS);
    ok_status(assign(&world, second, self, -1), STATUS_SUCCESS);
    ok_eq(query(&world, 0).n_total, 1);
    /* One too many: it comes into neither. */
    ok_status(set_limits(&world, second, NT_JOB_ACTIVE_PROCESS, 1), STATUS_SUCCESS);
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_QUOTA_EXCEEDED);
    ok(!is_in(&world, 0, pidfd));
    ok_status(assign(&world, second, pidfd, -1), STATUS_QUOTA_EXCEEDED);
    ok_eq(query(&world, second).most_active, 1);
    /* Staying out takes a job that allows it. */
    join.breakaway = 1;
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_ACCESS_DENIED);
    ok_status(set_limits(&world, job, NT_JOB_BREAKAWAY, 0), STATUS_SUCCESS);
    ok_status(set_limits(&world, second, NT_JOB_BREAKAWAY, 0), STATUS_SUCCESS);
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_SUCCESS);
    ok(!is_in(&world, 0, pidfd));
    join.breakaway = 0;
    ok_status(set_limits(&world, second, NT_JOB_SILENT_BREAKAWAY, 0), STATUS_SUCCESS);
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_SUCCESS);
    ok(is_in(&world, job, pidfd));
    ok(!is_in(&world, second, pidfd));
    check(&world);
    /* It is not its parent's to bring in. */
    world.client.client.peer.pid = pid;
    send_fd(&world, self);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_ACCESS_DENIED);
    world.client.client.peer.pid = getpid();
    kill(pid, SIGKILL);
    reap_child(pid);
    nt_os_close(pidfd);
    nt_os_close(self);
    nt_os_close(lease);
    nt_os_close(second_lease);
    world_deinit(&world);
}

/* A parent cannot have its child put out of a job by asking for what it is refused. */
TEST(a_refused_child_stays_where_it_was, "")
{
    struct nt_join_jobs_request join = {.breakaway = 1};
    struct world world;
    int leases[3], self, pidfd;
    uint64_t own, parents, narrow;
    pid_t pid;

    world_init(&world);
    pid = start_child(&pidfd);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    own = make_job(&world, &leases[0]);
    parents = make_job(&world, &leases[1]);
    narrow = make_job(&world, &leases[2]);
    ok_status(assign(&world, own, pidfd, -1), STATUS_SUCCESS);
    ok_status(assign(&world, parents, self, -1), STATUS_SUCCESS);
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_ACCESS_DENIED);
    ok(is_in(&world, own, pidfd));
    /* The first of two jobs takes it, the second has no room. */
    ok_status(assign(&world, narrow, self, -1), STATUS_SUCCESS);
    ok_status(set_limits(&world, narrow, NT_JOB_ACTIVE_PROCESS, 1), STATUS_SUCCESS);
    join.breakaway = 0;
    send_fd(&world, pidfd);
    ok_status(ask(&world, NT_MESSAGE_JOIN_JOBS, &join, NULL, 0), STATUS_QUOTA_EXCEEDED);
    ok(is_in(&world, own, pidfd));
    ok(!is_in(&world, parents, pidfd));
    ok(!is_in(&world, narrow, pidfd));
    kill(pid, SIGKILL);
    reap_child(pid);
    nt_os_close(pidfd);
    nt_os_close(self);
    for (int i = 0; i < 3; i++)
        nt_os_close(leases[i]);
    world_deinit(&world);
}

TEST(another_kind_is_no_job, "11.21")
{
    struct nt_create_request create = {.kind = NT_KIND_SECTION,
                                       .access = SECTION_ALL_ACCESS,
                                       .size = 4096,
                                       .protection = PAGE_READWRITE,
                                       .attributes = SEC_COMMIT};
    static const uint16_t name[] = {'s'};
    struct fixture_reply reply;
    struct world world;
    int self;

    world_init(&world);
    require(nt_os_pidfd_open(getpid(), &self) == 0);
    ok_status(
        fixture_request(&world.broker, &world.client, NT_MESSAGE_CREATE, &create, name, 1, &reply),
        STATUS_SUCCESS);
    ok_status(assign(&world, reply.object.id, self, -1), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(set_limits(&world, reply.object.id, 0, 0), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(set_limits(&world, 12345, 0, 0), STATUS_OBJECT_NAME_NOT_FOUND);
    fixture_reply_deinit(&reply);
    nt_os_close(self);
    world_deinit(&world);
}
