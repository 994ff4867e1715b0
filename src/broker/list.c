// SPDX-License-Identifier: MIT
/*
 * What a directory holds. An answer is as many entries as fit; where it ended is a count, since
 * entries may come and go between two questions. Who may not look into a directory gets nothing,
 * and another user's session is not there at all (nt_directory_resolve()).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "broker/directory.h"
#include "broker/security.h"
#include "util/macro.h"

/* An answer while it grows. */
struct listing {
    struct nt_list_reply *reply;
    unsigned char *bytes; /* room for NT_IPC_MAX_LIST */
    size_t size;
    uint64_t skip; /* entries that earlier answers had */
};

/* @kind: with the sort in its upper half. Return: false when it does not fit any more. */
static bool add(struct listing *listing, uint32_t kind, const uint16_t *units, size_t n_units)
{
    struct nt_list_entry entry = {
        .kind = (uint16_t)kind, .sort = (uint16_t)(kind >> 16), .name_units = (uint32_t)n_units};
    size_t size = nt_ipc_padded(sizeof(entry) + n_units * sizeof(*units));
    unsigned char *at = listing->bytes + listing->size;

    if (listing->skip > 0) {
        listing->skip--;
        return true;
    }
    if (size > NT_IPC_MAX_LIST - listing->size) {
        listing->reply->more = 1;
        return false;
    }
    memset(at, 0, size);
    memcpy(at, &entry, sizeof(entry));
    memcpy(at + sizeof(entry), units, n_units * sizeof(*units));
    listing->size += size;
    listing->reply->n_entries++;
    return true;
}

static bool add_text(struct listing *listing, uint32_t kind, const char *text)
{
    uint16_t units[16];
    size_t n = 0;

    while (text[n] && n < NT_ARRAY_SIZE(units)) {
        units[n] = (unsigned char)text[n];
        n++;
    }
    return add(listing, kind, units, n);
}

static bool add_number(struct listing *listing, uint32_t kind, uint32_t number)
{
    char text[12];

    snprintf(text, sizeof(text), "%u", (unsigned)number);
    return add_text(listing, kind, text);
}

/* What stands in a directory that is always there, before what was made in it. */
static void list_always(struct listing *listing, const struct nt_broker_client *client,
                        enum nt_directory_kind kind)
{
    uint32_t number_kind = kind == NT_DIRECTORY_LINKS ? NT_LIST_LINK : NT_KIND_DIRECTORY;

    switch (kind) {
    case NT_DIRECTORY_ROOT:
        if (add_text(listing, NT_KIND_DIRECTORY, "BaseNamedObjects"))
            add_text(listing, NT_KIND_DIRECTORY, "Sessions");
        break;
    case NT_DIRECTORY_SESSIONS:
    case NT_DIRECTORY_LINKS:
        if (add_number(listing, number_kind, 0) && client->session != 0)
            add_number(listing, number_kind, client->session);
        break;
    case NT_DIRECTORY_SESSION_ROOT:
        add_text(listing, NT_KIND_DIRECTORY, "BaseNamedObjects");
        break;
    default:
        if (add_text(listing, NT_LIST_LINK, "Global") && add_text(listing, NT_LIST_LINK, "Local"))
            add_text(listing, NT_KIND_DIRECTORY, "Session");
    }
}

static uint32_t listed_kind(const struct nt_record *record)
{
    return record->kind | (record->kind == NT_KIND_D3D12 ? record->attributes << 16 : 0);
}

static void list_objects(struct listing *listing, struct nt_objects *objects,
                         const struct nt_directory *directory)
{
    struct nt_broker_object *object = nt_objects_first(objects, directory);
    bool room = true;

    for (; object && room; object = nt_objects_next(objects, object))
        room = add(listing, listed_kind(nt_object_record(objects, object)), object->name,
                   object->n_units);
}

/* The name may lead to a directory that is always there, or to one that somebody made. */
static NTSTATUS find(struct nt_broker *broker, struct nt_broker_client *client,
                     const struct nt_list_request *list, const struct nt_request *request,
                     struct nt_target *ret_target)
{
    struct nt_broker_object *object;
    struct nt_record *record;
    ACCESS_MASK granted;
    NTSTATUS status =
        nt_directory_resolve(broker, client, request, list->flags, &list->root, ret_target);

    if (!NT_SUCCESS(status))
        return status;
    object = ret_target->parent;
    if (ret_target->n_units > 0) {
        object = nt_objects_find(&broker->objects, &ret_target->directory, ret_target->leaf,
                                 ret_target->n_units);
        if (!object)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (nt_object_record(&broker->objects, object)->kind != NT_KIND_DIRECTORY)
            return STATUS_OBJECT_TYPE_MISMATCH;
        ret_target->parent = object;
        ret_target->directory = (struct nt_directory){.kind = NT_STANDS_CREATED,
                                                      .id = nt_object_id(&broker->objects, object)};
    }
    if (!object)
        return STATUS_SUCCESS;
    /* The owner's handles may carry the right whatever the descriptor says (13.6). */
    record = nt_object_record(&broker->objects, object);
    if (record->owner == client->peer.uid)
        return STATUS_SUCCESS;
    return nt_object_check(broker, client, object, DIRECTORY_QUERY, &granted);
}

NTSTATUS nt_handle_LIST(struct nt_broker *broker, struct nt_broker_client *client,
                        struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_list_request *list = &request->list;
    struct listing listing = {.reply = &reply->list, .skip = list->index};
    struct nt_target target;
    NTSTATUS status;

    if (list->kind != 0 || list->access != 0 || (list->flags & ~(uint32_t)NT_NAME_ABSOLUTE))
        return STATUS_INVALID_PARAMETER;
    /* What has died is not told. */
    nt_objects_reap_all(&broker->objects);
    status = find(broker, client, list, request, &target);
    if (!NT_SUCCESS(status))
        return status;
    listing.bytes = reply->bytes = malloc(NT_IPC_MAX_LIST);
    if (!listing.bytes)
        return STATUS_NO_MEMORY;
    if (!target.parent)
        list_always(&listing, client, target.always);
    if (!reply->list.more)
        list_objects(&listing, &broker->objects, &target.directory);
    reply->bytes_size = listing.size;
    reply->list.next = list->index + reply->list.n_entries;
    return STATUS_SUCCESS;
}
