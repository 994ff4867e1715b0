// SPDX-License-Identifier: MIT
/*
 * broker/dispatch: whole requests, from the bytes of a client to the reply and its descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/session.h"
#include "harness/test.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

#define UID  1000
#define ALL  SECTION_ALL_ACCESS
#define SIZE 8192

/* A broker with three clients that said hello: two of one user, one of another. */
struct world {
    struct nt_broker broker;
    struct fixture_client a, b, stranger;
    unsigned n_fds;
};

static void begin(struct world *world)
{
    world->n_fds = fixture_count_fds();
    require(fixture_init(&world->broker, UID) == 0);
    require(fixture_client_init(&world->broker, &world->a, UID) == 0);
    require(fixture_client_init(&world->broker, &world->b, UID) == 0);
    require(fixture_client_init(&world->broker, &world->stranger, UID + 1) == 0);
    ok_status(fixture_hello(&world->broker, &world->a, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&world->broker, &world->b, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&world->broker, &world->stranger, 0), STATUS_SUCCESS);
}

static void is_consistent(struct world *world)
{
    const char *complaint = fixture_complaint(&world->broker);

    ok(!complaint, "%s", complaint);
}

/* Nothing is left of anything. */
static void end(struct world *world)
{
    is_consistent(world);
    fixture_reap(&world->broker);
    is_consistent(world);
    ok_eq(world->broker.objects.n_objects, 0);
    fixture_client_deinit(&world->broker, &world->a);
    fixture_client_deinit(&world->broker, &world->b);
    fixture_client_deinit(&world->broker, &world->stranger);
    ok(RB_EMPTY(&world->broker.users.tree));
    fixture_deinit(&world->broker);
    ok_eq(fixture_count_fds(), world->n_fds);
}

static size_t to_units(const char *text, uint16_t *units)
{
    size_t n = 0;

    while (text[n]) {
        units[n] = (unsigned char)text[n];
        n++;
    }
    return n;
}

static NTSTATUS create(struct world *world, struct fixture_client *client, const char *name,
                       const struct nt_create_request *request, struct fixture_reply *reply)
{
    uint16_t units[64];

    return fixture_request(&world->broker, client, NT_MESSAGE_CREATE, request, units,
                           to_units(name, units), reply);
}

static NTSTATUS create_section(struct world *world, struct fixture_client *client, const char *name,
                               uint32_t flags, struct fixture_reply *reply)
{
    struct nt_create_request request = {.kind = NT_KIND_SECTION,
                                        .access = ALL,
                                        .flags = flags,
                                        .size = SIZE,
                                        .protection = PAGE_READWRITE,
                                        .attributes = SEC_COMMIT};

    return create(world, client, name, &request, reply);
}

static NTSTATUS open_kind(struct world *world, struct fixture_client *client, const char *name,
                          enum nt_kind kind, uint32_t access, uint32_t flags,
                          struct fixture_reply *reply)
{
    struct nt_open_request request = {.kind = kind, .access = access, .flags = flags};
    uint16_t units[64];

    return fixture_request(&world->broker, client, NT_MESSAGE_OPEN, &request, units,
                           to_units(name, units), reply);
}

static NTSTATUS open_section(struct world *world, struct fixture_client *client, const char *name,
                             struct fixture_reply *reply)
{
    return open_kind(world, client, name, NT_KIND_SECTION, SECTION_MAP_READ, 0, reply);
}

/* --- the beginning of a connection ---------------------------------------------------------- */

static NTSTATUS say(struct world *world, struct fixture_client *client, uint32_t magic,
                    uint16_t version_min, uint16_t version_max, struct fixture_reply *reply)
{
    struct nt_hello_request hello = {
        .magic = magic, .version_min = version_min, .version_max = version_max};

    return fixture_request(&world->broker, client, NT_MESSAGE_HELLO, &hello, NULL, 0, reply);
}

TEST(hello_settles_the_version, "")
{
    struct fixture_reply reply;
    struct fixture_client client;
    struct world world;

    begin(&world);
    require(fixture_client_init(&world.broker, &client, UID) == 0);
    ok_status(say(&world, &client, NT_IPC_MAGIC, 0, 500, &reply), STATUS_SUCCESS);
    ok_eq(reply.hello.version, NT_IPC_VERSION_MAX);
    ok_eq(reply.hello.instance, world.broker.objects.arena.header->instance);
    ok_ne(reply.hello.token, 0);
    ok_eq(reply.hello.session, 1);
    ok_eq(reply.n_fds, 0);
    ok(client.client.said_hello);
    fixture_client_deinit(&world.broker, &client);
    end(&world);
}

