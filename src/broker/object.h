/* SPDX-License-Identifier: MIT */
/*
 * Named objects: a record in the arena, its descriptors (lease and payload), and a node in the
 * index of names. An object dies when its lease says that no handle is left anywhere; nothing
 * else ends it.
 */
#ifndef NT_BROKER_OBJECT_H
#define NT_BROKER_OBJECT_H

#include <stdbool.h>

#include "broker/arena.h"
#include "broker/payload.h"
#include "broker/user.h"
#include "ipc/protocol.h"
#include "rtl/access.h"
#include "util/tree.h"

/* Where a name stands: the machine's directory, or one session's of one user. */
struct nt_directory {
    uint32_t kind; /* 0: global, 1: a session's */
    uint32_t uid, session;
};

struct nt_broker_object {
    RB_ENTRY(nt_broker_object) node;
    uint32_t index; /* of the record */
    struct nt_directory directory;
    struct nt_charge charge;
    size_t n_units;
    uint16_t name[];
};

RB_HEAD(nt_object_tree, nt_broker_object);

struct nt_objects {
    struct nt_arena arena;
    struct nt_users *users;
    struct nt_object_tree tree;
    struct nt_broker_object **by_record; /* one for each record of the arena */
    uint64_t n_objects, n_bytes, n_fds;
};

/** nt_objects_init() - an empty name space; @users is borrowed. Return: 0 or -errno. */
int nt_objects_init(struct nt_objects *objects, struct nt_users *users);
void nt_objects_deinit(struct nt_objects *objects);

/**
 * nt_objects_find() - the live object of that name
 *
 * Looks at its lease first: an object whose last handle is gone is taken away and not found,
 * whether or not the event loop has heard of it yet (2.6, 2.7, 11.27).
 */
struct nt_broker_object *nt_objects_find(struct nt_objects *objects,
                                         const struct nt_directory *directory, const uint16_t *name,
                                         size_t n_units);

/**
 * nt_objects_create() - a new object; no live one has its name
 * @user:       charged
 * @request:    checked by the caller, as are the descriptors that came along
 * @fds:        taken (-1 afterwards); what is left on failure stays the caller's
 * @ret_lease:  the creator's end of the lease: when it closes, the object is gone
 *
 * Return: STATUS_SUCCESS; STATUS_QUOTA_EXCEEDED, STATUS_NO_MEMORY,
 * STATUS_INSUFFICIENT_RESOURCES, STATUS_TOO_MANY_OPENED_FILES, STATUS_COMMITMENT_LIMIT.
 */
NTSTATUS nt_objects_create(struct nt_objects *objects, const struct nt_directory *directory,
                           const uint16_t *name, size_t n_units, struct nt_user *user,
                           const struct nt_create_request *request, int *fds, size_t n_fds,
                           uint64_t token, uint64_t number, struct nt_broker_object **ret_object,
                           int *ret_lease);

/** nt_objects_remove() - take an object out of the name space and close its descriptors */
void nt_objects_remove(struct nt_objects *objects, struct nt_broker_object *object);

/** nt_objects_reap_all() - look at every lease; returns how many objects are left */
uint64_t nt_objects_reap_all(struct nt_objects *objects);

/** nt_object_record() - the record of an object */
struct nt_record *nt_object_record(struct nt_objects *objects,
                                   const struct nt_broker_object *object);
#define NT_ID_INDEX_BITS 20
/** nt_object_id() - never used again: generation and index */
uint64_t nt_object_id(struct nt_objects *objects, const struct nt_broker_object *object);

/** nt_object_payload() - the descriptors that carry what @granted allows, borrowed (payload.h) */
NTSTATUS nt_object_payload(struct nt_objects *objects, const struct nt_broker_object *object,
                           ACCESS_MASK granted, struct nt_payload_choice *ret_choice);

/** nt_objects_by_id() - the object of that number, dead or alive, or NULL */
struct nt_broker_object *nt_objects_by_id(struct nt_objects *objects, uint64_t id);

/**
 * nt_object_grow() - a section of a writable file is at least @size bytes long; 0 only asks
 *
 * Return: STATUS_SUCCESS; the statuses of nt_payload_grow().
 */
NTSTATUS nt_object_grow(struct nt_objects *objects, const struct nt_broker_object *object,
                        uint64_t size, uint64_t *ret_size);

#endif
