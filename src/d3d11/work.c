// SPDX-License-Identifier: MIT
/*
 * Batches of commands: open, in flight, free to be used again (see work.h).
 */
#include "d3d11/work.h"

#include <stdlib.h>

#include "util/log.h"
#include "util/macro.h"

#define PAGE_SIZE      (UINT64_C(1) << 20)
#define MAX_FREE_PAGES 8u
#define BATCH_BYTES    (UINT64_C(32) << 20)
#define BATCH_COMMANDS 1024u

struct nt_d3d11_page {
    TAILQ_ENTRY(nt_d3d11_page) link;
    ID3D12Resource *buffer;
    unsigned char *bytes;
    uint64_t size, used;
};

static void page_free(struct nt_d3d11_page *page)
{
    if (page->buffer)
        ID3D12Resource_Release(page->buffer);
    free(page);
}

/* An upload buffer of @size bytes, mapped for its whole life. */
static struct nt_d3d11_page *page_new(struct nt_d3d11_work *work, uint64_t size)
{
    struct nt_d3d11_page *page = calloc(1, sizeof(*page));
    D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_UPLOAD};
    D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                .Width = size,
                                .Height = 1,
                                .DepthOrArraySize = 1,
                                .MipLevels = 1,
                                .SampleDesc.Count = 1,
                                .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};

    if (!page)
        return NULL;
    page->size = size;
    if (FAILED(ID3D12Device5_CreateCommittedResource(
            work->device, &properties, D3D12_HEAP_FLAG_CREATE_NOT_ZEROED, &desc,
            D3D12_RESOURCE_STATE_GENERIC_READ, NULL, &IID_ID3D12Resource,
            (void **)&page->buffer)) ||
        FAILED(ID3D12Resource_Map(page->buffer, 0, NULL, (void **)&page->bytes))) {
        page_free(page);
        return NULL;
    }
    return page;
}

static void batch_unhold(struct nt_d3d11_batch *batch)
{
    for (size_t i = 0; i < batch->n_held; i++)
        ID3D12Resource_Release(batch->held[i]);
    batch->n_held = 0;
}

static bool batch_hold(struct nt_d3d11_batch *batch, ID3D12Resource *resource)
{
    /* The last one named is often named again. */
    if (batch->n_held && batch->held[batch->n_held - 1] == resource)
        return true;
    if (batch->n_held == batch->room) {
        size_t room = batch->room ? 2 * batch->room : 16;
        ID3D12Resource **held = realloc(batch->held, room * sizeof(*held));

        if (!held)
            return false;
        batch->held = held;
        batch->room = room;
    }
    ID3D12Resource_AddRef(resource);
    batch->held[batch->n_held++] = resource;
    return true;
}

/* The standard pages are kept for later, some of them. */
static void batch_clear(struct nt_d3d11_work *work, struct nt_d3d11_batch *batch)
{
    struct nt_d3d11_page *page;

    batch_unhold(batch);
    while ((page = TAILQ_FIRST(&batch->pages))) {
        TAILQ_REMOVE(&batch->pages, page, link);
        page->used = 0;
        if (page->size == PAGE_SIZE && work->n_free_pages < MAX_FREE_PAGES) {
            TAILQ_INSERT_HEAD(&work->free_pages, page, link);
            work->n_free_pages++;
        } else {
            page_free(page);
        }
    }
    batch->n_bytes = 0;
    batch->n_commands = 0;
}

static void batch_free(struct nt_d3d11_work *work, struct nt_d3d11_batch *batch)
{
    if (!batch)
        return;
    batch_clear(work, batch);
    if (batch->list)
        ID3D12GraphicsCommandList_Release(batch->list);
    if (batch->allocator)
        ID3D12CommandAllocator_Release(batch->allocator);
    free(batch->held);
    free(batch);
}

/* A batch whose list records already. */
static struct nt_d3d11_batch *batch_new(struct nt_d3d11_work *work)
{
    struct nt_d3d11_batch *batch = calloc(1, sizeof(*batch));

