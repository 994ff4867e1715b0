// SPDX-License-Identifier: MIT
/*
 * ID3D12GraphicsCommandList to ID3D12GraphicsCommandList2: the list's own life, Close and
 * Reset. What is recorded is in record.c, what cannot be in list-unsupported.h.
 */
#include "d3d12/list/list.h"

#include <stdlib.h>

#include "d3d12/list/allocator.h"
#include "d3d12/device/device.h"
#include "d3d12/device/dred.h"
#include "d3d12/interop/interop.h"
#include "d3d12/list/list-unsupported.h"
#include "d3d12/queue/query.h"
#include "d3d12/tiles/reserved.h"
#include "util/log.h"
#include "util/macro.h"

void nt_d3d_list_fail(struct nt_d3d_list *list, HRESULT error, const char *what)
{
    if (!list->is_recording && !(list->foreign && !list->foreign->is_closed)) {
        nt_log(NT_LOG_ERROR, "d3d12: %s on a command list that is closed", what);
        return;
    }
    nt_log(NT_LOG_WARNING, "d3d12: %s: the list's Close will return 0x%08x", what, (unsigned)error);
    if (SUCCEEDED(list->error))
        list->error = error;
}

struct nt_d3d_stream *nt_d3d_list_closed_stream(struct nt_d3d_list *list)
{
    return list->is_recording || FAILED(list->error) ? NULL : list->stream;
}

/* Begins a recording from @allocator. */
static HRESULT start_recording(struct nt_d3d_list *list, struct nt_d3d_allocator *allocator)
{
    struct nt_d3d_stream *stream;

    if (allocator->type != list->type || allocator->object.device != list->object.device ||
        atomic_exchange(&allocator->is_recording, true))
        return E_INVALIDARG;
    stream = nt_d3d_stream_new(allocator);
    if (!stream) {
        atomic_store(&allocator->is_recording, false);
        return E_OUTOFMEMORY;
    }
    nt_d3d_stream_unref(list->stream);
    list->stream = stream;
    list->is_recording = true;
    list->error = S_OK;
    return S_OK;
}

static void stop_recording(struct nt_d3d_list *list)
{
    if (list->is_recording)
        atomic_store(&list->stream->allocator->is_recording, false);
    list->is_recording = false;
}

NT_D3D_CHILD_METHODS(ID3D12GraphicsCommandList2)

static D3D12_COMMAND_LIST_TYPE STDMETHODCALLTYPE list_GetType(ID3D12GraphicsCommandList2 *self)
{
    return ((struct nt_d3d_list *)self)->type;
}

static HRESULT STDMETHODCALLTYPE list_Close(ID3D12GraphicsCommandList2 *self)
{
    struct nt_d3d_list *list = (struct nt_d3d_list *)self;

    if (list->foreign && !list->foreign->is_closed) {
        list->foreign->is_closed = true;
        return list->error;
    }
    if (!list->is_recording)
        return E_FAIL;
    stop_recording(list);
    return list->error;
}

static HRESULT STDMETHODCALLTYPE list_Reset(ID3D12GraphicsCommandList2 *self,
                                            ID3D12CommandAllocator *allocator,
                                            ID3D12PipelineState *state)
{
    struct nt_d3d_list *list = (struct nt_d3d_list *)self;
    struct nt_d3d_allocator *from = nt_d3d_allocator_from(allocator);

    (void)state;
    if (!from || list->foreign)
        return E_INVALIDARG;
    if (list->is_recording)
        return E_FAIL;
    return start_recording(list, from);
}

static void STDMETHODCALLTYPE list_ClearState(ID3D12GraphicsCommandList2 *self,
                                              ID3D12PipelineState *state)
{
    (void)self, (void)state;
}

static void STDMETHODCALLTYPE list_CopyBufferRegion(ID3D12GraphicsCommandList2 *self,
                                                    ID3D12Resource *target, UINT64 target_offset,
                                                    ID3D12Resource *source, UINT64 source_offset,
                                                    UINT64 size)
{
    nt_d3d_record_copy_region((struct nt_d3d_list *)self, target, target_offset, source,
                              source_offset, size);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION);
}

static void STDMETHODCALLTYPE list_CopyResource(ID3D12GraphicsCommandList2 *self,
                                                ID3D12Resource *target, ID3D12Resource *source)
{
    nt_d3d_record_copy_resource((struct nt_d3d_list *)self, target, source);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_COPYRESOURCE);
}

static void STDMETHODCALLTYPE list_ResourceBarrier(ID3D12GraphicsCommandList2 *self, UINT n,
                                                   const D3D12_RESOURCE_BARRIER *barriers)
{
    nt_d3d_record_barriers((struct nt_d3d_list *)self, n, barriers);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_RESOURCEBARRIER);
}

