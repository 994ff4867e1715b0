// SPDX-License-Identifier: MIT
/*
 * A C++ program's view, through the shared library alone: methods instead of macros, __uuidof,
 * IID_PPV_ARGS, and structures that are returned by value through C vtables.
 */
#include <windows.h>

#include <d3d12.h>
#include <ntshm/d3d12.h>

#include <cstdlib>

#include "d3d12/modules.h"
#include "harness/test.h"

static void set_environment()
{
    setenv("NTSHM_D3D12_ADAPTER", "llvmpipe", 0);
    setenv("NTSHM_D3D12_VALIDATION", "1", 1);
}

static ID3D12Device5 *make_device()
{
    ID3D12Device5 *device = nullptr;

    set_environment();
    require(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)) == S_OK);
    return device;
}

extern "C" void test_prepare(void)
{
    HANDLE event, section;

    kit_keep_modules();
    make_device()->Release();
    event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 65536, nullptr);
    UnmapViewOfFile(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0));
    CloseHandle(section);
    CloseHandle(event);
}

static void check_validation(ID3D12Device5 *device)
{
    ntshm_d3d12_adapter adapter = {};

    adapter.size = sizeof(adapter);
    ok_hr(ntshm_d3d12_get_adapter(device, &adapter), S_OK);
    ok_eq(adapter.validation_layer, 1);
    ok_eq(adapter.validation_errors, 0);
}

static D3D12_RESOURCE_DESC buffer_desc(UINT64 size)
{
    D3D12_RESOURCE_DESC desc = {};

    desc.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER;
    desc.Width = size;
    desc.Height = 1;
    desc.DepthOrArraySize = 1;
    desc.MipLevels = 1;
    desc.SampleDesc.Count = 1;
    desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    return desc;
}

TEST(structures_come_back_by_value, "D0.6 D7.1 D7.2 D7.3")
{
    ID3D12Device5 *device = make_device();
    D3D12_RESOURCE_DESC desc = buffer_desc(70000);
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 256 * 1024, nullptr);
    D3D12_COMMAND_QUEUE_DESC queue_desc = {};
    ID3D12CommandQueue *queue = nullptr;
    ID3D12Resource *buffer = nullptr;
    ID3D12Heap *heap = nullptr;

    ok_hr(device->OpenExistingHeapFromFileMapping(section, IID_PPV_ARGS(&heap)), S_OK);
    require(heap != nullptr);
    D3D12_HEAP_DESC heap_desc = heap->GetDesc();
    ok_eq(heap_desc.SizeInBytes, 256 * 1024);
    ok_eq(heap_desc.Flags, D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER);
    ok_hr(device->CreatePlacedResource(heap, 65536, &desc, D3D12_RESOURCE_STATE_COMMON, nullptr,
                                       __uuidof(ID3D12Resource), (void **)&buffer),
          S_OK);
    require(buffer != nullptr);
    desc = buffer->GetDesc();
    ok_eq(desc.Width, 70000);
    ok_eq(desc.Flags, D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER);
    D3D12_RESOURCE_ALLOCATION_INFO info = device->GetResourceAllocationInfo(0, 1, &desc);
    ok_eq(info.SizeInBytes, 128 * 1024);
    D3D12_HEAP_PROPERTIES properties = device->GetCustomHeapProperties(0, D3D12_HEAP_TYPE_READBACK);
    ok_eq(properties.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
    queue_desc.Type = D3D12_COMMAND_LIST_TYPE_COPY;
    queue_desc.Priority = 100;
    ok_hr(device->CreateCommandQueue(&queue_desc, IID_PPV_ARGS(&queue)), S_OK);
    queue_desc = queue->GetDesc();
    ok_eq(queue_desc.Priority, 100);
    LUID luid = device->GetAdapterLuid();
    ok(luid.LowPart || luid.HighPart);
    ok_eq(queue->Release(), 0);
    ok_eq(buffer->Release(), 0);
    ok_eq(heap->Release(), 0);
    CloseHandle(section);
    check_validation(device);
    ok_eq(device->Release(), 0);
}

