// SPDX-License-Identifier: MIT
/*
 * The play; see play.h. After each step everything that the broker holds must agree
 * (broker_fixture.h), a message that is not exactly right must end its own connection and nothing
 * else, and what was answered must have the form that the message list gives it.
 */
#include "fuzz/play.h"

#include <errno.h>
#include <fcntl.h>

#include <ntshm/shared.h>
#include <ntstatus.h>

#include "fuzz/play-world.h"

#define MAX_STEPS 64

const struct play_text play_no_text;
struct guarded play_message;

/* --- what comes back -------------------------------------------------------------------------- */

bool play_receive(int fd, struct play_reply *reply)
{
    static _Alignas(8) unsigned char bytes[sizeof(reply->header) + sizeof(reply->bytes)];
    int r;

    reply->size = reply->n_fds = 0;
    reply->header = (struct nt_reply_header){.status = STATUS_PENDING};
    r = nt_os_socket_recv(fd, bytes, sizeof(bytes), &reply->size, reply->fds, NT_OS_MAX_FDS,
                          &reply->n_fds, NULL, false);
    FUZZ_CHECK(r == 0 || r == -EAGAIN || r == -ECONNRESET);
    if (r == 0) {
        FUZZ_CHECK(reply->size >= sizeof(reply->header));
        memcpy(&reply->header, bytes, sizeof(reply->header));
        memcpy(reply->bytes, bytes + sizeof(reply->header), reply->size - sizeof(reply->header));
    }
    return r != -ECONNRESET;
}

static bool is_read_only(int fd)
{
    return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ||
           (fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE); /* an image's layout */
}

/* Another library's descriptors, which are as they were sent: no section has these attributes. */
static bool is_carried(const struct nt_object_reply *object)
{
    return object->attributes == NTSHM_SHARED_RESOURCE || object->attributes == NTSHM_SHARED_FENCE;
}

/* What only reads cannot be written to. */
static void check_object_reply(const struct play_reply *reply)
{
    const struct nt_object_reply *object = &reply->object;
    size_t memory = 1; /* behind the lease */

    FUZZ_CHECK(object->payload & NT_PAYLOAD_LEASE);
    FUZZ_CHECK(reply->n_fds == (size_t)__builtin_popcount(object->payload));
    FUZZ_CHECK(object->id != 0);
    if (is_carried(object))
        FUZZ_CHECK(object->payload == NT_PAYLOAD_LEASE ||
                   ((object->payload & NT_PAYLOAD_READ) && (object->access & 3) == 3));
    else if (object->payload & NT_PAYLOAD_READ)
        FUZZ_CHECK(is_read_only(reply->fds[memory]));
    play_world.last_id = object->id;
    if (object->root.id != 0)
        play_world.last_root = object->root;
}

static void check_namespace_reply(const struct play_reply *reply)
{
    uint32_t payload = reply->name_space.payload;

    FUZZ_CHECK(payload & NT_PAYLOAD_LEASE);
    FUZZ_CHECK(reply->n_fds == (size_t)__builtin_popcount(payload));
    FUZZ_CHECK(reply->name_space.id != 0 && reply->name_space.root.secret != 0);
    FUZZ_CHECK(reply->header.type == NT_MESSAGE_CREATE_NAMESPACE || payload == NT_PAYLOAD_LEASE);
    play_world.last_root = reply->name_space.root;
    play_world.last_id = reply->name_space.id;
}

static void check_security_reply(const struct play_reply *reply)
{
    struct nt_descriptor parts;
    size_t size = reply->header.bytes_size;

    FUZZ_CHECK(nt_descriptor_from_relative(reply->bytes + sizeof(reply->security), size, &parts) ==
               STATUS_SUCCESS);
}

