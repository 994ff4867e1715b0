// SPDX-License-Identifier: MIT
/*
 * Recording into a black box: lists, passes, submissions.
 *
 * A marker is an entry in the ring, written by the CPU, and one word that the GPU will write when
 * it gets there. The word is the list's, not the entry's: the ring goes round, and a list may be
 * executed long after its entries were written over; were the words in the ring, such a list
 * would scribble on its successors. A recording has its record until its last execution is behind
 * the fence, so a record is never written by two lists.
 *
 * Executed again, a list writes the same values again. The write that begin_list records at its
 * start puts both words back to "started, no pass yet", so that a single pass that is running for
 * the second time does not look finished. It uses the markers' own modes: the out word is then
 * ordered behind the out words of the execution before (D2.1).
 */
#include "d3d12/blackbox/blackbox.h"
#include "util/macro.h"

#include <stdlib.h>
#include <time.h>

uint64_t nt_blackbox_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- fences --------------------------------------------------------------------------------- */

static void finish_batches(struct nt_blackbox_queue *queue)
{
    uint64_t n_passes = 0;

    while (queue->n_batches > 0) {
        const struct nt_blackbox_batch *batch = &queue->batches[queue->first_batch];

        if (batch->fence_value > queue->completed)
            break;
        n_passes = batch->n_passes;
        queue->first_batch = (queue->first_batch + 1) % NT_BLACKBOX_MAX_BATCH;
        queue->n_batches--;
    }
    /* The value before the count: dying in between, the reader counts too few, never too many. */
    nt_blackbox_publish(&queue->record->completed, queue->completed);
    if (n_passes > 0)
        nt_blackbox_publish(&queue->record->passes_completed, n_passes);
}

/* A record whose list will not run again goes back to the free ones. */
static void free_list(struct ntshm_blackbox *box, struct ntshm_blackbox_list *list)
{
    nt_blackbox_publish(&list->record->state, NTSHM_BLACKBOX_LIST_FREE);
    list->next = box->free;
    box->free = list;
}

static void sweep_ended(struct ntshm_blackbox *box)
{
    struct ntshm_blackbox_list **link = &box->ended;

    while (*link) {
        struct ntshm_blackbox_list *list = *link;

        if (list->submitted && list->fence_value > box->queues[list->queue].completed) {
            link = &list->next;
            continue;
        }
        *link = list->next;
        free_list(box, list);
    }
}

void nt_blackbox_look(struct ntshm_blackbox *box)
{
    uint64_t values[NTSHM_BLACKBOX_MAX_QUEUES];
    HRESULT hr;

    if (__atomic_load_n(&box->removed, __ATOMIC_RELAXED) != S_OK)
        return;
    /* Values first: when the reason read after them is S_OK they are not removal's UINT64_MAX. */
    for (uint32_t i = 0; i < box->n_queues; i++)
        values[i] = ID3D12Fence_GetCompletedValue(box->queues[i].fence);
    hr = ID3D12Device3_GetDeviceRemovedReason(box->device);
    if (hr != S_OK) {
        __atomic_store_n(&box->removed, hr, __ATOMIC_RELAXED);
        nt_blackbox_set(&box->header->removed_reason, (uint32_t)hr);
        nt_blackbox_publish(&box->header->state, NTSHM_BLACKBOX_REMOVED);
        return;
    }
    for (uint32_t i = 0; i < box->n_queues; i++) {
        if (values[i] == UINT64_MAX || values[i] <= box->queues[i].completed)
            continue;
        box->queues[i].completed = values[i];
        finish_batches(&box->queues[i]);
    }
    sweep_ended(box);
}

NT_EXPORT HRESULT ntshm_blackbox_poll(struct ntshm_blackbox *box)
{
    HRESULT hr;

    pthread_mutex_lock(&box->lock);
    nt_blackbox_look(box);
    hr = box->removed;
    pthread_mutex_unlock(&box->lock);
    return hr;
}

