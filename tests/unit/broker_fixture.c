// SPDX-License-Identifier: MIT
/*
 * The broker of the tests; see broker_fixture.h.
 */
#include "unit/broker_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/kept.h"
#include "broker/peer.h"
#include "rtl/name.h"
#include "rtl/descriptor.h"
#include "util/macro.h"
#include "util/tree.h"

#define FIXTURE_FDS 6000

int fixture_init(struct nt_broker *broker, uid_t uid)
{
    int r;

    memset(broker, 0, sizeof(*broker));
    broker->epoll_fd = broker->listen_fd = broker->incumbent_fd = -1;
    broker->watch_fd = broker->signal_fd = broker->spare_fd = -1;
    broker->uid = uid;
    nt_users_init(&broker->users, FIXTURE_FDS);
    r = nt_objects_init(&broker->objects, &broker->users, NULL);
    if (r < 0)
        return r;
    r = nt_os_adopt_fd(epoll_create1(EPOLL_CLOEXEC), &broker->epoll_fd);
    if (r == 0)
        r = nt_answers_init(&broker->answers, &broker->objects.arena);
    if (r < 0)
        fixture_deinit(broker);
    return r;
}

void fixture_deinit(struct nt_broker *broker)
{
    nt_objects_deinit(&broker->objects);
    nt_answers_deinit(&broker->answers);
    broker->epoll_fd = nt_os_close(broker->epoll_fd);
    nt_os_drop_caches();
}

void fixture_reap(struct nt_broker *broker)
{
    nt_objects_reap_all(&broker->objects);
}

int fixture_client_init(struct nt_broker *broker, struct fixture_client *client, uid_t uid)
{
    const uint64_t amount[NT_CHARGE_COUNT] = {[NT_CHARGE_CONNECTIONS] = 1};
    struct nt_user *user;
    int ends[2];
    int r;

    memset(client, 0, sizeof(*client));
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    client->fd = ends[0];
    client->client.fd = ends[1];
    client->client.peer = (struct nt_os_peer){getpid(), uid, uid};
    user = nt_user_ref(&broker->users, uid);
    r = user ? nt_charge(&broker->users, &client->client.charge, user, amount) : -ENOMEM;
    if (user)
        nt_user_unref(&broker->users, user);
    if (r < 0) {
        close(ends[0]);
        close(ends[1]);
    } else {
        broker->n_clients++;
    }
    return r;
}

void fixture_client_deinit(struct nt_broker *broker, struct fixture_client *client)
{
    nt_answer_leave(broker, &client->client);
    client->fd = nt_os_close(client->fd);
    client->client.fd = nt_os_close(client->client.fd);
    nt_charge_refund(&broker->users, &client->client.charge);
    nt_peer_deinit(&client->client);
    broker->n_clients--;
}

void fixture_receive(struct fixture_client *client, struct fixture_reply *reply)
{
    unsigned char bytes[sizeof(reply->header) + sizeof(reply->bytes)];

    reply->size = reply->n_fds = 0;
    reply->header = (struct nt_reply_header){.status = STATUS_PENDING};
    if (nt_os_socket_recv(client->fd, bytes, sizeof(bytes), &reply->size, reply->fds, NT_OS_MAX_FDS,
                          &reply->n_fds, NULL, false) < 0)
        return;
    if (reply->size < sizeof(reply->header))
        return;
    memcpy(&reply->header, bytes, sizeof(reply->header));
    memcpy(reply->bytes, bytes + sizeof(reply->header), reply->size - sizeof(reply->header));
}

int fixture_dispatch(struct nt_broker *broker, struct fixture_client *client, const void *bytes,
                     size_t size, struct fixture_reply *ret_reply)
{
    int r = nt_dispatch(broker, &client->client, bytes, size, client->send_fds, client->n_send_fds);

    client->n_send_fds = 0;

    fixture_receive(client, ret_reply);
    return r;
}

void fixture_carry(struct fixture_client *client)
{
    int fd = -1;

    if (nt_os_memfd_new("carried", 4096, NT_OS_MEMFD_PRIVATE, &fd) == 0)
        client->send_fds[client->n_send_fds++] = fd;
}

void fixture_reply_deinit(struct fixture_reply *reply)
{
    for (size_t i = 0; i < reply->n_fds; i++)
        reply->fds[i] = nt_os_close(reply->fds[i]);
    reply->n_fds = 0;
}

NTSTATUS fixture_hello(struct nt_broker *broker, struct fixture_client *client, uint64_t token)
{
    struct nt_hello_request hello = {.magic = NT_IPC_MAGIC,
                                     .version_min = NT_IPC_VERSION_MIN,
                                     .version_max = NT_IPC_VERSION_MAX,
                                     .token = token};
    struct fixture_reply reply;

    client->number = UINT64_MAX; /* the next is 0, as the protocol has it for HELLO */
    return fixture_request(broker, client, NT_MESSAGE_HELLO, &hello, NULL, 0, &reply);
}