/* The entries fill the bytes, and none is nameless. */
static void check_list_reply(const struct play_reply *reply)
{
    size_t at = sizeof(reply->list), end = at + reply->header.bytes_size;

    for (uint32_t i = 0; i < reply->list.n_entries; i++) {
        struct nt_list_entry entry;

        FUZZ_CHECK(end - at >= sizeof(entry));
        memcpy(&entry, reply->bytes + at, sizeof(entry));
        FUZZ_CHECK(entry.kind <= NT_KIND_LAST && entry.name_units > 0);
        at += nt_ipc_padded(sizeof(entry) + 2 * (size_t)entry.name_units);
        FUZZ_CHECK(at <= end);
    }
    FUZZ_CHECK(at == end && reply->list.more <= 1);
}

/* Whoever is told of an object could ask for it in other ways; only sections have memory. */
static void check_description(const struct play_reply *reply)
{
    struct nt_describe_reply is;

    memcpy(&is, reply->bytes, sizeof(is));
    FUZZ_CHECK(reply->n_fds == 0);
    FUZZ_CHECK(is.kind >= 1 && is.kind <= NT_KIND_LAST);
    FUZZ_CHECK(is.has_security <= 1 && is.manual_reset <= 1);
    FUZZ_CHECK(is.kind == NT_KIND_SECTION || is.memory_inode == 0);
    FUZZ_CHECK(is.lease_inode != 0 || is.owner == 0);
}

static void check_success(const struct play_reply *reply)
{
    switch ((enum nt_message_type)reply->header.type) {
    case NT_MESSAGE_CREATE:
    case NT_MESSAGE_OPEN:
    case NT_MESSAGE_REOPEN:
        check_object_reply(reply);
        break;
    case NT_MESSAGE_CREATE_NAMESPACE:
    case NT_MESSAGE_OPEN_NAMESPACE:
        check_namespace_reply(reply);
        break;
    case NT_MESSAGE_GET_SECURITY:
        check_security_reply(reply);
        break;
    case NT_MESSAGE_LIST:
        check_list_reply(reply);
        break;
    case NT_MESSAGE_DESCRIBE:
        check_description(reply);
        break;
    case NT_MESSAGE_FETCH: /* anything that was sent */
        break;
    default:
        FUZZ_CHECK(reply->n_fds == 0);
    }
}

/* The control's fault: after one success of the message that was named. */
static void plant(const struct nt_message_info *info)
{
#ifdef FUZZ_PLANT
    const char *name = getenv("NTSHM_FUZZ_PLANT");

    if (name && strcmp(name, info->name) == 0)
        play_world.n_planted = 1;
#else
    (void)info;
#endif
}

static void check_reply(const struct nt_request_header *request, const struct play_reply *reply)
{
    const struct nt_message_info *info = nt_message_info(request->type);
    size_t size = sizeof(reply->header) + reply->header.bytes_size;

    FUZZ_CHECK(reply->header.status != STATUS_PENDING);
    FUZZ_CHECK(reply->header.size == reply->size && reply->header.n_fds == reply->n_fds);
    FUZZ_CHECK(reply->header.type == request->type && reply->header.number == request->number);
    if (!NT_SUCCESS(reply->header.status)) {
        FUZZ_CHECK(reply->size == sizeof(reply->header) && reply->n_fds == 0);
        return;
    }
    FUZZ_CHECK(reply->size == size + info->reply_size && reply->n_fds <= info->max_fds);
    FUZZ_CHECK(reply->header.bytes_size <= info->max_reply_bytes);
    check_success(reply);
    plant(info);
}

/* --- what is sent ----------------------------------------------------------------------------- */

static void check_request(const struct nt_request *request, const void *bytes, size_t size)
{
    const unsigned char *end = (const unsigned char *)bytes + size;
    const unsigned char *units = (const unsigned char *)request->units;
    const unsigned char *behind = units ? units : end;

    FUZZ_CHECK(request->header.size == size && size <= NT_IPC_MAX_SIZE);
    FUZZ_CHECK(request->info == nt_message_info(request->header.type));
    FUZZ_CHECK(units ? units + 2 * request->n_units == end : request->n_units == 0);
    if (request->bytes)
        FUZZ_CHECK((const unsigned char *)request->bytes +
                       nt_ipc_padded(request->header.bytes_size) ==
                   behind);
    else
        FUZZ_CHECK(request->header.bytes_size == 0);
}