TEST(a_version_that_nobody_speaks_is_refused, "")
{
    static const struct {
        uint32_t magic;
        uint16_t min, max;
    } wrong[] = {{NT_IPC_MAGIC, NT_IPC_VERSION_MAX + 1, 500},
                 {NT_IPC_MAGIC, 0, NT_IPC_VERSION_MIN - 1},
                 {NT_IPC_MAGIC, 500, 0},
                 {NT_IPC_MAGIC ^ 1, NT_IPC_VERSION_MIN, NT_IPC_VERSION_MAX},
                 {0, NT_IPC_VERSION_MIN, NT_IPC_VERSION_MAX}};
    struct fixture_reply reply;
    struct fixture_client client;
    struct world world;

    begin(&world);
    require(fixture_client_init(&world.broker, &client, UID) == 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(wrong); i++) {
        ok_status(say(&world, &client, wrong[i].magic, wrong[i].min, wrong[i].max, &reply),
                  STATUS_REVISION_MISMATCH);
        ok(!client.client.said_hello);
        ok_eq(reply.size, sizeof(reply.header));
    }
    /* Nothing else is answered before. */
    ok_status(create_section(&world, &client, "x", 0, &reply), STATUS_CONNECTION_DISCONNECTED);
    fixture_client_deinit(&world.broker, &client);
    end(&world);
}

TEST(hello_comes_first_and_once, "")
{
    struct nt_statistics_request statistics = {0};
    struct fixture_reply reply;
    struct fixture_client client;
    struct world world;

    begin(&world);
    require(fixture_client_init(&world.broker, &client, UID) == 0);
    ok_status(fixture_request(&world.broker, &client, NT_MESSAGE_STATISTICS, &statistics, NULL, 0,
                              &reply),
              STATUS_CONNECTION_DISCONNECTED);
    ok_status(open_section(&world, &client, "x", &reply), STATUS_CONNECTION_DISCONNECTED);
    ok_status(fixture_hello(&world.broker, &client, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&world.broker, &client, 0), STATUS_CONNECTION_DISCONNECTED);
    fixture_client_deinit(&world.broker, &client);
    end(&world);
}

TEST(a_malformed_message_ends_the_connection, "")
{
    struct nt_request_header header = {.size = sizeof(header), .type = 99, .number = 5};
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    ok_eq((int64_t)fixture_dispatch(&world.broker, &world.a, &header, sizeof(header), &reply),
          (int64_t)-EBADMSG);
    ok_status(reply.header.status, STATUS_PENDING);
    ok_eq((int64_t)fixture_dispatch(&world.broker, &world.a, &header, 3, &reply),
          (int64_t)-EBADMSG);
    /* Others are served as before. */
    ok_status(open_section(&world, &world.b, "x", &reply), STATUS_OBJECT_NAME_NOT_FOUND);
    end(&world);
}

/* --- creating and opening ------------------------------------------------------------------- */

TEST(a_created_section_comes_with_lease_and_memory, "1.18")
{
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "Local\\x", NT_NAME_OPEN_IF, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.size, sizeof(reply.header) + sizeof(reply.object));
    ok_eq(reply.header.number, world.a.number);
    ok_eq(reply.header.type, NT_MESSAGE_CREATE);
    ok_eq(reply.header.n_fds, 2);
    ok_eq(reply.n_fds, 2);
    ok_eq(reply.object.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_WRITE);
    ok_eq(reply.object.access, ALL);
    ok_eq(reply.object.size, SIZE);
    ok_eq(reply.object.protection, PAGE_READWRITE);
    ok_eq(reply.object.attributes, SEC_COMMIT);
    ok_eq(reply.object.existed, 0);
    ok_eq(lseek(reply.fds[1], 0, SEEK_END), SIZE);
    is_consistent(&world);
    fixture_reply_deinit(&reply);
    end(&world);
}

