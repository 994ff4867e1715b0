// SPDX-License-Identifier: MIT
/*
 * Lines of Direct3D 12 memory between processes: opening a shared heap beside the mapping that it
 * is, opening a shared fence, and a copy of memory beside memcpy().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>
#define COBJMACROS
#include <d3d12.h>

#include "bench/bench.h"

#define HEAP_SIZE (64u << 20)

static void must(HRESULT hr, const char *what)
{
    if (FAILED(hr))
        bench_fail("%s: 0x%08x", what, (unsigned)hr);
}

static ID3D12Device *new_device(void)
{
    ID3D12Device *device = NULL;
    HRESULT hr =
        D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device);

    if (FAILED(hr))
        bench_skip("no Direct3D 12 device: 0x%08x", (unsigned)hr);
    return device;
}

static ID3D12CommandQueue *new_queue(ID3D12Device *device)
{
    const D3D12_COMMAND_QUEUE_DESC desc = {.Type = D3D12_COMMAND_LIST_TYPE_COPY};
    ID3D12CommandQueue *queue = NULL;

    must(ID3D12Device_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue, (void **)&queue),
         "CreateCommandQueue");
    return queue;
}

/* --- opening ---------------------------------------------------------------------------------- */

struct opened {
    ID3D12Device *device;
    ID3D12Heap *heap;
    ID3D12Fence *fence;
    HANDLE heap_handle, fence_handle;
};

static HANDLE share(ID3D12Device *device, void *object)
{
    HANDLE handle = NULL;

    must(ID3D12Device_CreateSharedHandle(device, object, NULL, GENERIC_ALL, NULL, &handle),
         "CreateSharedHandle");
    return handle;
}

static void *opened_begin(unsigned parameter)
{
    const D3D12_HEAP_DESC desc = {.SizeInBytes = HEAP_SIZE,
                                  .Properties = {.Type = D3D12_HEAP_TYPE_DEFAULT},
                                  .Flags = D3D12_HEAP_FLAG_SHARED};
    struct opened *opened = calloc(1, sizeof(*opened));

    (void)parameter;
    if (!opened)
        bench_fail("no memory");
    opened->device = new_device();
    must(ID3D12Device_CreateHeap(opened->device, &desc, &IID_ID3D12Heap, (void **)&opened->heap),
         "CreateHeap");
    must(ID3D12Device_CreateFence(opened->device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                  (void **)&opened->fence),
         "CreateFence");
    opened->heap_handle = share(opened->device, opened->heap);
    opened->fence_handle = share(opened->device, opened->fence);
    return opened;
}

static uint64_t open_heaps(void *state, unsigned n)
{
    struct opened *opened = state;

    for (unsigned i = 0; i < n; i++) {
        ID3D12Heap *heap = NULL;

        must(ID3D12Device_OpenSharedHandle(opened->device, opened->heap_handle, &IID_ID3D12Heap,
                                           (void **)&heap),
             "OpenSharedHandle");
        ID3D12Heap_Release(heap);
    }
    return 0;
}

static uint64_t open_fences(void *state, unsigned n)
{
    struct opened *opened = state;

    for (unsigned i = 0; i < n; i++) {
        ID3D12Fence *fence = NULL;

        must(ID3D12Device_OpenSharedHandle(opened->device, opened->fence_handle, &IID_ID3D12Fence,
                                           (void **)&fence),
             "OpenSharedHandle");
        ID3D12Fence_Release(fence);
    }
    return 0;
}

static void opened_check(void *state)
{
    struct opened *opened = state;
    ID3D12Heap *heap = NULL;

    must(ID3D12Device_OpenSharedHandle(opened->device, opened->heap_handle, &IID_ID3D12Heap,
                                       (void **)&heap),
         "OpenSharedHandle");
    if (ID3D12Heap_GetDesc(heap).SizeInBytes != HEAP_SIZE)
        bench_fail("another heap was opened");
    ID3D12Heap_Release(heap);
}

/* The floor of it: map the pages of a memfd, and unmap them. */
static void *pages_begin(unsigned parameter)
{
    int *fd = malloc(sizeof(*fd));

    (void)parameter;
    if (!fd)
        bench_fail("no memory");
    *fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
    bench_must(ftruncate(*fd, HEAP_SIZE), "ftruncate");
    return fd;
}

static uint64_t pages_run(void *state, unsigned n)
{
    const int *fd = state;

    for (unsigned i = 0; i < n; i++) {
        void *pages = mmap(NULL, HEAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);

        if (pages == MAP_FAILED)
            bench_fail("mmap: errno %d", errno);
        munmap(pages, HEAP_SIZE);
    }
    return 0;
}

/* --- copies ----------------------------------------------------------------------------------- */

struct copies {
    ID3D12Device *device;
    ID3D12CommandQueue *queue;
    ID3D12GraphicsCommandList *list;
    ID3D12Fence *fence;
    ID3D12Resource *buffers[2];
    void *memory[2];
    uint64_t value, size;
};

