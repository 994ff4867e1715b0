// SPDX-License-Identifier: MIT
/*
 * The requests, one function each: arguments into a message, and what came back checked before it
 * is believed - the other side may be anybody's process that listens under our user.
 */
#include "lib/process/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/memory/regions.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "os/os.h"
#include "os/peer.h"
#include "rtl/status.h"
#include "util/macro.h"

#define NO_ADDRESS (1ull << 56) /* nothing of a process is so high */

/* --- handles ---------------------------------------------------------------------------- */

NTSTATUS nt_service_take(struct nt_process *process, HANDLE handle, ACCESS_MASK access,
                         ULONG attributes, ULONG options, struct nt_parcel *ret_parcel)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {
        .request =
            {
                .handle = (uint64_t)handle,
                .access = access,
                .attributes = attributes,
                .options = options,
            },
    };
    NTSTATUS status = nt_service_ask(process, NT_SERVICE_TAKE, &call);

    memset(ret_parcel, 0, sizeof(*ret_parcel));
    if (!NT_SUCCESS(status))
        return status;
    ret_parcel->bytes = NT_STEAL(call.answer);
    ret_parcel->size = ret_parcel->capacity = call.reply.n_bytes;
    memcpy(ret_parcel->fds, call.fds, call.n_fds * sizeof(call.fds[0]));
    ret_parcel->n_fds = call.n_fds;
    call.n_fds = 0;
    return status;
}

NTSTATUS nt_service_close(struct nt_process *process, HANDLE handle)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {
        .request.handle = (uint64_t)handle,
    };

    return nt_service_ask(process, NT_SERVICE_CLOSE, &call);
}

/* --- views ------------------------------------------------------------------------------ */

static void put_view(struct nt_service_request *to, const struct nt_view_request *from)
{
    to->base = (uint64_t)from->base;
    to->offset = from->offset;
    to->size = from->size;
    to->type = from->allocation_type;
    to->protect = from->protect;
    to->lowest = from->lowest;
    to->highest = from->highest;
    to->node = from->node;
    to->flags = (from->on_node ? NT_SERVICE_ON_NODE : 0u) |
                (from->top_down ? NT_SERVICE_TOP_DOWN : 0u) |
                (from->no_placeholders ? NT_SERVICE_NO_PLACEHOLDERS : 0u);
}

static NTSTATUS send_view(struct nt_process *process, struct nt_object *section, ACCESS_MASK access,
                          struct nt_service_call *call)
{
    NT_CLEANUP(nt_parcel_deinit) struct nt_parcel parcel = {.size = 0};
    NTSTATUS status = nt_parcel_pack(section, access, 0, &parcel);

    if (NT_SUCCESS(status)) {
        call->parcel = &parcel;
        status = nt_service_ask(process, NT_SERVICE_MAP, call);
        call->parcel = NULL;
    }
    return status;
}

/* Another user's process gets what its view needs, and not what the handle carries beyond. */
static NTSTATUS limit_to_view(const struct nt_process *process, ULONG protect, ACCESS_MASK *access)
{
    struct nt_os_owner owner;
    int r = nt_os_pidfd_owner(process->pidfd, &owner);

    if (r < 0)
        return r == -ESRCH ? STATUS_PROCESS_IS_TERMINATING : nt_status_from_errno(r);
    if (owner.effective != geteuid())
        *access &= nt_view_needs(protect);
    return STATUS_SUCCESS;
}

NTSTATUS nt_service_map(struct nt_process *process, HANDLE section,
                        const struct nt_view_request *request, void **ret_base, size_t *ret_size)
{
    NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.n_bytes = 0};
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    ACCESS_MASK access;
    NTSTATUS status = nt_view_find(section, request, &object, &access);

    if (NT_SUCCESS(status))
        status = limit_to_view(process, request->protect, &access);
    if (!NT_SUCCESS(status))
        return status;
    put_view(&call.request, request);
    /* A child that is forked now would have what is in the parcel, and with it the name. */
    nt_move_begin();
    status = send_view(process, object, access, &call);
    nt_move_end();
    if (NT_SUCCESS(status)) {
        *ret_base = (void *)call.reply.base;
        *ret_size = call.reply.size;
    }
    return status;
}

NTSTATUS nt_service_unmap(struct nt_process *process, void *base, ULONG flags)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {
        .request = {.base = (uint64_t)base, .type = flags},
    };

    return nt_service_ask(process, NT_SERVICE_UNMAP, &call);
}

/* --- memory ----------------------------------------------------------------------------- */

