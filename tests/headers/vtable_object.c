// SPDX-License-Identifier: MIT
/*
 * COM objects written in C: tables of functions, some of which return structures by value,
 * as libntshm-d3d12 has them. The arguments are given back inside the answers, so that a
 * caller sees whether they arrived in the right registers.
 */
#include "vtable.h"

static HRESULT STDMETHODCALLTYPE heap_query(ID3D12Heap *This, REFIID riid, void **out)
{
    *out = IsEqualIID(riid, &IID_ID3D12Heap) || IsEqualIID(riid, &IID_IUnknown) ? This : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}

static D3D12_HEAP_DESC STDMETHODCALLTYPE heap_desc(ID3D12Heap *This)
{
    D3D12_HEAP_DESC desc = {.SizeInBytes = HEAP_SIZE, .Alignment = 65536, .Flags = 0x20};

    desc.Properties.Type = D3D12_HEAP_TYPE_CUSTOM;
    desc.Properties.VisibleNodeMask = This == vtable_heap();
    return desc;
}

static D3D12_RESOURCE_DESC STDMETHODCALLTYPE resource_desc(ID3D12Resource *This)
{
    D3D12_RESOURCE_DESC desc = {.Width = RESOURCE_WIDTH, .Height = 1, .DepthOrArraySize = 7};

    desc.MipLevels = This == vtable_resource() ? 9 : 0;
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    return desc;
}

static D3D12_COMMAND_QUEUE_DESC STDMETHODCALLTYPE queue_desc(ID3D12CommandQueue *This)
{
    D3D12_COMMAND_QUEUE_DESC desc = {.Type = D3D12_COMMAND_LIST_TYPE_COPY, .Priority = 100};

    desc.NodeMask = This == vtable_queue() ? 3 : 0;
    return desc;
}

static D3D12_CPU_DESCRIPTOR_HANDLE STDMETHODCALLTYPE cpu_handle(ID3D12DescriptorHeap *This)
{
    return (D3D12_CPU_DESCRIPTOR_HANDLE){This == vtable_descriptors() ? CPU_HANDLE : 0};
}

static D3D12_GPU_DESCRIPTOR_HANDLE STDMETHODCALLTYPE gpu_handle(ID3D12DescriptorHeap *This)
{
    return (D3D12_GPU_DESCRIPTOR_HANDLE){This == vtable_descriptors() ? GPU_HANDLE : 0};
}

static D3D12_HEAP_PROPERTIES STDMETHODCALLTYPE heap_properties(ID3D12Device *This, UINT mask,
                                                               D3D12_HEAP_TYPE type)
{
    D3D12_HEAP_PROPERTIES properties = {.Type = type, .CreationNodeMask = mask};

    properties.VisibleNodeMask = This == vtable_device() ? 5 : 0;
    return properties;
}

static D3D12_RESOURCE_ALLOCATION_INFO STDMETHODCALLTYPE
allocation_info(ID3D12Device *This, UINT mask, UINT n_descs, const D3D12_RESOURCE_DESC *descs)
{
    UINT64 alignment = This == vtable_device() ? mask : 0;

    return (D3D12_RESOURCE_ALLOCATION_INFO){descs[n_descs - 1].Width, alignment};
}

static LUID STDMETHODCALLTYPE adapter_luid(ID3D12Device *This)
{
    return (LUID){(DWORD)DEVICE_LUID, This == vtable_device() ? (LONG)(DEVICE_LUID >> 32) : 0};
}

ID3D12Heap *vtable_heap(void)
{
    static ID3D12HeapVtbl table = {.QueryInterface = heap_query, .GetDesc = heap_desc};
    static ID3D12Heap object = {&table};

    return &object;
}

ID3D12Resource *vtable_resource(void)
{
    static ID3D12ResourceVtbl table = {.GetDesc = resource_desc};
    static ID3D12Resource object = {&table};

    return &object;
}

ID3D12CommandQueue *vtable_queue(void)
{
    static ID3D12CommandQueueVtbl table = {.GetDesc = queue_desc};
    static ID3D12CommandQueue object = {&table};

    return &object;
}

ID3D12DescriptorHeap *vtable_descriptors(void)
{
    static ID3D12DescriptorHeapVtbl table = {
        .GetCPUDescriptorHandleForHeapStart = cpu_handle,
        .GetGPUDescriptorHandleForHeapStart = gpu_handle,
    };
    static ID3D12DescriptorHeap object = {&table};

    return &object;
}

ID3D12Device *vtable_device(void)
{
    static ID3D12DeviceVtbl table = {
        .GetCustomHeapProperties = heap_properties,
        .GetResourceAllocationInfo = allocation_info,
        .GetAdapterLuid = adapter_luid,
    };
    static ID3D12Device object = {&table};

    return &object;
}
