// SPDX-License-Identifier: MIT
/*
 * broker: descriptors of named objects and the checks against them, request by request. Who asks
 * is what the fixture says that the kernel said.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl/sddl.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

#define OWNER    1000
#define STRANGER 2000

/* A broker; the owner's two clients, a stranger's and root's have said hello. */
struct world {
    struct nt_broker broker;
    struct fixture_client owner, again, stranger, root;
    unsigned n_fds;
};

static void begin(struct world *world)
{
    struct nt_broker *broker = &world->broker;

    world->n_fds = fixture_count_fds();
    require(fixture_init(broker, OWNER) == 0);
    require(fixture_client_init(broker, &world->owner, OWNER) == 0);
    require(fixture_client_init(broker, &world->again, OWNER) == 0);
    require(fixture_client_init(broker, &world->stranger, STRANGER) == 0);
    require(fixture_client_init(broker, &world->root, 0) == 0);
    ok_status(fixture_hello(broker, &world->owner, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(broker, &world->again, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(broker, &world->stranger, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(broker, &world->root, 0), STATUS_SUCCESS);
}

static void is_consistent(struct world *world)
{
    const char *complaint = fixture_complaint(&world->broker);

    ok(!complaint, "%s", complaint);
}

static void end(struct world *world)
{
    struct nt_broker *broker = &world->broker;

    is_consistent(world);
    fixture_reap(broker);
    is_consistent(world);
    ok_eq(broker->objects.n_objects, 0);
    fixture_client_deinit(broker, &world->owner);
    fixture_client_deinit(broker, &world->again);
    fixture_client_deinit(broker, &world->stranger);
    fixture_client_deinit(broker, &world->root);
    ok(RB_EMPTY(&broker->users.tree));
    fixture_deinit(broker);
    ok_eq(fixture_count_fds(), world->n_fds);
}

/* --- requests with a descriptor behind them --------------------------------------------------- */

/* What every request of a case may add to its header. */
struct lowering {
    uint32_t lowered, disabled;
};

static NTSTATUS ask(struct world *world, struct fixture_client *client, enum nt_message_type type,
                    const void *fixed, const struct nt_descriptor_block *block, const char *name,
                    const struct lowering *lowering, struct fixture_reply *reply)
{
    static _Alignas(8) unsigned char bytes[NT_IPC_MAX_SIZE];
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {.type = (uint16_t)type, .number = ++client->number};
    size_t at = sizeof(header) + info->request_size;
    int r;

    memcpy(bytes + sizeof(header), fixed, info->request_size);
    if (block) {
        header.bytes_size = (uint32_t)block->size;
        memset(bytes + at, 0, nt_ipc_padded(block->size));
        memcpy(bytes + at, block->bytes, block->size);
        at += nt_ipc_padded(block->size);
    }
    for (size_t i = 0; name && name[i]; i++) {
        memcpy(bytes + at, &(uint16_t){(unsigned char)name[i]}, 2);
        at += 2;
    }
    if (lowering) {
        header.lowered = lowering->lowered;
        header.disabled = lowering->disabled;
    }
    header.size = (uint32_t)at;
    memcpy(bytes, &header, sizeof(header));
    r = fixture_dispatch(&world->broker, client, bytes, at, reply);
    return r < 0 || reply->header.status == STATUS_PENDING ? STATUS_CONNECTION_DISCONNECTED
                                                           : reply->header.status;
}

/* @sddl NULL: no descriptor at all. */
static NTSTATUS create_as(struct world *world, struct fixture_client *client, enum nt_kind kind,
                          const char *name, const char *sddl, const struct lowering *lowering,
                          struct fixture_reply *reply)
{
    struct nt_create_request create = {
        .kind = kind,
        .access = MAXIMUM_ALLOWED,
        .name_units = (uint32_t)strlen(name),
        .size = kind == NT_KIND_SECTION || kind == NT_KIND_SEMAPHORE ? 4096 : 0,
        .protection = PAGE_READWRITE,
        .attributes = SEC_COMMIT,
    };
    struct nt_descriptor_block block = {.bytes = NULL};
    NTSTATUS status;

    if (sddl)
        require(nt_sddl_parse(sddl, strlen(sddl), &block) == STATUS_SUCCESS, "%s", sddl);
    if (kind == NT_KIND_D3D12) {
        create.attributes = NTSHM_SHARED_RESOURCE;
        fixture_carry(client);
    }
    status =
        ask(world, client, NT_MESSAGE_CREATE, &create, sddl ? &block : NULL, name, lowering, reply);
    nt_descriptor_block_deinit(&block);
    return status;
}

static NTSTATUS create(struct world *world, const char *name, const char *sddl,
                       struct fixture_reply *reply)
{
    return create_as(world, &world->owner, NT_KIND_SECTION, name, sddl, NULL, reply);
}

static NTSTATUS open_as(struct world *world, struct fixture_client *client, enum nt_kind kind,
                        const char *name, uint32_t access, const struct lowering *lowering,
                        struct fixture_reply *reply)
{
    struct nt_open_request open = {
        .kind = kind, .access = access, .name_units = (uint32_t)strlen(name)};

    return ask(world, client, NT_MESSAGE_OPEN, &open, NULL, name, lowering, reply);
}

/* Opens and lets go; what came is in @reply still, less the descriptors. */
static NTSTATUS try_open(struct world *world, struct fixture_client *client, const char *name,
                         uint32_t access, struct fixture_reply *reply)
{
    NTSTATUS status = open_as(world, client, NT_KIND_SECTION, name, access, NULL, reply);

    fixture_reply_deinit(reply);
    return status;
}

static NTSTATUS set_security(struct world *world, struct fixture_client *client, uint64_t id,
                             uint32_t information, uint32_t held, const char *sddl,
                             struct fixture_reply *reply)
{
    struct nt_set_security_request set = {.id = id, .information = information, .held = held};
    struct nt_descriptor_block block = {.bytes = NULL};
    NTSTATUS status;

    require(nt_sddl_parse(sddl, strlen(sddl), &block) == STATUS_SUCCESS, "%s", sddl);
    status = ask(world, client, NT_MESSAGE_SET_SECURITY, &set, &block, NULL, NULL, reply);
    nt_descriptor_block_deinit(&block);
    return status;
}

/* What a descriptor in a reply says, as text; "" for a failure. */
static const char *get_security(struct world *world, struct fixture_client *client, uint64_t id,
                                uint32_t information, uint32_t held, NTSTATUS *ret_status)
{
    static char text[4096];
    struct nt_get_security_request get = {.id = id, .information = information, .held = held};
    struct nt_descriptor descriptor;
    struct fixture_reply reply;
    char *printed = NULL;
    size_t length;

    text[0] = '\0';
    *ret_status = ask(world, client, NT_MESSAGE_GET_SECURITY, &get, NULL, NULL, NULL, &reply);
    if (*ret_status != STATUS_SUCCESS)
        return text;
    ok_eq(reply.header.size, reply.size);
    require(nt_descriptor_from_relative(reply.bytes + sizeof(struct nt_get_security_reply),
                                        reply.header.bytes_size, &descriptor) == STATUS_SUCCESS);
    require(nt_sddl_print(&descriptor, information, &printed, &length) == STATUS_SUCCESS);
    snprintf(text, sizeof(text), "%s", printed);
    free(printed);
    return text;
}

#define ALL_PARTS \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

/* --- opening ---------------------------------------------------------------------------------- */

TEST(a_default_descriptor_lets_in_its_user_and_root, "13.8 13.12 13.20")
{
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "Global\\x", NULL, &made), STATUS_SUCCESS);
    ok_status(try_open(&world, &world.again, "Global\\x", SECTION_ALL_ACCESS, &reply),
              STATUS_SUCCESS);
    ok_status(try_open(&world, &world.root, "Global\\x", SECTION_ALL_ACCESS, &reply),
              STATUS_SUCCESS);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_MAP_READ, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(try_open(&world, &world.stranger, "Global\\x", MAXIMUM_ALLOWED, &reply),
              STATUS_ACCESS_DENIED);
    ok_eq(reply.n_fds, 0);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_descriptor_decides_who_gets_what, "13.10 13.11 13.13 13.14 13.20")
{
    static const struct {
        const char *sddl;
        uint32_t stranger, owner; /* what MAXIMUM_ALLOWED gives; 0: nothing */
    } rows[] = {
        {"D:NO_ACCESS_CONTROL", SECTION_ALL_ACCESS, SECTION_ALL_ACCESS},
        {"D:", 0, READ_CONTROL | WRITE_DAC},
        {"D:(A;;0x4;;;WD)", SECTION_MAP_READ, SECTION_MAP_READ | READ_CONTROL | WRITE_DAC},
        {"D:(A;;0x4;;;S-1-22-1-2000)", SECTION_MAP_READ, READ_CONTROL | WRITE_DAC},
        {"D:(D;;0x2;;;S-1-22-1-2000)(A;;0x6;;;WD)", SECTION_MAP_READ,
         SECTION_MAP_READ | SECTION_MAP_WRITE | READ_CONTROL | WRITE_DAC},
        {"D:(A;;0x6;;;WD)(D;;0x2;;;S-1-22-1-2000)", SECTION_MAP_READ | SECTION_MAP_WRITE,
         SECTION_MAP_READ | SECTION_MAP_WRITE | READ_CONTROL | WRITE_DAC},
        {"D:(A;;GR;;;S-1-22-2-2000)", READ_CONTROL | SECTION_QUERY | SECTION_MAP_READ,
         READ_CONTROL | WRITE_DAC},
        {"D:(A;;0x1;;;S-1-3-4)", 0, SECTION_QUERY},
        {"O:S-1-22-1-1000", 0, SECTION_ALL_ACCESS},
    };
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    for (size_t i = 0; i < NT_ARRAY_SIZE(rows); i++) {
        test_note("%s", rows[i].sddl);
        ok_status(create(&world, "Global\\x", rows[i].sddl, &made), STATUS_SUCCESS);
        /* The creator has it all, whatever it attached (13.6). */
        ok_eq(made.object.access, SECTION_ALL_ACCESS);
        ok_status(try_open(&world, &world.stranger, "Global\\x", MAXIMUM_ALLOWED, &reply),
                  rows[i].stranger ? STATUS_SUCCESS : STATUS_ACCESS_DENIED);
        if (rows[i].stranger)
            ok_eq(reply.object.access, rows[i].stranger);
        ok_status(try_open(&world, &world.again, "Global\\x", MAXIMUM_ALLOWED, &reply),
                  STATUS_SUCCESS);
        ok_eq(reply.object.access, rows[i].owner);
        is_consistent(&world);
        fixture_reply_deinit(&made);
    }
    end(&world);
}

TEST(no_descriptor_comes_without_the_right_to_it, "13.20 2.13")
{
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "Global\\x", "D:(A;;0x20001;;;WD)(A;;0x4;;;S-1-22-1-2000)", &made),
              STATUS_SUCCESS);
    ok_status(try_open(&world, &world.stranger, "Global\\x", READ_CONTROL | SECTION_QUERY, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.object.payload, NT_PAYLOAD_LEASE);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_MAP_READ, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.object.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_READ);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_MAP_WRITE, &reply),
              STATUS_ACCESS_DENIED);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_name_that_refuses_is_not_said_to_exist, "13.39")
{
    struct nt_create_request again = {.kind = NT_KIND_SECTION,
                                      .access = SECTION_ALL_ACCESS,
                                      .flags = NT_NAME_OPEN_IF,
                                      .name_units = 8,
                                      .size = 4096,
                                      .protection = PAGE_READWRITE,
                                      .attributes = SEC_COMMIT};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "Global\\x", NULL, &made), STATUS_SUCCESS);
    ok_status(
        ask(&world, &world.stranger, NT_MESSAGE_CREATE, &again, NULL, "Global\\x", NULL, &reply),
        STATUS_ACCESS_DENIED);
    ok_eq(reply.n_fds, 0);
    again.kind = NT_KIND_EVENT;
    ok_status(
        ask(&world, &world.stranger, NT_MESSAGE_CREATE, &again, NULL, "Global\\x", NULL, &reply),
        STATUS_OBJECT_TYPE_MISMATCH);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_bad_descriptor_makes_no_object, "13.33")
{
    static const struct {
        unsigned char bytes[24];
        size_t size;
        NTSTATUS status;
    } bad[] = {
        {{1, 0, 4, 0x80}, 4, STATUS_INVALID_SECURITY_DESCR},
        {{2, 0, 4, 0x80}, 20, STATUS_UNKNOWN_REVISION},
        {{1, 0, 4, 0x80, [16] = 200}, 20, STATUS_INVALID_ACL},
        {{1, 0, 4, 0x80, [4] = 20}, 24, STATUS_INVALID_SID},
    };
    struct nt_create_request create = {
        .kind = NT_KIND_EVENT, .access = EVENT_ALL_ACCESS, .name_units = 1};
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    for (size_t i = 0; i < NT_ARRAY_SIZE(bad); i++) {
        struct nt_descriptor_block block = {(void *)bad[i].bytes, bad[i].size};
        NTSTATUS status =
            ask(&world, &world.owner, NT_MESSAGE_CREATE, &create, &block, "x", NULL, &reply);

        ok(!NT_SUCCESS(status) && status != STATUS_CONNECTION_DISCONNECTED, "%zu: %#x", i,
           (unsigned)status);
        test_note("%zu: wanted %#x", i, (unsigned)bad[i].status);
        is_consistent(&world);
    }
    ok_eq(world.broker.objects.n_objects, 0);
    end(&world);
}