TEST(a_second_create_opens_the_first, "1.19 11.23 11.24")
{
    struct nt_create_request larger = {.kind = NT_KIND_SECTION,
                                       .access = SECTION_MAP_READ,
                                       .flags = NT_NAME_OPEN_IF,
                                       .size = 4 * SIZE,
                                       .protection = PAGE_READONLY,
                                       .attributes = SEC_COMMIT};
    struct fixture_reply first, second;
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "x", 0, &first), STATUS_SUCCESS);
    ok_status(create(&world, &world.b, "x", &larger, &second), STATUS_OBJECT_NAME_EXISTS);
    ok_eq(second.object.id, first.object.id);
    ok_eq(second.object.size, SIZE);
    ok_eq(second.object.protection, PAGE_READWRITE);
    ok_eq(second.object.existed, 1);
    ok_eq(second.object.access, SECTION_MAP_READ);
    ok_eq(second.object.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_READ);
    fixture_reply_deinit(&second);
    larger.flags = 0;
    ok_status(create(&world, &world.b, "x", &larger, &second), STATUS_OBJECT_NAME_COLLISION);
    ok_eq(second.n_fds, 0);
    ok_eq(second.size, sizeof(second.header));
    fixture_reply_deinit(&first);
    end(&world);
}

TEST(opening_finds_what_was_created, "2.1 2.2 2.6")
{
    struct fixture_reply created, opened, reply;
    struct world world;

    begin(&world);
    ok_status(open_section(&world, &world.b, "x", &opened), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(create_section(&world, &world.a, "x", 0, &created), STATUS_SUCCESS);
    ok_status(open_section(&world, &world.b, "Local\\x", &opened), STATUS_SUCCESS);
    ok_eq(opened.object.id, created.object.id);
    ok_eq(opened.object.access, SECTION_MAP_READ);
    ok_eq(fcntl(opened.fds[1], F_GETFL) & O_ACCMODE, O_RDONLY);
    ok_status(open_section(&world, &world.b, "X", &reply), STATUS_OBJECT_NAME_NOT_FOUND);

    /* The name goes with the last end of the lease, whoever has it. */
    fixture_reply_deinit(&created);
    ok_status(open_section(&world, &world.a, "x", &created), STATUS_SUCCESS);
    fixture_reply_deinit(&created);
    fixture_reply_deinit(&opened);
    ok_status(open_section(&world, &world.a, "x", &reply), STATUS_OBJECT_NAME_NOT_FOUND);
    end(&world);
}

TEST(another_kind_of_that_name_is_a_mismatch, "11.21 11.22 11.25 2.5")
{
    struct nt_create_request event = {.kind = NT_KIND_EVENT, .access = EVENT_ALL_ACCESS};
    struct fixture_reply section, reply;
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "x", 0, &section), STATUS_SUCCESS);
    ok_status(create(&world, &world.b, "x", &event, &reply), STATUS_OBJECT_TYPE_MISMATCH);
    event.flags = NT_NAME_OPEN_IF;
    ok_status(create(&world, &world.b, "x", &event, &reply), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(open_kind(&world, &world.b, "x", NT_KIND_EVENT, SYNCHRONIZE, 0, &reply),
              STATUS_OBJECT_TYPE_MISMATCH);
    ok_eq(reply.n_fds, 0);
    fixture_reply_deinit(&section);
    ok_status(create(&world, &world.b, "x", &event, &reply), STATUS_SUCCESS);
    ok_status(create_section(&world, &world.a, "x", NT_NAME_OPEN_IF, &section),
              STATUS_OBJECT_TYPE_MISMATCH);
    fixture_reply_deinit(&reply);
    end(&world);
}

TEST(a_request_out_of_range_is_refused, "")
{
    struct nt_create_request good = {
        .kind = NT_KIND_SECTION, .access = ALL, .size = SIZE, .protection = PAGE_READWRITE};
    static const uint64_t sizes[] = {
        0, 1, 4095, 4097, UINT64_MAX, UINT64_MAX - 4095, (uint64_t)INT64_MAX + 1};
    static const uint32_t kinds[] = {0, NT_KIND_LAST + 1, 0x80000001, UINT32_MAX};
    struct nt_create_request bad;
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    for (size_t i = 0; i < NT_ARRAY_SIZE(sizes); i++) {
        bad = good;
        bad.size = sizes[i];
        ok_status(create(&world, &world.a, "x", &bad, &reply), STATUS_INVALID_PARAMETER);
    }
    for (size_t i = 0; i < NT_ARRAY_SIZE(kinds); i++) {
        bad = good;
        bad.kind = kinds[i];
        ok_status(create(&world, &world.a, "x", &bad, &reply), STATUS_INVALID_PARAMETER);
        ok_status(open_kind(&world, &world.a, "x", (enum nt_kind)kinds[i], ALL, 0, &reply),
                  STATUS_INVALID_PARAMETER);
    }
    end(&world);
}

