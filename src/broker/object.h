/* SPDX-License-Identifier: MIT */
/*
 * Named objects: a record in the arena, its descriptors (lease and payload), and a node in the
 * index of names. An object dies when its lease says that no handle is left anywhere; nothing
 * else ends it.
 */
#ifndef NT_BROKER_OBJECT_H
#define NT_BROKER_OBJECT_H

#include <stdbool.h>
#include <sys/queue.h>

#include "broker/arena.h"
#include "broker/payload.h"
#include "broker/user.h"
#include "ipc/protocol.h"
#include "rtl/access.h"
#include "util/tree.h"

/*
 * Where a name stands: the machine's directory, one session's of one user, or a directory or
 * namespace that is an object itself.
 */
struct nt_directory {
    uint32_t kind; /* NT_STANDS_... */
    uint32_t uid, session;
    uint64_t id; /* NT_STANDS_CREATED: the object's number */
};

struct nt_broker_object {
    RB_ENTRY(nt_broker_object) node;
    uint32_t index; /* of the record */
    struct nt_directory directory;
    struct nt_charge charge;
    LIST_HEAD(, nt_broker_object) members; /* of a job */
    LIST_ENTRY(nt_broker_object) member;   /* of a member, beside others of its job */
    struct nt_broker_object *job;          /* of a member */
    size_t n_units;
    uint16_t name[];
};

RB_HEAD(nt_object_tree, nt_broker_object);

struct nt_objects {
    struct nt_arena arena;
    struct nt_users *users;
    struct nt_object_tree tree;
    struct nt_broker_object **by_record; /* one for each record of the arena */
    int leases_fd; /* an epoll set of all leases, each watched for its end only */
    uint64_t n_objects, n_bytes, n_fds;
    uint64_t n_mailboxes; /* among the objects; nobody's work depends on them */
    bool ending;          /* the broker ends, and its jobs do not */
};

/**
 * nt_objects_init() - an empty name space
 * @users: borrowed
 * @arena: where its records are and may be already (nt_recover()), taken; NULL: a new one
 *
 * Return: 0 or -errno.
 */
int nt_objects_init(struct nt_objects *objects, struct nt_users *users,
                    const struct nt_arena *arena);
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

/* What a new object is made of; all borrowed, and checked by the caller. */
struct nt_new_object {
    struct nt_directory directory;
    const uint16_t *name;
    size_t n_units;
    const struct nt_create_request *request;
    int *fds; /* taken (-1 afterwards); what is left on failure stays the caller's */
    size_t n_fds;
    const void *security; /* its descriptor, self-relative; NULL: the default one */
    size_t security_size;
    struct nt_user *user; /* owns it, and is charged */
    uint32_t gid, integrity, creator;
    uint64_t token, number; /* the request */
    uint32_t process_uid;   /* a member's */
};

/**
 * nt_objects_create() - a new object; no live one has its name
 * @ret_leases: the creator's ends: when the first closes, the object is gone; the second is a
 *              namespace's other lease, -1 for all other kinds
 *
 * Return: STATUS_SUCCESS; STATUS_QUOTA_EXCEEDED, STATUS_NO_MEMORY,
 * STATUS_INSUFFICIENT_RESOURCES, STATUS_TOO_MANY_OPENED_FILES, STATUS_COMMITMENT_LIMIT.
 */
NTSTATUS nt_objects_create(struct nt_objects *objects, const struct nt_new_object *new_object,
                           struct nt_broker_object **ret_object, int ret_leases[static 2]);

/** nt_object_amount() - what a record costs its owner, so far */
void nt_object_amount(const struct nt_record *record, uint64_t amount[static NT_CHARGE_COUNT]);

/**
 * nt_object_prepare_security() - room for another descriptor, charged and filled
 * @bytes:     self-relative; NULL: the default one
 * @ret_chain: store it to the record's word, then nt_object_drop_security() what was there
 *
 * Return: STATUS_SUCCESS; STATUS_QUOTA_EXCEEDED; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS nt_object_prepare_security(struct nt_objects *objects, struct nt_broker_object *object,
                                    const void *bytes, size_t size, uint64_t *ret_chain);
void nt_object_drop_security(struct nt_objects *objects, struct nt_broker_object *object,
                             uint64_t chain);

/**
 * nt_objects_index() - its record is live: it can be found from now on
 *
 * n_bytes and n_fds do not know it yet. Return: false when another one has its name.
 */
bool nt_objects_index(struct nt_objects *objects, struct nt_broker_object *object);

/** nt_objects_remove() - take an object out of the name space and close its descriptors */
void nt_objects_remove(struct nt_objects *objects, struct nt_broker_object *object);

/**
 * nt_objects_reap_all() - take away every object whose last handle is gone
 *
 * Costs what has died, not what lives. Returns how many objects are left.
 */
uint64_t nt_objects_reap_all(struct nt_objects *objects);
/** nt_objects_reap_some() - a few of them, for the event loop: the set tells of the rest again */
void nt_objects_reap_some(struct nt_objects *objects);

/** nt_objects_first(), nt_objects_next() - what a directory holds, in the order of names; or NULL
 */
struct nt_broker_object *nt_objects_first(struct nt_objects *objects,
                                          const struct nt_directory *directory);
struct nt_broker_object *nt_objects_next(struct nt_objects *objects,
                                         struct nt_broker_object *object);
/** nt_objects_unlink() - a namespace stands nowhere from now on; its record says unlinked already
 */
void nt_objects_unlink(struct nt_objects *objects, struct nt_broker_object *object);

/** nt_object_record() - the record of an object */
struct nt_record *nt_object_record(struct nt_objects *objects,
                                   const struct nt_broker_object *object);
#define NT_ID_INDEX_BITS 18
/**
 * nt_object_id() - its number: random bits and the index of its record, never used again
 *
 * Whoever knows it may ask for the object, whose descriptor then decides, as one may who knows its
 * name: so it can be guessed no more than the name of an object in another user's session.
 */
uint64_t nt_object_id(struct nt_objects *objects, const struct nt_broker_object *object);

/**
 * nt_object_payload() - the descriptors that carry what @granted allows (payload.h)
 *
 * A read-only description that is made for it is charged and kept; where the owner's quota has no
 * room for it the choice owns it instead.
 */
NTSTATUS nt_object_payload(struct nt_objects *objects, struct nt_broker_object *object,
                           ACCESS_MASK granted, struct nt_payload_choice *ret_choice);

/** nt_objects_by_id() - the object of that number, dead or alive, or NULL */
struct nt_broker_object *nt_objects_by_id(struct nt_objects *objects, uint64_t id);
/** nt_objects_kept_by_id() - the same for what is no object (kept.h) */
struct nt_broker_object *nt_objects_kept_by_id(struct nt_objects *objects, uint64_t id);

/** nt_object_bytes() - memory that a record stands for, for the statistics */
static inline uint64_t nt_object_bytes(const struct nt_record *record)
{
    return record->kind == NT_KIND_SECTION ? record->size : 0;
}

/**
 * nt_object_grow() - a section of a writable file is at least @size bytes long; 0 only asks
 *
 * Return: STATUS_SUCCESS; the statuses of nt_payload_grow().
 */
NTSTATUS nt_object_grow(struct nt_objects *objects, const struct nt_broker_object *object,
                        uint64_t size, uint64_t *ret_size);

#endif
