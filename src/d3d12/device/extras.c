// SPDX-License-Identifier: MIT
/*
 * What <ntshm/d3d12.h> offers about memory beside the Direct3D interfaces: which kind of memory
 * something stands on, and the method of ID3D12Device13 that headers and devices up to
 * ID3D12Device5 do not have.
 */
#include <ntshm/d3d12.h>

#include "d3d12/memory/existing.h"
#include "d3d12/memory/heap.h"
#include "d3d12/resource/resource.h"
#include "util/macro.h"

_Static_assert((int)NT_D3D_MEMORY_DRIVER == NTSHM_D3D12_MEMORY_DRIVER, "");
_Static_assert((int)NT_D3D_MEMORY_EXPORT == NTSHM_D3D12_MEMORY_EXPORT, "");
_Static_assert((int)NT_D3D_MEMORY_MEMFD == NTSHM_D3D12_MEMORY_MEMFD, "");
_Static_assert((int)NT_D3D_MEMORY_DMABUF == NTSHM_D3D12_MEMORY_DMABUF, "");
_Static_assert((int)NT_D3D_MEMORY_SECTION == NTSHM_D3D12_MEMORY_SECTION, "");
_Static_assert((int)NT_D3D_MEMORY_REGION == NTSHM_D3D12_MEMORY_REGION, "");
_Static_assert((int)NT_D3D_MEMORY_PAGES == NTSHM_D3D12_MEMORY_PAGES, "");

NT_EXPORT HRESULT WINAPI ntshm_d3d12_get_memory_kind(ID3D12DeviceChild *child, UINT *ret_kind)
{
    const struct nt_d3d_heap *heap = nt_d3d_heap_from(child);
    const struct nt_d3d_resource *resource = nt_d3d_resource_from(child);
    const struct nt_d3d_memory *memory = heap ? heap->memory : resource ? resource->memory : NULL;

    if (!ret_kind)
        return E_INVALIDARG;
    *ret_kind = 0;
    if (!memory)
        return E_INVALIDARG;
    *ret_kind = (UINT)memory->kind;
    return S_OK;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_open_existing_heap_from_address1(ID3D12Device *pointer,
                                                                      const void *address,
                                                                      UINT64 size, REFIID riid,
                                                                      void **ret)
{
    struct nt_d3d_device *device = nt_d3d_device_from(pointer);

    if (ret)
        *ret = NULL;
    if (!device)
        return E_INVALIDARG;
    if (nt_d3d_device_is_removed(device))
        return DXGI_ERROR_DEVICE_REMOVED;
    return nt_d3d_existing_from_range(device, address, size, riid, ret);
}
