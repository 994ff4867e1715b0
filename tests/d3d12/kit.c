// SPDX-License-Identifier: MIT
/*
 * See kit.h. The hooks of the harness are here too: a device is made and dropped before the
 * first look, so that the driver's own libraries and caches are in place.
 */
#include "d3d12/kit.h"

#include <stdlib.h>

#include "d3d12/modules.h"
#include "d3d12/device/vulkan.h"

static void on_log(int level, const char *message, void *context)
{
    (void)context;
    if (level <= NTSHM_LOG_WARNING)
        test_note("%s", message);
}

void kit_environment(void)
{
    static bool is_listening;

    setenv("NTSHM_D3D12_ADAPTER", "llvmpipe", 0);
    setenv("NTSHM_D3D12_VALIDATION", "1", 1);
    if (!is_listening) {
        ntshm_d3d12_set_log(on_log, NULL);
        kit_keep_modules();
    }
    is_listening = true;
}

void test_prepare(void)
{
    ID3D12Device5 *device = kit_device();
    HANDLE section, event;
    void *memory;

    ID3D12Device_Release(device);
    /* One of each thing of libntshm's too: it keeps an anchor and a slab. */
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, NULL);
    memory = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    UnmapViewOfFile(memory);
    memory = VirtualAlloc(NULL, 65536, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    VirtualFree(memory, 0, MEM_RELEASE);
    CloseHandle(section);
    CloseHandle(event);
}

void test_settle(void)
{
    if (nt_d3d_validation_errors)
        kit_check_validation();
}

void kit_check_validation(void)
{
    ok_eq(nt_d3d_validation_errors, 0);
}

ID3D12Device5 *kit_device(void)
{
    ID3D12Device5 *device = NULL;
    HRESULT hr;

    kit_environment();
    hr = D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5, (void **)&device);
    require(hr == S_OK && device, "no device: 0x%08x", (unsigned)hr);
    return device;
}

ID3D12CommandQueue *kit_queue(ID3D12Device5 *device, D3D12_COMMAND_LIST_TYPE type)
{
    const D3D12_COMMAND_QUEUE_DESC desc = {.Type = type};
    ID3D12CommandQueue *queue = NULL;

    ok_hr(ID3D12Device_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue, (void **)&queue),
          S_OK);
    require(queue);
    return queue;
}

ID3D12CommandAllocator *kit_allocator(ID3D12Device5 *device, D3D12_COMMAND_LIST_TYPE type)
{
    ID3D12CommandAllocator *allocator = NULL;

    ok_hr(ID3D12Device_CreateCommandAllocator(device, type, &IID_ID3D12CommandAllocator,
                                              (void **)&allocator),
          S_OK);
    require(allocator);
    return allocator;
}

ID3D12GraphicsCommandList2 *kit_list(ID3D12Device5 *device, D3D12_COMMAND_LIST_TYPE type,
                                     ID3D12CommandAllocator *allocator)
{
    ID3D12GraphicsCommandList2 *list = NULL;

    ok_hr(ID3D12Device_CreateCommandList(device, 0, type, allocator, NULL,
                                         &IID_ID3D12GraphicsCommandList2, (void **)&list),
          S_OK);
    require(list);
    return list;
}

ID3D12Fence *kit_fence(ID3D12Device5 *device, UINT64 value)
{
    ID3D12Fence *fence = NULL;

    ok_hr(ID3D12Device_CreateFence(device, value, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                   (void **)&fence),
          S_OK);
    require(fence);
    return fence;
}

void kit_open(struct kit *kit, D3D12_COMMAND_LIST_TYPE type)
{
    *kit = (struct kit){.device = kit_device()};
    kit->queue = kit_queue(kit->device, type);
    kit->allocator = kit_allocator(kit->device, type);
    kit->list = kit_list(kit->device, type, kit->allocator);
    kit->fence = kit_fence(kit->device, 0);
}

void kit_close(struct kit *kit)
{
    kit_release_last(kit->fence);
    kit_release_last(kit->list);
    kit_release_last(kit->allocator);
    kit_release_last(kit->queue);
    kit_release_last(kit->device);
    if (nt_d3d_validation_errors)
        kit_check_validation();
}

void kit_execute(ID3D12CommandQueue *queue, ID3D12GraphicsCommandList2 *list)
{
    ID3D12CommandList *lists[] = {(ID3D12CommandList *)list};

    ID3D12CommandQueue_ExecuteCommandLists(queue, 1, lists);
}

