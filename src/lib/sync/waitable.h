/* SPDX-License-Identifier: MIT */
/*
 * What events, semaphores, mutexes and timers have in common: words in shared memory
 * (ipc/sync-words.h), and how they come to them - a slot of a slab, or the page of a named object
 * -, how they are made, opened, packed for another process, and compared.
 */
#ifndef NT_LIB_SYNC_WAITABLE_H
#define NT_LIB_SYNC_WAITABLE_H

#include "ipc/sync-words.h"
#include "lib/object/named.h"
#include "lib/object/parcel.h"
#include "lib/sync/slab.h"
#include "util/macro.h"

/* The beginning of a kind's own structure, which may be longer. */
struct nt_waitable {
    struct nt_object object;
    struct nt_sync_words *words; /* NULL: the handle may neither wait nor change */
    struct nt_slab *slab;        /* of an unnamed one */
    void *page;                  /* of a named one */
    int page_fd;                 /* and its memory, for parcels; -1 */
    int lease_fd;                /* -1 */
    bool manual_reset;           /* event, timer */
    uint32_t maximum;            /* semaphore */
};

#define NT_WAITABLE(object_) NT_CONTAINER_OF(object_, struct nt_waitable, object)

/**
 * nt_waitable_create() - a new object, or with a name the one of that name
 * @type:    its kind, which is @request's too
 * @struct_size: bytes of the kind's structure; what stands behind struct nt_waitable is zero
 * @request: as it goes to the broker: access, initial_state, manual_reset, size (the maximum)
 * @begin:   called for a new unnamed one, its words made, before the first handle; may be NULL
 *
 * Return: as nt_named_create(), STATUS_OBJECT_NAME_EXISTS included; nt_slab_take()'s failures.
 */
NTSTATUS nt_waitable_create(const struct nt_object_type *type, size_t struct_size,
                            const struct nt_object_name *name,
                            const struct nt_create_request *request,
                            NTSTATUS (*begin)(struct nt_object *object), HANDLE *ret_handle);
/** nt_waitable_open() - by its name */
NTSTATUS nt_waitable_open(const struct nt_object_type *type, const struct nt_object_name *name,
                          ACCESS_MASK access, HANDLE *ret_handle);

/**
 * nt_waitable_adopt() - the body of a type's adopt()
 * @changes: rights, one of which needs the page
 */
NTSTATUS nt_waitable_adopt(const struct nt_object_type *type, size_t struct_size,
                           ACCESS_MASK changes, struct nt_client_reply *reply,
                           struct nt_object **ret_object);

/** nt_waitable_pack(), nt_waitable_unpack() - the type's (object.h): words, lease, what it is */
NTSTATUS nt_waitable_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel);
NTSTATUS nt_waitable_unpack(const struct nt_object_type *type, size_t struct_size,
                            ACCESS_MASK changes, ACCESS_MASK access, struct nt_parcel *parcel,
                            struct nt_object **ret_object);
/** nt_waitable_is_same(), nt_waitable_last_close(), nt_waitable_free() - the type's (object.h) */
bool nt_waitable_is_same(const struct nt_object *a, const struct nt_object *b);
void nt_waitable_last_close(struct nt_object *object);
void nt_waitable_free(struct nt_object *object);
/** nt_waitable_key() - the wait type's: the same in every process */
uint64_t nt_waitable_key(const struct nt_object *object);

/**
 * nt_waitable_get() - the object behind a handle, which carries a right that needs its words
 * @ret_object: one open
 */
NTSTATUS nt_waitable_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                         struct nt_waitable **ret_waitable);

#endif
