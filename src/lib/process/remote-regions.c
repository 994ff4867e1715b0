// SPDX-License-Identifier: MIT
/*
 * All regions of a process, which may be this one: parts of the list until it ends, and then again
 * when the map was another one at its end than at its beginning. A process that never stands still
 * is told as it was seen. Nobody is called before all of it is here, so that what the visitor does
 * to this process's memory does not matter.
 */
#include "lib/process/remote.h"

#include <stdlib.h>
#include <string.h>

#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "lib/memory/regions.h"
#include "lib/process/service.h"
#include "util/macro.h"

#define TRIES 8
#define MOST  (256u << 20) /* bytes of records that another process may have us keep */

struct list {
    unsigned char *bytes;
    size_t used, room;
    uint64_t changes;
};

static NTSTATUS append(struct list *list, const unsigned char *bytes, size_t size)
{
    size_t room = list->room ? list->room : NT_SERVICE_BYTES;
    unsigned char *grown;

    if (size == 0)
        return STATUS_SUCCESS;
    if (list->used + size > MOST)
        return STATUS_NO_MEMORY;
    while (room - list->used < size)
        room *= 2;
    if (room != list->room) {
        grown = realloc(list->bytes, room);
        if (!grown)
            return STATUS_NO_MEMORY;
        list->bytes = grown;
        list->room = room;
    }
    memcpy(list->bytes + list->used, bytes, size);
    list->used += size;
    return STATUS_SUCCESS;
}

static NTSTATUS look_here(uint64_t from, struct nt_region_part *part)
{
    *part = (struct nt_region_part){.bytes = malloc(NT_SERVICE_BYTES), .room = NT_SERVICE_BYTES};
    if (!part->bytes)
        return STATUS_NO_MEMORY;
    nt_regions_look(from, part);
    return STATUS_SUCCESS;
}

/* The next part; @from is 0 when it was the last. */
static NTSTATUS add_part(struct nt_process *process, uint64_t patience_ns, uint64_t *from,
                         bool first, struct list *list)
{
    struct nt_region_part part = {.used = 0};
    NTSTATUS status =
        process ? nt_service_regions(process, *from, patience_ns, &part) : look_here(*from, &part);

    if (NT_SUCCESS(status))
        status = append(list, part.bytes, part.used);
    free(part.bytes);
    if (first)
        list->changes = part.changes;
    else if (part.changes != list->changes)
        list->changes = 0;
    *from = part.next;
    return status;
}

/* The whole list, once. */
static NTSTATUS take(struct nt_process *process, uint64_t patience_ns, uint64_t from,
                     struct list *list)
{
    bool first = true;
    NTSTATUS status;

    list->used = 0;
    do {
        status = add_part(process, patience_ns, &from, first, list);
        first = false;
    } while (NT_SUCCESS(status) && from);
    return status;
}

static void tell(const struct list *list,
                 BOOL (*visit)(const struct ntshm_region_run *run, void *context), void *context)
{
    char name[NT_REGIONS_NAME + 1];
    struct nt_region_record record;
    const char *bytes;
    BOOL goes_on = TRUE;

    for (size_t at = 0; at < list->used && goes_on;) {
        struct ntshm_region_run run;

        at = nt_regions_next(list->bytes, at, &record, &bytes);
        memcpy(name, bytes, record.n_name);
        name[record.n_name] = '\0';
        run = (struct ntshm_region_run){
            .base = (void *)record.base,
            .size = record.size,
            .allocation_base = (void *)record.allocation,
            .allocation_protect = record.allocation_protect,
            .state = record.state,
            .protect = record.protect,
            .type = record.type,
            .flags = record.flags,
            .node = record.node,
            .offset = record.offset,
            .name = name,
        };
        goes_on = visit(&run, context);
    }
}

NTSTATUS nt_remote_regions(struct nt_process *process, uint64_t patience_ns,
                           BOOL (*visit)(const struct ntshm_region_run *run, void *context),
                           void *context, uint64_t *ret_changes)
{
    /* Above the last address nothing is told but the number of changes. */
    uint64_t from = visit ? 1 : NT_KERNEL_END;
    struct list list = {.used = 0};
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned i = 0; i < TRIES && NT_SUCCESS(status) && !list.changes; i++)
        status = take(process, patience_ns, from, &list);
    if (NT_SUCCESS(status)) {
        if (visit)
            tell(&list, visit, context);
        *ret_changes = list.changes;
    }
    free(list.bytes);
    return status;
}
