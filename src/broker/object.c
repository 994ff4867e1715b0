// SPDX-License-Identifier: MIT
/*
 * The index of names is a tree ordered by directory and by the bits of the name, so that no
 * choice of names makes it slow. The descriptors of an object are opened before its record is
 * published and closed after it is cleared.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <ntstatus.h>

#include "broker/kept.h"
#include "broker/object.h"
#include "broker/step.h"
#include "os/os.h"
#include "rtl/name.h"
#include "rtl/status.h"
#include "util/macro.h"

#define N_EVENTS   64
#define N_REAPED   8 /* in one turn of the loop: who ends with all his names delays nobody */

/* An id is never 0, and its highest bit is clear (directory.c). */
#define KEY_ALWAYS (UINT64_C(1) << 62)
#define KEY_MASK   ((UINT64_C(1) << (62 - NT_ID_INDEX_BITS)) - 1)

static_assert((NT_ARENA_RECORDS - 1) >> NT_ID_INDEX_BITS == 0, "an id has room for every index");

struct key {
    const struct nt_directory *directory;
    const uint16_t *name;
    size_t n_units;
};

static int compare_directories(const struct nt_directory *a, const struct nt_directory *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->uid != b->uid)
        return a->uid < b->uid ? -1 : 1;
    if (a->session != b->session)
        return a->session < b->session ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_key(const struct key *key, const struct nt_broker_object *object)
{
    int order = compare_directories(key->directory, &object->directory);

    return order ? order : nt_name_compare(key->name, key->n_units, object->name, object->n_units);
}

static int compare(const struct nt_broker_object *a, const struct nt_broker_object *b)
{
    struct key key = {&a->directory, a->name, a->n_units};

    return compare_key(&key, b);
}

NT_RB_GENERATE(nt_object_tree, nt_broker_object, node, compare)

static struct nt_broker_object *find_key(struct nt_objects *objects, const struct key *key)
{
    struct nt_broker_object *object = RB_ROOT(&objects->tree);

    while (object) {
        int order = compare_key(key, object);

        if (order == 0)
            return object;
        object = order < 0 ? RB_LEFT(object, node) : RB_RIGHT(object, node);
    }
    return NULL;
}

/* One epoll set in the life of an arena. */
static int find_leases(struct nt_objects *objects)
{
    struct nt_arena_header *header = objects->arena.header;
    int r;

    if (header->leases_fd < 0) {
        r = nt_os_adopt_fd(epoll_create1(EPOLL_CLOEXEC), &header->leases_fd);
        if (r < 0)
            return r;
    }
    objects->leases_fd = header->leases_fd;
    return 0;
}

int nt_objects_init(struct nt_objects *objects, struct nt_users *users,
                    const struct nt_arena *arena)
{
    int r = 0;

    memset(objects, 0, sizeof(*objects));
    objects->users = users;
    objects->leases_fd = -1;
    RB_INIT(&objects->tree);
    if (arena)
        objects->arena = *arena;
    else
        r = nt_arena_init(&objects->arena);
    if (r < 0)
        return r;
    users->limits[NT_CHARGE_OBJECTS] = objects->arena.n_records;
    users->limits[NT_CHARGE_BYTES] = objects->arena.n_blocks * sizeof(struct nt_block);
    objects->by_record = calloc(objects->arena.n_records, sizeof(struct nt_broker_object *));
    r = objects->by_record ? find_leases(objects) : -ENOMEM;
    /* An arena that was there before must be there for the next one who tries. */
    if (r < 0 && arena)
        free(objects->by_record);
    else if (r < 0)
        nt_objects_deinit(objects);
    return r;
}

void nt_objects_deinit(struct nt_objects *objects)
{
    struct nt_broker_object *object;

    objects->ending = true;
    while ((object = RB_ROOT(&objects->tree)))
        nt_objects_remove(objects, object);
    free(objects->by_record);
    objects->by_record = NULL;
    objects->leases_fd = nt_os_close(objects->leases_fd);
    nt_arena_deinit(&objects->arena);
}

struct nt_record *nt_object_record(struct nt_objects *objects,
                                   const struct nt_broker_object *object)
{
    return &objects->arena.records[object->index];
}

uint64_t nt_object_id(struct nt_objects *objects, const struct nt_broker_object *object)
{
    uint64_t key = nt_object_record(objects, object)->key & KEY_MASK;

    return KEY_ALWAYS | key << NT_ID_INDEX_BITS | object->index;
}

void nt_objects_remove(struct nt_objects *objects, struct nt_broker_object *object)
{
    struct nt_record *record = nt_object_record(objects, object);
    struct nt_record fds = *record;

    nt_kept_leave(objects, object);
    RB_REMOVE(nt_object_tree, &objects->tree, object);
    objects->by_record[object->index] = NULL;
    objects->n_objects--;
    objects->n_bytes -= nt_object_bytes(record);
    objects->n_fds -= nt_payload_count(record);
    NT_STEP(remove_unlisted);
    /* Cleared before they are closed. */
    nt_arena_give(&objects->arena, object->index);
    NT_STEP(remove_given);
    nt_payload_close(&fds);
    NT_STEP(remove_closed);
    nt_charge_refund(objects->users, &object->charge);
    free(object);
}

bool nt_objects_index(struct nt_objects *objects, struct nt_broker_object *object)
{
    if (RB_INSERT(nt_object_tree, &objects->tree, object))
        return false;
    objects->by_record[object->index] = object;
    objects->n_objects++;
    nt_kept_enter(objects, object);
    return true;
}