static void set_units(enum nt_message_type type, void *fixed, size_t n_units)
{
    struct nt_create_request *create = fixed;
    struct nt_open_request *open = fixed;

    if (type == NT_MESSAGE_CREATE)
        create->name_units = (uint32_t)n_units;
    else if (type == NT_MESSAGE_OPEN || type == NT_MESSAGE_LIST) /* counted at one place */
        open->name_units = (uint32_t)n_units;
}

NTSTATUS fixture_request(struct nt_broker *broker, struct fixture_client *client,
                         enum nt_message_type type, const void *fixed, const uint16_t *name,
                         size_t n_units, struct fixture_reply *ret_reply)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {.type = (uint16_t)type, .number = ++client->number};
    unsigned char *bytes;
    int r;

    header.size = (uint32_t)(sizeof(header) + info->request_size + n_units * sizeof(*name));
    ret_reply->n_fds = 0;
    bytes = malloc(header.size);
    if (!bytes)
        return STATUS_NO_MEMORY;
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), fixed, info->request_size);
    set_units(type, bytes + sizeof(header), n_units);
    if (n_units)
        memcpy(bytes + sizeof(header) + info->request_size, name, n_units * sizeof(*name));
    r = fixture_dispatch(broker, client, bytes, header.size, ret_reply);
    free(bytes);
    return r < 0 || ret_reply->header.status == STATUS_PENDING ? STATUS_CONNECTION_DISCONNECTED
                                                               : ret_reply->header.status;
}

unsigned fixture_count_fds(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;
    unsigned n = 0;

    while (directory && (entry = readdir(directory)))
        n += entry->d_name[0] != '.';
    if (directory)
        closedir(directory);
    return n ? n - 1 : 0; /* less the directory's own */
}

/* --- consistency ------------------------------------------------------------------------------ */

static int compare_users(const struct nt_user *a, const struct nt_user *b)
{
    return (a->uid > b->uid) - (a->uid < b->uid);
}

static int compare_objects(const struct nt_broker_object *a, const struct nt_broker_object *b)
{
    const struct nt_directory *x = &a->directory, *y = &b->directory;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->uid != y->uid)
        return x->uid < y->uid ? -1 : 1;
    if (x->session != y->session)
        return x->session < y->session ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return nt_name_compare(a->name, a->n_units, b->name, b->n_units);
}

/* The broker's own are hidden in it; these only walk. */
NT_RB_GENERATE(nt_user_tree, nt_user, node, compare_users)
NT_RB_GENERATE(nt_object_tree, nt_broker_object, node, compare_objects)

struct sums {
    uint64_t n_objects, n_bytes, n_fds, n_blocks, n_charged_fds;
};

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* The chain of blocks holds exactly the name, and is the record's own. */
static const char *check_name(const struct nt_arena *arena, const struct nt_broker_object *object,
                              struct sums *sums)
{
    const struct nt_record *record = &arena->records[object->index];
    const unsigned char *name = (const unsigned char *)object->name;
    size_t left = object->n_units * sizeof(uint16_t);
    uint32_t index = record->name_block;

    if (record->name_units != object->n_units)
        return "a record has another name's length";
    while (left > 0) {
        size_t n = left < NT_BLOCK_BYTES ? left : NT_BLOCK_BYTES;

        if (index >= arena->blocks_used_up_to || arena->blocks[index].owner != object->index)
            return "a name's block is not its own";
        if (memcmp(arena->blocks[index].bytes, name, n) != 0)
            return "a record has another name";
        name += n;
        left -= n;
        index = arena->blocks[index].next;
        sums->n_blocks++;
    }
    return index == NT_ARENA_NONE ? NULL : "a name's chain is too long";
}

/* A descriptor is kept whole, in blocks that are the record's own. */
static const char *check_security(const struct nt_arena *arena,
                                  const struct nt_broker_object *object, struct sums *sums)
{
    static unsigned char bytes[NT_DESCRIPTOR_MAX];
    uint64_t chain = atomic_load(&arena->records[object->index].security);
    struct nt_descriptor descriptor;
    uint32_t index = (uint32_t)(chain >> 32);

    if (chain == 0)
        return NULL;
    for (size_t at = 0; at < nt_arena_chain_size(chain); at += NT_BLOCK_BYTES) {
        if (index >= arena->blocks_used_up_to || arena->blocks[index].owner != object->index)
            return "a descriptor's block is not its own";
        index = arena->blocks[index].next;
        sums->n_blocks++;
    }
    nt_arena_load(arena, chain, bytes);
    if (nt_kept_is(&arena->records[object->index])) /* a parcel: anything */
        return index == NT_ARENA_NONE ? NULL : "a parcel's chain is too long";
    if (nt_descriptor_from_relative(bytes, nt_arena_chain_size(chain), &descriptor) !=
            STATUS_SUCCESS ||
        !descriptor.owner || !descriptor.group || !(descriptor.control & SE_DACL_PRESENT))
        return "an object's descriptor is not a whole one";
    return index == NT_ARENA_NONE ? NULL : "a descriptor's chain is too long";
}