TEST(rights_are_checked_by_the_broker_too, "2.14 2.15 2.16 2.17 13.6")
{
    struct nt_create_request request = {
        .kind = NT_KIND_SECTION, .access = 0x40, .size = SIZE, .protection = PAGE_READWRITE};
    struct fixture_reply created, reply;
    struct world world;

    begin(&world);
    ok_status(create(&world, &world.a, "x", &request, &reply), STATUS_ACCESS_DENIED);
    ok_eq(world.broker.objects.n_objects, 0);
    request.access = 0;
    ok_status(create(&world, &world.a, "x", &request, &created), STATUS_SUCCESS);
    ok_eq(created.object.payload, NT_PAYLOAD_LEASE);
    ok_eq(created.n_fds, 1);
    ok_status(open_kind(&world, &world.b, "x", NT_KIND_SECTION, 0, 0, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(open_kind(&world, &world.b, "x", NT_KIND_SECTION, 0x40, 0, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(open_kind(&world, &world.b, "x", NT_KIND_SECTION, ACCESS_SYSTEM_SECURITY, 0, &reply),
              STATUS_PRIVILEGE_NOT_HELD);
    ok_status(open_kind(&world, &world.b, "x", NT_KIND_SECTION, MAXIMUM_ALLOWED, 0, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.object.access, 0xF001F);
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&created);
    end(&world);
}

/* A token is its user's: another one who says it is somebody new. */
TEST(another_users_token_is_none, "")
{
    struct fixture_client thief;
    struct world world;

    begin(&world);
    require(fixture_client_init(&world.broker, &thief, UID + 1) == 0);
    ok_status(fixture_hello(&world.broker, &thief, world.a.client.token), STATUS_SUCCESS);
    ok_ne(thief.client.token, world.a.client.token);
    ok_ne(thief.client.record, world.a.client.record);
    fixture_client_deinit(&world.broker, &thief);
    end(&world);
}

/* The number and the token name a request for ever: sent again it gets its first answer. */
TEST(a_create_sent_again_gets_its_first_answer, "1.18")
{
    struct fixture_client again;
    struct fixture_reply first, second;
    struct world world;
    uint64_t token;

    begin(&world);
    token = world.a.client.token;
    ok_status(create_section(&world, &world.a, "x", 0, &first), STATUS_SUCCESS);
    require(fixture_client_init(&world.broker, &again, UID) == 0);
    ok_status(fixture_hello(&world.broker, &again, token), STATUS_SUCCESS);
    ok_eq(again.client.token, token);
    again.number = world.a.number - 1;
    ok_status(create_section(&world, &again, "x", 0, &second), STATUS_SUCCESS);
    ok_eq(second.object.id, first.object.id);
    ok_eq(second.object.existed, 0);
    fixture_reply_deinit(&second);
    /* Another number is another request. */
    ok_status(create_section(&world, &again, "x", 0, &second), STATUS_OBJECT_NAME_COLLISION);
    /* The same number of another process is, too. */
    world.b.number = world.a.number - 1;
    ok_status(create_section(&world, &world.b, "x", 0, &second), STATUS_OBJECT_NAME_COLLISION);
    fixture_reply_deinit(&first);
    fixture_client_deinit(&world.broker, &again);
    end(&world);
}

TEST(a_create_without_rights_sent_again_gets_its_first_answer, "13.6")
{
    struct nt_create_request request = {
        .kind = NT_KIND_SECTION, .access = 0, .size = SIZE, .protection = PAGE_READWRITE};
    struct fixture_reply first, second;
    struct world world;

    begin(&world);
    ok_status(create(&world, &world.a, "x", &request, &first), STATUS_SUCCESS);
    world.a.number--;
    ok_status(create(&world, &world.a, "x", &request, &second), STATUS_SUCCESS);
    ok_eq(second.object.id, first.object.id);
    fixture_reply_deinit(&second);
    fixture_reply_deinit(&first);
    end(&world);
}

/* A client that reads nothing gets no object that nobody knows. */
TEST(a_reply_that_cannot_be_sent_leaves_no_object, "")
{
    struct nt_create_request request = {
        .kind = NT_KIND_SECTION, .access = ALL, .size = SIZE, .protection = PAGE_READWRITE};
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    world.b.fd = nt_os_close(world.b.fd);
    ok_status(create(&world, &world.b, "x", &request, &reply), STATUS_CONNECTION_DISCONNECTED);
    ok_status(open_section(&world, &world.a, "x", &reply), STATUS_OBJECT_NAME_NOT_FOUND);
    end(&world);
}

TEST(statistics_count_what_is_alive, "")
{
    struct nt_statistics_request request = {0};
    struct fixture_reply section, event, reply;
    struct nt_create_request event_request = {.kind = NT_KIND_EVENT, .access = EVENT_ALL_ACCESS};
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "x", 0, &section), STATUS_SUCCESS);
    ok_status(create(&world, &world.a, "y", &event_request, &event), STATUS_SUCCESS);
    ok_status(
        fixture_request(&world.broker, &world.b, NT_MESSAGE_STATISTICS, &request, NULL, 0, &reply),
        STATUS_SUCCESS);
    ok_eq(reply.statistics.pid, getpid());
    ok_eq(reply.statistics.clients, 3);
    ok_eq(reply.statistics.names, 2);
    ok_eq(reply.statistics.objects, 2);
    ok_eq(reply.statistics.bytes, SIZE);
    ok_eq(reply.statistics.fds, 4);
    ok_eq(reply.statistics.requests, 6);
    fixture_reply_deinit(&section);
    fixture_reply_deinit(&event);
    ok_status(
        fixture_request(&world.broker, &world.b, NT_MESSAGE_STATISTICS, &request, NULL, 0, &reply),
        STATUS_SUCCESS);
    ok_eq(reply.statistics.names, 0);
    ok_eq(reply.statistics.bytes, 0);
    ok_eq(reply.statistics.fds, 0);
    end(&world);
}

/* --- sessions --------------------------------------------------------------------------------- */

TEST(a_session_is_a_users, "11.2 11.5")
{
    struct nt_os_peer user = {getpid(), 1234, 1234}, root = {getpid(), 0, 0};
    uint32_t login;

    ok_eq(nt_session_of(&user, false), 1);
    ok_eq(nt_session_of(&root, false), nt_os_audit_session(getpid(), &login) == 0 ? 1 : 0);
}

TEST(local_and_global_are_two_directories, "11.2 11.3 11.4 11.8")
{
    struct fixture_reply local, global, reply;
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "x", 0, &local), STATUS_SUCCESS);
    ok_status(create_section(&world, &world.a, "Global\\x", 0, &global), STATUS_SUCCESS);
    ok_ne(local.object.id, global.object.id);

    ok_status(open_section(&world, &world.b, "Session\\1\\x", &reply), STATUS_SUCCESS);
    ok_eq(reply.object.id, local.object.id);
    fixture_reply_deinit(&reply);
    ok_status(open_section(&world, &world.b, "Local\\Global\\x", &reply), STATUS_SUCCESS);
    ok_eq(reply.object.id, global.object.id);
    fixture_reply_deinit(&reply);
    ok_status(open_section(&world, &world.b, "Session\\0\\x", &reply), STATUS_SUCCESS);
    ok_eq(reply.object.id, global.object.id);
    fixture_reply_deinit(&reply);
    ok_status(open_section(&world, &world.b, "Session\\2\\x", &reply),
              STATUS_OBJECT_PATH_NOT_FOUND);
    fixture_reply_deinit(&local);
    fixture_reply_deinit(&global);
    end(&world);
}