NT_EXPORT HRESULT ntshm_blackbox_add_queue(struct ntshm_blackbox *box, const char *name,
                                           uint32_t type, ID3D12Fence *fence, uint32_t *ret_queue)
{
    struct nt_blackbox_queue *queue;
    HRESULT hr = E_OUTOFMEMORY;

    if (!box || !fence || !ret_queue)
        return E_INVALIDARG;
    pthread_mutex_lock(&box->lock);
    queue = &box->queues[box->n_queues];
    if (box->n_queues < NTSHM_BLACKBOX_MAX_QUEUES &&
        (queue->batches = calloc(NT_BLACKBOX_MAX_BATCH, sizeof(*queue->batches)))) {
        ID3D12Fence_AddRef(fence);
        queue->fence = fence;
        queue->record =
            (struct ntshm_blackbox_queue_record *)(box->view + box->layout.queues.offset) +
            box->n_queues;
        queue->record->type = type;
        nt_blackbox_publish(&queue->record->name, nt_blackbox_name(&box->names, name));
        *ret_queue = box->n_queues++;
        hr = S_OK;
    }
    pthread_mutex_unlock(&box->lock);
    return hr;
}

/* --- lists ---------------------------------------------------------------------------------- */

static struct ntshm_blackbox_list *take_free(struct ntshm_blackbox *box, HRESULT *ret_hr)
{
    struct ntshm_blackbox_list *list;

    pthread_mutex_lock(&box->lock);
    if (!box->free)
        nt_blackbox_look(box);
    list = box->free;
    if (list)
        box->free = list->next;
    *ret_hr = box->removed != S_OK ? DXGI_ERROR_DEVICE_REMOVED : list ? S_OK : E_OUTOFMEMORY;
    if (*ret_hr != S_OK && list) {
        list->next = box->free;
        box->free = list;
        list = NULL;
    }
    pthread_mutex_unlock(&box->lock);
    return list;
}

/* Makes the record this recording's; a reader that sees an odd generation leaves it alone. */
static void claim_record(struct ntshm_blackbox_list *list, uint32_t name)
{
    struct ntshm_blackbox_list_record *record = list->record;

    nt_blackbox_set(&record->generation, list->generation + 1);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    nt_blackbox_set(&record->marker_in, 0);
    nt_blackbox_set(&record->marker_out, 0);
    nt_blackbox_set(&record->name, name);
    nt_blackbox_set(&record->state, NTSHM_BLACKBOX_LIST_OPEN);
    nt_blackbox_set(&record->n_ordinals, 0);
    nt_blackbox_set(&record->queue, 0);
    nt_blackbox_set(&record->n_executions, 0);
    nt_blackbox_set(&record->fence_value, 0);
    nt_blackbox_set(&record->first_sequence, 0);
    nt_blackbox_set(&record->time_ns, nt_blackbox_now_ns());
    list->generation += 2;
    if (list->generation == 0) /* 0 means never used */
        list->generation = 2;
    nt_blackbox_publish(&record->generation, list->generation);
}

static D3D12_GPU_VIRTUAL_ADDRESS address_of(const struct ntshm_blackbox_list *list,
                                            const uint32_t *word)
{
    return list->box->address + (uint64_t)((const unsigned char *)word - list->box->view);
}

NT_EXPORT HRESULT ntshm_blackbox_begin_list(struct ntshm_blackbox *box,
                                            ID3D12GraphicsCommandList2 *commands, const char *name,
                                            struct ntshm_blackbox_list **ret_list)
{
    static const D3D12_WRITEBUFFERIMMEDIATE_MODE modes[2] = {
        D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT};
    D3D12_WRITEBUFFERIMMEDIATE_PARAMETER writes[2];
    struct ntshm_blackbox_list *list;
    uint32_t number;
    HRESULT hr;

    if (!box || !commands || !ret_list)
        return E_INVALIDARG;
    list = take_free(box, &hr);
    if (!list)
        return hr;
    number = nt_blackbox_name(&box->names, name);
    claim_record(list, number);
    ID3D12GraphicsCommandList2_AddRef(commands);
    list->commands = commands;
    list->next = NULL;
    list->ordinal = list->n_passes = list->n_open = list->n_unmarked = 0;
    list->submitted = false;
    list->n_executions = 0;
    list->fence_value = 0;
    __atomic_fetch_add(&box->header->n_lists, 1, __ATOMIC_RELAXED);