void kit_submit(struct kit *kit)
{
    ok_hr(ID3D12GraphicsCommandList_Close(kit->list), S_OK);
    kit_execute(kit->queue, kit->list);
    ok_hr(ID3D12CommandQueue_Signal(kit->queue, kit->fence, ++kit->value), S_OK);
}

void kit_finish(struct kit *kit)
{
    require(kit_wait(kit->fence, kit->value), "the work did not finish");
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
}

void kit_run(struct kit *kit)
{
    kit_submit(kit);
    kit_finish(kit);
}

bool kit_wait(ID3D12Fence *fence, UINT64 value)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    DWORD result;

    require(event != NULL);
    if (FAILED(ID3D12Fence_SetEventOnCompletion(fence, value, event))) {
        CloseHandle(event);
        return false;
    }
    result = WaitForSingleObject(event, (DWORD)(KIT_DEADLINE * test_slowness()));
    CloseHandle(event);
    return result == WAIT_OBJECT_0;
}

bool kit_stays_below(ID3D12Fence *fence, UINT64 value)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    DWORD result;

    require(event != NULL);
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, value, event), S_OK);
    result = WaitForSingleObject(event, 50);
    CloseHandle(event);
    return result == WAIT_TIMEOUT;
}

D3D12_RESOURCE_DESC kit_buffer_desc(UINT64 size)
{
    return (D3D12_RESOURCE_DESC){.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                 .Width = size,
                                 .Height = 1,
                                 .DepthOrArraySize = 1,
                                 .MipLevels = 1,
                                 .SampleDesc = {1, 0},
                                 .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};
}

D3D12_HEAP_DESC kit_heap_desc(UINT64 size, D3D12_HEAP_TYPE type)
{
    D3D12_HEAP_DESC desc = {.SizeInBytes = size, .Properties = {.Type = type}};

    if (type == D3D12_HEAP_TYPE_CUSTOM) {
        desc.Properties.CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK;
        desc.Properties.MemoryPoolPreference = D3D12_MEMORY_POOL_L0;
    }
    return desc;
}

static D3D12_RESOURCE_STATES first_state(D3D12_HEAP_TYPE type)
{
    switch (type) {
    case D3D12_HEAP_TYPE_UPLOAD:
        return D3D12_RESOURCE_STATE_GENERIC_READ;
    case D3D12_HEAP_TYPE_READBACK:
        return D3D12_RESOURCE_STATE_COPY_DEST;
    default:
        return D3D12_RESOURCE_STATE_COMMON;
    }
}

ID3D12Resource *kit_buffer(ID3D12Device5 *device, D3D12_HEAP_TYPE type, UINT64 size)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(size, type);
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(size);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreateCommittedResource(device, &heap.Properties, D3D12_HEAP_FLAG_NONE,
                                               &desc, first_state(type), NULL, &IID_ID3D12Resource,
                                               (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

ID3D12Resource *kit_shared_buffer(ID3D12Device5 *device, UINT64 size)
{
    return kit_buffer(device, D3D12_HEAP_TYPE_CUSTOM, size);
}

ID3D12Resource *kit_whole_buffer(ID3D12Device5 *device, ID3D12Heap *heap)
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(ID3D12Heap_GetDesc(heap).SizeInBytes);
    ID3D12Resource *buffer = NULL;

    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, 0, &desc, D3D12_RESOURCE_STATE_COPY_DEST,
                                            NULL, &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

void *kit_map(ID3D12Resource *buffer)
{
    void *data = NULL;

    ok_hr(ID3D12Resource_Map(buffer, 0, NULL, &data), S_OK);
    require(data);
    return data;
}

HANDLE kit_section(UINT64 size, const wchar_t *name)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                        (DWORD)(size >> 32), (DWORD)size, name);

    require(section != NULL, "CreateFileMapping: error %u", (unsigned)GetLastError());
    return section;
}

volatile uint32_t *kit_view(HANDLE section, DWORD access)
{
    volatile uint32_t *view = MapViewOfFile(section, access, 0, 0, 0);

    require(view != NULL, "MapViewOfFile: error %u", (unsigned)GetLastError());
    return view;
}

void kit_marker(ID3D12GraphicsCommandList2 *list, UINT64 address, UINT32 value,
                D3D12_WRITEBUFFERIMMEDIATE_MODE mode)
{
    const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER parameter = {address, value};

    ID3D12GraphicsCommandList2_WriteBufferImmediate(list, 1, &parameter, &mode);
}

ULONG kit_refs(void *object)
{
    IUnknown_AddRef((IUnknown *)object);
    return IUnknown_Release((IUnknown *)object);
}

void kit_release_last(void *object)
{
    ok_eq(IUnknown_Release((IUnknown *)object), 0);
}