static const char *check_record(const struct nt_record *record, struct sums *sums)
{
    const int fds[] = {record->lease_fd, record->write_fd,      record->read_fd,
                       record->extra_fd, record->extra_read_fd, record->second_lease_fd};

    if ((atomic_load(&record->word) & 0xff) != NT_RECORD_LIVE)
        return "an object's record is not live";
    bool has_payload = record->kind != NT_KIND_DIRECTORY && record->kind != NT_KIND_NAMESPACE &&
                       record->kind != NT_KIND_JOB && !nt_kept_is(record);

    if ((record->lease_fd < 0) != (record->kind == NT_KEPT_PARCEL) ||
        (has_payload && record->write_fd < 0 && record->read_fd < 0))
        return "an object lacks a descriptor";
    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++) {
        if (fds[i] >= 0 && !is_open(fds[i]))
            return "a record names a closed descriptor";
        sums->n_fds += fds[i] >= 0;
    }
    sums->n_bytes += nt_object_bytes(record);
    sums->n_objects++;
    return NULL;
}

/* The tree's key is the record's; a namespace that is not found any more stands nowhere. */
static bool stands_where_it_says(const struct nt_record *record, const struct nt_directory *key)
{
    if (atomic_load(&record->unlinked))
        return key->kind == NT_STANDS_NOWHERE && key->id == record->secret;
    return record->directory_kind == key->kind && record->directory_uid == key->uid &&
           record->directory_session == key->session && record->directory_id == key->id;
}

static const char *check_object(struct nt_broker *broker, const struct nt_broker_object *object,
                                struct sums *sums)
{
    struct nt_objects *objects = &broker->objects;
    const struct nt_record *record = nt_object_record(objects, object);
    const struct nt_charge *charge = &object->charge;
    uint64_t amount[NT_CHARGE_COUNT];
    const char *complaint;

    if (object->index >= objects->arena.records_used_up_to)
        return "an object's record was never used";
    if (objects->by_record[object->index] != object)
        return "the table does not know an object of the tree";
    if (!stands_where_it_says(record, &object->directory))
        return "record and tree disagree about a directory";
    if (!charge->user || charge->user->uid != record->owner ||
        charge->amount[NT_CHARGE_OBJECTS] != 1)
        return "an object is not charged to its owner";
    nt_object_amount(record, amount);
    if (memcmp(amount, charge->amount, sizeof(amount)) != 0)
        return "an object is not charged what it costs";
    sums->n_charged_fds += charge->amount[NT_CHARGE_FDS];
    complaint = check_record(record, sums);
    if (!complaint)
        complaint = check_security(&objects->arena, object, sums);
    return complaint ? complaint : check_name(&objects->arena, object, sums);
}

static const char *check_sums(struct nt_broker *broker, const struct sums *sums)
{
    const struct nt_objects *objects = &broker->objects;
    const struct nt_arena *arena = &objects->arena;
    uint64_t charged[NT_CHARGE_COUNT] = {0};
    struct nt_user *user;

    RB_FOREACH (user, nt_user_tree, &broker->users.tree) {
        for (int i = 0; i < NT_CHARGE_COUNT; i++)
            charged[i] += user->used[i];
    }
    if (sums->n_objects != objects->n_objects || sums->n_bytes != objects->n_bytes ||
        sums->n_fds != objects->n_fds)
        return "the counts of objects, bytes or descriptors are wrong";
    if (arena->records_used_up_to - arena->n_free_records != sums->n_objects)
        return "records are lost";
    if (arena->blocks_used_up_to - arena->n_free_blocks != sums->n_blocks)
        return "blocks are lost";
    if (charged[NT_CHARGE_OBJECTS] != sums->n_objects ||
        charged[NT_CHARGE_CONNECTIONS] != broker->n_clients ||
        charged[NT_CHARGE_FDS] != sums->n_charged_fds || sums->n_charged_fds != sums->n_fds ||
        memcmp(charged, broker->users.used, sizeof(charged)) != 0)
        return "users are charged for what is not there";
    return NULL;
}

const char *fixture_complaint(struct nt_broker *broker)
{
    struct nt_broker_object *object, *last = NULL;
    struct sums sums = {0};

    RB_FOREACH (object, nt_object_tree, &broker->objects.tree) {
        const char *complaint = check_object(broker, object, &sums);

        if (complaint)
            return complaint;
        if (last && compare_objects(last, object) >= 0)
            return "the tree is out of order";
        last = object;
    }
    return check_sums(broker, &sums);
}