    writes[0].Dest = address_of(list, &list->record->marker_in);
    writes[1].Dest = address_of(list, &list->record->marker_out);
    writes[0].Value = writes[1].Value = NTSHM_BLACKBOX_VALUE(0, number);
    ID3D12GraphicsCommandList2_WriteBufferImmediate(commands, 2, writes, modes);
    *ret_list = list;
    return S_OK;
}

NT_EXPORT void ntshm_blackbox_end_list(struct ntshm_blackbox_list *list)
{
    struct ntshm_blackbox *box;

    if (!list)
        return;
    box = list->box;
    ID3D12GraphicsCommandList2_Release(list->commands);
    list->commands = NULL;
    pthread_mutex_lock(&box->lock);
    list->next = box->ended;
    box->ended = list;
    sweep_ended(box);
    pthread_mutex_unlock(&box->lock);
}

/* --- passes --------------------------------------------------------------------------------- */

/* The ring entry; complete before its sequence is there. Returns the sequence. */
static uint64_t write_entry(struct ntshm_blackbox_list *list, uint32_t value, uint16_t kind)
{
    struct ntshm_blackbox *box = list->box;
    uint64_t sequence = __atomic_add_fetch(&box->next_marker, 1, __ATOMIC_RELAXED);
    struct ntshm_blackbox_marker *entry = &box->markers[sequence & (box->layout.markers.count - 1)];
    struct ntshm_blackbox_marker marker = {.sequence = sequence,
                                           .list = list->index,
                                           .generation = list->generation,
                                           .value = value,
                                           .kind = kind,
                                           .time_ns = nt_blackbox_now_ns()};

    nt_blackbox_set(&entry->sequence, 0);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    entry->list = marker.list;
    entry->generation = marker.generation;
    entry->value = marker.value;
    entry->kind = marker.kind;
    entry->check = ntshm_blackbox_check(&marker);
    entry->time_ns = marker.time_ns;
    nt_blackbox_publish(&entry->sequence, sequence);
    __atomic_fetch_add(&box->header->n_markers, 1, __ATOMIC_RELAXED);
    return sequence;
}

static void mark(struct ntshm_blackbox_list *list, uint32_t name, uint16_t kind)
{
    struct ntshm_blackbox_list_record *record = list->record;
    uint32_t value = NTSHM_BLACKBOX_VALUE(++list->ordinal, name);
    uint64_t sequence = write_entry(list, value, kind);
    bool begin = kind == NTSHM_BLACKBOX_BEGIN;
    D3D12_WRITEBUFFERIMMEDIATE_MODE mode = begin ? D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN
                                                 : D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT;
    D3D12_WRITEBUFFERIMMEDIATE_PARAMETER write = {
        .Dest = address_of(list, begin ? &record->marker_in : &record->marker_out), .Value = value};

    if (list->ordinal == 1)
        nt_blackbox_set(&record->first_sequence, sequence);
    nt_blackbox_publish(&record->n_ordinals, list->ordinal);
    ID3D12GraphicsCommandList2_WriteBufferImmediate(list->commands, 1, &write, &mode);
}

NT_EXPORT HRESULT ntshm_blackbox_begin_pass(struct ntshm_blackbox_list *list, const char *name)
{
    struct ntshm_blackbox_header *header = list->box->header;
    uint32_t number;

    /* Each open pass has its end to write too. */
    if (list->n_unmarked > 0 || list->n_open == NT_BLACKBOX_MAX_DEPTH ||
        list->ordinal + list->n_open + 2 > NTSHM_BLACKBOX_MAX_ORDINAL) {
        list->n_unmarked++;
        __atomic_fetch_add(&header->passes_dropped, 1, __ATOMIC_RELAXED);
        return HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS);
    }
    number = nt_blackbox_name(&list->box->names, name);
    if (!number)
        __atomic_fetch_add(&header->names_dropped, 1, __ATOMIC_RELAXED);
    list->stack[list->n_open++] = (uint16_t)number;
    list->n_passes++;
    mark(list, number, NTSHM_BLACKBOX_BEGIN);
    return number ? S_OK : S_FALSE;
}