TEST(nobody_gives_away_what_is_not_his, "13.37")
{
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "x", "O:S-1-22-1-2000", &reply), STATUS_INVALID_OWNER);
    ok_status(create(&world, "x", "S:(AU;SA;GA;;;WD)", &reply), STATUS_PRIVILEGE_NOT_HELD);
    ok_status(create(&world, "x", "S:(ML;;NW;;;HI)", &reply), STATUS_PRIVILEGE_NOT_HELD);
    ok_eq(world.broker.objects.n_objects, 0);
    ok_status(create_as(&world, &world.root, NT_KIND_SECTION, "x", "O:S-1-22-1-2000", NULL, &reply),
              STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    end(&world);
}

/* --- what a request gives up ------------------------------------------------------------------ */

TEST(a_lowered_request_writes_to_nothing_higher, "13.40")
{
    static const struct lowering low = {.lowered = NT_IPC_LOWERED | 0x1000};
    static const struct lowering high = {.lowered = NT_IPC_LOWERED | 0x3000};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "x", "D:NO_ACCESS_CONTROL", &made), STATUS_SUCCESS);
    ok_status(open_as(&world, &world.again, NT_KIND_SECTION, "x", SECTION_MAP_WRITE, &low, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(open_as(&world, &world.again, NT_KIND_SECTION, "x", SECTION_MAP_READ, &low, &reply),
              STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&made);
    fixture_reap(&world.broker);
    /* What it makes has its own level, and can be written by all of them. */
    ok_status(create_as(&world, &world.owner, NT_KIND_SECTION, "y", NULL, &low, &made),
              STATUS_SUCCESS);
    ok_status(open_as(&world, &world.again, NT_KIND_SECTION, "y", SECTION_MAP_WRITE, &low, &reply),
              STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    ok_status(open_as(&world, &world.again, NT_KIND_SECTION, "y", SECTION_MAP_WRITE, NULL, &reply),
              STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&made);
    /* Nobody raises himself. */
    ok_status(create_as(&world, &world.root, NT_KIND_SECTION, "Global\\z",
                        "D:NO_ACCESS_CONTROLS:(ML;;NW;;;HI)", NULL, &made),
              STATUS_SUCCESS);
    ok_status(open_as(&world, &world.again, NT_KIND_SECTION, "Global\\z", SECTION_MAP_WRITE, &high,
                      &reply),
              STATUS_ACCESS_DENIED);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_header_that_no_client_sends_ends_the_connection, "")
{
    static const struct lowering bad[] = {{.lowered = 0x1000}, {.disabled = 1u << 20}};
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    for (size_t i = 0; i < NT_ARRAY_SIZE(bad); i++)
        ok_status(create_as(&world, &world.owner, NT_KIND_EVENT, "x", NULL, &bad[i], &reply),
                  STATUS_CONNECTION_DISCONNECTED);
    ok_eq(world.broker.objects.n_objects, 0);
    end(&world);
}

TEST(the_sacl_takes_a_privilege_that_is_enabled, "13.19 2.16")
{
    static const struct lowering off = {.disabled = NT_IN_FORCE_SECURITY};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "Global\\x", NULL, &made), STATUS_SUCCESS);
    ok_status(try_open(&world, &world.again, "Global\\x", ACCESS_SYSTEM_SECURITY, &reply),
              STATUS_PRIVILEGE_NOT_HELD);
    ok_status(open_as(&world, &world.root, NT_KIND_SECTION, "Global\\x", ACCESS_SYSTEM_SECURITY,
                      &off, &reply),
              STATUS_PRIVILEGE_NOT_HELD);
    ok_status(try_open(&world, &world.root, "Global\\x", ACCESS_SYSTEM_SECURITY, &reply),
              STATUS_SUCCESS);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_global_section_takes_a_privilege_and_an_event_none, "11.29")
{
    static const struct lowering off = {.disabled = NT_IN_FORCE_CREATE_GLOBAL};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create_as(&world, &world.owner, NT_KIND_SECTION, "Global\\x", NULL, &off, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(create_as(&world, &world.owner, NT_KIND_SECTION, "Local\\x", NULL, &off, &made),
              STATUS_SUCCESS);
    fixture_reply_deinit(&made);
    ok_status(create_as(&world, &world.owner, NT_KIND_EVENT, "Global\\e", NULL, &off, &made),
              STATUS_SUCCESS);
    fixture_reply_deinit(&made);
    world.stranger.client.privileges = 0; /* as the machine's broker has it */
    ok_status(create_as(&world, &world.stranger, NT_KIND_SECTION, "Global\\x", NULL, NULL, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(create(&world, "Global\\x", "D:NO_ACCESS_CONTROL", &made), STATUS_SUCCESS);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_ALL_ACCESS, &reply),
              STATUS_SUCCESS);
    fixture_reply_deinit(&made);
    end(&world);
}

/* --- asking for a descriptor, and changing it ------------------------------------------------- */

TEST(a_descriptor_is_told_to_who_may_read_it, "13.8 13.22 13.24")
{
    struct fixture_reply made, open;
    struct world world;
    NTSTATUS status;

    begin(&world);
    ok_status(create(&world, "Global\\x", NULL, &made), STATUS_SUCCESS);
    ok_str_eq(get_security(&world, &world.owner, made.object.id, ALL_PARTS, 0, &status),
              "O:S-1-22-1-1000G:S-1-22-2-1000D:(A;;CCDCLCSWRPSDRCWDWO;;;S-1-22-1-1000)(A;;"
              "CCDCLCSWRPSDRCWDWO;;;SY)");
    ok_str_eq(
        get_security(&world, &world.owner, made.object.id, OWNER_SECURITY_INFORMATION, 0, &status),
        "O:S-1-22-1-1000");
    get_security(&world, &world.stranger, made.object.id, ALL_PARTS, 0, &status);
    ok_status(status, STATUS_ACCESS_DENIED);
    /* Another user's word about his handle counts for nothing. */
    get_security(&world, &world.stranger, made.object.id, ALL_PARTS, READ_CONTROL, &status);
    ok_status(status, STATUS_ACCESS_DENIED);
    get_security(&world, &world.owner, made.object.id, SACL_SECURITY_INFORMATION,
                 SECTION_ALL_ACCESS, &status);
    ok_status(status, STATUS_ACCESS_DENIED);
    get_security(&world, &world.owner, made.object.id, SACL_SECURITY_INFORMATION,
                 ACCESS_SYSTEM_SECURITY, &status);
    ok_status(status, STATUS_ACCESS_DENIED);
    get_security(&world, &world.root, made.object.id, SACL_SECURITY_INFORMATION, 0, &status);
    ok_status(status, STATUS_SUCCESS);
    get_security(&world, &world.owner, made.object.id ^ (1ull << 40), ALL_PARTS, 0, &status);
    ok_status(status, STATUS_OBJECT_NAME_NOT_FOUND);
    fixture_reply_deinit(&made);

    /* A handle's right outlives the DACL that gave it, for the maker's programs (13.21). */
    ok_status(create(&world, "y", "D:(A;;0x1;;;S-1-3-4)", &made), STATUS_SUCCESS);
    get_security(&world, &world.owner, made.object.id, ALL_PARTS, 0, &status);
    ok_status(status, STATUS_ACCESS_DENIED);
    ok_str_eq(get_security(&world, &world.owner, made.object.id, DACL_SECURITY_INFORMATION,
                           READ_CONTROL, &status),
              "D:(A;;CC;;;OW)");
    ok_status(open_as(&world, &world.root, NT_KIND_SECTION, "y", 1, NULL, &open),
              STATUS_OBJECT_NAME_NOT_FOUND);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_change_holds_for_later_opens, "13.21 13.31 13.36")
{
    struct fixture_reply made, reply;
    struct world world;
    NTSTATUS status;
    uint64_t id;

    begin(&world);
    ok_status(create(&world, "Global\\x", NULL, &made), STATUS_SUCCESS);
    id = made.object.id;
    ok_status(set_security(&world, &world.stranger, id, DACL_SECURITY_INFORMATION,
                           SECTION_ALL_ACCESS, "D:NO_ACCESS_CONTROL", &reply),
              STATUS_ACCESS_DENIED);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_MAP_READ, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(set_security(&world, &world.owner, id, DACL_SECURITY_INFORMATION, 0,
                           "D:(A;;0x4;;;WD)", &reply),
              STATUS_SUCCESS);
    is_consistent(&world);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_MAP_READ, &reply),
              STATUS_SUCCESS);
    ok_str_eq(get_security(&world, &world.owner, id, ALL_PARTS, 0, &status),
              "O:S-1-22-1-1000G:S-1-22-2-1000D:(A;;LC;;;WD)");
    ok_status(set_security(&world, &world.owner, id, DACL_SECURITY_INFORMATION, 0, "D:", &reply),
              STATUS_SUCCESS);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_MAP_READ, &reply),
              STATUS_ACCESS_DENIED);
    /* The owner may still change it (13.13), and nothing else of it. */
    ok_status(set_security(&world, &world.owner, id, OWNER_SECURITY_INFORMATION, 0,
                           "O:S-1-22-1-1000", &reply),
              STATUS_ACCESS_DENIED);
    ok_status(set_security(&world, &world.owner, id, DACL_SECURITY_INFORMATION, 0,
                           "D:NO_ACCESS_CONTROL", &reply),
              STATUS_SUCCESS);
    ok_status(try_open(&world, &world.stranger, "Global\\x", SECTION_ALL_ACCESS, &reply),
              STATUS_SUCCESS);
    ok_status(set_security(&world, &world.stranger, id, OWNER_SECURITY_INFORMATION, 0,
                           "O:S-1-22-1-1000", &reply),
              STATUS_INVALID_OWNER);
    ok_status(set_security(&world, &world.stranger, id, OWNER_SECURITY_INFORMATION, 0,
                           "O:S-1-22-1-2000", &reply),
              STATUS_SUCCESS);
    is_consistent(&world);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(a_change_without_room_changes_nothing, "")
{
    char sddl[8192] = "D:";
    struct fixture_reply made, reply;
    struct world world;
    NTSTATUS status;

    for (int i = 0; i < 100; i++)
        snprintf(sddl + strlen(sddl), sizeof(sddl) - strlen(sddl), "(A;;0x4;;;S-1-22-1-%d)",
                 100000 + i);
    begin(&world);
    ok_status(create(&world, "x", "D:(A;;0x1;;;WD)", &made), STATUS_SUCCESS);
    world.broker.users.most[NT_CHARGE_BYTES] =
        world.owner.client.charge.user->used[NT_CHARGE_BYTES] + 300;
    ok_status(set_security(&world, &world.owner, made.object.id, DACL_SECURITY_INFORMATION, 0, sddl,
                           &reply),
              STATUS_QUOTA_EXCEEDED);
    is_consistent(&world);
    ok_str_eq(
        get_security(&world, &world.owner, made.object.id, DACL_SECURITY_INFORMATION, 0, &status),
        "D:(A;;CC;;;WD)");
    world.broker.users.most[NT_CHARGE_BYTES] = 0;
    ok_status(set_security(&world, &world.owner, made.object.id, DACL_SECURITY_INFORMATION, 0, sddl,
                           &reply),
              STATUS_SUCCESS);
    is_consistent(&world);
    fixture_reply_deinit(&made);
    end(&world);
}

