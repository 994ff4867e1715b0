// SPDX-License-Identifier: MIT
/*
 * ID3D12Heap and ID3D12Heap1, and the rules for heap properties (D3.1, D12.4, D18.2).
 */
#include "d3d12/memory/heap.h"

#include <stdlib.h>

#include "d3d12/device/device.h"
#include "util/log.h"
#include "util/macro.h"

#define DENY_FLAGS                                                        \
    (D3D12_HEAP_FLAG_DENY_BUFFERS | D3D12_HEAP_FLAG_DENY_RT_DS_TEXTURES | \
     D3D12_HEAP_FLAG_DENY_NON_RT_DS_TEXTURES)
#define CREATE_FLAGS                                                           \
    (D3D12_HEAP_FLAG_CREATE_NOT_RESIDENT | D3D12_HEAP_FLAG_CREATE_NOT_ZEROED | \
     D3D12_HEAP_FLAG_ALLOW_SHADER_ATOMICS)
#define SHARED_FLAGS (D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER)

static bool is_good_custom(const struct nt_d3d_device *device,
                           const D3D12_HEAP_PROPERTIES *properties)
{
    switch (properties->CPUPageProperty) {
    case D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE:
        return properties->MemoryPoolPreference == D3D12_MEMORY_POOL_L0 ||
               (properties->MemoryPoolPreference == D3D12_MEMORY_POOL_L1 && !device->vulkan.uma);
    case D3D12_CPU_PAGE_PROPERTY_WRITE_COMBINE:
    case D3D12_CPU_PAGE_PROPERTY_WRITE_BACK:
        return properties->MemoryPoolPreference == D3D12_MEMORY_POOL_L0;
    default:
        return false;
    }
}

static bool is_good_type(const struct nt_d3d_device *device,
                         const D3D12_HEAP_PROPERTIES *properties)
{
    switch (properties->Type) {
    case D3D12_HEAP_TYPE_DEFAULT:
    case D3D12_HEAP_TYPE_UPLOAD:
    case D3D12_HEAP_TYPE_READBACK:
        return properties->CPUPageProperty == D3D12_CPU_PAGE_PROPERTY_UNKNOWN &&
               properties->MemoryPoolPreference == D3D12_MEMORY_POOL_UNKNOWN;
    case D3D12_HEAP_TYPE_CUSTOM:
        return is_good_custom(device, properties);
    default:
        return false;
    }
}

bool nt_d3d_heap_is_cpu_visible(const D3D12_HEAP_PROPERTIES *properties)
{
    return properties->Type == D3D12_HEAP_TYPE_UPLOAD ||
           properties->Type == D3D12_HEAP_TYPE_READBACK ||
           (properties->Type == D3D12_HEAP_TYPE_CUSTOM &&
            properties->CPUPageProperty != D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE);
}

/* Memory that is shared has no CPU access; across adapters it is in system memory, for anything. */
static bool is_good_shared(const D3D12_HEAP_PROPERTIES *properties, unsigned bits)
{
    if (!(bits & D3D12_HEAP_FLAG_SHARED) || nt_d3d_heap_is_cpu_visible(properties))
        return false;
    return !(bits & D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER) ||
           (!(bits & DENY_FLAGS) && (properties->Type == D3D12_HEAP_TYPE_DEFAULT ||
                                     properties->MemoryPoolPreference == D3D12_MEMORY_POOL_L0));
}

HRESULT nt_d3d_heap_check(const struct nt_d3d_device *device,
                          const D3D12_HEAP_PROPERTIES *properties, D3D12_HEAP_FLAGS flags,
                          D3D12_HEAP_PROPERTIES *ret_properties)
{
    const unsigned bits = (unsigned)flags;

    if (!properties || properties->CreationNodeMask > 1 || properties->VisibleNodeMask > 1 ||
        !is_good_type(device, properties))
        return E_INVALIDARG;
    if (bits & ~(unsigned)(DENY_FLAGS | CREATE_FLAGS | SHARED_FLAGS |
                           D3D12_HEAP_FLAG_ALLOW_WRITE_WATCH) ||
        (bits & DENY_FLAGS) == DENY_FLAGS)
        return E_INVALIDARG;
    if ((bits & SHARED_FLAGS) && !is_good_shared(properties, bits))
        return E_INVALIDARG;
    if (bits & D3D12_HEAP_FLAG_ALLOW_WRITE_WATCH) {
        nt_log(NT_LOG_WARNING, "d3d12: write watch on heaps is not built");
        return E_NOTIMPL;
    }
    *ret_properties = *properties;
    ret_properties->CreationNodeMask = 1;
    ret_properties->VisibleNodeMask = 1;
    return S_OK;
}