    if (!batch)
        return NULL;
    TAILQ_INIT(&batch->pages);
    if (FAILED(ID3D12Device5_CreateCommandAllocator(work->device, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                                    &IID_ID3D12CommandAllocator,
                                                    (void **)&batch->allocator)) ||
        FAILED(ID3D12Device5_CreateCommandList(
            work->device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT, batch->allocator, NULL,
            &IID_ID3D12GraphicsCommandList, (void **)&batch->list))) {
        batch_free(work, batch);
        return NULL;
    }
    return batch;
}

/* What is done can be used again. */
static void retire(struct nt_d3d11_work *work)
{
    struct nt_d3d11_batch *batch;

    while ((batch = TAILQ_FIRST(&work->in_flight)) && nt_d3d11_work_is_done(work, batch->number)) {
        TAILQ_REMOVE(&work->in_flight, batch, link);
        batch_clear(work, batch);
        TAILQ_INSERT_HEAD(&work->free, batch, link);
    }
}

/* A finished batch, recording anew; NULL when there is none that can. */
static struct nt_d3d11_batch *reuse(struct nt_d3d11_work *work)
{
    struct nt_d3d11_batch *batch = TAILQ_FIRST(&work->free);

    if (!batch)
        return NULL;
    TAILQ_REMOVE(&work->free, batch, link);
    if (SUCCEEDED(ID3D12CommandAllocator_Reset(batch->allocator)) &&
        SUCCEEDED(ID3D12GraphicsCommandList_Reset(batch->list, batch->allocator, NULL)))
        return batch;
    batch_free(work, batch);
    return NULL;
}

static struct nt_d3d11_batch *open_batch(struct nt_d3d11_work *work)
{
    if (work->open)
        return work->open;
    retire(work);
    work->open = reuse(work);
    if (!work->open)
        work->open = batch_new(work);
    if (!work->open)
        nt_log(NT_LOG_WARNING, "d3d11: a command is left out: no memory, or a removed device");
    return work->open;
}

HRESULT nt_d3d11_work_init(struct nt_d3d11_work *work, ID3D12Device5 *device)
{
    const D3D12_COMMAND_QUEUE_DESC desc = {.Type = D3D12_COMMAND_LIST_TYPE_DIRECT};
    pthread_mutexattr_t attributes;
    HRESULT hr;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&work->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    work->device = device;
    TAILQ_INIT(&work->in_flight);
    TAILQ_INIT(&work->free);
    TAILQ_INIT(&work->free_pages);
    hr = ID3D12Device5_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue,
                                          (void **)&work->queue);
    if (SUCCEEDED(hr))
        hr = ID3D12Device5_CreateFence(device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                       (void **)&work->fence);
    return hr;
}

void nt_d3d11_work_deinit(struct nt_d3d11_work *work)
{
    struct nt_d3d11_batch *batch;
    struct nt_d3d11_page *page;

    if (work->fence)
        nt_d3d11_work_flush(work);
    batch_free(work, work->open);
    TAILQ_CONCAT(&work->in_flight, &work->free, link);
    while ((batch = TAILQ_FIRST(&work->in_flight))) {
        TAILQ_REMOVE(&work->in_flight, batch, link);
        batch_free(work, batch);
    }
    while ((page = TAILQ_FIRST(&work->free_pages))) {
        TAILQ_REMOVE(&work->free_pages, page, link);
        page_free(page);
    }
    if (work->fence)
        ID3D12Fence_Release(work->fence);
    if (work->queue)
        ID3D12CommandQueue_Release(work->queue);
    pthread_mutex_destroy(&work->lock);
}

void nt_d3d11_work_lock(struct nt_d3d11_work *work)
{
    pthread_mutex_lock(&work->lock);
}

void nt_d3d11_work_unlock(struct nt_d3d11_work *work)
{
    pthread_mutex_unlock(&work->lock);
}

ID3D12GraphicsCommandList *nt_d3d11_work_begin(struct nt_d3d11_work *work,
                                               ID3D12Resource *const *resources, size_t n)
{
    struct nt_d3d11_batch *batch = open_batch(work);

    if (!batch)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (!batch_hold(batch, resources[i])) {
            nt_log(NT_LOG_WARNING, "d3d11: a command is left out: no memory");
            return NULL;
        }
    }
    return batch->list;
}

