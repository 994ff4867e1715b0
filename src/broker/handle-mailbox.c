// SPDX-License-Identifier: MIT
/*
 * Mailboxes: handles that somebody duplicated into another process, until that one asks for them.
 * Nothing runs in the target: the value is settled here, from a range of its own, and growing for
 * each target as long as it lives.
 */
#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "broker/dispatch.h"
#include "broker/kept.h"
#include "broker/step.h"
#include "os/peer.h"
#include "rtl/status.h"
#include "util/macro.h"

static const struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX};

static struct nt_directory inside(struct nt_objects *objects, struct nt_broker_object *mailbox)
{
    return (struct nt_directory){.kind = NT_STANDS_PARCEL, .id = nt_object_id(objects, mailbox)};
}

/* --- pushing -------------------------------------------------------------------------------- */

/* The target's mailbox, made on first need. */
static NTSTATUS find_or_make(struct nt_broker *broker, const struct nt_broker_client *client,
                             const struct nt_named_process *target, uint64_t number,
                             struct nt_broker_object **ret_mailbox)
{
    NT_CLEANUP(nt_os_closep) int pidfd = -1;
    const struct nt_new_kept what = {
        .kind = NT_KEPT_MAILBOX,
        .directory = mailboxes,
        .name = (uint64_t)target->pid,
        .fds = &pidfd,
        .n_fds = 1,
        .number = number,
    };
    NTSTATUS status;

    *ret_mailbox = nt_kept_find(&broker->objects, &mailboxes, (uint64_t)target->pid);
    if (*ret_mailbox)
        return STATUS_SUCCESS;
    status = nt_kept_process_open(target, &pidfd);
    return NT_SUCCESS(status) ? nt_keep(&broker->objects, client, &what, ret_mailbox) : status;
}

/* The request was in service before, and a worker died: what it made already, or NULL. */
static struct nt_broker_object *find_made(struct nt_broker *broker,
                                          const struct nt_broker_client *client,
                                          struct nt_broker_object *mailbox, uint64_t number)
{
    const struct nt_directory directory = inside(&broker->objects, mailbox);
    struct nt_broker_object *parcel =
        client->is_again ? nt_objects_first(&broker->objects, &directory) : NULL;

    for (; parcel; parcel = nt_objects_next(&broker->objects, parcel)) {
        const struct nt_record *record = nt_object_record(&broker->objects, parcel);

        if (record->token == client->token && record->number == number)
            return parcel;
    }
    return NULL;
}

/* No value comes twice: it is used up before it is given. */
static NTSTATUS put(struct nt_broker *broker, const struct nt_broker_client *client,
                    struct nt_request *request, struct nt_broker_object *mailbox,
                    uint64_t *ret_value)
{
    struct nt_record *record = nt_object_record(&broker->objects, mailbox);
    uint64_t value = atomic_load(&record->next_handle);
    const struct nt_new_kept what = {
        .kind = NT_KEPT_PARCEL,
        .directory = inside(&broker->objects, mailbox),
        .name = value,
        .fds = request->fds + 1,
        .n_fds = request->n_fds - 1,
        .bytes = request->bytes,
        .size = request->header.bytes_size,
        .number = request->header.number,
    };
    struct nt_broker_object *parcel;
    NTSTATUS status;

    if (value > NT_MAILBOX_LAST)
        return STATUS_INSUFFICIENT_RESOURCES;
    atomic_store(&record->next_handle, value + 1);
    NT_STEP(push_counted);
    status = nt_keep(&broker->objects, client, &what, &parcel);
    if (!NT_SUCCESS(status))
        return status;
    *ret_value = value;
    /* Making room, the mailbox may have been found dead. */
    if (nt_objects_kept_by_id(&broker->objects, what.directory.id) == mailbox)
        return STATUS_SUCCESS;
    nt_objects_remove(&broker->objects, parcel);
    return STATUS_PROCESS_IS_TERMINATING;
}

/* A mailbox that was made for a parcel that did not get there goes again. */
static void drop_empty(struct nt_broker *broker, pid_t pid)
{
    struct nt_broker_object *mailbox = nt_kept_find(&broker->objects, &mailboxes, (uint64_t)pid);
    struct nt_directory directory;

    if (!mailbox)
        return;
    directory = inside(&broker->objects, mailbox);
    if (!nt_objects_first(&broker->objects, &directory))
        nt_objects_remove(&broker->objects, mailbox);
}