/* What is asked of the memory type. */
static void choose_type(const D3D12_HEAP_PROPERTIES *properties,
                        VkMemoryPropertyFlags *ret_required, VkMemoryPropertyFlags *ret_preferred)
{
    *ret_required = 0;
    *ret_preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    if (!nt_d3d_heap_is_cpu_visible(properties))
        return;
    *ret_required = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    *ret_preferred = properties->Type == D3D12_HEAP_TYPE_READBACK ||
                             properties->CPUPageProperty == D3D12_CPU_PAGE_PROPERTY_WRITE_BACK
                         ? VK_MEMORY_PROPERTY_HOST_CACHED_BIT
                         : 0;
}

/* Memory for a heap (@is_heap: tiles can be cut from it), or for a committed resource. */
static HRESULT allocate(struct nt_d3d_device *device, const D3D12_HEAP_DESC *desc, bool is_heap,
                        struct nt_d3d_memory **ret_memory)
{
    const unsigned flags = (unsigned)desc->Flags;
    bool zeroed = !(flags & D3D12_HEAP_FLAG_CREATE_NOT_ZEROED);
    VkMemoryPropertyFlags required, preferred;

    choose_type(&desc->Properties, &required, &preferred);
    if (flags & D3D12_HEAP_FLAG_SHARED)
        return nt_d3d_memory_new_shared(device, desc->SizeInBytes, desc->Alignment, zeroed,
                                        flags & D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER, ret_memory);
    return (is_heap ? nt_d3d_memory_new_heap : nt_d3d_memory_new)(
        device, desc->SizeInBytes, desc->Alignment, zeroed, required, preferred, ret_memory);
}

HRESULT nt_d3d_heap_allocate(struct nt_d3d_device *device, const D3D12_HEAP_PROPERTIES *properties,
                             D3D12_HEAP_FLAGS flags, uint64_t size, uint64_t alignment,
                             struct nt_d3d_memory **ret_memory)
{
    const D3D12_HEAP_DESC desc = {
        .SizeInBytes = size, .Properties = *properties, .Alignment = alignment, .Flags = flags};

    return allocate(device, &desc, false, ret_memory);
}

D3D12_HEAP_PROPERTIES nt_d3d_heap_custom_properties(const struct nt_d3d_device *device,
                                                    D3D12_HEAP_TYPE type)
{
    D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_CUSTOM,
                                        .CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_UNKNOWN,
                                        .MemoryPoolPreference = D3D12_MEMORY_POOL_L0,
                                        .CreationNodeMask = 1,
                                        .VisibleNodeMask = 1};

    switch (type) {
    case D3D12_HEAP_TYPE_DEFAULT:
        properties.CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE;
        if (!device->vulkan.uma)
            properties.MemoryPoolPreference = D3D12_MEMORY_POOL_L1;
        break;
    case D3D12_HEAP_TYPE_UPLOAD:
        properties.CPUPageProperty = device->vulkan.cache_coherent
                                         ? D3D12_CPU_PAGE_PROPERTY_WRITE_BACK
                                         : D3D12_CPU_PAGE_PROPERTY_WRITE_COMBINE;
        break;
    case D3D12_HEAP_TYPE_READBACK:
        properties.CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK;
        break;
    default:
        properties.MemoryPoolPreference = D3D12_MEMORY_POOL_UNKNOWN;
        break;
    }
    return properties;
}