TEST(black_box_as_an_engine_writes_it, "D2.3 D2.5 D15.4")
{
    ID3D12Device5 *device = make_device();
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 65536, nullptr);
    auto *view = static_cast<volatile UINT32 *>(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0));
    D3D12_RESOURCE_DESC desc = buffer_desc(65536);
    D3D12_COMMAND_QUEUE_DESC queue_desc = {};
    ID3D12GraphicsCommandList2 *list = nullptr;
    ID3D12CommandAllocator *allocator = nullptr;
    ID3D12CommandQueue *queue = nullptr;
    ID3D12Resource *buffer = nullptr;
    ID3D12Device3 *device3 = nullptr;
    ID3D12Fence *fence = nullptr;
    ID3D12Heap *heap = nullptr;

    ok_hr(device->QueryInterface(&device3), S_OK);
    ok_hr(device3->OpenExistingHeapFromFileMapping(section, IID_PPV_ARGS(&heap)), S_OK);
    ok_hr(device->CreatePlacedResource(heap, 0, &desc, D3D12_RESOURCE_STATE_COPY_DEST, nullptr,
                                       IID_PPV_ARGS(&buffer)),
          S_OK);
    ok_hr(device->CreateCommandQueue(&queue_desc, IID_PPV_ARGS(&queue)), S_OK);
    ok_hr(device->CreateCommandAllocator(queue_desc.Type, IID_PPV_ARGS(&allocator)), S_OK);
    ok_hr(device->CreateCommandList(0, queue_desc.Type, allocator, nullptr, IID_PPV_ARGS(&list)),
          S_OK);
    ok_hr(device->CreateFence(0, D3D12_FENCE_FLAG_NONE, IID_PPV_ARGS(&fence)), S_OK);
    require(list && buffer && queue && fence);

    const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER words[] = {{buffer->GetGPUVirtualAddress(), 1},
                                                          {buffer->GetGPUVirtualAddress() + 4, 2}};
    const D3D12_WRITEBUFFERIMMEDIATE_MODE modes[] = {D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN,
                                                     D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT};
    list->WriteBufferImmediate(2, words, modes);
    ok_hr(list->Close(), S_OK);
    ID3D12CommandList *lists[] = {list};
    queue->ExecuteCommandLists(1, lists);
    ok_hr(queue->Signal(fence, 1), S_OK);
    ok_hr(fence->SetEventOnCompletion(1, nullptr), S_OK);
    ok_eq(view[0], 1);
    ok_eq(view[1], 2);

    IUnknown *objects[] = {fence, list, allocator, queue, buffer, heap};
    for (IUnknown *object : objects)
        ok_eq(object->Release(), 0);
    device3->Release();
    UnmapViewOfFile(const_cast<UINT32 *>(view));
    CloseHandle(section);
    check_validation(device);
    ok_eq(device->Release(), 0);
}

TEST(heap_is_shared_between_devices, "D12.1 D13.1 D13.4 D14.1 D7.1")
{
    ID3D12Device5 *device = make_device(), *other = make_device();
    D3D12_HEAP_DESC desc = {};
    ID3D12Heap *heap = nullptr, *opened = nullptr;
    HANDLE handle = nullptr, named = nullptr;
    UINT kind = 0;

    desc.SizeInBytes = 65536;
    desc.Properties.Type = D3D12_HEAP_TYPE_DEFAULT;
    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(device->CreateHeap(&desc, IID_PPV_ARGS(&heap)), S_OK);
    require(heap);
    ok_hr(device->CreateSharedHandle(heap, nullptr, GENERIC_ALL, L_("from C++"), &handle), S_OK);
    ok_hr(other->OpenSharedHandleByName(L_("from C++"), GENERIC_ALL, &named), S_OK);
    ok(CompareObjectHandles(handle, named));
    ok_hr(other->OpenSharedHandle(named, IID_PPV_ARGS(&opened)), S_OK);
    require(opened);
    CloseHandle(named);
    CloseHandle(handle);
    ok_hr(ntshm_d3d12_get_memory_kind(opened, &kind), S_OK);
    ok(kind == NTSHM_D3D12_MEMORY_MEMFD || kind == NTSHM_D3D12_MEMORY_EXPORT, "%u", kind);
    ok_eq(opened->GetDesc().SizeInBytes, 65536);
    ok_eq(opened->Release(), 0);
    ok_eq(heap->Release(), 0);
    check_validation(device);
    ok_eq(other->Release(), 0);
    ok_eq(device->Release(), 0);
}