/* --- by number -------------------------------------------------------------------------------- */

TEST(reopening_asks_as_opening_does, "12.10")
{
    struct nt_reopen_request reopen = {.access = SECTION_MAP_WRITE};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "Global\\x", "D:(A;;0x4;;;WD)", &made), STATUS_SUCCESS);
    reopen.id = made.object.id;
    ok_status(ask(&world, &world.stranger, NT_MESSAGE_REOPEN, &reopen, NULL, NULL, NULL, &reply),
              STATUS_ACCESS_DENIED);
    reopen.access = SECTION_MAP_READ;
    ok_status(ask(&world, &world.stranger, NT_MESSAGE_REOPEN, &reopen, NULL, NULL, NULL, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.object.access, SECTION_MAP_READ);
    ok_eq(reply.object.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_READ);
    fixture_reply_deinit(&reply);
    reopen.zero = 1;
    ok_status(ask(&world, &world.stranger, NT_MESSAGE_REOPEN, &reopen, NULL, NULL, NULL, &reply),
              STATUS_INVALID_PARAMETER);
    fixture_reply_deinit(&made);
    fixture_reap(&world.broker);
    reopen.zero = 0;
    ok_status(ask(&world, &world.owner, NT_MESSAGE_REOPEN, &reopen, NULL, NULL, NULL, &reply),
              STATUS_OBJECT_NAME_NOT_FOUND);
    end(&world);
}

