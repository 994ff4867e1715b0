/* SPDX-License-Identifier: MIT */
/*
 * What the broker keeps about processes: their mailboxes with the parcels in them, and which of
 * them are members of which jobs. Each is a record like an object's, so that it is charged,
 * survives a worker and is closed like one; but its kind and the place where it stands are none
 * that a message can name. A pidfd stands where an object has its lease: when the process ends, so
 * does the record. A parcel goes with its mailbox, a member with its job.
 *
 * Pidfds that clients send only say who is meant. What is kept is opened anew: the set of leases
 * would go on telling of a description that its sender holds open.
 */
#ifndef NT_BROKER_KEPT_H
#define NT_BROKER_KEPT_H

#include "broker/client.h"
#include "broker/object.h"

/** nt_kept_is() - it is no object */
static inline bool nt_kept_is(const struct nt_record *record)
{
    return record->kind >= NT_KEPT_MAILBOX && record->kind <= NT_KEPT_MEMBER;
}

/** nt_kept_has_process() - its lease is a pidfd */
static inline bool nt_kept_has_process(const struct nt_record *record)
{
    return record->kind == NT_KEPT_MAILBOX || record->kind == NT_KEPT_MEMBER;
}

/** nt_kept_is_part() - it belongs to another record */
static inline bool nt_kept_is_part(const struct nt_record *record)
{
    return record->kind == NT_KEPT_PARCEL || record->kind == NT_KEPT_MEMBER;
}

/** nt_kept_belongs() - what the part at @index belongs to is there */
bool nt_kept_belongs(struct nt_objects *objects, uint32_t index);

/** nt_kept_enter() - a record of any kind can be found from now on: what that means for others */
void nt_kept_enter(struct nt_objects *objects, struct nt_broker_object *object);
/**
 * nt_kept_leave() - a record of any kind goes: its parts go first
 *
 * The members of a job that ends them are ended.
 */
void nt_kept_leave(struct nt_objects *objects, struct nt_broker_object *object);

/* A process that a request speaks of. */
struct nt_named_process {
    int fd; /* the client's, borrowed */
    pid_t pid, parent;
    uid_t uid; /* the real one */
};

/**
 * nt_kept_process() - the process of a pidfd that came along, and that @client may act on: its
 * three users are @client's, or @client is root
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for no pidfd; STATUS_PROCESS_IS_TERMINATING;
 * STATUS_ACCESS_DENIED.
 */
NTSTATUS nt_kept_process(const struct nt_broker_client *client, int fd,
                         struct nt_named_process *ret_process);
/** nt_kept_process_open() - a pidfd of the broker's own. Return: STATUS_SUCCESS;
 * STATUS_PROCESS_IS_TERMINATING; STATUS_TOO_MANY_OPENED_FILES. */
NTSTATUS nt_kept_process_open(const struct nt_named_process *process, int *ret_pidfd);

/* A new record. */
struct nt_new_kept {
    enum nt_kept_kind kind;
    struct nt_directory directory;
    uint64_t name; /* a number */
    int *fds;      /* taken */
    size_t n_fds;
    const void *bytes;
    size_t size;
    uint32_t process_uid;
    uint64_t number; /* of the request */
};

/** nt_keep() - make one, charged to @client. Return: as nt_objects_create(). */
NTSTATUS nt_keep(struct nt_objects *objects, const struct nt_broker_client *client,
                 const struct nt_new_kept *what, struct nt_broker_object **ret_object);
/** nt_kept_find() - the one of that place and name whose process lives; or NULL */
struct nt_broker_object *nt_kept_find(struct nt_objects *objects,
                                      const struct nt_directory *directory, uint64_t name);
/** nt_kept_name() - the number that it has for a name */
uint64_t nt_kept_name(const struct nt_broker_object *object);

/**
 * nt_kept_end_members() - SIGKILL to the members of a job
 *
 * Who is another user's by now is left alone. Return: STATUS_SUCCESS; STATUS_ACCESS_DENIED when
 * somebody could not be ended.
 */
NTSTATUS nt_kept_end_members(struct nt_objects *objects, struct nt_broker_object *job,
                             uint32_t exit_code);

#endif
