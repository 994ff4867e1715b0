// SPDX-License-Identifier: MIT
/*
 * ID3D12Resource to ID3D12Resource2 for buffers: making them (D3.2 to D3.4), mapping them
 * (D3.7). A mapping is the memory itself and stays readable after the device is removed.
 */
#include "d3d12/resource.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/device.h"
#include "d3d12/heap.h"
#include "util/log.h"
#include "util/macro.h"

#define KNOWN_FLAGS                                                                         \
    (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS | \
     D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER)
#define UPLOAD_FORBIDDEN_FLAGS \
    (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS)

HRESULT nt_d3d_buffer_check(const D3D12_RESOURCE_DESC *desc, uint64_t *ret_size)
{
    if (!desc)
        return E_INVALIDARG;
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE1D ||
        desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D ||
        desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D) {
        nt_log(NT_LOG_WARNING, "d3d12: textures are not built yet");
        return E_NOTIMPL;
    }
    if (desc->Dimension != D3D12_RESOURCE_DIMENSION_BUFFER ||
        (desc->Alignment && desc->Alignment != D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT) ||
        !desc->Width || desc->Height != 1 || desc->DepthOrArraySize != 1 || desc->MipLevels != 1 ||
        desc->Format != DXGI_FORMAT_UNKNOWN || desc->SampleDesc.Count != 1 ||
        desc->SampleDesc.Quality || desc->Layout != D3D12_TEXTURE_LAYOUT_ROW_MAJOR ||
        ((unsigned)desc->Flags & ~(unsigned)KNOWN_FLAGS))
        return E_INVALIDARG;
    if (desc->Width > UINT64_MAX - D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT)
        return E_INVALIDARG;
    *ret_size = nt_align_up(desc->Width, D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT);
    return S_OK;
}

/* What upload and readback heaps allow of their buffers (D3.2). */
static bool is_allowed(const D3D12_HEAP_PROPERTIES *properties, const D3D12_RESOURCE_DESC *desc,
                       D3D12_RESOURCE_STATES state)
{
    switch (properties->Type) {
    case D3D12_HEAP_TYPE_UPLOAD:
        return (state == D3D12_RESOURCE_STATE_GENERIC_READ ||
                state == D3D12_RESOURCE_STATE_COMMON) &&
               !((unsigned)desc->Flags & UPLOAD_FORBIDDEN_FLAGS);
    case D3D12_HEAP_TYPE_READBACK:
        return (state == D3D12_RESOURCE_STATE_COPY_DEST || state == D3D12_RESOURCE_STATE_COMMON) &&
               !((unsigned)desc->Flags & UPLOAD_FORBIDDEN_FLAGS);
    default:
        return true;
    }
}

/* Resources and heaps are both for several adapters, or neither is (D18.3). */
static bool is_cross_adapter_match(D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc)
{
    return !((unsigned)flags & D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER) ==
           !((unsigned)desc->Flags & D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER);
}

static uint64_t address_of(const struct nt_d3d_resource *resource)
{
    return resource->memory->address + resource->offset;
}

NT_D3D_CHILD_METHODS(ID3D12Resource2)

static HRESULT STDMETHODCALLTYPE resource_Map(ID3D12Resource2 *self, UINT subresource,
                                              const D3D12_RANGE *read_range, void **data)
{
    const struct nt_d3d_resource *resource = (const struct nt_d3d_resource *)self;

    (void)read_range;
    if (subresource || !resource->memory->cpu)
        return E_INVALIDARG;
    if (data)
        *data = resource->memory->cpu + resource->offset;
    return S_OK;
}

static void STDMETHODCALLTYPE resource_Unmap(ID3D12Resource2 *self, UINT subresource,
                                             const D3D12_RANGE *written_range)
{
    (void)self, (void)subresource, (void)written_range;
}

static D3D12_RESOURCE_DESC STDMETHODCALLTYPE resource_GetDesc(ID3D12Resource2 *self)
{
    return ((struct nt_d3d_resource *)self)->desc;
}

static D3D12_GPU_VIRTUAL_ADDRESS STDMETHODCALLTYPE
resource_GetGPUVirtualAddress(ID3D12Resource2 *self)
{
    return address_of((const struct nt_d3d_resource *)self);
}

