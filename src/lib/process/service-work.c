// SPDX-License-Identifier: MIT
/*
 * What the service thread does for other processes: one function for each kind of request, all of
 * which turn a message into the arguments of an ordinary call of this library. Nothing is trusted
 * of a message but that its asker may ask.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/memory/query.h"
#include "lib/memory/regions.h"
#include "lib/memory/residency.h"
#include "lib/process/lock.h"
#include "lib/process/process.h"
#include "lib/process/service-protocol.h"
#include "lib/process/working-set.h"
#include "os/remote.h"
#include "rtl/status.h"
#include "util/macro.h"

/* A request whose length is as it says, with what lies behind it. */
struct work {
    const struct nt_service_request *request;
    const unsigned char *bytes;
    int *fds;
    size_t n_fds;
    struct nt_service_answer *answer;
};

/* Room for @size bytes of an answer, all zero. */
static void *answer_bytes(struct work *work, size_t size)
{
    struct nt_service_answer *answer = work->answer;

    answer->bytes = calloc(1, size ? size : 1);
    if (answer->bytes)
        answer->reply.n_bytes = (uint32_t)size;
    return answer->bytes;
}

static NTSTATUS answer_with(struct work *work, const void *bytes, size_t size)
{
    void *to = answer_bytes(work, size);

    if (!to)
        return STATUS_NO_MEMORY;
    memcpy(to, bytes, size);
    return STATUS_SUCCESS;
}

/* --- handles ---------------------------------------------------------------------------- */

static NTSTATUS pack_copy(HANDLE copy, struct nt_parcel *parcel)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    ULONG attributes;
    ACCESS_MASK access;
    NTSTATUS status = nt_handle_get(copy, NULL, 0, &object, &access);

    if (NT_SUCCESS(status))
        status = nt_handle_get_flags(copy, &attributes);
    return NT_SUCCESS(status) ? nt_parcel_pack(object, access, attributes, parcel) : status;
}

/*
 * A copy is made here, with all the checks of a copy, and packed. 12.21: the source is closed also
 * when that fails; when it does not, once the copy has arrived.
 */
static NTSTATUS take(struct work *work)
{
    const struct nt_service_request *request = work->request;
    HANDLE source = (HANDLE)request->handle, copy = NULL;
    ULONG options = request->options & ~(ULONG)DUPLICATE_CLOSE_SOURCE;
    bool closes = request->options & DUPLICATE_CLOSE_SOURCE;
    NTSTATUS status;

    /* The thread that is meant is not one of here. */
    if (source == NT_PSEUDO_THREAD)
        return STATUS_INVALID_HANDLE;
    status = nt_handle_duplicate(source, request->access, request->attributes, options, &copy);
    if (NT_SUCCESS(status)) {
        status = pack_copy(copy, &work->answer->parcel);
        nt_handle_set_flags(copy, OBJ_PROTECT_CLOSE, 0);
        nt_handle_close(copy);
    }
    if (closes && NT_SUCCESS(status))
        work->answer->undo.source = source;
    else if (closes)
        nt_handle_close(source);
    return status;
}

static NTSTATUS close_handle(struct work *work)
{
    return nt_handle_close((HANDLE)work->request->handle);
}

/* --- views ------------------------------------------------------------------------------ */

static struct nt_view_request view_request(const struct nt_service_request *request)
{
    return (struct nt_view_request){
        .base = (void *)request->base,
        .offset = request->offset,
        .size = request->size,
        .allocation_type = request->type,
        .protect = request->protect,
        .lowest = request->lowest,
        .highest = request->highest,
        .on_node = request->flags & NT_SERVICE_ON_NODE,
        .node = request->node,
        .top_down = request->flags & NT_SERVICE_TOP_DOWN,
        .no_placeholders = request->flags & NT_SERVICE_NO_PLACEHOLDERS,
    };
}

