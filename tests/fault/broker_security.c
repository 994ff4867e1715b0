// SPDX-License-Identifier: MIT
/*
 * The broker when something fails while it looks at descriptors or at who a client is: the client
 * gets the status, and every descriptor is what it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "fault/fault.h"
#include "harness/test.h"
#include "rtl/sddl.h"
#include "unit/broker_fixture.h"

#define UID 1000

static const int of_descriptors[] = {ENOMEM, EMFILE, 0};
static const int of_memory[] = {ENOMEM, 0};

static struct nt_broker broker;
static struct fixture_client client;

struct request {
    enum nt_message_type type;
    union {
        struct nt_hello_request hello;
        struct nt_create_request create;
        struct nt_get_security_request get;
        struct nt_set_security_request set;
    };
    struct nt_descriptor_block block;
    bool has_name;
    struct fixture_reply reply;
    uint64_t n_objects; /* that there are without it */
};

static const uint16_t name[] = {'n', 'a', 'm', 'e'};

static void begin(bool hello)
{
    require(fixture_init(&broker, UID) == 0);
    require(fixture_client_init(&broker, &client, UID) == 0);
    if (hello)
        ok_status(fixture_hello(&broker, &client, 0), STATUS_SUCCESS);
}

static void end(void)
{
    fixture_reap(&broker);
    ok_eq(broker.objects.n_objects, 0);
    fixture_client_deinit(&broker, &client);
    ok(RB_EMPTY(&broker.users.tree));
    fixture_deinit(&broker);
}

static struct nt_descriptor_block parse(const char *sddl)
{
    struct nt_descriptor_block block = {.bytes = NULL};

    require(nt_sddl_parse(sddl, strlen(sddl), &block) == STATUS_SUCCESS, "%s", sddl);
    return block;
}

static const uint32_t *security_errors(unsigned kind, int error)
{
    static const uint32_t memory[] = {STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES, 0};
    static const uint32_t descriptors[] = {STATUS_TOO_MANY_OPENED_FILES, 0};
    static const uint32_t gone[] = {STATUS_CONNECTION_DISCONNECTED, 0};

    if (kind == NT_OS_SEND)
        return gone;
    return kind == FAULT_ALLOCATION || error == ENOMEM ? memory : descriptors;
}