static uint64_t copy_size(void)
{
    return (uint64_t)bench_subject_line()->parameter << (bench_options.check_runs ? 10 : 20);
}

static ID3D12Resource *new_buffer(ID3D12Device *device, uint64_t size)
{
    const D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_CUSTOM,
                                              .CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK,
                                              .MemoryPoolPreference = D3D12_MEMORY_POOL_L0};
    const D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                      .Width = size,
                                      .Height = 1,
                                      .DepthOrArraySize = 1,
                                      .MipLevels = 1,
                                      .SampleDesc = {1, 0},
                                      .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};
    ID3D12Resource *buffer = NULL;

    must(ID3D12Device_CreateCommittedResource(device, &properties, D3D12_HEAP_FLAG_NONE, &desc,
                                              D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, (void **)&buffer),
         "CreateCommittedResource");
    return buffer;
}

static void record_copy(struct copies *copies)
{
    ID3D12CommandAllocator *allocator = NULL;

    must(ID3D12Device_CreateCommandAllocator(copies->device, D3D12_COMMAND_LIST_TYPE_COPY,
                                             &IID_ID3D12CommandAllocator, (void **)&allocator),
         "CreateCommandAllocator");
    must(ID3D12Device_CreateCommandList(copies->device, 0, D3D12_COMMAND_LIST_TYPE_COPY, allocator,
                                        NULL, &IID_ID3D12GraphicsCommandList,
                                        (void **)&copies->list),
         "CreateCommandList");
    ID3D12GraphicsCommandList_CopyResource(copies->list, copies->buffers[1], copies->buffers[0]);
    must(ID3D12GraphicsCommandList_Close(copies->list), "Close");
}

static void *copies_begin(unsigned parameter)
{
    struct copies *copies = calloc(1, sizeof(*copies));

    (void)parameter;
    if (!copies)
        bench_fail("no memory");
    copies->size = copy_size();
    copies->device = new_device();
    copies->queue = new_queue(copies->device);
    must(ID3D12Device_CreateFence(copies->device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                  (void **)&copies->fence),
         "CreateFence");
    for (unsigned i = 0; i < 2; i++) {
        copies->buffers[i] = new_buffer(copies->device, copies->size);
        must(ID3D12Resource_Map(copies->buffers[i], 0, NULL, &copies->memory[i]), "Map");
        memset(copies->memory[i], (int)i + 1, copies->size);
    }
    record_copy(copies);
    return copies;
}

static uint64_t copies_run(void *state, unsigned n)
{
    struct copies *copies = state;
    ID3D12CommandList *list = (ID3D12CommandList *)copies->list;

    for (unsigned i = 0; i < n; i++) {
        ID3D12CommandQueue_ExecuteCommandLists(copies->queue, 1, &list);
        must(ID3D12CommandQueue_Signal(copies->queue, copies->fence, ++copies->value), "Signal");
        must(ID3D12Fence_SetEventOnCompletion(copies->fence, copies->value, NULL),
             "SetEventOnCompletion");
    }
    return 0;
}

static void copies_check(void *state)
{
    struct copies *copies = state;

    memset(copies->memory[1], 9, copies->size);
    copies_run(copies, 1);
    if (memcmp(copies->memory[0], copies->memory[1], copies->size) != 0)
        bench_fail("the copy is not the same");
}

static void *memcpy_begin(unsigned parameter)
{
    struct copies *copies = calloc(1, sizeof(*copies));

    (void)parameter;
    if (!copies)
        bench_fail("no memory");
    copies->size = copy_size();
    for (unsigned i = 0; i < 2; i++) {
        copies->memory[i] = malloc(copies->size);
        if (!copies->memory[i])
            bench_fail("no memory");
        memset(copies->memory[i], (int)i + 1, copies->size);
    }
    return copies;
}

static uint64_t memcpy_run(void *state, unsigned n)
{
    struct copies *copies = state;

    for (unsigned i = 0; i < n; i++) {
        memcpy(copies->memory[1], copies->memory[0], copies->size);
        __asm__ volatile("" : : "r"(copies->memory[1]) : "memory");
    }
    return 0;
}

/* clang-format off */
const struct bench_line bench_d3d12_share_lines[] = {
    {
        .id = "d3d12_open_heap", .title = "Direct3D 12 OpenSharedHandle, a heap of 64 MiB",
        .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = opened_begin, .run = open_heaps, .check = opened_check},
            {.name = "mmap", .begin = pages_begin, .run = pages_run},
        },
    },
    {
        .id = "d3d12_open_fence", .title = "Direct3D 12 OpenSharedHandle, a fence",
        .not_counted = true,
        .subjects = {{.name = "ours", .begin = opened_begin, .run = open_fences}},
    },
    {
        .id = "d3d12_copy", .title = "Direct3D 12 CopyResource of 64 MiB, executed and waited for",
        .parameter = 64, .unit = BENCH_MS, .batch = 1, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = copies_begin, .run = copies_run, .check = copies_check},
            {.name = "memcpy", .begin = memcpy_begin, .run = memcpy_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
