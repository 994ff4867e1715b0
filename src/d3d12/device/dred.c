// SPDX-License-Identifier: MIT
/*
 * DRED's breadcrumbs and page faults (see dred.h): collecting. What a program sees of it is in
 * dred-output.c.
 */
#include "d3d12/device/dred.h"

#include <stdlib.h>

#include "d3d12/device/dred-data.h"
#include "d3d12/queue/engine.h"
#include "d3d12/memory/heap.h"
#include "d3d12/list/list.h"
#include "d3d12/queue/queue.h"
#include "d3d12/resource/resource.h"
#include "util/log.h"
#include "util/macro.h"

/* --- names ----------------------------------------------------------------------------------- */

/* A copy of an object's private data @guid with @n_end zero bytes behind it; NULL: none. */
static void *copy_data(struct nt_d3d_object *object, REFGUID guid, size_t n_end)
{
    UINT size = 0;
    char *bytes;

    if (nt_d3d_object_get_private_data(object, guid, &size, NULL) != S_OK || !size)
        return NULL;
    bytes = calloc(1, size + n_end);
    /* Another thread may have changed it meanwhile: then there is no name. */
    if (bytes && nt_d3d_object_get_private_data(object, guid, &size, bytes) != S_OK) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

static void names_copy(struct nt_d3d_names *names, struct nt_d3d_object *object)
{
    names->narrow = copy_data(object, &WKPDID_D3DDebugObjectName, 1);
    names->wide = copy_data(object, &WKPDID_D3DDebugObjectNameW, sizeof(wchar_t));
}

static void names_free(struct nt_d3d_names *names)
{
    free(names->narrow);
    free(names->wide);
}

/* --- a device's part ------------------------------------------------------------------------- */

HRESULT nt_d3d_dred_init(struct nt_d3d_device *device)
{
    bool crumbs = nt_d3d_dred_wants_crumbs(), faults = nt_d3d_dred_wants_faults();
    struct nt_d3d_dred *dred;
    HRESULT hr = S_OK;

    nt_d3d_dred_init_facet(device);
    if (!crumbs && !faults)
        return S_OK;
    dred = calloc(1, sizeof(*dred));
    if (!dred)
        return E_OUTOFMEMORY;
    pthread_mutex_init(&dred->lock, NULL);
    TAILQ_INIT(&dred->kept);
    dred->has_faults = faults;
    if (crumbs)
        hr = nt_d3d_memory_new(
            device, NT_D3D_CRUMB_SLOTS * sizeof(uint32_t), sizeof(uint32_t), true,
            VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, 0,
            &dred->words);
    for (uint32_t i = 0; i < NT_D3D_CRUMB_SLOTS; i++)
        dred->free[i] = (uint16_t)(NT_D3D_CRUMB_SLOTS - 1 - i);
    dred->n_free = NT_D3D_CRUMB_SLOTS;
    device->dred = dred;
    return hr;
}

static void crumbs_free(struct nt_d3d_crumbs *crumbs)
{
    nt_d3d_stream_unref(crumbs->stream);
    names_free(&crumbs->list_names);
    names_free(&crumbs->queue_names);
    free(crumbs);
}

void nt_d3d_dred_deinit(struct nt_d3d_device *device)
{
    struct nt_d3d_dred *dred = device->dred;

    if (!dred)
        return;
    while (!TAILQ_EMPTY(&dred->kept)) {
        struct nt_d3d_crumbs *crumbs = TAILQ_FIRST(&dred->kept);

        TAILQ_REMOVE(&dred->kept, crumbs, link);
        crumbs_free(crumbs);
    }
    nt_d3d_memory_drop(dred->words);
    for (size_t i = 0; i < NT_ARRAY_SIZE(dred->freed); i++)
        names_free(&dred->freed[i].names);
    pthread_mutex_destroy(&dred->lock);
    free(dred);
    device->dred = NULL;
}

/* --- breadcrumbs ----------------------------------------------------------------------------- */

void nt_d3d_dred_note(struct nt_d3d_list *list, D3D12_AUTO_BREADCRUMB_OP op)
{
    const struct nt_d3d_dred *dred = list->object.device->dred;

    if (!dred || !dred->words || !list->is_recording || FAILED(list->error))
        return;
    if (!nt_d3d_stream_note(list->stream, op))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "recording");
}

/* A word for one execution, 0; false when all are in use. */
static bool take_slot(struct nt_d3d_dred *dred, uint16_t *ret_slot)
{
    bool is_there;

    pthread_mutex_lock(&dred->lock);
    is_there = dred->n_free;
    if (is_there)
        *ret_slot = dred->free[--dred->n_free];
    pthread_mutex_unlock(&dred->lock);
    if (is_there)
        __atomic_store_n((uint32_t *)(void *)dred->words->cpu + *ret_slot, 0, __ATOMIC_RELAXED);
    return is_there;
}

static void give_slot(struct nt_d3d_dred *dred, uint16_t slot)
{
    pthread_mutex_lock(&dred->lock);
    dred->free[dred->n_free++] = slot;
    pthread_mutex_unlock(&dred->lock);
}

struct nt_d3d_crumbs *nt_d3d_dred_begin(struct nt_d3d_queue *queue, struct nt_d3d_list *list,
                                        struct nt_d3d_stream *stream)
{
    struct nt_d3d_dred *dred = queue->object.device->dred;
    struct nt_d3d_crumbs *crumbs;

