// SPDX-License-Identifier: MIT
/*
 * broker/handle-namespace, broker/directory and broker/list: whole requests, from the bytes of a
 * client to the reply and its descriptors.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl/boundary.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

#define UID 1000

/* A broker with clients that said hello: two of one user, one of another. */
static struct nt_broker broker;
static struct fixture_client a, b, stranger;
static unsigned n_fds;

static void begin(void)
{
    n_fds = fixture_count_fds();
    require(fixture_init(&broker, UID) == 0);
    require(fixture_client_init(&broker, &a, UID) == 0);
    require(fixture_client_init(&broker, &b, UID) == 0);
    require(fixture_client_init(&broker, &stranger, UID + 1) == 0);
    ok_status(fixture_hello(&broker, &a, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&broker, &b, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&broker, &stranger, 0), STATUS_SUCCESS);
}

static void is_consistent(void)
{
    const char *complaint = fixture_complaint(&broker);

    ok(!complaint, "%s", complaint);
}

static void end(void)
{
    is_consistent();
    fixture_reap(&broker);
    is_consistent();
    ok_eq(broker.objects.n_objects, 0);
    fixture_client_deinit(&broker, &a);
    fixture_client_deinit(&broker, &b);
    fixture_client_deinit(&broker, &stranger);
    ok(RB_EMPTY(&broker.users.tree));
    fixture_deinit(&broker);
    ok_eq(fixture_count_fds(), n_fds);
}

/* A request with bytes behind its structure; the number is the client's next one. */
static NTSTATUS ask(struct fixture_client *client, enum nt_message_type type, const void *fixed,
                    const void *bytes, size_t size, struct fixture_reply *reply)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {.type = (uint16_t)type, .number = ++client->number};
    unsigned char *message;
    int r;

    header.bytes_size = (uint32_t)size;
    header.size = (uint32_t)(sizeof(header) + info->request_size + nt_ipc_padded(size));
    message = calloc(1, header.size);
    require(message != NULL);
    memcpy(message, &header, sizeof(header));
    memcpy(message + sizeof(header), fixed, info->request_size);
    if (size)
        memcpy(message + sizeof(header) + info->request_size, bytes, size);
    reply->n_fds = 0;
    r = fixture_dispatch(&broker, client, message, header.size, reply);
    free(message);
    return r < 0 || reply->header.status == STATUS_PENDING ? STATUS_CONNECTION_DISCONNECTED
                                                           : reply->header.status;
}

static struct nt_namespace_reply space_of(const struct fixture_reply *reply)
{
    struct nt_namespace_reply space;

    memcpy(&space, reply->bytes, sizeof(space));
    return space;
}

/* A boundary of that name and this user. */
static struct nt_boundary *boundary_of(uint16_t name, uint32_t uid)
{
    const uint16_t unit = name;
    struct nt_boundary *boundary = NULL;
    struct nt_sid sid;

    nt_sid_of_uid(&sid, uid);
    require(nt_boundary_new(&unit, 1, &boundary) == STATUS_SUCCESS);
    require(nt_boundary_add_sid(&boundary, &sid.sid) == STATUS_SUCCESS);
    return boundary;
}

static NTSTATUS create_space(struct fixture_client *client, uint16_t name, uint32_t uid,
                             struct fixture_reply *reply)
{
    struct nt_boundary *boundary = boundary_of(name, uid);
    struct nt_create_namespace_request request = {.security_size = 0};
    size_t size;
    const void *bytes = nt_boundary_bytes(boundary, &size);
    NTSTATUS status;

    request.boundary_size = (uint32_t)size;
    status = ask(client, NT_MESSAGE_CREATE_NAMESPACE, &request, bytes, size, reply);
    nt_boundary_free(boundary);
    return status;
}

static NTSTATUS open_space(struct fixture_client *client, uint16_t name, uint32_t uid,
                           struct fixture_reply *reply)
{
    struct nt_boundary *boundary = boundary_of(name, uid);
    struct nt_open_namespace_request request = {.zero = 0};
    size_t size;
    const void *bytes = nt_boundary_bytes(boundary, &size);
    NTSTATUS status;

    request.boundary_size = (uint32_t)size;
    status = ask(client, NT_MESSAGE_OPEN_NAMESPACE, &request, bytes, size, reply);
    nt_boundary_free(boundary);
    return status;
}

