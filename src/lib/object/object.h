/* SPDX-License-Identifier: MIT */
/*
 * Objects and handles. Two counts, as in NT:
 *
 *   opens   handles of this process plus calls in flight that looked the object up. When it
 *           falls to 0 the type's last_close() gives up what only handles need: the lease (so
 *           the name) and the descriptors. No call can lose its descriptor half-way. A call
 *           that sleeps keeps a reference only, so that it does not keep the name.
 *   refs    views and other users of the memory, plus one while opens is not 0. When it falls
 *           to 0 the object is freed.
 *
 * A HANDLE is an index into one table of the process (value = index * 4, the low two bits are
 * ignored, the lowest free slot is used first), never a descriptor. Looking up takes only the
 * slot's own lock bit, so that threads using different handles do not meet.
 */
#ifndef NT_LIB_OBJECT_OBJECT_H
#define NT_LIB_OBJECT_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <windows.h>
#include <winternl.h>

#include "rtl/access.h"

/* Not in the SDK's headers; 12.34. */
#ifndef OBJ_PROTECT_CLOSE
#    define OBJ_PROTECT_CLOSE 0x00000001
#endif

/* GetCurrentProcess() and GetCurrentThread(). */
#define NT_PSEUDO_PROCESS ((HANDLE)(LONG_PTR)-1)
#define NT_PSEUDO_THREAD  ((HANDLE)(LONG_PTR)-2)

struct nt_client_reply;
struct nt_object;
struct nt_object_security;
struct nt_parcel;
struct nt_wait_type;

/** nt_adopt_function - make an object from what the broker answered; see object/named.h */
typedef NTSTATUS (*nt_adopt_function)(struct nt_client_reply *reply, struct nt_object **ret_object);

struct nt_object_type {
    const char *name;  /* as NtQueryObject tells it: "Section", "Event" */
    enum nt_kind kind; /* its rights are in rtl/access.h */
    /* Of what has no descriptor here (files): may a copy of a handle do what @access says? NULL:
     * the descriptor says (12.10). */
    NTSTATUS (*widen)(struct nt_object *object, ACCESS_MASK access);
    /* Rights that what an unnamed one came with can serve: from another process it may have come
     * with a description that only reads. NULL: all. */
    ACCESS_MASK (*reach)(const struct nt_object *object);
    nt_adopt_function adopt; /* of what can have a name: more rights make another object */
    /* Of what is attached with nt_security_attach_to_memory(): a description of that memory. */
    int (*memory)(const struct nt_object *object);
    const struct nt_wait_type *wait; /* sync/wait.h; NULL: cannot be waited for (12.32) */
    /* Of nt_wait_on_flag: the word that becomes other than 0; NULL: it always is signalled. */
    _Atomic uint32_t *(*flag)(struct nt_object *object);
    /* Its part of a parcel (parcel.h); NULL: it stays in this process. @access: of the handle. */
    NTSTATUS (*pack)(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel);
    /* One open. The rights that the handle will carry are @access. */
    NTSTATUS (*unpack)(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object);
    /* Two structs of one type are one object (memory that both came from); NULL: never. Named ones
     * are compared by their numbers. */
    bool (*is_same)(const struct nt_object *a, const struct nt_object *b);
    void (*last_close)(struct nt_object *object);
    void (*free)(struct nt_object *object);
};

/* An absolute path in the name space: \BaseNamedObjects\x. */
struct nt_object_path {
    size_t count;
    uint16_t units[];
};

/* Who made an unnamed object: says its descriptor as long as it keeps none. */
struct nt_maker {
    bool known;
    bool of_memory; /* not known yet: the kernel knows who made its memory */
    uint32_t uid, gid;
    uint32_t integrity; /* an RID; of_memory: no higher than this */
};

struct nt_object {
    const struct nt_object_type *type;
    _Atomic uint32_t opens;
    _Atomic uint32_t refs;
    uint64_t id;     /* the broker's number for a named object; 0 for an unnamed one */
    uint64_t broker; /* and the instance of the broker that gave it */
    /* Of an unnamed one that has left this process or came from another: random, the same in
     * each; 0 before. */
    _Atomic uint64_t identity;
    struct nt_object_path *path; /* of a named object, as NtQueryObject tells it; else NULL */
    LIST_ENTRY(nt_object) named; /* of a named object, as long as it is open */
    struct nt_object_security
        *security; /* an unnamed object's, or NULL (security/object-security.h) */
    struct nt_maker maker;
};

/**
 * nt_object_init() - a new object with one open (the caller's) and one reference behind it
 *
 * The caller hands out handles and then gives its own open back with nt_object_close().
 */
void nt_object_init(struct nt_object *object, const struct nt_object_type *type);

