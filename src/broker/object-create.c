// SPDX-License-Identifier: MIT
/*
 * Making an object, and changing its descriptor: charged first, then made, then published by one
 * store.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <ntstatus.h>

#include "broker/kept.h"
#include "broker/object.h"
#include "broker/step.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

/* The index node and what malloc adds to it. */
#define NODE_BYTES 512u

static uint64_t block_bytes(uint64_t size)
{
    return (size + NT_BLOCK_BYTES - 1) / NT_BLOCK_BYTES * sizeof(struct nt_block);
}

/* The broker's own memory for an object: index node, name and descriptor. */
static uint64_t own_bytes(uint64_t n_units, uint64_t security_size)
{
    return NODE_BYTES + n_units * sizeof(uint16_t) + block_bytes(n_units * sizeof(uint16_t)) +
           block_bytes(security_size);
}

void nt_object_amount(const struct nt_record *record, uint64_t amount[static NT_CHARGE_COUNT])
{
    memset(amount, 0, NT_CHARGE_COUNT * sizeof(*amount));
    amount[NT_CHARGE_OBJECTS] = 1;
    amount[NT_CHARGE_FDS] = nt_payload_count(record);
    amount[NT_CHARGE_BYTES] =
        own_bytes(record->name_units, nt_arena_chain_size(atomic_load(&record->security)));
}

/*
 * Where the values of a mailbox begin. A process may hold values that another mailbox gave: its
 * parent's, which it inherited, or those of a broker that ended. So each begins somewhere else.
 */
static int choose_first(struct nt_record *record)
{
    uint32_t somewhere;
    int r = nt_os_random(&somewhere, sizeof(somewhere));

    if (r == 0)
        record->next_handle = NT_MAILBOX_FIRST + somewhere % NT_MAILBOX_SPREAD;
    return r;
}

/* A process's end ends what the broker keeps about it, as a lease's ends an object. */
static int open_kept(struct nt_objects *objects, struct nt_record *record, uint32_t index)
{
    struct epoll_event event = {
        .events = EPOLLIN,
        .data.u64 = (nt_record_generation(record) & UINT32_MAX) << 32 | index,
    };
    int r = nt_os_random(&record->key, sizeof(record->key));

    if (r == 0 && record->kind == NT_KEPT_MAILBOX)
        r = choose_first(record);
    NT_STEP(create_leased);
    if (r == 0 && nt_kept_has_process(record) &&
        epoll_ctl(objects->leases_fd, EPOLL_CTL_ADD, record->lease_fd, &event) < 0)
        r = -errno;
    return r;
}

static NTSTATUS open_fds(struct nt_objects *objects, struct nt_record *record, uint32_t index,
                         const struct nt_new_object *new_object, int ret_leases[static 2])
{
    struct epoll_event event = {
        .data.u64 = (nt_record_generation(record) & UINT32_MAX) << 32 | index,
    };
    int r;

    r = nt_payload_open(record, new_object->request, new_object->fds, new_object->n_fds);
    NT_STEP(create_fds);
    if (r == -EFBIG || r == -ENOSPC)
        return STATUS_COMMITMENT_LIMIT;
    if (r == 0 && nt_kept_is(record))
        return nt_status_from_errno(open_kept(objects, record, index));
    if (r == 0)
        r = nt_os_lease_new(&record->lease_fd, &ret_leases[0]);
    if (r == 0 && record->kind == NT_KIND_NAMESPACE)
        r = nt_os_lease_new(&record->second_lease_fd, &ret_leases[1]);
    if (r == 0)
        r = nt_os_random(&record->key, sizeof(record->key));
    if (r == 0 && (record->kind == NT_KIND_NAMESPACE || record->kind == NT_KIND_DIRECTORY))
        r = nt_os_random(&record->secret, sizeof(record->secret));
    NT_STEP(create_leased);
    if (r == 0 && epoll_ctl(objects->leases_fd, EPOLL_CTL_ADD, record->lease_fd, &event) < 0)
        r = -errno;
    return nt_status_from_errno(r);
}

static struct nt_broker_object *new_node(const struct nt_new_object *from)
{
    struct nt_broker_object *object =
        calloc(1, sizeof(*object) + from->n_units * sizeof(*from->name));

    if (object) {
        object->directory = from->directory;
        object->n_units = from->n_units;
        if (from->n_units)
            memcpy(object->name, from->name, from->n_units * sizeof(*from->name));
    }
    return object;
}

static void fill_record(struct nt_record *record, const struct nt_new_object *from)
{
    const struct nt_create_request *request = from->request;

    record->kind = request->kind;
    record->owner = from->user->uid;
    record->gid = from->gid;
    record->integrity = from->integrity;
    record->directory_kind = from->directory.kind;
    record->directory_uid = from->directory.uid;
    record->directory_session = from->directory.session;
    record->directory_id = from->directory.id;
    if (request->kind == NT_KIND_SECTION || request->kind == NT_KIND_SEMAPHORE)
        record->size = request->size;
    record->protection = request->protection;
    record->attributes = request->attributes;
    record->manual_reset = request->manual_reset != 0;
    record->node = request->node;
    record->token = from->token;
    record->number = from->number;
    record->process_uid = from->process_uid;
    record->creator = from->creator;
    record->created_ns = nt_os_now_ns();
}