/* The client's half of the exchange is the test's own: it meets no point. */
static uint32_t ask(void *context)
{
    static _Alignas(8) unsigned char bytes[8192];
    struct request *request = context;
    size_t fixed = nt_message_info(request->type)->request_size;
    struct nt_request_header header = {
        .type = (uint16_t)request->type,
        .number = request->type == NT_MESSAGE_HELLO ? 0 : ++client.number,
        .bytes_size = (uint32_t)request->block.size,
    };
    size_t at = sizeof(header) + fixed;
    int r;

    memcpy(bytes + sizeof(header), &request->hello, fixed);
    memset(bytes + at, 0, nt_ipc_padded(request->block.size));
    if (request->block.size)
        memcpy(bytes + at, request->block.bytes, request->block.size);
    at += nt_ipc_padded(request->block.size);
    if (request->has_name) {
        memcpy(bytes + at, name, sizeof(name));
        at += sizeof(name);
    }
    header.size = (uint32_t)at;
    memcpy(bytes, &header, sizeof(header));
    r = nt_dispatch(&broker, &client.client, bytes, at, NULL, 0);
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

TEST(an_object_with_a_descriptor_is_whole_or_not_at_all, "13.6 13.20")
{
    struct request request = {
        .type = NT_MESSAGE_CREATE,
        .create = {.kind = NT_KIND_EVENT, .access = EVENT_ALL_ACCESS, .name_units = 4},
        .has_name = true,
    };
    struct fault_operation operation = {
        .name = "broker: create an event with a descriptor",
        .run = ask,
        .undo = close_reply,
        .is_clean = is_clean,
        .errors = security_errors,
        .must_meet = FAULT_BIT(MEMFD) | FAULT_BIT(PIPE) | FAULT_MEMORY,
        .ignored = FAULT_BIT(MUNMAP) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_BIT(MMAP),
        .context = &request,
    };

    begin(true);
    request.block = parse("D:(A;;0x2;;;WD)(D;;0x1;;;S-1-22-1-7)");
    fault_walk(&operation, of_descriptors);
    nt_descriptor_block_deinit(&request.block);
    end();
}

/* --- an object that is there ------------------------------------------------------------------ */

static struct request made = {
    .type = NT_MESSAGE_CREATE,
    .create = {.kind = NT_KIND_EVENT, .access = EVENT_ALL_ACCESS, .name_units = 4},
    .has_name = true,
};

static uint64_t make(void)
{
    made.block = parse("D:(A;;0x2;;;WD)");
    ok_status((NTSTATUS)ask(&made), STATUS_SUCCESS);
    nt_descriptor_block_deinit(&made.block);
    return made.reply.object.id;
}

TEST(a_descriptor_is_told_or_not, "13.22")
{
    struct request request = {
        .type = NT_MESSAGE_GET_SECURITY,
        .get = {.information = DACL_SECURITY_INFORMATION},
        .n_objects = 1,
    };
    struct fault_operation operation = {
        .name = "broker: tell a descriptor",
        .run = ask,
        .undo = close_reply,
        .is_clean = is_clean,
        .errors = security_errors,
        .must_meet = FAULT_BIT(SEND) | FAULT_MEMORY,
        .context = &request,
    };

    begin(true);
    request.get.id = make();
    /* One that cannot be sent ends the connection, in the walk too: it is the same one after it. */
    fault_walk(&operation, of_memory);
    fixture_reply_deinit(&made.reply);
    end();
}

/* What the object's descriptor gives everyone. */
static uint32_t everyones(uint64_t id)
{
    struct request request = {
        .type = NT_MESSAGE_GET_SECURITY,
        .get = {.id = id, .information = DACL_SECURITY_INFORMATION},
    };
    uint32_t mask = 0;

    ok_status((NTSTATUS)ask(&request), STATUS_SUCCESS);
    /* The structure, the descriptor's header, the list's, the entry's. */
    memcpy(&mask, request.reply.bytes + sizeof(struct nt_get_security_reply) + 20 + 8 + 4, 4);
    return mask;
}

static bool is_unchanged(void *context)
{
    const struct request *request = context;

    return is_clean(context) && everyones(request->set.id) == 2;
}

static void change_back(void *context)
{
    struct request *request = context, back = *request;

    close_reply(context);
    ok_eq(everyones(request->set.id), 1);
    back.block = parse("D:(A;;0x2;;;WD)");
    ok_status((NTSTATUS)ask(&back), STATUS_SUCCESS);
    nt_descriptor_block_deinit(&back.block);
}

TEST(a_descriptor_is_changed_or_stays_as_it_was, "13.31")
{
    struct request request = {
        .type = NT_MESSAGE_SET_SECURITY,
        .set = {.information = DACL_SECURITY_INFORMATION},
        .n_objects = 1,
    };
    struct fault_operation operation = {
        .name = "broker: change a descriptor",
        .run = ask,
        .undo = change_back,
        .is_clean = is_unchanged,
        .errors = security_errors,
        .must_meet = FAULT_MEMORY,
        /* An answer that is lost is asked for again: the change is made. */
        .ignored = FAULT_BIT(SEND),
        .context = &request,
    };

    begin(true);
    request.set.id = make();
    request.block = parse("D:(A;;0x1;;;WD)");
    fault_walk(&operation, of_memory);
    nt_descriptor_block_deinit(&request.block);
    fixture_reply_deinit(&made.reply);
    end();
}

/* --- who it is -------------------------------------------------------------------------------- */

static void leave(void *context)
{
    (void)context;
    fixture_client_deinit(&broker, &client);
    require(fixture_client_init(&broker, &client, UID) == 0);
}

TEST(a_client_whose_groups_are_not_known_is_nobody, "13.20")
{
    struct request request = {
        .type = NT_MESSAGE_HELLO,
        .hello = {.magic = NT_IPC_MAGIC,
                  .version_min = NT_IPC_VERSION_MIN,
                  .version_max = NT_IPC_VERSION_MAX},
    };
    struct fault_operation operation = {
        .name = "broker: HELLO",
        .run = ask,
        .undo = leave,
        .is_clean = is_clean,
        .errors = security_errors,
        .must_meet = FAULT_BIT(CREDENTIALS),
        /* The descriptor of the process only makes sure of its session. */
        .may_survive = FAULT_BIT(CREDENTIALS),
        .ignored = FAULT_BIT(SEND) | FAULT_BIT(READ) | FAULT_BIT(OPEN) | FAULT_BIT(DUP),
        .context = &request,
    };

    begin(false);
    fault_walk(&operation, of_memory);
    ok(!client.client.said_hello);
    end();
}