/** nt_object_ref() - keep the memory; the caller holds an open or a reference. Returns @object. */
struct nt_object *nt_object_ref(struct nt_object *object);
/** nt_object_unref() - NULL is allowed; returns NULL */
struct nt_object *nt_object_unref(struct nt_object *object);
/**
 * nt_object_try_open() - one open more, if there is one still
 *
 * For who holds a reference only. Return: false when the last one is gone, and with it what
 * last_close() gives up; else give it back with nt_object_close().
 */
bool nt_object_try_open(struct nt_object *object);
/** nt_object_close() - give back one open (of nt_object_init() or nt_handle_get()); returns NULL */
struct nt_object *nt_object_close(struct nt_object *object);
/** nt_object_closep() - for NT_CLEANUP */
void nt_object_closep(struct nt_object **object);

/** nt_object_map_access() - generic rights turned into the type's own; MAXIMUM_ALLOWED kept */
ACCESS_MASK nt_object_map_access(const struct nt_object_type *type, ACCESS_MASK access);

/**
 * nt_handle_new() - a handle for @object
 * @access:     rights that the handle carries (already mapped)
 * @attributes: OBJ_INHERIT and OBJ_PROTECT_CLOSE count, other bits are ignored
 *
 * Takes an open of its own. Return: STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES when the
 * table is full; STATUS_NO_MEMORY.
 */
NTSTATUS nt_handle_new(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                       HANDLE *ret_handle);

/**
 * nt_handle_place() - the same at a value that is settled: inherited, or chosen by a mailbox
 *
 * Return: also STATUS_INVALID_HANDLE for a value that is none, or taken.
 */
NTSTATUS nt_handle_place(HANDLE at, struct nt_object *object, ACCESS_MASK access, ULONG attributes);

/**
 * nt_handle_each_inheritable() - the handles that a child of CreateProcess gets
 * @visit: called with one open of each; what it returns other than success ends the walk
 */
NTSTATUS nt_handle_each_inheritable(NTSTATUS (*visit)(HANDLE handle, struct nt_object *object,
                                                      ACCESS_MASK access, ULONG attributes,
                                                      void *context),
                                    void *context);
/** nt_handle_count() - how many handles this process has */
uint32_t nt_handle_count(void);

/**
 * nt_handle_hand_out() - the first handle of a new object
 *
 * As nt_handle_new(), and gives back the open of nt_object_init(): without a handle the object
 * is gone.
 */
NTSTATUS nt_handle_hand_out(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                            HANDLE *ret_handle);

/**
 * nt_handle_get() - the object behind a handle, for the length of a call
 * @type:       the type that it must have, or NULL for any
 * @access:     rights that the handle must carry, 0 for none
 * @ret_object: one open; give it back with nt_object_close()
 * @ret_access: what the handle carries; may be NULL
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_handle_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                       struct nt_object **ret_object, ACCESS_MASK *ret_access);

/**
 * nt_handle_close() - close a handle (12.3 to 12.6)
 *
 * Return: STATUS_SUCCESS (also for the pseudo handles); STATUS_INVALID_HANDLE;
 * STATUS_HANDLE_NOT_CLOSABLE.
 */
NTSTATUS nt_handle_close(HANDLE handle);

/** nt_handle_get_flags() - OBJ_INHERIT and OBJ_PROTECT_CLOSE of a handle */
NTSTATUS nt_handle_get_flags(HANDLE handle, ULONG *ret_attributes);
/** nt_handle_set_flags() - set the bits of @mask to those of @attributes */
NTSTATUS nt_handle_set_flags(HANDLE handle, ULONG mask, ULONG attributes);

/**
 * nt_handle_duplicate() - NtDuplicateObject within this process
 * @access, @attributes: of the new handle, less what @options says
 * @options:    DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS, DUPLICATE_SAME_ATTRIBUTES
 * @ret_handle: may be NULL
 */
NTSTATUS nt_handle_duplicate(HANDLE source, ACCESS_MASK access, ULONG attributes, ULONG options,
                             HANDLE *ret_handle);

/** nt_handle_compare() - STATUS_SUCCESS when both name one object, else STATUS_NOT_SAME_OBJECT */
NTSTATUS nt_handle_compare(HANDLE first, HANDLE second);

/* What NtQueryObject tells of a handle and its object. */
struct nt_handle_description {
    ACCESS_MASK access;
    ULONG attributes;  /* OBJ_INHERIT, OBJ_PROTECT_CLOSE */
    uint32_t handles;  /* of this process to the object */
    uint32_t pointers; /* these, and views and others that keep it */
};

/**
 * nt_handle_describe() - a handle, and how often its object is referred to in this process
 * @ret_object: one open; give it back with nt_object_close()
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE.
 */
NTSTATUS nt_handle_describe(HANDLE handle, struct nt_handle_description *ret_description,
                            struct nt_object **ret_object);

/** nt_handle_renew() - in a forked child: free the lock bits of slots; opens and rights stay */
void nt_handle_renew(void);
/** nt_handle_each() - call @visit for the object of every handle; in a forked child only */
void nt_handle_each(void (*visit)(struct nt_object *object));

#endif