/*
 * At a limit, names that have died and that the event loop has not heard of yet make room: who
 * closes one handle may create another at once.
 */
static int charge_or_reap(struct nt_objects *objects, struct nt_broker_object *object,
                          const struct nt_new_object *from)
{
    const uint64_t amount[NT_CHARGE_COUNT] = {
        [NT_CHARGE_OBJECTS] = 1,
        [NT_CHARGE_FDS] = nt_payload_n_fds(from->request, from->n_fds),
        [NT_CHARGE_BYTES] = own_bytes(from->n_units, from->security_size),
    };
    int r = nt_charge(objects->users, &object->charge, from->user, amount);

    if (r < 0) {
        nt_objects_reap_all(objects);
        r = nt_charge(objects->users, &object->charge, from->user, amount);
    }
    return r;
}

/* A record with its name and its descriptor, not yet published. */
static int take_once(struct nt_objects *objects, struct nt_broker_object *object,
                     const struct nt_new_object *from)
{
    uint64_t chain = 0;
    int r = nt_arena_take(&objects->arena, object->name, object->n_units, &object->index);

    if (r < 0)
        return r;
    r = nt_arena_store(&objects->arena, object->index, from->security, from->security_size, &chain);
    if (r < 0)
        nt_arena_give(&objects->arena, object->index);
    else
        atomic_store(&nt_object_record(objects, object)->security, chain);
    return r;
}

static int take_or_reap(struct nt_objects *objects, struct nt_broker_object *object,
                        const struct nt_new_object *from)
{
    int r = take_once(objects, object, from);

    if (r < 0) {
        nt_objects_reap_all(objects);
        r = take_once(objects, object, from);
    }
    return r;
}

static void publish(struct nt_objects *objects, struct nt_broker_object *object)
{
    const struct nt_record *record = nt_object_record(objects, object);

    NT_STEP(create_watched);
    nt_arena_publish(&objects->arena, object->index);
    NT_STEP(create_published);
    nt_objects_index(objects, object);
    NT_STEP(create_indexed);
    objects->n_bytes += nt_object_bytes(record);
    objects->n_fds += nt_payload_count(record);
}

NTSTATUS nt_objects_create(struct nt_objects *objects, const struct nt_new_object *new_object,
                           struct nt_broker_object **ret_object, int ret_leases[static 2])
{
    struct nt_broker_object *object = new_node(new_object);
    struct nt_record *record;
    NTSTATUS status;

    ret_leases[0] = ret_leases[1] = -1;
    if (!object)
        return STATUS_NO_MEMORY;
    if (charge_or_reap(objects, object, new_object) < 0) {
        status = STATUS_QUOTA_EXCEEDED;
        goto fail_object;
    }
    NT_STEP(create_charged);
    if (take_or_reap(objects, object, new_object) < 0) {
        status = STATUS_INSUFFICIENT_RESOURCES;
        goto fail_charge;
    }
    NT_STEP(create_taken);
    record = nt_object_record(objects, object);
    fill_record(record, new_object);
    record->born = objects->arena.header->n_requests;
    NT_STEP(create_filled);
    status = open_fds(objects, record, object->index, new_object, ret_leases);
    if (!NT_SUCCESS(status))
        goto fail_record;
    publish(objects, object);
    *ret_object = object;
    return STATUS_SUCCESS;

fail_record:
    nt_payload_close(record);
    nt_arena_give(&objects->arena, object->index);
    for (size_t i = 0; i < 2; i++)
        ret_leases[i] = nt_os_close(ret_leases[i]);
fail_charge:
    nt_charge_refund(objects->users, &object->charge);
fail_object:
    free(object);
    return status;
}

NTSTATUS nt_object_prepare_security(struct nt_objects *objects, struct nt_broker_object *object,
                                    const void *bytes, size_t size, uint64_t *ret_chain)
{
    uint64_t more = block_bytes(size);

    /* For a moment both are there, and both are charged. */
    if (nt_charge_more(objects->users, &object->charge, NT_CHARGE_BYTES, more) < 0)
        return STATUS_QUOTA_EXCEEDED;
    if (nt_arena_store(&objects->arena, object->index, bytes, size, ret_chain) < 0) {
        nt_charge_less(objects->users, &object->charge, NT_CHARGE_BYTES, more);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

void nt_object_drop_security(struct nt_objects *objects, struct nt_broker_object *object,
                             uint64_t chain)
{
    nt_arena_drop(&objects->arena, chain);
    nt_charge_less(objects->users, &object->charge, NT_CHARGE_BYTES,
                   block_bytes(nt_arena_chain_size(chain)));
}