/* Whether a broker that is right answers this at all. */
static bool is_good(const struct play_client *client, const struct nt_request *request)
{
    const struct nt_request_header *header = &request->header;

    return (header->type == NT_MESSAGE_HELLO) != client->said_hello &&
           (header->type == NT_MESSAGE_HELLO || header->number != 0) &&
           client->n_send_fds <= request->info->max_request_fds &&
           (header->lowered == 0 || (header->lowered & NT_IPC_LOWERED)) &&
           !(header->disabled & ~(uint32_t)NT_IN_FORCE_ALL);
}

/* The message lies in the guarded place. */
void play_send(size_t whom, const void *bytes, size_t size)
{
    static struct play_reply reply;
    struct play_client *client = &play_world.clients[whom];
    struct nt_request request;
    bool good = nt_request_decode(bytes, size, &request) == 0, alive;

    if (good) {
        check_request(&request, bytes, size);
        good = is_good(client, &request);
    }
    alive = stage_send(&play_world.broker, whom, bytes, size, client->send_fds, client->n_send_fds,
                       &reply);
    client->n_send_fds = 0;
    FUZZ_CHECK(alive == good);
    if (!alive) {
        FUZZ_CHECK(reply.header.status == STATUS_PENDING && reply.n_fds == 0);
        play_reconnect(whom);
        return;
    }
    check_reply(&request.header, &reply);
    if (request.header.type == NT_MESSAGE_HELLO && NT_SUCCESS(reply.header.status)) {
        if (reply.hello.token != client->token)
            client->number = 0;
        client->token = reply.hello.token;
        client->said_hello = true;
    }
    play_hold(&reply);
}

/* A message of a good header, @fixed, and what follows it, in the guarded place. */
const void *play_make_message(size_t whom, enum nt_message_type type, const void *fixed,
                              const struct play_text *text, size_t *ret_size)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct play_client *client = &play_world.clients[whom];
    struct nt_request_header header = {.type = (uint16_t)type,
                                       .number = type == NT_MESSAGE_HELLO ? 0 : ++client->number,
                                       .lowered = client->lowered,
                                       .disabled = client->disabled,
                                       .bytes_size = (uint32_t)text->n_bytes};
    size_t padded = nt_ipc_padded(text->n_bytes);
    unsigned char *bytes, *at;

    header.size = (uint32_t)(sizeof(header) + info->request_size + padded + 2 * text->n_units);
    bytes = guarded_take(&play_message, header.size, 8);
    memcpy(bytes, &header, sizeof(header));
    at = bytes + sizeof(header);
    memcpy(at, fixed, info->request_size);
    at += info->request_size;
    memset(at, 0, padded);
    if (text->n_bytes)
        memcpy(at, text->bytes, text->n_bytes);
    if (text->n_units)
        memcpy(at + padded, text->units, 2 * text->n_units);
    *ret_size = header.size;
    return bytes;
}

void play_send_good(size_t whom, enum nt_message_type type, const void *fixed,
                    const struct play_text *text)
{
    size_t size;
    const void *bytes = play_make_message(whom, type, fixed, text, &size);

    play_send(whom, bytes, size);
}

static void play(const uint8_t *data, size_t size, unsigned mode)
{
    struct play_input input = {data, size};

    for (int i = 0; i < MAX_STEPS && input.left > 0; i++)
        play_step(&input);
    play_tear_down(mode);
}

void play_input(const uint8_t *data, size_t size)
{
    unsigned n_modes = stage_n_modes();

    play_set_up();
    for (unsigned mode = 0; mode < n_modes; mode++) {
        if (n_modes > 1)
            play_world.broker.options.system = play_world.broker.users.share = mode;
        play(data, size, mode);
    }
}