NTSTATUS nt_service_allocate(struct nt_process *process, struct nt_allocation *allocation)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {
        .request =
            {
                .base = (uint64_t)allocation->base,
                .size = allocation->size,
                .type = allocation->type,
                .protect = allocation->protect,
                .lowest = allocation->lowest,
                .highest = allocation->highest,
                .alignment = allocation->alignment,
                .extra = allocation->attributes,
                .node = allocation->node,
                .flags = (allocation->on_node ? NT_SERVICE_ON_NODE : 0u) |
                         (allocation->extended ? NT_SERVICE_EXTENDED : 0u) |
                         (allocation->constrained ? NT_SERVICE_CONSTRAINED : 0u),
            },
    };
    NTSTATUS status = allocation->process_status;

    if (NT_SUCCESS(status))
        status = nt_service_ask(process, NT_SERVICE_ALLOCATE, &call);
    if (NT_SUCCESS(status)) {
        allocation->base = (void *)call.reply.base;
        allocation->size = call.reply.size;
    }
    return status;
}

/* The calls that take a range and give it back rounded. */
static NTSTATUS ask_range(struct nt_process *process, enum nt_service_kind kind,
                          struct nt_service_call *call, void **base, size_t *size)
{
    NTSTATUS status;

    call->request.base = (uint64_t)*base;
    call->request.size = *size;
    status = nt_service_ask(process, kind, call);
    if (NT_SUCCESS(status)) {
        *base = (void *)call->reply.base;
        *size = call->reply.size;
    }
    return status;
}

NTSTATUS nt_service_free(struct nt_process *process, void **base, size_t *size, ULONG type)
{
    NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.request.type = type};

    return ask_range(process, NT_SERVICE_FREE, &call, base, size);
}

NTSTATUS nt_service_protect(struct nt_process *process, void **base, size_t *size, ULONG protect,
                            ULONG *ret_before)
{
    NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.request.protect = protect};
    NTSTATUS status = ask_range(process, NT_SERVICE_PROTECT, &call, base, size);

    if (NT_SUCCESS(status))
        *ret_before = call.reply.value;
    return status;
}

NTSTATUS nt_service_range(struct nt_process *process, enum nt_service_kind kind, void **base,
                          size_t *size)
{
    NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.n_bytes = 0};

    return ask_range(process, kind, &call, base, size);
}

NTSTATUS nt_service_prefetch(struct nt_process *process, const WIN32_MEMORY_RANGE_ENTRY *entries,
                             ULONG_PTR count)
{
    const size_t most = NT_SERVICE_BYTES / sizeof(*entries);
    NTSTATUS status = STATUS_SUCCESS;

    for (size_t i = 0, n; i < count && NT_SUCCESS(status); i += n) {
        NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.bytes = entries + i};

        n = count - i < most ? count - i : most;
        call.n_bytes = n * sizeof(*entries);
        status = nt_service_ask(process, NT_SERVICE_PREFETCH, &call);
    }
    return status;
}

NTSTATUS nt_service_copy(struct nt_process *process, uint64_t there, void *here, size_t size,
                         bool write, size_t *ret_done)
{
    NTSTATUS status = STATUS_SUCCESS;

    *ret_done = 0;
    while (NT_SUCCESS(status) && *ret_done < size) {
        size_t n = size - *ret_done < NT_SERVICE_BYTES ? size - *ret_done : NT_SERVICE_BYTES, done;
        unsigned char *at = (unsigned char *)here + *ret_done;
        NT_CLEANUP(nt_service_call_deinit)
        struct nt_service_call call = {
            .request = {.base = there + *ret_done, .size = n},
            .bytes = at,
            .n_bytes = write ? n : 0,
        };

        status = nt_service_ask(process, write ? NT_SERVICE_WRITE : NT_SERVICE_READ, &call);
        done = write ? call.reply.size : call.reply.n_bytes;
        if (done > n || (NT_SUCCESS(status) && done < n))
            return STATUS_DATA_ERROR;
        if (!write && call.answer)
            memcpy(at, call.answer, done);
        *ret_done += done;
    }
    return status;
}

/* --- questions -------------------------------------------------------------------------- */

/* An answer of a fixed size. */
static NTSTATUS ask_for(struct nt_process *process, enum nt_service_kind kind, const void *address,
                        void *answer, size_t size)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {
        .request.base = (uint64_t)address,
    };
    NTSTATUS status = nt_service_ask(process, kind, &call);

    if (NT_SUCCESS(status) && call.reply.n_bytes != size)
        status = STATUS_DATA_ERROR;
    if (NT_SUCCESS(status))
        memcpy(answer, call.answer, size);
    return status;
}

/* Who walks over regions goes on behind each of them, and must get somewhere. */
NTSTATUS nt_service_query(struct nt_process *process, const void *address,
                          MEMORY_BASIC_INFORMATION *ret_information)
{
    NTSTATUS status =
        ask_for(process, NT_SERVICE_QUERY, address, ret_information, sizeof(*ret_information));
    uint64_t base, size;

    if (!NT_SUCCESS(status))
        return status;
    base = (uint64_t)ret_information->BaseAddress;
    size = ret_information->RegionSize;
    return base <= (uint64_t)address && size < NO_ADDRESS && (uint64_t)address < base + size
               ? STATUS_SUCCESS
               : STATUS_DATA_ERROR;
}

