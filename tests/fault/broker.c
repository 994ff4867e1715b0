// SPDX-License-Identifier: MIT
/*
 * The broker when something fails while it serves: the client gets the status, and nothing is
 * left in the name space, in the arena, in the users' accounts or in the table of descriptors.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include <ntstatus.h>

#include "fault/fault.h"
#include "harness/test.h"
#include "unit/broker_fixture.h"

#define UID 1000

static const int of_descriptors[] = {ENOMEM, EMFILE, 0};
static const int of_sections[] = {ENOMEM, EMFILE, ENOSPC, 0};

static struct nt_broker broker;
static struct fixture_client client, holder;

struct request {
    enum nt_message_type type;
    union {
        struct nt_create_request create;
        struct nt_open_request open;
    };
    struct fixture_reply reply;
    uint64_t n_objects; /* that there are without it */
};

static const uint16_t name[] = {'n', 'a', 'm', 'e'};

static void begin(void)
{
    int write_fd, read_fd, reader_fd;

    require(fixture_init(&broker, UID) == 0);
    require(fixture_client_init(&broker, &client, UID) == 0);
    require(fixture_client_init(&broker, &holder, UID) == 0);
    ok_status(fixture_hello(&broker, &client, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&broker, &holder, 0), STATUS_SUCCESS);
    /* What the seam keeps open for speed is open from here on. */
    require(nt_os_lease_new(&write_fd, &read_fd) == 0);
    require(nt_os_lease_reader(write_fd, &reader_fd) == 0);
    nt_os_close(write_fd);
    nt_os_close(read_fd);
    nt_os_close(reader_fd);
}

static void end(void)
{
    fixture_reap(&broker);
    ok_eq(broker.objects.n_objects, 0);
    fixture_client_deinit(&broker, &client);
    fixture_client_deinit(&broker, &holder);
    ok(RB_EMPTY(&broker.users.tree));
    fixture_deinit(&broker);
}

static const uint32_t *broker_errors(unsigned kind, int error)
{
    static const uint32_t memory[] = {STATUS_NO_MEMORY, 0};
    static const uint32_t descriptors[] = {STATUS_TOO_MANY_OPENED_FILES, 0};
    static const uint32_t space[] = {STATUS_COMMITMENT_LIMIT, STATUS_DISK_FULL, 0};
    static const uint32_t gone[] = {STATUS_CONNECTION_DISCONNECTED, 0};

    if (kind == NT_OS_SEND)
        return gone;
    if (kind == FAULT_ALLOCATION || error == ENOMEM)
        return memory;
    return error == EMFILE ? descriptors : space;
}

/* The client's half of the exchange is the test's own: it meets no point. */
static uint32_t ask(void *context)
{
    struct request *request = context;
    unsigned char bytes[sizeof(struct nt_request_header) + sizeof(request->create) + sizeof(name)];
    const struct nt_message_info *info = nt_message_info(request->type);
    struct nt_request_header header = {.type = (uint16_t)request->type, .number = ++client.number};
    int r;

    header.size = (uint32_t)(sizeof(header) + info->request_size + sizeof(name));
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), &request->create, info->request_size);
    memcpy(bytes + sizeof(header) + info->request_size, name, sizeof(name));
    r = nt_dispatch(&broker, &client.client, bytes, header.size, NULL, 0);
    (void)fault_disarm();
    if (r < 0)
        return STATUS_CONNECTION_DISCONNECTED;
    fixture_receive(&client, &request->reply);
    return (uint32_t)request->reply.header.status;
}

static void close_reply(void *context)
{
    struct request *request = context;

    fixture_reply_deinit(&request->reply);
    fixture_reap(&broker);
}

static bool is_clean(void *context)
{
    const struct request *request = context;
    const char *complaint;

    fixture_reap(&broker);
    complaint = fixture_complaint(&broker);
    if (complaint)
        test_note("%s", complaint);
    return !complaint && broker.objects.n_objects == request->n_objects;
}

TEST(a_section_is_in_the_name_space_whole_or_not_at_all, "11.27")
{
    struct request request = {
        .type = NT_MESSAGE_CREATE,
        .create = {.kind = NT_KIND_SECTION,
                   .access = SECTION_ALL_ACCESS,
                   .name_units = 4,
                   .size = 8192,
                   .protection = PAGE_READWRITE},
    };
    struct fault_operation operation = {
        .name = "broker: create a section",
        .run = ask,
        .undo = close_reply,
        .is_clean = is_clean,
        .errors = broker_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_BIT(PIPE) |
                     FAULT_MEMORY,
        .context = &request,
    };

    begin();
    fault_walk(&operation, of_sections);
    end();
}