static NTSTATUS map(struct work *work)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *section = NULL;
    const struct nt_view_request request = view_request(work->request);
    struct nt_service_answer *answer = work->answer;
    ACCESS_MASK access;
    ULONG attributes;
    void *base;
    size_t size;
    NTSTATUS status = nt_parcel_unpack(work->bytes, work->request->n_bytes, work->fds, work->n_fds,
                                       &section, &access, &attributes);

    if (NT_SUCCESS(status))
        status = nt_view_map_object(section, access, &request, &base, &size);
    if (!NT_SUCCESS(status))
        return status;
    answer->reply.base = answer->undo.view = (uint64_t)base;
    answer->reply.size = size;
    if (request.allocation_type & MEM_REPLACE_PLACEHOLDER)
        answer->undo.flags = MEM_PRESERVE_PLACEHOLDER;
    return status;
}

static NTSTATUS unmap(struct work *work)
{
    return nt_view_unmap((void *)work->request->base, work->request->type);
}

/* --- memory ----------------------------------------------------------------------------- */

static NTSTATUS allocate(struct work *work)
{
    const struct nt_service_request *request = work->request;
    struct nt_service_answer *answer = work->answer;
    struct nt_allocation allocation = {
        .base = (void *)request->base,
        .size = request->size,
        .type = request->type,
        .protect = request->protect,
        .extended = request->flags & NT_SERVICE_EXTENDED,
        .constrained = request->flags & NT_SERVICE_CONSTRAINED,
        .lowest = request->lowest,
        .highest = request->highest,
        .alignment = request->alignment,
        .attributes = request->extra,
        .on_node = request->flags & NT_SERVICE_ON_NODE,
        .node = request->node,
    };
    NTSTATUS status = nt_memory_allocate(&allocation);

    if (!NT_SUCCESS(status))
        return status;
    answer->reply.base = (uint64_t)allocation.base;
    answer->reply.size = allocation.size;
    /* What is only committed in memory that was there stays: it is that allocation's. */
    if ((request->type & MEM_RESERVE) || !request->base)
        answer->undo.memory = allocation.base;
    answer->undo.size = allocation.size;
    answer->undo.flags = MEM_RELEASE;
    if (request->type & MEM_REPLACE_PLACEHOLDER)
        answer->undo.flags |= MEM_PRESERVE_PLACEHOLDER;
    return status;
}

/* The calls that take a range and round it. */
static NTSTATUS on_range(struct work *work, NTSTATUS (*change)(void **base, size_t *size))
{
    void *base = (void *)work->request->base;
    size_t size = work->request->size;
    NTSTATUS status = change(&base, &size);

    work->answer->reply.base = (uint64_t)base;
    work->answer->reply.size = size;
    return status;
}

static NTSTATUS free_memory(struct work *work)
{
    void *base = (void *)work->request->base;
    size_t size = work->request->size;
    NTSTATUS status = nt_memory_free(&base, &size, work->request->type);

    work->answer->reply.base = (uint64_t)base;
    work->answer->reply.size = size;
    return status;
}

static NTSTATUS protect(struct work *work)
{
    void *base = (void *)work->request->base;
    size_t size = work->request->size;
    ULONG before = 0;
    NTSTATUS status = nt_memory_protect(&base, &size, work->request->protect, &before);

    work->answer->reply.base = (uint64_t)base;
    work->answer->reply.size = size;
    work->answer->reply.value = before;
    return status;
}

static NTSTATUS lock(struct work *work)
{
    return on_range(work, nt_memory_lock);
}

static NTSTATUS unlock(struct work *work)
{
    return on_range(work, nt_memory_unlock);
}

static NTSTATUS flush(struct work *work)
{
    return on_range(work, nt_view_flush);
}

static NTSTATUS prefetch(struct work *work)
{
    WIN32_MEMORY_RANGE_ENTRY entries[64];
    size_t count = work->request->n_bytes / sizeof(entries[0]);
    NTSTATUS status = STATUS_SUCCESS;

    for (size_t i = 0, n; i < count && NT_SUCCESS(status); i += n) {
        n = count - i < NT_ARRAY_SIZE(entries) ? count - i : NT_ARRAY_SIZE(entries);
        memcpy(entries, work->bytes + i * sizeof(entries[0]), n * sizeof(entries[0]));
        status = nt_memory_prefetch(entries, n);
    }
    return status;
}