TEST(absolute_paths_meet_the_relative_names, "11.2 11.4")
{
    struct fixture_reply local, global, reply;
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "x", 0, &local), STATUS_SUCCESS);
    ok_status(create_section(&world, &world.a, "Global\\x", 0, &global), STATUS_SUCCESS);
    ok_status(open_kind(&world, &world.b, "\\Sessions\\1\\BaseNamedObjects\\x", NT_KIND_SECTION,
                        SECTION_QUERY, NT_NAME_ABSOLUTE, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.object.id, local.object.id);
    ok_eq(reply.object.payload, NT_PAYLOAD_LEASE);
    fixture_reply_deinit(&reply);
    ok_status(open_kind(&world, &world.b, "\\BaseNamedObjects\\x", NT_KIND_SECTION, SECTION_QUERY,
                        NT_NAME_ABSOLUTE, &reply),
              STATUS_SUCCESS);
    ok_eq(reply.object.id, global.object.id);
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&local);
    fixture_reply_deinit(&global);
    end(&world);
}

TEST(each_user_has_a_local_directory_of_its_own, "11.2 13.20")
{
    struct fixture_reply mine, theirs, global, reply;
    struct world world;

    begin(&world);
    ok_status(create_section(&world, &world.a, "x", 0, &mine), STATUS_SUCCESS);
    ok_status(open_section(&world, &world.stranger, "x", &reply), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_status(create_section(&world, &world.stranger, "x", 0, &theirs), STATUS_SUCCESS);
    ok_ne(mine.object.id, theirs.object.id);

    /* In the machine's directory they meet, and the owner's descriptor decides. */
    ok_status(create_section(&world, &world.a, "Global\\x", 0, &global), STATUS_SUCCESS);
    ok_status(open_section(&world, &world.stranger, "Global\\x", &reply), STATUS_ACCESS_DENIED);
    ok_eq(reply.n_fds, 0);
    ok_status(create_section(&world, &world.stranger, "Global\\x", NT_NAME_OPEN_IF, &reply),
              STATUS_ACCESS_DENIED);
    ok_eq(reply.n_fds, 0);
    fixture_reply_deinit(&mine);
    fixture_reply_deinit(&theirs);
    fixture_reply_deinit(&global);
    end(&world);
}

TEST(root_may_open_everybodys_global_objects, "13.20 11.5")
{
    struct fixture_reply global, local, reply;
    struct fixture_client root;
    struct world world;

    begin(&world);
    require(fixture_client_init(&world.broker, &root, 0) == 0);
    ok_status(fixture_hello(&world.broker, &root, 0), STATUS_SUCCESS);
    ok_status(create_section(&world, &world.a, "Global\\x", 0, &global), STATUS_SUCCESS);
    ok_status(open_section(&world, &root, "Global\\x", &reply), STATUS_SUCCESS);
    ok_eq(reply.object.id, global.object.id);
    fixture_reply_deinit(&reply);
    /* In session 0 a plain name is a global one. */
    root.client.session = 0;
    ok_status(open_section(&world, &root, "x", &reply), STATUS_SUCCESS);
    ok_eq(reply.object.id, global.object.id);
    fixture_reply_deinit(&reply);
    ok_status(create_section(&world, &root, "y", 0, &local), STATUS_SUCCESS);
    ok_status(open_section(&world, &root, "Global\\y", &reply), STATUS_SUCCESS);
    ok_eq(reply.object.id, local.object.id);
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&local);
    fixture_reply_deinit(&global);
    fixture_client_deinit(&world.broker, &root);
    end(&world);
}

