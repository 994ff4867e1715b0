// SPDX-License-Identifier: MIT
/*
 * The index of names is a tree ordered by directory and by the bits of the name, so that no
 * choice of names makes it slow. The descriptors of an object are opened before its record is
 * published and closed after it is cleared.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "broker/object.h"
#include "os/os.h"
#include "rtl/name.h"
#include "rtl/status.h"
#include "util/macro.h"

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
    return (a->session > b->session) - (a->session < b->session);
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

int nt_objects_init(struct nt_objects *objects, struct nt_users *users)
{
    int r;

    memset(objects, 0, sizeof(*objects));
    objects->users = users;
    RB_INIT(&objects->tree);
    r = nt_arena_init(&objects->arena);
    if (r < 0)
        return r;
    objects->by_record = calloc(objects->arena.n_records, sizeof(struct nt_broker_object *));
    if (!objects->by_record) {
        nt_arena_deinit(&objects->arena);
        return -ENOMEM;
    }
    return 0;
}

void nt_objects_deinit(struct nt_objects *objects)
{
    struct nt_broker_object *object;

    while ((object = RB_ROOT(&objects->tree)))
        nt_objects_remove(objects, object);
    free(objects->by_record);
    objects->by_record = NULL;
    nt_arena_deinit(&objects->arena);
}

struct nt_record *nt_object_record(struct nt_objects *objects,
                                   const struct nt_broker_object *object)
{
    return &objects->arena.records[object->index];
}

uint64_t nt_object_id(struct nt_objects *objects, const struct nt_broker_object *object)
{
    return nt_record_generation(nt_object_record(objects, object)) << NT_ID_INDEX_BITS |
           object->index;
}

void nt_objects_remove(struct nt_objects *objects, struct nt_broker_object *object)
{
    struct nt_record *record = nt_object_record(objects, object);
    struct nt_record fds = *record;

    RB_REMOVE(nt_object_tree, &objects->tree, object);
    objects->by_record[object->index] = NULL;
    objects->n_objects--;
    objects->n_bytes -= record->size;
    objects->n_fds -= nt_payload_count(record);
    /* Cleared before they are closed. */
    nt_arena_give(&objects->arena, object->index);
    nt_payload_close(&fds);
    nt_charge_refund(objects->users, &object->charge);
    free(object);
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

uint64_t nt_objects_reap_all(struct nt_objects *objects)
{
    struct nt_broker_object *object, *next;

    for (object = RB_MIN(nt_object_tree, &objects->tree); object; object = next) {
        next = RB_NEXT(nt_object_tree, &objects->tree, object);
        if (nt_os_lease_is_dead(nt_object_record(objects, object)->lease_fd))
            nt_objects_remove(objects, object);
    }
    return objects->n_objects;
}

static NTSTATUS open_fds(struct nt_record *record, const struct nt_create_request *request,
                         int *fds, size_t n_fds, int *ret_lease)
{
    int r;

    r = nt_payload_open(record, request, fds, n_fds);
    if (r == -EFBIG || r == -ENOSPC)
        return STATUS_COMMITMENT_LIMIT;
    if (r == 0)
        r = nt_os_lease_new(&record->lease_fd, ret_lease);
    return nt_status_from_errno(r);
}

static struct nt_broker_object *new_object(const struct nt_directory *directory,
                                           const uint16_t *name, size_t n_units)
{
    struct nt_broker_object *object = calloc(1, sizeof(*object) + n_units * sizeof(*name));

    if (object) {
        object->directory = *directory;
        object->n_units = n_units;
        memcpy(object->name, name, n_units * sizeof(*name));
    }
    return object;
}

static void fill_record(struct nt_record *record, const struct nt_broker_object *object,
                        const struct nt_user *user, const struct nt_create_request *request)
{
    record->kind = request->kind;
    record->owner = user->uid;
    record->directory_kind = object->directory.kind;
    record->directory_uid = object->directory.uid;
    record->directory_session = object->directory.session;
    record->size = request->kind == NT_KIND_SECTION ? request->size : 0;
    record->protection = request->protection;
    record->attributes = request->attributes;
    record->manual_reset = request->manual_reset != 0;
    record->node = request->node;
}

