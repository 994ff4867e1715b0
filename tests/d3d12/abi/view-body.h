/* SPDX-License-Identifier: MIT */
/*
 * The body of a view (view.h). VIEW is its function, CALL a method call and IID_PLACE the address
 * of an IID in the language of the file that includes this.
 */
#include <limits.h>
#include <string.h>

#include "view.h"

void VIEW(struct abi_view *view, const struct abi_objects *o)
{
    const size_t sizes[VIEW_SIZES] = {sizeof(D3D12_HEAP_DESC),
                                      sizeof(D3D12_HEAP_PROPERTIES),
                                      sizeof(D3D12_RESOURCE_DESC),
                                      sizeof(D3D12_RESOURCE_ALLOCATION_INFO),
                                      sizeof(D3D12_COMMAND_QUEUE_DESC),
                                      sizeof(D3D12_CPU_DESCRIPTOR_HANDLE),
                                      sizeof(D3D12_GPU_DESCRIPTOR_HANDLE),
                                      sizeof(BOOL),
                                      sizeof(HRESULT),
                                      sizeof(HANDLE),
                                      sizeof(SECURITY_ATTRIBUTES),
                                      sizeof(WCHAR),
                                      sizeof(LUID),
                                      sizeof(D3D12_PLACED_SUBRESOURCE_FOOTPRINT),
                                      sizeof(D3D12_TILED_RESOURCE_COORDINATE),
                                      sizeof(LONG)};
    const IID *const iids[VIEW_IIDS] = {
        IID_PLACE(IID_IUnknown),      IID_PLACE(IID_ID3D12Heap),  IID_PLACE(IID_ID3D12Device3),
        IID_PLACE(IID_ID3D12Device5), IID_PLACE(IID_ID3D12Fence), IID_PLACE(IID_ID3D12Resource)};
    void *none = view;

    memcpy(view->sizes, sizes, sizeof(sizes));
    for (int i = 0; i < VIEW_IIDS; i++)
        view->iids[i] = *iids[i];
    view->long_max = LONG_MAX;
    view->ulong_max = ULONG_MAX;
    view->true_value = TRUE;
    view->heap = CALL(ID3D12Heap, GetDesc, o->heap);
    view->resource = CALL(ID3D12Resource, GetDesc, o->buffer);
    view->info = CALL(ID3D12Device, GetResourceAllocationInfo, o->device, 1, 1, &view->resource);
    view->properties =
        CALL(ID3D12Device, GetCustomHeapProperties, o->device, 0, D3D12_HEAP_TYPE_READBACK);
    view->queue = CALL(ID3D12CommandQueue, GetDesc, o->queue);
    view->luid = CALL(ID3D12Device, GetAdapterLuid, o->device);
    view->address = CALL(ID3D12Resource, GetGPUVirtualAddress, o->buffer);
    view->fence = CALL(ID3D12Fence, GetCompletedValue, o->signalled);
    view->wrong = CALL(ID3D12Device, QueryInterface, o->device, IID_VALUE(IID_ID3D12Heap), &none);
}