TEST(the_names_errors_reach_the_client, "11.7 11.9 11.10 11.12 11.14 11.15")
{
    static const struct {
        const char *name;
        NTSTATUS status;
    } bad[] = {
        {"", STATUS_OBJECT_TYPE_MISMATCH},          {"Global", STATUS_OBJECT_TYPE_MISMATCH},
        {"foo\\bar", STATUS_OBJECT_PATH_NOT_FOUND}, {"local\\x", STATUS_OBJECT_PATH_NOT_FOUND},
        {"\\x", STATUS_OBJECT_PATH_SYNTAX_BAD},     {"Local\\\\x", STATUS_OBJECT_NAME_INVALID}};
    struct fixture_reply reply;
    struct world world;

    begin(&world);
    for (size_t i = 0; i < NT_ARRAY_SIZE(bad); i++) {
        ok_status(create_section(&world, &world.a, bad[i].name, 0, &reply), bad[i].status);
        ok_status(open_section(&world, &world.a, bad[i].name, &reply), bad[i].status);
    }
    end(&world);
}

/* --- quota ------------------------------------------------------------------------------------ */

TEST(a_user_at_its_limit_leaves_room_for_others, "")
{
    struct fixture_reply held[4], reply;
    struct world world;

    begin(&world);
    world.broker.users.most[NT_CHARGE_OBJECTS] = 2;
    ok_status(create_section(&world, &world.a, "a", 0, &held[0]), STATUS_SUCCESS);
    ok_status(create_section(&world, &world.b, "b", 0, &held[1]), STATUS_SUCCESS);
    ok_status(create_section(&world, &world.a, "c", 0, &reply), STATUS_QUOTA_EXCEEDED);
    ok_status(create_section(&world, &world.stranger, "c", 0, &held[2]), STATUS_SUCCESS);
    /* What exists can be opened, and what is given back can be used again. */
    ok_status(open_section(&world, &world.a, "b", &reply), STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&held[0]);
    fixture_reap(&world.broker);
    ok_status(create_section(&world, &world.a, "c", 0, &held[3]), STATUS_SUCCESS);
    for (size_t i = 1; i < 4; i++)
        fixture_reply_deinit(&held[i]);
    end(&world);
}