NT_EXPORT HRESULT ntshm_blackbox_end_pass(struct ntshm_blackbox_list *list)
{
    if (list->n_unmarked > 0) {
        list->n_unmarked--;
        return S_FALSE;
    }
    if (list->n_open == 0)
        return E_UNEXPECTED;
    mark(list, list->stack[--list->n_open], NTSHM_BLACKBOX_END);
    return S_OK;
}

/* --- submissions ---------------------------------------------------------------------------- */

static void note_submission(struct ntshm_blackbox *box, uint32_t queue,
                            const struct ntshm_blackbox_list *list, uint64_t fence_value)
{
    uint64_t sequence = ++box->next_submission;
    struct ntshm_blackbox_submission *entry =
        &box->submissions[sequence % box->layout.submissions.count];

    nt_blackbox_set(&entry->sequence, 0);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    entry->queue = queue;
    entry->list = list->index;
    entry->generation = list->generation;
    entry->n_passes = list->n_passes;
    entry->fence_value = fence_value;
    entry->time_ns = nt_blackbox_now_ns();
    nt_blackbox_publish(&entry->sequence, sequence);
    nt_blackbox_publish(&box->header->n_submissions, sequence);
}

static void submit_list(struct ntshm_blackbox *box, uint32_t queue,
                        struct ntshm_blackbox_list *list, uint64_t fence_value)
{
    struct ntshm_blackbox_list_record *record = list->record;

    list->submitted = true;
    list->queue = queue;
    list->fence_value = fence_value;
    nt_blackbox_set(&record->queue, queue);
    nt_blackbox_set(&record->fence_value, fence_value);
    nt_blackbox_set(&record->n_executions, ++list->n_executions);
    nt_blackbox_publish(&record->state, NTSHM_BLACKBOX_LIST_SUBMITTED);
    note_submission(box, queue, list, fence_value);
}

/* Remembers what is done with @fence_value; a full ring counts two batches as one. */
static void add_batch(struct nt_blackbox_queue *queue, uint64_t fence_value)
{
    uint32_t place;

    if (queue->n_batches < NT_BLACKBOX_MAX_BATCH)
        queue->n_batches++;
    place = (queue->first_batch + queue->n_batches - 1) % NT_BLACKBOX_MAX_BATCH;
    queue->batches[place] = (struct nt_blackbox_batch){fence_value, queue->n_passes};
}

NT_EXPORT HRESULT ntshm_blackbox_submit(struct ntshm_blackbox *box, uint32_t queue_number,
                                        struct ntshm_blackbox_list *const *lists, uint32_t n_lists,
                                        uint64_t fence_value)
{
    struct nt_blackbox_queue *queue;
    HRESULT hr = E_INVALIDARG;

    if (!box || (n_lists > 0 && !lists))
        return E_INVALIDARG;
    for (uint32_t i = 0; i < n_lists; i++)
        if (!lists[i] || lists[i]->box != box)
            return E_INVALIDARG;
    pthread_mutex_lock(&box->lock);
    nt_blackbox_look(box);
    if (queue_number < box->n_queues && fence_value > box->queues[queue_number].submitted) {
        queue = &box->queues[queue_number];
        queue->submitted = fence_value;
        for (uint32_t i = 0; i < n_lists; i++) {
            queue->n_passes += lists[i]->n_passes;
            submit_list(box, queue_number, lists[i], fence_value);
        }
        add_batch(queue, fence_value);
        nt_blackbox_set(&queue->record->passes_submitted, queue->n_passes);
        nt_blackbox_publish(&queue->record->submitted, fence_value);
        hr = S_OK;
    }
    pthread_mutex_unlock(&box->lock);
    return hr;
}