static NTSTATUS destroy(struct fixture_client *client, const struct nt_name_root *root)
{
    struct nt_destroy_namespace_request request = {.root = *root};
    struct fixture_reply reply;

    return ask(client, NT_MESSAGE_DESTROY_NAMESPACE, &request, NULL, 0, &reply);
}

static NTSTATUS event_in(struct fixture_client *client, const struct nt_name_root *root,
                         const uint16_t *units, size_t n, uint32_t kind,
                         struct fixture_reply *reply)
{
    struct nt_create_request request = {
        .size = kind == NT_KIND_SEMAPHORE, .kind = kind, .access = GENERIC_ALL};

    if (kind == NT_KIND_D3D12) {
        request.attributes = NTSHM_SHARED_FENCE;
        fixture_carry(client);
    }
    if (root)
        request.root = *root;
    return fixture_request(&broker, client, NT_MESSAGE_CREATE, &request, units, n, reply);
}

static NTSTATUS make_x(struct fixture_client *client, const struct nt_name_root *root,
                       struct fixture_reply *reply)
{
    return event_in(client, root, (const uint16_t *)u"x", 1, NT_KIND_EVENT, reply);
}

TEST(a_namespace_comes_with_two_leases_for_its_creator, "11.39 11.49")
{
    struct fixture_reply made, opened, again;
    struct nt_namespace_reply space;

    begin();
    ok_status(create_space(&a, u'n', UID, &made), STATUS_SUCCESS);
    space = space_of(&made);
    ok_eq(made.n_fds, 2);
    ok_eq(space.payload, NT_PAYLOAD_LEASE | NT_PAYLOAD_EXTRA);
    ok_eq(space.access, DIRECTORY_ALL_ACCESS);
    ok(space.id != 0 && space.root.id == space.id && space.root.secret != 0);
    is_consistent();
    ok_status(create_space(&b, u'n', UID, &again), STATUS_OBJECT_NAME_COLLISION);
    ok_status(open_space(&b, u'n', UID, &opened), STATUS_SUCCESS);
    ok_eq(opened.n_fds, 1);
    ok_eq(space_of(&opened).payload, NT_PAYLOAD_LEASE);
    ok_eq(space_of(&opened).id, space.id);
    ok_eq(space_of(&opened).root.secret, space.root.secret);

    /* The creator goes: it is not found, and what is there stays for who has it. */
    fixture_reply_deinit(&made);
    ok_status(open_space(&b, u'n', UID, &again), STATUS_OBJECT_PATH_NOT_FOUND);
    is_consistent();
    ok_status(make_x(&b, &space.root, &again), STATUS_SUCCESS);
    fixture_reply_deinit(&again);
    fixture_reply_deinit(&opened);
    ok_status(make_x(&b, &space.root, &again), STATUS_OBJECT_PATH_NOT_FOUND);
    end();
}

TEST(a_namespace_created_again_is_another, "11.48 11.49")
{
    struct fixture_reply made, next, opened, x;
    struct nt_namespace_reply first, second;

    begin();
    ok_status(create_space(&a, u'n', UID, &made), STATUS_SUCCESS);
    first = space_of(&made);
    ok_status(make_x(&a, &first.root, &x), STATUS_SUCCESS);
    ok_status(destroy(&b, &first.root), STATUS_SUCCESS);
    ok_status(destroy(&b, &first.root), STATUS_SUCCESS);
    is_consistent();
    ok_status(create_space(&b, u'n', UID, &next), STATUS_SUCCESS);
    second = space_of(&next);
    ok(second.id != first.id && second.root.secret != first.root.secret);
    is_consistent();
    /* Two at once of one boundary, and a third. */
    ok_status(destroy(&b, &second.root), STATUS_SUCCESS);
    ok_status(create_space(&b, u'n', UID, &opened), STATUS_SUCCESS);
    is_consistent();
    fixture_reply_deinit(&next);
    fixture_reply_deinit(&made);
    fixture_reap(&broker);
    is_consistent();
    ok_status(make_x(&a, &first.root, &made), STATUS_OBJECT_PATH_NOT_FOUND);
    fixture_reply_deinit(&opened);
    fixture_reply_deinit(&x);
    end();
}

