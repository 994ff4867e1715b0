/* SPDX-License-Identifier: MIT */
/*
 * Where a name leads: from the root that a request gives, through directories, to the directory
 * that its last part stands in. Some directories are always there (rtl/name.h); the others are
 * objects. Passing through one takes no right; making something in it takes the right to.
 */
#ifndef NT_BROKER_DIRECTORY_H
#define NT_BROKER_DIRECTORY_H

#include "broker/dispatch.h"
#include "rtl/name.h"

/* A name that has been followed up to its last part. */
struct nt_target {
    struct nt_directory directory; /* that it stands in */
    const uint16_t *leaf;          /* the last part, inside the request */
    size_t n_units;                /* 0: the name is a directory itself */
    /* The directory or namespace that is an object; NULL for one that is always there. */
    struct nt_broker_object *parent;
    enum nt_directory_kind always; /* which of these */
    uint32_t session;
};

/**
 * nt_directory_resolve() - follow the name of a request
 * @flags: enum nt_name_flags
 * @root:  where it begins; all zero: in the caller's own directory
 *
 * Return: STATUS_SUCCESS; the statuses of nt_name_parse(); STATUS_OBJECT_PATH_NOT_FOUND for a part
 * on the way that is not there, and a root that is gone; STATUS_OBJECT_TYPE_MISMATCH for one that
 * is no directory.
 */
NTSTATUS nt_directory_resolve(struct nt_broker *broker, const struct nt_broker_client *client,
                              const struct nt_request *request, uint32_t flags,
                              const struct nt_name_root *root, struct nt_target *ret_target);

/** nt_directory_nowhere() - where a directory without a name stands. Return: STATUS_SUCCESS;
 * STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS nt_directory_nowhere(struct nt_target *ret_target);

/** nt_directory_is_nowhere() - was @target made by nt_directory_nowhere()? */
static inline bool nt_directory_is_nowhere(const struct nt_target *target)
{
    return target->directory.kind == NT_STANDS_NOWHERE && target->directory.id != 0;
}

/**
 * nt_directory_itself() - open a target that is a directory (n_units is 0)
 * @kind: what the request takes it for
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH for another kind (11.15);
 * STATUS_ACCESS_DENIED; STATUS_TOO_MANY_OPENED_FILES.
 */
NTSTATUS nt_directory_itself(struct nt_broker *broker, const struct nt_broker_client *client,
                             const struct nt_target *target, uint32_t kind, ACCESS_MASK desired,
                             struct nt_reply *reply);

/** nt_directory_is_always() - is this the number of a directory that is always there? It has no
 * record, and no descriptor that could be asked or changed. */
bool nt_directory_is_always(uint64_t id);
/** nt_directory_reopen() - more rights to one of these, by its number; as nt_directory_itself() */
NTSTATUS nt_directory_reopen(struct nt_broker *broker, const struct nt_broker_client *client,
                             uint64_t id, ACCESS_MASK desired, struct nt_reply *reply);

/** nt_directory_may_create() - may who asks make an object of @kind there? STATUS_ACCESS_DENIED */
NTSTATUS nt_directory_may_create(struct nt_broker *broker, const struct nt_broker_client *client,
                                 const struct nt_target *target, uint32_t kind);

/** nt_directory_find_root() - the directory or namespace of those numbers, alive; or NULL */
struct nt_broker_object *nt_directory_find_root(struct nt_objects *objects,
                                                const struct nt_name_root *root);

/** nt_directory_root_of() - what lets a client begin names in @object, a directory or namespace */
void nt_directory_root_of(struct nt_objects *objects, const struct nt_broker_object *object,
                          struct nt_name_root *ret_root);

#endif