NTSTATUS nt_service_query_allocation(struct nt_process *process, const void *address,
                                     struct nt_allocation_information *ret_information)
{
    return ask_for(process, NT_SERVICE_EXTENT, address, ret_information, sizeof(*ret_information));
}

NTSTATUS nt_service_query_file(struct nt_process *process, const void *address, char **ret_path)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {
        .request.base = (uint64_t)address,
    };
    NTSTATUS status = nt_service_ask(process, NT_SERVICE_FILE, &call);

    if (!NT_SUCCESS(status))
        return status;
    if (!memchr(call.answer, 0, call.reply.n_bytes))
        return STATUS_DATA_ERROR;
    *ret_path = (char *)NT_STEAL(call.answer);
    return status;
}

static NTSTATUS ask_pages(struct nt_process *process, struct nt_resident_page *pages, size_t count)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {.bytes = pages, .n_bytes = count * sizeof(*pages)};
    NTSTATUS status = nt_service_ask(process, NT_SERVICE_PAGES, &call);

    if (NT_SUCCESS(status) && call.reply.n_bytes != call.n_bytes)
        status = STATUS_DATA_ERROR;
    if (NT_SUCCESS(status))
        memcpy(pages, call.answer, call.n_bytes);
    return status;
}

NTSTATUS nt_service_query_pages(struct nt_process *process, struct nt_resident_page *pages,
                                size_t count)
{
    const size_t most = NT_SERVICE_BYTES / sizeof(*pages);
    NTSTATUS status = STATUS_SUCCESS;

    for (size_t i = 0, n; i < count && NT_SUCCESS(status); i += n) {
        n = count - i < most ? count - i : most;
        status = ask_pages(process, pages + i, n);
    }
    return status;
}

/* Some pages from *@from on; moves it behind them, or to 0 when there were none. */
static NTSTATUS visit_some(struct nt_process *process, uint64_t *from,
                           void (*visit)(const struct nt_resident_page *page, void *context),
                           void *context)
{
    NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.request.base = *from};
    struct nt_resident_page page;
    NTSTATUS status = nt_service_ask(process, NT_SERVICE_RESIDENT, &call);
    size_t count = NT_SUCCESS(status) ? call.reply.n_bytes / sizeof(page) : 0;

    if (count == 0)
        *from = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(&page, call.answer + i * sizeof(page), sizeof(page));
        if (page.address < *from || page.address >= NO_ADDRESS)
            return STATUS_DATA_ERROR;
        visit(&page, context);
        *from = page.address + NT_PAGE_SIZE;
    }
    return status;
}

NTSTATUS nt_service_each_page(struct nt_process *process,
                              void (*visit)(const struct nt_resident_page *page, void *context),
                              void *context)
{
    uint64_t from = NT_PAGE_SIZE; /* nothing is at 0 */
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status) && from)
        status = visit_some(process, &from, visit, context);
    return status;
}

NTSTATUS nt_service_regions(struct nt_process *process, uint64_t from, uint64_t patience_ns,
                            struct nt_region_part *ret_part)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {.request.base = from, .patience_ns = patience_ns};
    NTSTATUS status = nt_service_ask(process, NT_SERVICE_REGIONS, &call);
    struct nt_region_part part;

    if (!NT_SUCCESS(status))
        return status;
    part = (struct nt_region_part){
        .bytes = call.answer,
        .used = call.reply.n_bytes,
        .next = call.reply.base,
        .changes = call.reply.size,
    };
    status = nt_regions_check(from, &part);
    if (NT_SUCCESS(status)) {
        call.answer = NULL; /* the caller's */
        *ret_part = part;
    }
    return status;
}

/* --- the working set -------------------------------------------------------------------- */

NTSTATUS nt_service_get_working_set(struct nt_process *process, struct nt_working_set *ret_set)
{
    return ask_for(process, NT_SERVICE_GET_SET, NULL, ret_set, sizeof(*ret_set));
}

NTSTATUS nt_service_set_working_set(struct nt_process *process, const struct nt_working_set *set)
{
    NT_CLEANUP(nt_service_call_deinit)
    struct nt_service_call call = {.bytes = set, .n_bytes = sizeof(*set)};

    return nt_service_ask(process, NT_SERVICE_SET_SET, &call);
}

NTSTATUS nt_service_empty(struct nt_process *process)
{
    NT_CLEANUP(nt_service_call_deinit) struct nt_service_call call = {.n_bytes = 0};

    return nt_service_ask(process, NT_SERVICE_EMPTY, &call);
}