/* Through the kernel, which says what cannot be reached instead of a fault. */
static NTSTATUS copy(uint64_t base, void *here, size_t size, bool write, size_t *ret_done)
{
    int r = nt_os_copy_process((pid_t)nt_process_id(), base, here, size, write, ret_done);

    return r == -EFAULT ? STATUS_PARTIAL_COPY : nt_status_from_errno(r);
}

static NTSTATUS read_memory(struct work *work)
{
    void *bytes;
    size_t done = 0;
    NTSTATUS status;

    if (work->request->size > NT_SERVICE_BYTES)
        return STATUS_DATA_ERROR;
    bytes = answer_bytes(work, work->request->size);
    if (!bytes)
        return STATUS_NO_MEMORY;
    status = copy(work->request->base, bytes, work->request->size, false, &done);
    work->answer->reply.n_bytes = (uint32_t)done;
    return status;
}

static NTSTATUS write_memory(struct work *work)
{
    size_t done = 0;
    NTSTATUS status =
        copy(work->request->base, (void *)work->bytes, work->request->n_bytes, true, &done);

    work->answer->reply.size = done;
    return status;
}

static NTSTATUS flush_code(struct work *work)
{
    nt_process_flush_code((void *)work->request->base, work->request->size);
    return STATUS_SUCCESS;
}

/* --- questions -------------------------------------------------------------------------- */

static NTSTATUS query(struct work *work)
{
    MEMORY_BASIC_INFORMATION information;
    NTSTATUS status = nt_memory_query((void *)work->request->base, &information);

    return NT_SUCCESS(status) ? answer_with(work, &information, sizeof(information)) : status;
}

static NTSTATUS query_extent(struct work *work)
{
    struct nt_allocation_information information;
    NTSTATUS status = nt_memory_query_allocation((void *)work->request->base, &information);

    return NT_SUCCESS(status) ? answer_with(work, &information, sizeof(information)) : status;
}

static NTSTATUS query_file(struct work *work)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_memory_query_file((void *)work->request->base, &path);

    return NT_SUCCESS(status) ? answer_with(work, path, strlen(path) + 1) : status;
}

static NTSTATUS query_pages(struct work *work)
{
    size_t count = work->request->n_bytes / sizeof(struct nt_resident_page);
    struct nt_resident_page *pages = answer_bytes(work, count * sizeof(*pages));

    if (!pages)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        memcpy(&pages[i].address, work->bytes + i * sizeof(*pages), sizeof(pages[i].address));
    return nt_memory_query_pages(pages, count);
}

struct page_list {
    uint64_t from;
    struct nt_resident_page *pages;
    size_t room, count;
};

static void add_page(const struct nt_resident_page *page, void *context)
{
    struct page_list *list = context;

    if (page->address >= list->from && list->count < list->room)
        list->pages[list->count++] = *page;
}

static NTSTATUS query_resident(struct work *work)
{
    struct page_list list = {.from = work->request->base,
                             .room = NT_SERVICE_BYTES / sizeof(struct nt_resident_page)};
    NTSTATUS status;

    list.pages = answer_bytes(work, list.room * sizeof(*list.pages));
    if (!list.pages)
        return STATUS_NO_MEMORY;
    status = nt_memory_each_page(add_page, &list);
    work->answer->reply.n_bytes = (uint32_t)(list.count * sizeof(*list.pages));
    return status;
}

static NTSTATUS query_regions(struct work *work)
{
    struct nt_region_part part = {.room = NT_SERVICE_BYTES};

    part.bytes = answer_bytes(work, part.room);
    if (!part.bytes)
        return STATUS_NO_MEMORY;
    nt_regions_look(work->request->base, &part);
    work->answer->reply.n_bytes = (uint32_t)part.used;
    work->answer->reply.base = part.next;
    work->answer->reply.size = part.changes;
    return STATUS_SUCCESS;
}

/* --- the working set -------------------------------------------------------------------- */

static NTSTATUS get_set(struct work *work)
{
    struct nt_working_set set;

    nt_working_set_get(&set);
    return answer_with(work, &set, sizeof(set));
}

