// SPDX-License-Identifier: MIT
/*
 * Lists that record into the application's own VkCommandBuffer (ntshm_d3d12_record_into()): the
 * words of WriteBufferImmediate, and nothing else. Nothing is known of what else the buffer does,
 * so a word is written between two barriers for all of its commands: it comes after everything
 * before it and is there, also for the host, before anything behind it begins. That is what
 * MARKER_OUT asks for and more than the other modes need. With VK_AMD_buffer_marker the driver
 * writes markers in its own order, without barriers.
 */
#include <stdlib.h>

#include <ntshm/d3d12_vulkan.h>

#include "d3d12/interop/interop.h"
#include "d3d12/list/list.h"
#include "d3d12/queue/encode.h"
#include "util/macro.h"

static void barrier(VkCommandBuffer buffer)
{
    const VkMemoryBarrier memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                    .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                                    .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT |
                                                     VK_ACCESS_MEMORY_WRITE_BIT |
                                                     VK_ACCESS_HOST_READ_BIT};

    vkCmdPipelineBarrier(buffer, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                         VK_PIPELINE_STAGE_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                         &memory, 0, NULL, 0, NULL);
}

/* Keeps @memory until the list goes. E_INVALIDARG when it is gone; E_OUTOFMEMORY. */
static HRESULT keep(struct nt_d3d_foreign *foreign, struct nt_d3d_memory *memory)
{
    for (size_t i = 0; i < foreign->n; i++) {
        if (foreign->memories[i] == memory)
            return S_OK;
    }
    if (!NT_ARRAY_GROW(foreign->memories, foreign->n, foreign->room))
        return E_OUTOFMEMORY;
    if (!nt_d3d_memory_hold(memory))
        return E_INVALIDARG;
    nt_d3d_memory_ref(memory);
    foreign->memories[foreign->n++] = memory;
    return S_OK;
}

void nt_d3d_foreign_free(struct nt_d3d_foreign *foreign)
{
    if (!foreign)
        return;
    for (size_t i = 0; i < foreign->n; i++)
        nt_d3d_memory_drop(foreign->memories[i]);
    free(foreign->memories);
    free(foreign);
}

static void write_word(struct nt_d3d_list *list, const struct nt_d3d_memory *memory, uint64_t place,
                       uint32_t value, D3D12_WRITEBUFFERIMMEDIATE_MODE mode)
{
    VkCommandBuffer commands = list->foreign->buffer;
    uint64_t offset, run;
    VkBuffer buffer = nt_d3d_memory_locate(memory, place, &offset, &run);

    if (nt_d3d_encode_marker(&list->object.device->vulkan, commands, mode, buffer, offset, value))
        return;
    barrier(commands);
    vkCmdUpdateBuffer(commands, buffer, offset, sizeof(value), &value);
    barrier(commands);
}

/* One word. E_INVALIDARG for an address, a mode or a memory that cannot be; E_OUTOFMEMORY. */
static HRESULT write_one(struct nt_d3d_list *list,
                         const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *parameter,
                         D3D12_WRITEBUFFERIMMEDIATE_MODE mode)
{
    struct nt_d3d_memory *memory = NULL;
    uint64_t place = 0;
    HRESULT hr = E_INVALIDARG;

    if ((mode != D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT &&
         mode != D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN &&
         mode != D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT) ||
        !nt_is_aligned(parameter->Dest, sizeof(UINT32)) ||
        !nt_d3d_addresses_find(&list->object.device->addresses, parameter->Dest, sizeof(UINT32),
                               &memory, &place))
        return E_INVALIDARG;
    /* What a tile is mapped to when the buffer runs cannot be known here. */
    if (!memory->tiles)
        hr = keep(list->foreign, memory);
    if (SUCCEEDED(hr))
        write_word(list, memory, place, parameter->Value, mode);
    nt_d3d_memory_unref(memory);
    return hr;
}

void nt_d3d_foreign_writes(struct nt_d3d_list *list, UINT n,
                           const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *parameters,
                           const D3D12_WRITEBUFFERIMMEDIATE_MODE *modes)
{
    HRESULT hr = !list->foreign->is_closed && (parameters || !n) ? S_OK : E_INVALIDARG;

    for (UINT i = 0; SUCCEEDED(hr) && i < n; i++)
        hr = write_one(list, &parameters[i],
                       modes ? modes[i] : D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    if (FAILED(hr))
        nt_d3d_list_fail(list, hr, "WriteBufferImmediate");
}

/* See ntshm/d3d12_vulkan.h. */
NT_EXPORT HRESULT WINAPI ntshm_d3d12_record_into(ID3D12Device *pointer, VkCommandBuffer buffer,
                                                 REFIID riid, void **ret)
{
    struct nt_d3d_device *device = nt_d3d_device_from(pointer);
    struct nt_d3d_foreign *foreign;

    if (ret)
        *ret = NULL;
    if (!device || !buffer)
        return E_INVALIDARG;
    if (nt_d3d_device_is_removed(device))
        return DXGI_ERROR_DEVICE_REMOVED;
    foreign = calloc(1, sizeof(*foreign));
    if (!foreign)
        return E_OUTOFMEMORY;
    foreign->buffer = buffer;
    return nt_d3d_list_create_foreign(device, foreign, riid, ret);
}