    if (!dred || !dred->words || !stream->n_history)
        return NULL;
    crumbs = calloc(1, sizeof(*crumbs));
    if (!crumbs || !take_slot(dred, &crumbs->slot)) {
        nt_log(NT_LOG_WARNING, "d3d12: DRED cannot follow one more list");
        free(crumbs);
        return NULL;
    }
    crumbs->dred = dred;
    nt_d3d_stream_ref(stream);
    crumbs->stream = stream;
    crumbs->list = (ID3D12GraphicsCommandList *)&list->object;
    crumbs->queue = (ID3D12CommandQueue *)&queue->object;
    names_copy(&crumbs->list_names, &list->object);
    names_copy(&crumbs->queue_names, &queue->object);
    return crumbs;
}

struct nt_d3d_memory *nt_d3d_dred_word(const struct nt_d3d_crumbs *crumbs, uint64_t *ret_offset)
{
    *ret_offset = crumbs->slot * sizeof(uint32_t);
    return crumbs->dred->words;
}

void nt_d3d_dred_end(struct nt_d3d_crumbs *crumbs)
{
    if (!crumbs || crumbs->is_kept)
        return;
    give_slot(crumbs->dred, crumbs->slot);
    crumbs_free(crumbs);
}

static void keep(struct nt_d3d_dred *dred, struct nt_d3d_crumbs *crumbs)
{
    const uint32_t *words = (const uint32_t *)(void *)dred->words->cpu;

    if (__atomic_load_n(&words[crumbs->slot], __ATOMIC_RELAXED) == crumbs->stream->n_history)
        return;
    crumbs->is_kept = true;
    nt_d3d_dred_make_nodes(crumbs, &words[crumbs->slot], TAILQ_FIRST(&dred->kept));
    TAILQ_INSERT_HEAD(&dred->kept, crumbs, link);
}

/* The oldest comes first in the end, since each goes to the head: so the newest is kept first. */
static void keep_queue(struct nt_d3d_dred *dred, struct nt_d3d_queue *queue)
{
    struct nt_d3d_operation *operation;

    TAILQ_FOREACH_REVERSE(operation, &queue->waiting, nt_d3d_operation_list, link)
    {
        if (operation->crumbs)
            keep(dred, operation->crumbs);
    }
    TAILQ_FOREACH_REVERSE(operation, &queue->pending, nt_d3d_operation_list, link)
    {
        if (operation->crumbs)
            keep(dred, operation->crumbs);
    }
}

/* Asks a driver that lost its device where. */
static void ask_driver(struct nt_d3d_device *device)
{
    struct nt_d3d_vulkan *vulkan = &device->vulkan;
    VkDeviceFaultAddressInfoEXT address = {0};
    VkDeviceFaultInfoEXT info = {.sType = VK_STRUCTURE_TYPE_DEVICE_FAULT_INFO_EXT,
                                 .pAddressInfos = &address};
    VkDeviceFaultCountsEXT counts = {.sType = VK_STRUCTURE_TYPE_DEVICE_FAULT_COUNTS_EXT};

    if (!vulkan->get_fault_info || !atomic_load(&vulkan->is_lost) ||
        vulkan->get_fault_info(vulkan->device, &counts, NULL) < 0 || !counts.addressInfoCount)
        return;
    counts = (VkDeviceFaultCountsEXT){.sType = VK_STRUCTURE_TYPE_DEVICE_FAULT_COUNTS_EXT,
                                      .addressInfoCount = 1};
    if (vulkan->get_fault_info(vulkan->device, &counts, &info) >= 0 && counts.addressInfoCount)
        nt_d3d_dred_fault(device, address.reportedAddress);
}

void nt_d3d_dred_removed(struct nt_d3d_device *device)
{
    struct nt_d3d_queue *queue;

    if (!device->dred)
        return;
    if (device->dred->words) {
        TAILQ_FOREACH (queue, &device->engine.queues, link)
            keep_queue(device->dred, queue);
    }
    ask_driver(device);
}

/* --- page faults ----------------------------------------------------------------------------- */

/* Where a heap or resource lies; false for any other object. */
static bool find_range(const struct nt_d3d_object *object, struct nt_d3d_freed *freed)
{
    const struct nt_d3d_resource *resource = nt_d3d_resource_from(object);
    const struct nt_d3d_heap *heap = nt_d3d_heap_from(object);

    if (resource && resource->memory) {
        freed->type = D3D12_DRED_ALLOCATION_TYPE_RESOURCE;
        freed->start = resource->memory->address + resource->offset;
        freed->end = freed->start + nt_d3d_resource_size(resource);
    } else if (heap) {
        freed->type = D3D12_DRED_ALLOCATION_TYPE_HEAP;
        freed->start = heap->memory->address;
        freed->end = heap->memory->address + heap->memory->size;
    } else {
        return false;
    }
    return true;
}

void nt_d3d_dred_released(struct nt_d3d_object *object)
{
    struct nt_d3d_dred *dred = object->device ? object->device->dred : NULL;
    struct nt_d3d_freed freed = {0}, old;

    if (!dred || !dred->has_faults || !find_range(object, &freed))
        return;
    names_copy(&freed.names, object);
    pthread_mutex_lock(&dred->lock);
    old = dred->freed[dred->next_freed];
    /* What was told of is not changed any more. */
    if (!dred->fault_address) {
        dred->freed[dred->next_freed] = freed;
        dred->next_freed = (dred->next_freed + 1) % NT_ARRAY_SIZE(dred->freed);
    } else {
        old = freed;
    }
    pthread_mutex_unlock(&dred->lock);
    names_free(&old.names);
}

void nt_d3d_dred_fault(struct nt_d3d_device *device, uint64_t address)
{
    struct nt_d3d_dred *dred = device->dred;

    if (!dred || !dred->has_faults || !address)
        return;
    pthread_mutex_lock(&dred->lock);
    if (!dred->fault_address) {
        dred->fault_address = address;
        nt_d3d_dred_make_freed(dred);
    }
    pthread_mutex_unlock(&dred->lock);
}