static NTSTATUS set_set(struct work *work)
{
    struct nt_working_set set;

    if (work->request->n_bytes != sizeof(set))
        return STATUS_DATA_ERROR;
    memcpy(&set, work->bytes, sizeof(set));
    return nt_working_set_set(&set);
}

static NTSTATUS empty_set(struct work *work)
{
    (void)work;
    return nt_working_set_empty();
}

/* --- the whole -------------------------------------------------------------------------- */

static NTSTATUS (*const kinds[NT_SERVICE_KINDS])(struct work *work) = {
    [NT_SERVICE_TAKE] = take,
    [NT_SERVICE_CLOSE] = close_handle,
    [NT_SERVICE_MAP] = map,
    [NT_SERVICE_UNMAP] = unmap,
    [NT_SERVICE_ALLOCATE] = allocate,
    [NT_SERVICE_FREE] = free_memory,
    [NT_SERVICE_PROTECT] = protect,
    [NT_SERVICE_QUERY] = query,
    [NT_SERVICE_EXTENT] = query_extent,
    [NT_SERVICE_FILE] = query_file,
    [NT_SERVICE_PAGES] = query_pages,
    [NT_SERVICE_RESIDENT] = query_resident,
    [NT_SERVICE_LOCK] = lock,
    [NT_SERVICE_UNLOCK] = unlock,
    [NT_SERVICE_FLUSH] = flush,
    [NT_SERVICE_PREFETCH] = prefetch,
    [NT_SERVICE_GET_SET] = get_set,
    [NT_SERVICE_SET_SET] = set_set,
    [NT_SERVICE_EMPTY] = empty_set,
    [NT_SERVICE_READ] = read_memory,
    [NT_SERVICE_WRITE] = write_memory,
    [NT_SERVICE_CODE] = flush_code,
    [NT_SERVICE_REGIONS] = query_regions,
};

static NTSTATUS check(const void *message, size_t size, struct nt_service_request *request)
{
    if (size < sizeof(*request))
        return STATUS_DATA_ERROR;
    memcpy(request, message, sizeof(*request));
    if (request->magic != NT_SERVICE_MAGIC || request->kind == 0 ||
        request->kind >= NT_SERVICE_KINDS || request->n_bytes > NT_SERVICE_BYTES ||
        request->n_bytes != size - sizeof(*request))
        return STATUS_DATA_ERROR;
    return STATUS_SUCCESS;
}

void nt_service_work(const void *message, size_t size, int *fds, size_t n_fds,
                     struct nt_service_answer *ret_answer)
{
    struct nt_service_request request;
    struct work work = {.request = &request, .fds = fds, .n_fds = n_fds, .answer = ret_answer};
    NTSTATUS status;

    memset(ret_answer, 0, sizeof(*ret_answer));
    status = check(message, size, &request);
    if (NT_SUCCESS(status)) {
        work.bytes = (const unsigned char *)message + sizeof(request);
        status = kinds[request.kind](&work);
    }
    for (size_t i = 0; i < n_fds; i++)
        fds[i] = nt_os_close_foreign(fds[i]);
    ret_answer->reply.magic = NT_SERVICE_MAGIC;
    ret_answer->reply.status = status;
}

void nt_service_answer_deinit(struct nt_service_answer *answer)
{
    free(answer->bytes);
    answer->bytes = NULL;
    nt_parcel_deinit(&answer->parcel);
}

/* 12.20: a source that is protected stays open, and that is no failure. */
void nt_service_commit(const struct nt_service_undo *undo)
{
    if (undo->source)
        nt_handle_close(undo->source);
}

void nt_service_undo(const struct nt_service_undo *undo)
{
    void *base = undo->memory;
    size_t size = 0;

    if (undo->view)
        nt_view_unmap((void *)undo->view, undo->flags);
    if (!base)
        return;
    /* A placeholder is given back whole, which its size says. */
    if (undo->flags & MEM_PRESERVE_PLACEHOLDER)
        size = undo->size;
    nt_memory_free(&base, &size, undo->flags);
}