static void STDMETHODCALLTYPE list_ExecuteBundle(ID3D12GraphicsCommandList2 *self,
                                                 ID3D12GraphicsCommandList *bundle)
{
    nt_d3d_record_bundle((struct nt_d3d_list *)self, bundle);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_EXECUTEBUNDLE);
}

static void STDMETHODCALLTYPE list_DiscardResource(ID3D12GraphicsCommandList2 *self,
                                                   ID3D12Resource *resource,
                                                   const D3D12_DISCARD_REGION *region)
{
    nt_d3d_record_discard((struct nt_d3d_list *)self, resource, region);
}

static void STDMETHODCALLTYPE list_CopyTextureRegion(ID3D12GraphicsCommandList2 *self,
                                                     const D3D12_TEXTURE_COPY_LOCATION *target,
                                                     UINT x, UINT y, UINT z,
                                                     const D3D12_TEXTURE_COPY_LOCATION *source,
                                                     const D3D12_BOX *box)
{
    nt_d3d_record_copy_texture((struct nt_d3d_list *)self, target, x, y, z, source, box);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_COPYTEXTUREREGION);
}

static void STDMETHODCALLTYPE list_SetMarker(ID3D12GraphicsCommandList2 *self, UINT metadata,
                                             const void *data, UINT size)
{
    (void)metadata, (void)data, (void)size;
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_SETMARKER);
}

static void STDMETHODCALLTYPE list_BeginEvent(ID3D12GraphicsCommandList2 *self, UINT metadata,
                                              const void *data, UINT size)
{
    (void)metadata, (void)data, (void)size;
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_BEGINEVENT);
}

static void STDMETHODCALLTYPE list_EndEvent(ID3D12GraphicsCommandList2 *self)
{
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_ENDEVENT);
}

static void STDMETHODCALLTYPE list_AtomicCopyBufferUINT(
    ID3D12GraphicsCommandList2 *self, ID3D12Resource *target, UINT64 target_offset,
    ID3D12Resource *source, UINT64 source_offset, UINT n, ID3D12Resource *const *dependencies,
    const D3D12_SUBRESOURCE_RANGE_UINT64 *ranges)
{
    nt_d3d_record_atomic_copy((struct nt_d3d_list *)self, target, target_offset, source,
                              source_offset, sizeof(UINT), n, dependencies, ranges);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_ATOMICCOPYBUFFERUINT);
}

static void STDMETHODCALLTYPE list_AtomicCopyBufferUINT64(
    ID3D12GraphicsCommandList2 *self, ID3D12Resource *target, UINT64 target_offset,
    ID3D12Resource *source, UINT64 source_offset, UINT n, ID3D12Resource *const *dependencies,
    const D3D12_SUBRESOURCE_RANGE_UINT64 *ranges)
{
    nt_d3d_record_atomic_copy((struct nt_d3d_list *)self, target, target_offset, source,
                              source_offset, sizeof(UINT64), n, dependencies, ranges);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_ATOMICCOPYBUFFERUINT64);
}

static void STDMETHODCALLTYPE
list_WriteBufferImmediate(ID3D12GraphicsCommandList2 *self, UINT n,
                          const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *parameters,
                          const D3D12_WRITEBUFFERIMMEDIATE_MODE *modes)
{
    struct nt_d3d_list *list = (struct nt_d3d_list *)self;

    if (list->foreign)
        nt_d3d_foreign_writes(list, n, parameters, modes);
    else
        nt_d3d_record_writes(list, n, parameters, modes);
    nt_d3d_dred_note(list, D3D12_AUTO_BREADCRUMB_OP_WRITEBUFFERIMMEDIATE);
}

static void STDMETHODCALLTYPE list_CopyTiles(ID3D12GraphicsCommandList2 *self,
                                             ID3D12Resource *tiled,
                                             const D3D12_TILED_RESOURCE_COORDINATE *start,
                                             const D3D12_TILE_REGION_SIZE *size,
                                             ID3D12Resource *buffer, UINT64 offset,
                                             D3D12_TILE_COPY_FLAGS flags)
{
    nt_d3d_record_copy_tiles((struct nt_d3d_list *)self, tiled, start, size, buffer, offset, flags);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_COPYTILES);
}

/* Nothing has a beginning: there are timestamps only. */
static void STDMETHODCALLTYPE list_BeginQuery(ID3D12GraphicsCommandList2 *self,
                                              ID3D12QueryHeap *heap, D3D12_QUERY_TYPE type,
                                              UINT index)
{
    (void)heap, (void)type, (void)index;
    nt_d3d_list_fail((struct nt_d3d_list *)self, E_INVALIDARG, "BeginQuery");
}