TEST(a_namespace_asked_for_again_by_its_number_is_the_same, "11.39")
{
    struct fixture_reply made, again;

    begin();
    ok_status(create_space(&a, u'n', UID, &made), STATUS_SUCCESS);
    a.number--;
    ok_status(create_space(&a, u'n', UID, &again), STATUS_SUCCESS);
    ok_eq(space_of(&again).id, space_of(&made).id);
    ok_eq(again.n_fds, 2);
    /* Its leases are as good as the first ones. */
    fixture_reply_deinit(&made);
    ok_status(open_space(&b, u'n', UID, &made), STATUS_SUCCESS);
    fixture_reply_deinit(&made);
    fixture_reply_deinit(&again);
    end();
}

TEST(who_may_have_a_namespace, "11.38 11.42 11.51")
{
    struct fixture_reply made, reply;
    struct nt_namespace_reply space;

    begin();
    ok_status(create_space(&stranger, u'n', UID, &reply), STATUS_ACCESS_DENIED);
    ok_status(create_space(&a, u'n', UID, &made), STATUS_SUCCESS);
    space = space_of(&made);
    ok_status(create_space(&stranger, u'n', UID, &reply), STATUS_ACCESS_DENIED);
    ok_status(open_space(&stranger, u'n', UID, &reply), STATUS_ACCESS_DENIED);
    ok_status(destroy(&stranger, &space.root), STATUS_ACCESS_DENIED);
    ok_status(make_x(&stranger, &space.root, &reply), STATUS_ACCESS_DENIED);
    for (unsigned i = 0; i < 64; i++) {
        struct nt_name_root guess = space.root;

        guess.secret ^= UINT64_C(1) << i;
        ok_status(destroy(&a, &guess), STATUS_OBJECT_PATH_NOT_FOUND);
        ok_status(make_x(&a, &guess, &reply), STATUS_OBJECT_PATH_NOT_FOUND);
    }
    fixture_reply_deinit(&made);
    end();
}