struct nt_broker_object *nt_objects_find(struct nt_objects *objects,
                                         const struct nt_directory *directory, const uint16_t *name,
                                         size_t n_units)
{
    struct key key = {directory, name, n_units};
    struct nt_broker_object *object = find_key(objects, &key);

    if (object && nt_os_lease_is_dead(nt_object_record(objects, object)->lease_fd)) {
        nt_objects_remove(objects, object);
        return NULL;
    }
    return object;
}

/* The event of a lease may be about one that has gone meanwhile: it names a generation too. */
static void lease_ended(struct nt_objects *objects, uint64_t data)
{
    uint32_t index = (uint32_t)data;
    struct nt_broker_object *object =
        index < objects->arena.n_records ? objects->by_record[index] : NULL;

    if (object &&
        (nt_record_generation(nt_object_record(objects, object)) & UINT32_MAX) == data >> 32)
        nt_objects_remove(objects, object);
}

/* As many as @events has room for. */
static int reap(struct nt_objects *objects, struct epoll_event *events, int n_events)
{
    int n = epoll_wait(objects->leases_fd, events, n_events, 0);

    for (int i = 0; i < n; i++)
        lease_ended(objects, events[i].data.u64);
    return n < 0 ? -errno : n;
}

void nt_objects_reap_some(struct nt_objects *objects)
{
    struct epoll_event events[N_REAPED];

    reap(objects, events, N_REAPED);
}

uint64_t nt_objects_reap_all(struct nt_objects *objects)
{
    struct epoll_event events[N_EVENTS];
    int n;

    do
        n = reap(objects, events, N_EVENTS);
    while (n == N_EVENTS || n == -EINTR);
    return objects->n_objects;
}

/* A description that has just been made and cannot be charged goes with the one who asked. */
static void disown(int *fd, int before, struct nt_payload_choice *choice)
{
    if (*fd >= 0 && before < 0)
        choice->own_fds[choice->n_own_fds++] = nt_steal_fd(fd);
}

NTSTATUS nt_object_payload(struct nt_objects *objects, struct nt_broker_object *object,
                           ACCESS_MASK granted, struct nt_payload_choice *ret_choice)
{
    struct nt_record *record = nt_object_record(objects, object);
    int read = record->read_fd, extra = record->extra_read_fd;
    unsigned before = nt_payload_count(record);
    int r = nt_payload_choose(record, granted, ret_choice);
    unsigned made = nt_payload_count(record) - before;

    if (made > 0 && nt_charge_more(objects->users, &object->charge, NT_CHARGE_FDS, made) < 0) {
        disown(&record->read_fd, read, ret_choice);
        disown(&record->extra_read_fd, extra, ret_choice);
        made = 0;
    }
    objects->n_fds += made;
    return nt_status_from_errno(r);
}

static struct nt_broker_object *by_id(struct nt_objects *objects, uint64_t id)
{
    uint32_t index = id & ((1u << NT_ID_INDEX_BITS) - 1);
    struct nt_broker_object *object =
        index < objects->arena.n_records ? objects->by_record[index] : NULL;

    return object && nt_object_id(objects, object) == id ? object : NULL;
}

struct nt_broker_object *nt_objects_by_id(struct nt_objects *objects, uint64_t id)
{
    struct nt_broker_object *object = by_id(objects, id);

    return object && !nt_kept_is(nt_object_record(objects, object)) ? object : NULL;
}

struct nt_broker_object *nt_objects_kept_by_id(struct nt_objects *objects, uint64_t id)
{
    struct nt_broker_object *object = by_id(objects, id);

    return object && nt_kept_is(nt_object_record(objects, object)) ? object : NULL;
}

NTSTATUS nt_object_grow(struct nt_objects *objects, const struct nt_broker_object *object,
                        uint64_t size, uint64_t *ret_size)
{
    struct nt_record *record = nt_object_record(objects, object);
    NTSTATUS status = nt_payload_grow(record, size);

    if (!NT_SUCCESS(status))
        return status;
    if (size > record->size) {
        objects->n_bytes += size - record->size;
        record->size = size;
    }
    *ret_size = record->size;
    NT_STEP(grow_stored);
    return STATUS_SUCCESS;
}

/* --- directories ---------------------------------------------------------------------------- */

struct nt_broker_object *nt_objects_first(struct nt_objects *objects,
                                          const struct nt_directory *directory)
{
    struct nt_broker_object *object = RB_ROOT(&objects->tree), *first = NULL;

    while (object) {
        int order = compare_directories(directory, &object->directory);

        if (order == 0)
            first = object;
        object = order <= 0 ? RB_LEFT(object, node) : RB_RIGHT(object, node);
    }
    return first;
}

struct nt_broker_object *nt_objects_next(struct nt_objects *objects,
                                         struct nt_broker_object *object)
{
    struct nt_broker_object *next = RB_NEXT(nt_object_tree, &objects->tree, object);

    (void)objects;
    return next && compare_directories(&object->directory, &next->directory) == 0 ? next : NULL;
}

void nt_objects_unlink(struct nt_objects *objects, struct nt_broker_object *object)
{
    RB_REMOVE(nt_object_tree, &objects->tree, object);
    object->directory = (struct nt_directory){
        .kind = NT_STANDS_NOWHERE,
        .id = nt_object_record(objects, object)->secret,
    };
    RB_INSERT(nt_object_tree, &objects->tree, object);
}