TEST(every_kind_has_its_place_in_the_one_name_space, "11.21 11.22 11.30")
{
    static const enum nt_kind kinds[] = {NT_KIND_SECTION,   NT_KIND_EVENT,    NT_KIND_MUTANT,
                                         NT_KIND_SEMAPHORE, NT_KIND_TIMER,    NT_KIND_JOB,
                                         NT_KIND_D3D12,     NT_KIND_DIRECTORY};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    for (size_t i = 0; i < NT_ARRAY_SIZE(kinds); i++) {
        ok_status(create_as(&world, &world.owner, kinds[i], "x", NULL, NULL, &made),
                  STATUS_SUCCESS);
        is_consistent(&world);
        for (size_t j = 0; j < NT_ARRAY_SIZE(kinds); j++) {
            NTSTATUS status = create_as(&world, &world.again, kinds[j], "x", NULL, NULL, &reply);

            ok_status(status, i == j ? STATUS_OBJECT_NAME_COLLISION : STATUS_OBJECT_TYPE_MISMATCH);
        }
        fixture_reply_deinit(&made);
        fixture_reap(&world.broker);
    }
    ok_status(create_as(&world, &world.owner, NT_KIND_NAMESPACE, "x", NULL, NULL, &made),
              STATUS_INVALID_PARAMETER);
    ok_status(create_as(&world, &world.owner, NT_KIND_FILE, "x", NULL, NULL, &made),
              STATUS_INVALID_PARAMETER);
    end(&world);
}