/* Sizes that do not belong together, and kinds that are no namespace. */
TEST(a_namespace_request_is_not_believed, "11.35")
{
    static const uint32_t sizes[][3] = {
        /* boundary, security, bytes */
        {0, 0, 40},
        {40, 8, 40},
        {41, 0, 40},
        {39, 0, 40},
        {UINT32_MAX, 1, 40},
        {40, UINT32_MAX, 40},
        {UINT32_MAX, UINT32_MAX, 40},
        {UINT32_MAX - 7, 48, 40},
        {20000, 0, 20000},
    };
    static const unsigned char zeros[20000];
    struct fixture_reply reply, directory;

    begin();
    for (size_t i = 0; i < NT_ARRAY_SIZE(sizes); i++) {
        struct nt_create_namespace_request request = {sizes[i][0], sizes[i][1]};
        struct nt_open_namespace_request open_request = {sizes[i][0], 0};

        ok_status(ask(&a, NT_MESSAGE_CREATE_NAMESPACE, &request, zeros, sizes[i][2], &reply),
                  STATUS_INVALID_PARAMETER);
        ok_status(ask(&a, NT_MESSAGE_OPEN_NAMESPACE, &open_request, zeros, sizes[i][2], &reply),
                  STATUS_INVALID_PARAMETER);
    }
    ok_status(event_in(&a, NULL, (const uint16_t *)u"d", 1, NT_KIND_DIRECTORY, &directory),
              STATUS_SUCCESS);
    ok_status(destroy(&a, &directory.object.root), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(event_in(&a, NULL, (const uint16_t *)u"n", 1, NT_KIND_NAMESPACE, &reply),
              STATUS_INVALID_PARAMETER);
    fixture_reply_deinit(&directory);
    end();
}

/* --- listing -------------------------------------------------------------------------------- */

static NTSTATUS list(struct fixture_client *client, const struct nt_name_root *root,
                     const uint16_t *units, size_t n, uint64_t index, struct fixture_reply *reply)
{
    struct nt_list_request request = {.index = index, .name_units = (uint32_t)n};

    if (root)
        request.root = *root;
    request.flags = n > 0 && !root ? NT_NAME_ABSOLUTE : 0;
    return fixture_request(&broker, client, NT_MESSAGE_LIST, &request, units, n, reply);
}

static struct nt_list_reply list_of(const struct fixture_reply *reply)
{
    struct nt_list_reply list_reply;

    memcpy(&list_reply, reply->bytes, sizeof(list_reply));
    return list_reply;
}

/* The kinds of the entries, and the first unit of each. */
static size_t entries_of(const struct fixture_reply *reply, uint32_t *kinds, uint16_t *units)
{
    struct nt_list_reply answer = list_of(reply);
    size_t at = sizeof(answer), n;

    for (n = 0; n < answer.n_entries && n < 16; n++) {
        struct nt_list_entry entry;

        require(at + sizeof(entry) <= reply->size);
        memcpy(&entry, reply->bytes + at, sizeof(entry));
        kinds[n] = entry.kind;
        memcpy(&units[n], reply->bytes + at + sizeof(entry), sizeof(*units));
        at += nt_ipc_padded(sizeof(entry) + entry.name_units * sizeof(*units));
    }
    ok_eq(reply->header.bytes_size, at - sizeof(answer));
    return n;
}

TEST(every_kind_is_listed, "11.30")
{
    static const uint32_t kinds[] = {NT_KIND_EVENT,     NT_KIND_DIRECTORY, NT_KIND_MUTANT,
                                     NT_KIND_SEMAPHORE, NT_KIND_TIMER,     NT_KIND_JOB,
                                     NT_KIND_D3D12};
    struct fixture_reply directory, objects[NT_ARRAY_SIZE(kinds)], reply;
    uint32_t told[16];
    uint16_t units[16];

    begin();
    ok_status(event_in(&a, NULL, NULL, 0, NT_KIND_DIRECTORY, &directory), STATUS_SUCCESS);
    for (uint16_t i = 0; i < NT_ARRAY_SIZE(kinds); i++) {
        uint16_t unit = (uint16_t)(u'a' + i);

        ok_status(event_in(&a, &directory.object.root, &unit, 1, kinds[i], &objects[i]),
                  STATUS_SUCCESS);
        ok_status(event_in(&a, &directory.object.root, &unit, 1,
                           kinds[i] == NT_KIND_EVENT ? NT_KIND_MUTANT : NT_KIND_EVENT, &reply),
                  STATUS_OBJECT_TYPE_MISMATCH);
    }
    ok_status(list(&b, &directory.object.root, NULL, 0, 0, &reply), STATUS_SUCCESS);
    ok_eq(list_of(&reply).more, 0);
    ok_eq(list_of(&reply).next, NT_ARRAY_SIZE(kinds));
    ok_eq(entries_of(&reply, told, units), NT_ARRAY_SIZE(kinds));
    for (size_t i = 0; i < NT_ARRAY_SIZE(kinds); i++) {
        ok_eq(told[i], kinds[i]);
        ok_eq(units[i], u'a' + i);
        fixture_reply_deinit(&objects[i]);
    }
    ok_status(list(&b, &directory.object.root, NULL, 0, 5, &reply), STATUS_SUCCESS);
    ok_eq(list_of(&reply).n_entries, 0);
    ok_status(list(&b, &directory.object.root, NULL, 0, UINT64_MAX, &reply), STATUS_SUCCESS);
    ok_eq(list_of(&reply).n_entries, 0);
    fixture_reply_deinit(&directory);
    end();
}

TEST(listing_takes_the_right_to, "13.20")
{
    struct nt_list_request bad = {.kind = 1};
    struct fixture_reply directory, reply;

    begin();
    ok_status(event_in(&a, NULL, (const uint16_t *)u"Global\\d", 8, NT_KIND_DIRECTORY, &directory),
              STATUS_SUCCESS);
    ok_status(list(&stranger, &directory.object.root, NULL, 0, 0, &reply), STATUS_ACCESS_DENIED);
    ok_status(list(&stranger, NULL, (const uint16_t *)u"\\BaseNamedObjects\\d", 19, 0, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(list(&b, NULL, (const uint16_t *)u"\\BaseNamedObjects\\d", 19, 0, &reply),
              STATUS_SUCCESS);
    ok_status(list(&b, NULL, (const uint16_t *)u"\\BaseNamedObjects\\e", 19, 0, &reply),
              STATUS_OBJECT_NAME_NOT_FOUND);
    directory.object.root.secret++;
    ok_status(list(&a, &directory.object.root, NULL, 0, 0, &reply), STATUS_OBJECT_PATH_NOT_FOUND);
    ok_status(fixture_request(&broker, &a, NT_MESSAGE_LIST, &bad, NULL, 0, &reply),
              STATUS_INVALID_PARAMETER);
    bad = (struct nt_list_request){.flags = NT_NAME_OPEN_IF};
    ok_status(fixture_request(&broker, &a, NT_MESSAGE_LIST, &bad, NULL, 0, &reply),
              STATUS_INVALID_PARAMETER);
    fixture_reply_deinit(&directory);
    end();
}

/* An answer that its reader has not read is his, and takes as much of what he may have. */
TEST(a_long_answer_is_charged_until_it_is_read, "")
{
    static uint16_t units[5000];
    const uint64_t *used;
    struct fixture_reply directory, object, reply;
    uint64_t before;

    begin();
    used = &a.client.charge.user->used[NT_CHARGE_BYTES];
    ok_status(event_in(&a, NULL, NULL, 0, NT_KIND_DIRECTORY, &directory), STATUS_SUCCESS);
    for (size_t i = 0; i < NT_ARRAY_SIZE(units); i++)
        units[i] = u'n';
    ok_status(
        event_in(&a, &directory.object.root, units, NT_ARRAY_SIZE(units), NT_KIND_EVENT, &object),
        STATUS_SUCCESS);
    before = *used;
    ok_status(list(&a, &directory.object.root, NULL, 0, 0, &reply), STATUS_SUCCESS);
    ok_eq(*used, before + nt_ipc_padded(sizeof(struct nt_list_entry) + sizeof(units)));
    ok_status(list(&a, &directory.object.root, NULL, 0, 1, &reply), STATUS_SUCCESS);
    ok_eq(*used, before);
    broker.users.most[NT_CHARGE_BYTES] = before + sizeof(units) / 2;
    ok_status(list(&a, &directory.object.root, NULL, 0, 0, &reply), STATUS_QUOTA_EXCEEDED);
    ok_eq(*used, before);
    broker.users.most[NT_CHARGE_BYTES] = 0;
    /* And what was not read ends with the connection. */
    ok_status(list(&a, &directory.object.root, NULL, 0, 0, &reply), STATUS_SUCCESS);
    fixture_reply_deinit(&object);
    fixture_reply_deinit(&directory);
    end();
}

/* The longest name fits into an answer, and two of them do not. */
TEST(long_names_are_listed_one_by_one, "11.16")
{
    static uint16_t units[NT_IPC_MAX_UNITS];
    static unsigned char bytes[NT_IPC_MAX_LIST + 256];
    struct fixture_reply directory, objects[2];
    struct nt_list_request request = {.index = 0};
    int fds[NT_OS_MAX_FDS];
    size_t size, n;

    begin();
    ok_status(event_in(&a, NULL, NULL, 0, NT_KIND_DIRECTORY, &directory), STATUS_SUCCESS);
    for (size_t i = 0; i < NT_IPC_MAX_UNITS; i++)
        units[i] = u'n';
    for (uint16_t i = 0; i < 2; i++) {
        units[0] = (uint16_t)(u'0' + i);
        ok_status(event_in(&a, &directory.object.root, units, NT_IPC_MAX_UNITS, NT_KIND_EVENT,
                           &objects[i]),
                  STATUS_SUCCESS);
    }
    request.root = directory.object.root;
    for (uint32_t i = 0; i < 2; i++) {
        struct {
            struct nt_request_header header;
            struct nt_list_request list;
        } message = {
            .header = {.size = sizeof(message), .type = NT_MESSAGE_LIST, .number = ++a.number}};
        struct nt_list_reply answer;

        request.index = i;
        message.list = request;
        ok_eq(nt_dispatch(&broker, &a.client, &message, sizeof(message), NULL, 0), 0);
        require(nt_os_socket_recv(a.fd, bytes, sizeof(bytes), &size, fds, NT_OS_MAX_FDS, &n, NULL,
                                  false) == 0);
        memcpy(&answer, bytes + sizeof(struct nt_reply_header), sizeof(answer));
        ok_eq(answer.n_entries, 1);
        ok_eq(answer.next, i + 1);
        ok_eq(answer.more, i == 0);
        ok_eq(size, sizeof(struct nt_reply_header) + sizeof(answer) +
                        nt_ipc_padded(sizeof(struct nt_list_entry) + 2 * NT_IPC_MAX_UNITS));
        fixture_reply_deinit(&objects[i]);
        if (i == 0) /* the next one is the first again, then */
            ok_status(event_in(&a, &directory.object.root, (const uint16_t *)u"!", 1, NT_KIND_EVENT,
                               &objects[0]),
                      STATUS_SUCCESS);
    }
    fixture_reply_deinit(&objects[0]);
    fixture_reply_deinit(&directory);
    end();
}

/* --- directories that are always there ------------------------------------------------------ */

static NTSTATUS open_directory(struct fixture_client *client, const uint16_t *path, size_t n,
                               uint32_t access, struct fixture_reply *reply)
{
    struct nt_open_request request = {
        .kind = NT_KIND_DIRECTORY, .access = access, .flags = NT_NAME_ABSOLUTE};

    return fixture_request(&broker, client, NT_MESSAGE_OPEN, &request, (const uint16_t *)path, n,
                           reply);
}

#define PATH(literal) (const uint16_t *)(literal), NT_ARRAY_SIZE(literal) - 1

TEST(rights_in_what_is_always_there, "11.2 11.4")
{
    const uint32_t fill = DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY;
    struct fixture_reply reply;

    begin();
    ok_status(open_directory(&stranger, PATH(u"\\BaseNamedObjects"), fill, &reply), STATUS_SUCCESS);
    ok_eq(reply.n_fds, 1);
    fixture_reply_deinit(&reply);
    ok_status(open_directory(&stranger, PATH(u"\\BaseNamedObjects"), WRITE_DAC, &reply),
              STATUS_ACCESS_DENIED);
    ok_status(open_directory(&stranger, PATH(u"\\"), DIRECTORY_QUERY, &reply), STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    ok_status(open_directory(&stranger, PATH(u"\\"), fill, &reply), STATUS_ACCESS_DENIED);
    ok_status(open_directory(&stranger, PATH(u"\\"), MAXIMUM_ALLOWED, &reply), STATUS_SUCCESS);
    ok_eq(reply.object.access, READ_CONTROL | DIRECTORY_QUERY | DIRECTORY_TRAVERSE);
    fixture_reply_deinit(&reply);
    ok_status(open_directory(&stranger, PATH(u"\\"), 0, &reply), STATUS_ACCESS_DENIED);
    ok_status(open_directory(&stranger, PATH(u"\\"), ACCESS_SYSTEM_SECURITY, &reply),
              STATUS_PRIVILEGE_NOT_HELD);
    ok_status(
        open_directory(&stranger, PATH(u"\\Sessions\\1\\BaseNamedObjects"), GENERIC_ALL, &reply),
        STATUS_SUCCESS);
    ok_eq(reply.object.access, DIRECTORY_ALL_ACCESS);
    fixture_reply_deinit(&reply);
    end();
}

/* The root of somebody's session, in another's hands, is that one's own. */
TEST(a_root_that_is_always_there_is_who_asks, "11.2")
{
    struct fixture_reply hers, x, reply;

    begin();
    ok_status(open_directory(&a, PATH(u"\\Sessions\\1\\BaseNamedObjects"), GENERIC_ALL, &hers),
              STATUS_SUCCESS);
    ok_status(make_x(&a, &hers.object.root, &x), STATUS_SUCCESS);
    ok_status(make_x(&b, &hers.object.root, &reply), STATUS_OBJECT_NAME_COLLISION);
    ok_status(make_x(&stranger, &hers.object.root, &reply), STATUS_SUCCESS);
    fixture_reply_deinit(&reply);
    for (unsigned bit = 1; bit < 63; bit++) { /* session 0 is the machine's: everybody's */
        struct nt_name_root root = hers.object.root;

        root.id ^= UINT64_C(1) << bit;
        ok(!NT_SUCCESS(make_x(&a, &root, &reply)), "bit %u", bit);
    }
    fixture_reply_deinit(&x);
    fixture_reply_deinit(&hers);
    end();
}