static void STDMETHODCALLTYPE list_EndQuery(ID3D12GraphicsCommandList2 *self, ID3D12QueryHeap *heap,
                                            D3D12_QUERY_TYPE type, UINT index)
{
    nt_d3d_record_end_query((struct nt_d3d_list *)self, heap, type, index);
}

static void STDMETHODCALLTYPE list_ResolveQueryData(ID3D12GraphicsCommandList2 *self,
                                                    ID3D12QueryHeap *heap, D3D12_QUERY_TYPE type,
                                                    UINT first, UINT n, ID3D12Resource *buffer,
                                                    UINT64 offset)
{
    nt_d3d_record_resolve((struct nt_d3d_list *)self, heap, type, first, n, buffer, offset);
    nt_d3d_dred_note((struct nt_d3d_list *)self, D3D12_AUTO_BREADCRUMB_OP_RESOLVEQUERYDATA);
}

static const ID3D12GraphicsCommandList2Vtbl vtable = {
    NT_D3D_CHILD_SLOTS,
    NT_D3D_LIST_UNSUPPORTED_SLOTS,
    .GetType = list_GetType,
    .Close = list_Close,
    .Reset = list_Reset,
    .ClearState = list_ClearState,
    .CopyBufferRegion = list_CopyBufferRegion,
    .CopyResource = list_CopyResource,
    .CopyTiles = list_CopyTiles,
    .BeginQuery = list_BeginQuery,
    .EndQuery = list_EndQuery,
    .ResolveQueryData = list_ResolveQueryData,
    .ResourceBarrier = list_ResourceBarrier,
    .ExecuteBundle = list_ExecuteBundle,
    .CopyTextureRegion = list_CopyTextureRegion,
    .DiscardResource = list_DiscardResource,
    .SetMarker = list_SetMarker,
    .BeginEvent = list_BeginEvent,
    .EndEvent = list_EndEvent,
    .AtomicCopyBufferUINT = list_AtomicCopyBufferUINT,
    .AtomicCopyBufferUINT64 = list_AtomicCopyBufferUINT64,
    .WriteBufferImmediate = list_WriteBufferImmediate,
};

static void list_free(struct nt_d3d_object *object)
{
    struct nt_d3d_list *list = (struct nt_d3d_list *)object;

    stop_recording(list);
    nt_d3d_stream_unref(list->stream);
    nt_d3d_foreign_free(list->foreign);
    nt_d3d_object_deinit(object);
    free(list);
}

/* Not ID3D12Pageable: lists are not (D4.7). */
static const IID *const iids[] = {&IID_ID3D12GraphicsCommandList2, &IID_ID3D12GraphicsCommandList1,
                                  &IID_ID3D12GraphicsCommandList, &IID_ID3D12CommandList,
                                  &IID_ID3D12DeviceChild};

static const struct nt_d3d_class list_class = {
    .name = "command list",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = list_free,
};

struct nt_d3d_list *nt_d3d_list_from(const void *pointer)
{
    return (struct nt_d3d_list *)nt_d3d_from(pointer, &list_class);
}

HRESULT nt_d3d_list_create(struct nt_d3d_device *device, D3D12_COMMAND_LIST_TYPE type,
                           struct nt_d3d_allocator *allocator, REFIID riid, void **ret)
{
    struct nt_d3d_list *list;
    HRESULT hr = S_OK;

    if (allocator && allocator->type != type)
        return E_INVALIDARG;
    list = calloc(1, sizeof(*list));
    if (!list)
        return E_OUTOFMEMORY;
    nt_d3d_object_init(&list->object, &list_class, device);
    list->type = type;
    if (allocator)
        hr = start_recording(list, allocator);
    if (FAILED(hr)) {
        nt_d3d_object_release(&list->object);
        return hr;
    }
    return nt_d3d_object_return(&list->object, riid, ret);
}

HRESULT nt_d3d_list_create_foreign(struct nt_d3d_device *device, struct nt_d3d_foreign *foreign,
                                   REFIID riid, void **ret)
{
    struct nt_d3d_list *list = calloc(1, sizeof(*list));

    if (!list) {
        nt_d3d_foreign_free(foreign);
        return E_OUTOFMEMORY;
    }
    nt_d3d_object_init(&list->object, &list_class, device);
    list->type = D3D12_COMMAND_LIST_TYPE_DIRECT;
    list->foreign = foreign;
    return nt_d3d_object_return(&list->object, riid, ret);
}