/* --- quotas ----------------------------------------------------------------------------------- */

TEST(one_user_leaves_half_to_the_others, "")
{
    struct fixture_reply held[16], reply;
    struct world world;
    char name[2] = "a";
    size_t n = 0;

    begin(&world);
    world.broker.users.share = true;
    world.broker.users.limits[NT_CHARGE_OBJECTS] = 16;
    while (n < 16 && create(&world, name, NULL, &held[n]) == STATUS_SUCCESS) {
        name[0]++;
        n++;
    }
    ok_eq(n, 8);
    ok_status(create(&world, name, NULL, &reply), STATUS_QUOTA_EXCEEDED);
    while (n < 16 && create_as(&world, &world.stranger, NT_KIND_EVENT, name, NULL, NULL,
                               &held[n]) == STATUS_SUCCESS) {
        name[0]++;
        n++;
    }
    ok_eq(n, 12);
    ok_status(create_as(&world, &world.root, NT_KIND_EVENT, name, NULL, NULL, &held[n++]),
              STATUS_SUCCESS);
    while (n > 0)
        fixture_reply_deinit(&held[--n]);
    end(&world);
}

TEST(a_read_only_description_that_nobody_pays_is_not_kept, "")
{
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, "x", NULL, &made), STATUS_SUCCESS);
    world.broker.users.most[NT_CHARGE_FDS] = 2;
    for (int i = 0; i < 3; i++) {
        ok_status(try_open(&world, &world.again, "x", SECTION_MAP_READ, &reply), STATUS_SUCCESS);
        ok_eq(reply.object.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_READ);
        ok_eq(world.broker.objects.n_fds, 2);
        is_consistent(&world);
    }
    world.broker.users.most[NT_CHARGE_FDS] = 0;
    ok_status(try_open(&world, &world.again, "x", SECTION_MAP_READ, &reply), STATUS_SUCCESS);
    ok_eq(world.broker.objects.n_fds, 3);
    is_consistent(&world);
    fixture_reply_deinit(&made);
    end(&world);
}

TEST(others_numbers_are_not_told_where_there_are_others, "")
{
    struct nt_statistics_request ask_for = {0};
    struct fixture_reply made, reply;
    struct world world;

    begin(&world);
    world.broker.options.system = true;
    ok_status(create(&world, "x", NULL, &made), STATUS_SUCCESS);
    ok_status(
        ask(&world, &world.stranger, NT_MESSAGE_STATISTICS, &ask_for, NULL, NULL, NULL, &reply),
        STATUS_SUCCESS);
    ok_eq(reply.statistics.names, 0);
    ok_eq(reply.statistics.clients, 1);
    ok_status(ask(&world, &world.again, NT_MESSAGE_STATISTICS, &ask_for, NULL, NULL, NULL, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.statistics.names, 1);
    ok_eq(reply.statistics.clients, 2);
    ok_status(ask(&world, &world.root, NT_MESSAGE_STATISTICS, &ask_for, NULL, NULL, NULL, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.statistics.clients, 4);
    fixture_reply_deinit(&made);
    end(&world);
}
