// SPDX-License-Identifier: MIT
/*
 * Mailboxes and jobs when something fails inside, in the broker and in the program that asks: a
 * handle arrives whole or not at all, a process is a member or not, and nothing is left behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>

#include "broker/kept.h"
#include "fault/kit.h"
#include "harness/test.h"
#include "os/pidfd.h"
#include "unit/broker_fixture.h"

/* How messages are lost is library.c's to look at. */
#define TALK (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT))

static const int of_descriptors[] = {ENOMEM, EMFILE, 0};

/* --- the broker ----------------------------------------------------------------------------- */

static struct nt_broker broker;
static struct fixture_client client;
static struct fixture_reply reply;
static int self_fd;
static uint64_t n_objects, job_id;

static void begin(void)
{
    int write_fd, read_fd;

    require(fixture_init(&broker, getuid()) == 0);
    require(fixture_client_init(&broker, &client, getuid()) == 0);
    ok_status(fixture_hello(&broker, &client, 0), STATUS_SUCCESS);
    /* What the seam keeps open for speed is open from here on. */
    require(nt_os_lease_new(&write_fd, &read_fd) == 0);
    nt_os_close(write_fd);
    nt_os_close(read_fd);
    require(nt_os_pidfd_open(getpid(), &self_fd) == 0);
    n_objects = 0;
}

static void end(void)
{
    nt_os_close(self_fd);
    fixture_client_deinit(&broker, &client);
    fixture_deinit(&broker);
}

/* The client's half of the exchange is the test's own: it meets no point. */
static uint32_t ask(unsigned type, const void *fixed, const void *behind, size_t size, bool with_fd)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {
        .type = (uint16_t)type, .number = ++client.number, .bytes_size = (uint32_t)size};
    _Alignas(8) unsigned char bytes[512] = {0};
    int fd = with_fd ? fcntl(self_fd, F_DUPFD_CLOEXEC, 3) : -1;
    int r;

    header.size = (uint32_t)(sizeof(header) + info->request_size + nt_ipc_padded(size));
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), fixed, info->request_size);
    if (size > 0)
        memcpy(bytes + sizeof(header) + info->request_size, behind, size);
    r = nt_dispatch(&broker, &client.client, bytes, header.size, &fd, with_fd);
    (void)fault_disarm();
    if (r < 0)
        return STATUS_CONNECTION_DISCONNECTED;
    fixture_receive(&client, &reply);
    return (uint32_t)reply.header.status;
}

static uint32_t run_push(void *context)
{
    struct nt_push_request push = {0};

    (void)context;
    return ask(NT_MESSAGE_PUSH, &push, "parcel", 6, true);
}

/* The mailbox goes too, so that the next one is made again. */
static void drop_mailbox(void *context)
{
    const struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX};
    struct nt_broker_object *mailbox =
        nt_kept_find(&broker.objects, &mailboxes, (uint64_t)getpid());

    (void)context;
    if (ok(mailbox != NULL))
        nt_objects_remove(&broker.objects, mailbox);
}

static void leave_job(void *context)
{
    const struct nt_directory jobs = {.kind = NT_STANDS_MEMBER, .uid = (uint32_t)getpid()};
    struct nt_broker_object *member = nt_kept_find(&broker.objects, &jobs, job_id);

    (void)context;
    if (ok(member != NULL))
        nt_objects_remove(&broker.objects, member);
}

static void drop_reply(void *context)
{
    (void)context;
    fixture_reply_deinit(&reply);
}

/* What the mailbox gave last. */
static uint32_t run_fetch(void *context)
{
    const struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX};
    struct nt_broker_object *mailbox =
        nt_kept_find(&broker.objects, &mailboxes, (uint64_t)getpid());
    struct nt_fetch_request fetch = {.handle = 0};

    (void)context;
    if (mailbox)
        fetch.handle = 4 * (nt_object_record(&broker.objects, mailbox)->next_handle - 1);
    return ask(NT_MESSAGE_FETCH, &fetch, NULL, 0, false);
}

static uint32_t run_assign(void *context)
{
    struct nt_assign_job_request assign = {.id = job_id};

    (void)context;
    return ask(NT_MESSAGE_ASSIGN_JOB, &assign, NULL, 0, true);
}

static uint32_t run_query(void *context)
{
    struct nt_query_job_request query = {.id = job_id};

    (void)context;
    return ask(NT_MESSAGE_QUERY_JOB, &query, NULL, 0, false);
}

static bool is_clean(void *context)
{
    const char *complaint;

    (void)context;
    fixture_reap(&broker);
    complaint = fixture_complaint(&broker);
    if (complaint)
        test_note("%s", complaint);
    return !complaint && broker.objects.n_objects == n_objects;
}

static const uint32_t *broker_errors(unsigned kind, int error)
{
    static const uint32_t memory[] = {STATUS_NO_MEMORY, 0};
    static const uint32_t descriptors[] = {STATUS_TOO_MANY_OPENED_FILES, 0};
    static const uint32_t gone[] = {STATUS_CONNECTION_DISCONNECTED, 0};

    if (kind == NT_OS_SEND)
        return gone;
    return kind == FAULT_ALLOCATION || error == ENOMEM ? memory : descriptors;
}