static NTSTATUS push(struct nt_broker *broker, const struct nt_broker_client *client,
                     struct nt_request *request, const struct nt_named_process *target,
                     uint64_t *ret_value)
{
    struct nt_broker_object *mailbox, *made;
    uint64_t n_before = broker->objects.n_mailboxes;
    NTSTATUS status = find_or_make(broker, client, target, request->header.number, &mailbox);
    bool is_new = broker->objects.n_mailboxes > n_before;

    if (!NT_SUCCESS(status))
        return status;
    made = find_made(broker, client, mailbox, request->header.number);
    if (made)
        *ret_value = nt_kept_name(made);
    else
        status = put(broker, client, request, mailbox, ret_value);
    if (!NT_SUCCESS(status) && is_new)
        drop_empty(broker, target->pid);
    return status;
}

NTSTATUS nt_handle_PUSH(struct nt_broker *broker, struct nt_broker_client *client,
                        struct nt_request *request, struct nt_reply *reply)
{
    struct nt_named_process target;
    uint64_t value = 0;
    NTSTATUS status;

    if (request->n_fds < 1 || request->push.zero != 0 || request->header.bytes_size == 0)
        return STATUS_INVALID_PARAMETER;
    status = nt_kept_process(client, request->fds[0], &target);
    if (!NT_SUCCESS(status))
        return status;
    /* A user's broker is asked by that user's programs alone. */
    if (!broker->options.system && target.uid != broker->uid)
        return STATUS_NOT_SUPPORTED;
    status = push(broker, client, request, &target, &value);
    reply->push.handle = value * 4;
    return status;
}

/* --- taking --------------------------------------------------------------------------------- */

/* Whose mailbox it is was attested by the kernel, and is again with each message. */
static struct nt_broker_object *find_parcel(struct nt_broker *broker,
                                            const struct nt_broker_client *client, uint64_t handle)
{
    struct nt_broker_object *mailbox =
        client->peer.pid > 0
            ? nt_kept_find(&broker->objects, &mailboxes, (uint64_t)client->peer.pid)
            : NULL;
    struct nt_directory directory;

    if (!mailbox)
        return NULL;
    directory = inside(&broker->objects, mailbox);
    return nt_kept_find(&broker->objects, &directory, handle / 4);
}

/* A program with the setuid bit is not given what its caller put there for the one before. */
static bool may_have(const struct nt_broker_client *client, const struct nt_record *record)
{
    return record->owner == 0 || record->owner == client->peer.uid;
}

NTSTATUS nt_handle_FETCH(struct nt_broker *broker, struct nt_broker_client *client,
                         struct nt_request *request, struct nt_reply *reply)
{
    struct nt_broker_object *parcel = find_parcel(broker, client, request->fetch.handle);
    const struct nt_record *record;
    uint64_t chain;

    if (!parcel)
        return STATUS_INVALID_HANDLE;
    record = nt_object_record(&broker->objects, parcel);
    if (!may_have(client, record))
        return STATUS_INVALID_HANDLE;
    chain = atomic_load(&record->security);
    reply->bytes_size = nt_arena_chain_size(chain);
    reply->bytes = malloc(reply->bytes_size + 1);
    if (!reply->bytes)
        return STATUS_NO_MEMORY;
    nt_arena_load(&broker->objects.arena, chain, reply->bytes);
    const int fds[] = {record->write_fd, record->read_fd, record->extra_fd, record->extra_read_fd};

    for (size_t i = 0; i < NT_ARRAY_SIZE(fds) && fds[i] >= 0; i++)
        reply->fds[reply->n_fds++] = fds[i];
    reply->fetch.handle = nt_kept_name(parcel) * 4;
    NT_STEP(fetched);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_DROP(struct nt_broker *broker, struct nt_broker_client *client,
                        struct nt_request *request, struct nt_reply *reply)
{
    struct nt_broker_object *parcel = find_parcel(broker, client, request->drop.handle);

    reply->drop.zero = 0;
    if (parcel)
        nt_objects_remove(&broker->objects, parcel);
    return STATUS_SUCCESS;
}