NT_D3D_CHILD_METHODS(ID3D12Heap1)

static D3D12_HEAP_DESC STDMETHODCALLTYPE heap_GetDesc(ID3D12Heap1 *self)
{
    return ((struct nt_d3d_heap *)self)->desc;
}

static HRESULT STDMETHODCALLTYPE heap_GetProtectedResourceSession(ID3D12Heap1 *self, REFIID riid,
                                                                  void **ret)
{
    (void)self, (void)riid;
    if (ret)
        *ret = NULL;
    return DXGI_ERROR_NOT_FOUND;
}

static const ID3D12Heap1Vtbl vtable = {
    NT_D3D_CHILD_SLOTS,
    .GetDesc = heap_GetDesc,
    .GetProtectedResourceSession = heap_GetProtectedResourceSession,
};

static void heap_free(struct nt_d3d_object *object)
{
    struct nt_d3d_heap *heap = (struct nt_d3d_heap *)object;

    nt_d3d_memory_drop(heap->memory);
    nt_d3d_object_deinit(object);
    free(heap);
}

static const IID *const iids[] = {&IID_ID3D12Heap1, &IID_ID3D12Heap, &IID_ID3D12Pageable,
                                  &IID_ID3D12DeviceChild};

static const struct nt_d3d_class heap_class = {
    .name = "heap",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = heap_free,
};

bool nt_d3d_heap_answers(REFIID riid)
{
    return nt_d3d_class_answers(&heap_class, riid);
}

struct nt_d3d_heap *nt_d3d_heap_from(const void *pointer)
{
    return (struct nt_d3d_heap *)nt_d3d_from(pointer, &heap_class);
}

HRESULT nt_d3d_heap_create_on(struct nt_d3d_device *device, const D3D12_HEAP_DESC *desc,
                              struct nt_d3d_memory *memory, REFIID riid, void **ret)
{
    struct nt_d3d_heap *heap = calloc(1, sizeof(*heap));

    if (!heap) {
        nt_d3d_memory_drop(memory);
        return E_OUTOFMEMORY;
    }
    nt_d3d_object_init(&heap->object, &heap_class, device);
    heap->desc = *desc;
    heap->memory = memory;
    return nt_d3d_object_return(&heap->object, riid, ret);
}

HRESULT nt_d3d_heap_create(struct nt_d3d_device *device, const D3D12_HEAP_DESC *desc, REFIID riid,
                           void **ret)
{
    struct nt_d3d_memory *memory = NULL;
    D3D12_HEAP_DESC made;
    HRESULT hr;

    if (!desc || !desc->SizeInBytes ||
        (desc->Alignment && desc->Alignment != D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT &&
         desc->Alignment != D3D12_DEFAULT_MSAA_RESOURCE_PLACEMENT_ALIGNMENT))
        return E_INVALIDARG;
    made = *desc;
    if (!made.Alignment)
        made.Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
    hr = nt_d3d_heap_check(device, &desc->Properties, desc->Flags, &made.Properties);
    if (FAILED(hr))
        return hr;
    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    hr = allocate(device, &made, true, &memory);
    if (FAILED(hr))
        return hr;
    return nt_d3d_heap_create_on(device, &made, memory, riid, ret);
}

D3D12_HEAP_DESC nt_d3d_heap_existing_desc(uint64_t size)
{
    return (D3D12_HEAP_DESC){.SizeInBytes = size,
                             .Properties = {.Type = D3D12_HEAP_TYPE_CUSTOM,
                                            .CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK,
                                            .MemoryPoolPreference = D3D12_MEMORY_POOL_L0,
                                            .CreationNodeMask = 1,
                                            .VisibleNodeMask = 1},
                             .Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT,
                             .Flags =
                                 D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER};
}

HRESULT nt_d3d_heap_create_existing(struct nt_d3d_device *device, struct nt_d3d_memory *memory,
                                    REFIID riid, void **ret)
{
    const D3D12_HEAP_DESC desc = nt_d3d_heap_existing_desc(memory->size);

    return nt_d3d_heap_create_on(device, &desc, memory, riid, ret);
}