uint64_t nt_d3d11_work_end(struct nt_d3d11_work *work, uint64_t n_bytes)
{
    struct nt_d3d11_batch *batch = work->open;
    uint64_t number = work->number + 1;

    batch->n_bytes += n_bytes;
    if (++batch->n_commands >= BATCH_COMMANDS || batch->n_bytes >= BATCH_BYTES)
        nt_d3d11_work_flush(work);
    return number;
}

ID3D12Resource *nt_d3d11_work_upload(struct nt_d3d11_work *work, uint64_t size,
                                     uint64_t *ret_offset, unsigned char **ret_bytes)
{
    struct nt_d3d11_batch *batch = open_batch(work);
    struct nt_d3d11_page *page = batch ? TAILQ_FIRST(&batch->pages) : NULL;

    if (!batch)
        return NULL;
    if (!page || page->size - page->used < size) {
        page = TAILQ_FIRST(&work->free_pages);
        if (page && size <= page->size) {
            TAILQ_REMOVE(&work->free_pages, page, link);
            work->n_free_pages--;
        } else {
            page = page_new(work, size > PAGE_SIZE ? size : PAGE_SIZE);
        }
        if (!page) {
            nt_log(NT_LOG_WARNING, "d3d11: an update is left out: no memory");
            return NULL;
        }
        TAILQ_INSERT_HEAD(&batch->pages, page, link);
    }
    *ret_offset = page->used;
    *ret_bytes = page->bytes + page->used;
    page->used += nt_align_up(size, D3D12_TEXTURE_DATA_PLACEMENT_ALIGNMENT);
    if (page->used > page->size)
        page->used = page->size;
    return page->buffer;
}

/* Lets the fence get to the last number; a failed attempt is made good by the next one. */
static HRESULT signal_number(struct nt_d3d11_work *work)
{
    HRESULT hr = ID3D12CommandQueue_Signal(work->queue, work->fence, work->number);

    if (SUCCEEDED(hr))
        work->signalled = work->number;
    return hr;
}

void nt_d3d11_work_flush(struct nt_d3d11_work *work)
{
    struct nt_d3d11_batch *batch = NT_STEAL(work->open);
    ID3D12CommandList *list;

    if (!batch)
        return;
    list = (ID3D12CommandList *)batch->list;
    /* A faulty list would remove the device; what is recorded was checked, so it is never one. */
    if (SUCCEEDED(ID3D12GraphicsCommandList_Close(batch->list)))
        ID3D12CommandQueue_ExecuteCommandLists(work->queue, 1, &list);
    else
        nt_log(NT_LOG_ERROR, "d3d11: commands are left out: their list does not close");
    batch_unhold(batch);
    batch->number = ++work->number;
    TAILQ_INSERT_TAIL(&work->in_flight, batch, link);
    signal_number(work);
}

uint64_t nt_d3d11_work_mark(const struct nt_d3d11_work *work)
{
    return work->number + (work->open != NULL);
}

bool nt_d3d11_work_is_done(const struct nt_d3d11_work *work, uint64_t number)
{
    return ID3D12Fence_GetCompletedValue(work->fence) >= number;
}

HRESULT nt_d3d11_work_wait(struct nt_d3d11_work *work, uint64_t number)
{
    HRESULT hr = S_OK;

    if (number > work->number)
        nt_d3d11_work_flush(work);
    if (number > work->signalled)
        hr = signal_number(work);
    if (SUCCEEDED(hr) && !nt_d3d11_work_is_done(work, number)) {
        nt_d3d11_work_unlock(work);
        hr = ID3D12Fence_SetEventOnCompletion(work->fence, number, NULL);
        nt_d3d11_work_lock(work);
    }
    if (SUCCEEDED(hr) && ID3D12Device5_GetDeviceRemovedReason(work->device) != S_OK)
        return DXGI_ERROR_DEVICE_REMOVED;
    return hr;
}