/* Its creator may only read: one more description is made. */
TEST(a_read_only_creator_gets_its_section_or_nobody_does, "11.27")
{
    struct request request = {
        .type = NT_MESSAGE_CREATE,
        .create = {.kind = NT_KIND_SECTION,
                   .access = SECTION_MAP_READ,
                   .name_units = 4,
                   .size = 8192,
                   .protection = PAGE_READONLY},
    };
    struct fault_operation operation = {
        .name = "broker: create a section for reading",
        .run = ask,
        .undo = close_reply,
        .is_clean = is_clean,
        .errors = broker_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(PIPE) | FAULT_BIT(REOPEN),
        .context = &request,
    };

    begin();
    fault_walk(&operation, of_descriptors);
    end();
}

TEST(an_event_is_in_the_name_space_whole_or_not_at_all, "11.27")
{
    struct request request = {
        .type = NT_MESSAGE_CREATE,
        .create = {.kind = NT_KIND_EVENT,
                   .access = EVENT_ALL_ACCESS,
                   .name_units = 4,
                   .initial_state = 1},
    };
    struct fault_operation operation = {
        .name = "broker: create an event",
        .run = ask,
        .undo = close_reply,
        .is_clean = is_clean,
        .errors = broker_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_BIT(PIPE) |
                     FAULT_BIT(MMAP) | FAULT_MEMORY,
        .ignored = FAULT_BIT(MUNMAP),
        .context = &request,
    };

    begin();
    fault_walk(&operation, of_descriptors);
    end();
}

TEST(a_section_is_opened_or_stays_as_it_was, "2.1")
{
    struct request first = {
        .type = NT_MESSAGE_CREATE,
        .create = {.kind = NT_KIND_SECTION,
                   .access = SECTION_ALL_ACCESS,
                   .name_units = 4,
                   .size = 8192,
                   .protection = PAGE_READWRITE},
    };
    struct request request = {
        .type = NT_MESSAGE_OPEN,
        .open = {.kind = NT_KIND_SECTION, .access = SECTION_MAP_READ, .name_units = 4},
        .n_objects = 1,
    };
    struct fault_operation operation = {
        .name = "broker: open a section",
        .run = ask,
        .undo = close_reply,
        .is_clean = is_clean,
        .errors = broker_errors,
        .must_meet = FAULT_BIT(REOPEN),
        .context = &request,
    };

    begin();
    /* The shared description for readers is made by the first who may only read, and kept. */
    require(ask(&first) == STATUS_SUCCESS);
    require(ask(&request) == STATUS_SUCCESS);
    fixture_reply_deinit(&request.reply);
    fault_walk(&operation, of_descriptors);
    fixture_reply_deinit(&first.reply);
    end();
}

/* The reply was refused by the kernel: the object that nobody heard of goes. */
TEST(a_reply_that_cannot_leave_ends_the_connection_only, "11.27")
{
    struct request request = {
        .type = NT_MESSAGE_CREATE,
        .create = {.kind = NT_KIND_SECTION,
                   .access = SECTION_ALL_ACCESS,
                   .name_units = 4,
                   .size = 8192,
                   .protection = PAGE_READWRITE},
    };
    unsigned before;
    uint32_t status;

    begin();
    before = fixture_count_fds();
    for (unsigned nth = 0; nth < 20; nth++) {
        fault_arm(nth, ECONNRESET);
        status = ask(&request);
        if (fault_disarm() == NT_OS_SEND)
            break;
        (void)is_clean(&request);
    }
    ok_eq(fault_disarm(), NT_OS_SEND);
    ok_status(status, STATUS_CONNECTION_DISCONNECTED);
    ok(is_clean(&request));
    ok_eq(fixture_count_fds(), before);
    end();
}

/* --- the start
 * ------------------------------------------------------------------------------------- */

static uint32_t start(void *context)
{
    struct nt_options options;

    (void)context;
    nt_options_init(&options);
    options.directory = test_dir();
    return (uint32_t)-nt_broker_init(&broker, &options, NULL);
}

static void stop(void *context)
{
    (void)context;
    nt_broker_deinit(&broker);
}

static const uint32_t *start_errors(unsigned kind, int error)
{
    static uint32_t list[2];

    list[0] = kind == FAULT_ALLOCATION ? ENOMEM : (uint32_t)error;
    return list;
}

TEST(a_broker_without_room_starts_with_a_smaller_arena, "")
{
    sigset_t before;

    sigprocmask(SIG_SETMASK, NULL, &before);
    fault_rules(0, false);
    fault_arm(0, ENOMEM);
    ok_eq(start(NULL), 0);
    ok_eq(fault_disarm(), NT_OS_MEMFD);
    ok(broker.objects.arena.header->n_records < NT_ARENA_RECORDS);
    ok(broker.objects.arena.header->n_records >= 256);
    stop(NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

TEST(a_broker_starts_whole_or_not_at_all, "")
{
    struct fault_operation operation = {
        .name = "broker: start",
        .run = start,
        .undo = stop,
        .errors = start_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_BIT(MMAP) |
                     FAULT_BIT(SOCKET) | FAULT_BIT(DUP) | FAULT_MEMORY,
        /* A smaller arena does as well, so that one failure is none. */
        .stays = true,
    };
    sigset_t before;

    sigprocmask(SIG_SETMASK, NULL, &before);
    fault_walk(&operation, of_descriptors);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