/* The bytes of the buffer that @box names; NULL when the CPU may not, or they are outside. */
static unsigned char *bytes_of(const struct nt_d3d_resource *resource, UINT subresource,
                               const D3D12_BOX *box, size_t *ret_size)
{
    uint64_t left = box ? box->left : 0;
    uint64_t right = box ? box->right : resource->desc.Width;

    if (subresource || !resource->memory->cpu || left > right || right > resource->desc.Width)
        return NULL;
    if (box && (box->top || box->front || box->bottom != 1 || box->back != 1))
        return NULL;
    *ret_size = right - left;
    return resource->memory->cpu + resource->offset + left;
}

static HRESULT STDMETHODCALLTYPE resource_WriteToSubresource(ID3D12Resource2 *self,
                                                             UINT subresource, const D3D12_BOX *box,
                                                             const void *data, UINT row_pitch,
                                                             UINT depth_pitch)
{
    size_t size = 0;
    unsigned char *bytes = bytes_of((const struct nt_d3d_resource *)self, subresource, box, &size);

    (void)row_pitch, (void)depth_pitch;
    if (!bytes || !data)
        return E_INVALIDARG;
    memcpy(bytes, data, size);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE resource_ReadFromSubresource(ID3D12Resource2 *self, void *data,
                                                              UINT row_pitch, UINT depth_pitch,
                                                              UINT subresource,
                                                              const D3D12_BOX *box)
{
    size_t size = 0;
    const unsigned char *bytes =
        bytes_of((const struct nt_d3d_resource *)self, subresource, box, &size);

    (void)row_pitch, (void)depth_pitch;
    if (!bytes || !data)
        return E_INVALIDARG;
    memcpy(data, bytes, size);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE resource_GetHeapProperties(ID3D12Resource2 *self,
                                                            D3D12_HEAP_PROPERTIES *properties,
                                                            D3D12_HEAP_FLAGS *flags)
{
    const struct nt_d3d_resource *resource = (const struct nt_d3d_resource *)self;

    if (properties)
        *properties = resource->properties;
    if (flags)
        *flags = resource->heap_flags;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE resource_GetProtectedResourceSession(ID3D12Resource2 *self,
                                                                      REFIID riid, void **ret)
{
    (void)self, (void)riid;
    if (ret)
        *ret = NULL;
    return DXGI_ERROR_NOT_FOUND;
}

static D3D12_RESOURCE_DESC1 STDMETHODCALLTYPE resource_GetDesc1(ID3D12Resource2 *self)
{
    const D3D12_RESOURCE_DESC *desc = &((const struct nt_d3d_resource *)self)->desc;

    return (D3D12_RESOURCE_DESC1){.Dimension = desc->Dimension,
                                  .Alignment = desc->Alignment,
                                  .Width = desc->Width,
                                  .Height = desc->Height,
                                  .DepthOrArraySize = desc->DepthOrArraySize,
                                  .MipLevels = desc->MipLevels,
                                  .Format = desc->Format,
                                  .SampleDesc = desc->SampleDesc,
                                  .Layout = desc->Layout,
                                  .Flags = desc->Flags};
}

static const ID3D12Resource2Vtbl vtable = {
    NT_D3D_CHILD_SLOTS,
    .Map = resource_Map,
    .Unmap = resource_Unmap,
    .GetDesc = resource_GetDesc,
    .GetGPUVirtualAddress = resource_GetGPUVirtualAddress,
    .WriteToSubresource = resource_WriteToSubresource,
    .ReadFromSubresource = resource_ReadFromSubresource,
    .GetHeapProperties = resource_GetHeapProperties,
    .GetProtectedResourceSession = resource_GetProtectedResourceSession,
    .GetDesc1 = resource_GetDesc1,
};

static void resource_free(struct nt_d3d_object *object)
{
    struct nt_d3d_resource *resource = (struct nt_d3d_resource *)object;

    if (resource->memory) {
        nt_d3d_addresses_remove(&object->device->addresses, address_of(resource), resource);
        nt_d3d_memory_unhold(resource->memory);
        nt_d3d_memory_unref(resource->memory);
    }
    nt_d3d_object_deinit(object);
    free(resource);
}

static const IID *const iids[] = {&IID_ID3D12Resource2, &IID_ID3D12Resource1, &IID_ID3D12Resource,
                                  &IID_ID3D12Pageable, &IID_ID3D12DeviceChild};

static const struct nt_d3d_class resource_class = {
    .name = "resource",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = resource_free,
};

struct nt_d3d_resource *nt_d3d_resource_from(const void *pointer)
{
    return (struct nt_d3d_resource *)nt_d3d_from(pointer, &resource_class);
}

/* What a new buffer is, besides its place. */
struct buffer_info {
    const D3D12_RESOURCE_DESC *desc;
    D3D12_HEAP_PROPERTIES properties;
    D3D12_HEAP_FLAGS flags;
};

/* The buffer at @offset of @memory, whose reference and hold are consumed. */
static HRESULT resource_new(struct nt_d3d_device *device, const struct buffer_info *info,
                            struct nt_d3d_memory *memory, uint64_t offset, REFIID riid, void **ret)
{
    struct nt_d3d_resource *resource = calloc(1, sizeof(*resource));
    struct nt_d3d_address_range range = {.memory = memory, .offset = offset, .owner = resource};

    range.start = memory->address + offset;
    range.end = range.start + info->desc->Width;
    if (!resource || !nt_d3d_addresses_add(&device->addresses, &range)) {
        nt_d3d_memory_unhold(memory);
        nt_d3d_memory_unref(memory);
        free(resource);
        return E_OUTOFMEMORY;
    }
    nt_d3d_object_init(&resource->object, &resource_class, device);
    resource->desc = *info->desc;
    resource->desc.Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
    resource->properties = info->properties;
    resource->heap_flags = info->flags;
    resource->memory = memory;
    resource->offset = offset;
    return nt_d3d_object_return(&resource->object, riid, ret);
}

HRESULT nt_d3d_resource_create_committed(struct nt_d3d_device *device,
                                         const D3D12_HEAP_PROPERTIES *properties,
                                         D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc,
                                         D3D12_RESOURCE_STATES state,
                                         const D3D12_CLEAR_VALUE *clear, REFIID riid, void **ret)
{
    struct buffer_info info = {.desc = desc, .flags = flags};
    struct nt_d3d_memory *memory = NULL;
    uint64_t size = 0;
    HRESULT hr;

    hr = nt_d3d_heap_check(device, properties, flags, &info.properties);
    if (SUCCEEDED(hr))
        hr = nt_d3d_buffer_check(desc, &size);
    if (FAILED(hr))
        return hr;
    if (clear || ((unsigned)flags & D3D12_HEAP_FLAG_DENY_BUFFERS) ||
        !is_allowed(&info.properties, desc, state) || !is_cross_adapter_match(flags, desc))
        return E_INVALIDARG;
    if (!nt_d3d_class_answers(&resource_class, riid))
        return E_NOINTERFACE;
    hr = nt_d3d_heap_allocate(device, &info.properties, flags, size,
                              D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT, &memory);
    if (FAILED(hr))
        return hr;
    return resource_new(device, &info, memory, 0, riid, ret);
}

HRESULT nt_d3d_resource_create_placed(struct nt_d3d_device *device, ID3D12Heap *heap,
                                      uint64_t offset, const D3D12_RESOURCE_DESC *desc,
                                      D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
                                      REFIID riid, void **ret)
{
    struct nt_d3d_heap *on = nt_d3d_heap_from(heap);
    struct buffer_info info = {.desc = desc};
    uint64_t size = 0;
    HRESULT hr;

    if (!on || on->object.device != device)
        return E_INVALIDARG;
    hr = nt_d3d_buffer_check(desc, &size);
    if (FAILED(hr))
        return hr;
    info.properties = on->desc.Properties;
    info.flags = on->desc.Flags;
    /* The width must fit, not the size rounded up (D3.4). */
    if (!nt_is_aligned(offset, D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT) ||
        offset > on->desc.SizeInBytes || desc->Width > on->desc.SizeInBytes - offset || clear ||
        ((unsigned)info.flags & D3D12_HEAP_FLAG_DENY_BUFFERS) ||
        !is_allowed(&info.properties, desc, state) || !is_cross_adapter_match(info.flags, desc))
        return E_INVALIDARG;
    if (!nt_d3d_class_answers(&resource_class, riid))
        return E_NOINTERFACE;
    if (!nt_d3d_memory_hold(on->memory))
        return E_FAIL;
    nt_d3d_memory_ref(on->memory);
    return resource_new(device, &info, on->memory, offset, riid, ret);
}