static struct fault_operation operation_of(const char *name, uint32_t (*run)(void *))
{
    return (struct fault_operation){
        .name = name,
        .run = run,
        .undo = drop_reply,
        .is_clean = is_clean,
        .errors = broker_errors,
        .ignored = FAULT_BIT(SEND),
    };
}

TEST(a_parcel_is_in_the_mailbox_whole_or_not_at_all, "12.7")
{
    struct fault_operation operation = operation_of("broker: push", run_push);

    begin();
    operation.undo = drop_mailbox;
    operation.must_meet = FAULT_BIT(PIDFD) | FAULT_BIT(CREDENTIALS) | FAULT_MEMORY;
    fault_walk(&operation, of_descriptors);
    end();
}

TEST(a_parcel_that_cannot_be_handed_out_stays, "12.7")
{
    struct fault_operation operation = operation_of("broker: fetch", run_fetch);

    begin();
    require(run_push(NULL) == STATUS_SUCCESS);
    n_objects = 2;
    operation.must_meet = FAULT_MEMORY;
    fault_walk(&operation, of_descriptors);
    end();
}

TEST(a_process_is_a_member_or_not, "")
{
    struct nt_create_request create = {.kind = NT_KIND_JOB, .access = JOB_OBJECT_ALL_ACCESS};
    struct fault_operation operation = operation_of("broker: assign", run_assign);
    struct fault_operation query = operation_of("broker: query a job", run_query);
    int lease;

    begin();
    require(ask(NT_MESSAGE_CREATE, &create, NULL, 0, false) == STATUS_SUCCESS);
    job_id = reply.object.id;
    lease = reply.fds[0];
    n_objects = 1;
    operation.undo = leave_job;
    operation.must_meet = FAULT_BIT(PIDFD) | FAULT_BIT(CREDENTIALS) | FAULT_MEMORY;
    fault_walk(&operation, of_descriptors);
    require(run_assign(NULL) == STATUS_SUCCESS);
    n_objects = 2;
    query.must_meet = FAULT_MEMORY;
    fault_walk(&query, of_descriptors);
    nt_os_close(lease);
    n_objects = 0;
    ok(is_clean(NULL));
    end();
}

/* Who could not be ended is told of, and stays a member. */
TEST(a_member_that_cannot_be_ended_is_told_of, "")
{
    struct nt_create_request create = {.kind = NT_KIND_JOB, .access = JOB_OBJECT_ALL_ACCESS};
    struct nt_terminate_job_request terminate = {.exit_code = 1};
    unsigned nth = 0;
    int lease;

    begin();
    require(ask(NT_MESSAGE_CREATE, &create, NULL, 0, false) == STATUS_SUCCESS);
    terminate.id = job_id = reply.object.id;
    lease = reply.fds[0];
    require(run_assign(NULL) == STATUS_SUCCESS);
    /* Its only points: whose it is, and the signal - which would be this process's end. */
    fault_rules(0, false);
    for (; nth < 2; nth++) {
        fault_arm(nth, EPERM);
        ok_status((NTSTATUS)ask(NT_MESSAGE_TERMINATE_JOB, &terminate, NULL, 0, false),
                  STATUS_ACCESS_DENIED);
    }
    n_objects = 2;
    ok(is_clean(NULL));
    nt_os_close(lease);
    fixture_reap(&broker);
    end();
}

/* --- the program that asks ------------------------------------------------------------------ */

static HANDLE made, job;

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

static uint32_t run_create(void)
{
    made = CreateJobObjectW(NULL, L_("job"));
    return fault_result(made != NULL);
}

static uint32_t run_create_nameless(void)
{
    made = CreateJobObjectW(NULL, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_open(void)
{
    made = OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, L_("there"));
    return fault_result(made != NULL);
}

static uint32_t run_assign_self(void)
{
    return fault_result(AssignProcessToJobObject(job, GetCurrentProcess()));
}

static uint32_t run_is_in(void)
{
    BOOL is_member;

    return fault_result(IsProcessInJob(GetCurrentProcess(), job, &is_member));
}

static uint32_t run_ids(void)
{
    char buffer[64];

    return fault_result(
        QueryInformationJobObject(job, JobObjectBasicProcessIdList, buffer, sizeof(buffer), NULL));
}

TEST_DEADLINE(a_job_is_made_and_asked_whole_or_not_at_all, "11.30", 120)
{
    static const struct fault_call calls[] = {
        {"CreateJobObject", NULL, run_create, close_made, FAULT_MEMORY, 0, TALK},
        {"CreateJobObject, no name", NULL, run_create_nameless, close_made, FAULT_MEMORY, 0, TALK},
        {"OpenJobObject", NULL, run_open, close_made, FAULT_MEMORY, 0, TALK},
        {"AssignProcessToJobObject", NULL, run_assign_self, NULL, FAULT_BIT(PIDFD), 0, TALK},
        {"IsProcessInJob", NULL, run_is_in, NULL, FAULT_BIT(PIDFD), 0, TALK},
        {"QueryInformationJobObject", NULL, run_ids, NULL, FAULT_MEMORY, FAULT_BIT(READ), TALK},
    };

    job = CreateJobObjectW(NULL, L_("there"));
    ok_succeeds(job);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(job));
}