/*
 * At a limit, names that have died and that the event loop has not heard of yet make room: who
 * closes one handle may create another at once.
 */
static int charge_or_reap(struct nt_objects *objects, struct nt_broker_object *object,
                          struct nt_user *user, const uint64_t *amount)
{
    int r = nt_charge(objects->users, &object->charge, user, amount);

    if (r < 0) {
        nt_objects_reap_all(objects);
        r = nt_charge(objects->users, &object->charge, user, amount);
    }
    return r;
}

static int take_or_reap(struct nt_objects *objects, struct nt_broker_object *object)
{
    int r = nt_arena_take(&objects->arena, object->name, object->n_units, &object->index);

    if (r < 0) {
        nt_objects_reap_all(objects);
        r = nt_arena_take(&objects->arena, object->name, object->n_units, &object->index);
    }
    return r;
}

NTSTATUS nt_objects_create(struct nt_objects *objects, const struct nt_directory *directory,
                           const uint16_t *name, size_t n_units, struct nt_user *user,
                           const struct nt_create_request *request, int *fds, size_t n_fds,
                           uint64_t token, uint64_t number, struct nt_broker_object **ret_object,
                           int *ret_lease)
{
    const uint64_t amount[NT_CHARGE_COUNT] = {[NT_CHARGE_OBJECTS] = 1,
                                              [NT_CHARGE_FDS] = nt_payload_n_fds(request),
                                              [NT_CHARGE_BYTES] = n_units * 4 + 512};
    struct nt_broker_object *object = new_object(directory, name, n_units);
    struct nt_record *record;
    NTSTATUS status;

    if (!object)
        return STATUS_NO_MEMORY;
    if (charge_or_reap(objects, object, user, amount) < 0) {
        status = STATUS_QUOTA_EXCEEDED;
        goto fail_object;
    }
    if (take_or_reap(objects, object) < 0) {
        status = STATUS_INSUFFICIENT_RESOURCES;
        goto fail_charge;
    }
    record = nt_object_record(objects, object);
    fill_record(record, object, user, request);
    record->token = token;
    record->number = number;
    status = open_fds(record, request, fds, n_fds, ret_lease);
    if (!NT_SUCCESS(status))
        goto fail_record;

    nt_arena_publish(&objects->arena, object->index);
    RB_INSERT(nt_object_tree, &objects->tree, object);
    objects->by_record[object->index] = object;
    objects->n_objects++;
    objects->n_bytes += record->size;
    objects->n_fds += nt_payload_count(record);
    *ret_object = object;
    return STATUS_SUCCESS;

fail_record:
    nt_payload_close(record);
    nt_arena_give(&objects->arena, object->index);
fail_charge:
    nt_charge_refund(objects->users, &object->charge);
fail_object:
    free(object);
    return status;
}

NTSTATUS nt_object_payload(struct nt_objects *objects, const struct nt_broker_object *object,
                           ACCESS_MASK granted, struct nt_payload_choice *ret_choice)
{
    struct nt_record *record = nt_object_record(objects, object);
    unsigned before = nt_payload_count(record);
    int r = nt_payload_choose(record, granted, ret_choice);

    objects->n_fds += nt_payload_count(record) - before;
    return nt_status_from_errno(r);
}

struct nt_broker_object *nt_objects_by_id(struct nt_objects *objects, uint64_t id)
{
    uint32_t index = id & ((1u << NT_ID_INDEX_BITS) - 1);
    struct nt_broker_object *object =
        index < objects->arena.n_records ? objects->by_record[index] : NULL;

    return object && nt_object_id(objects, object) == id ? object : NULL;
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
    return STATUS_SUCCESS;
}
