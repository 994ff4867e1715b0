// SPDX-License-Identifier: MIT
/*
 * Lines of Direct3D 12, beside the Vulkan calls that do the same on the same device: a heap from
 * a mapping beside the import of mapped memory, and markers beside vkCmdFillBuffer of one word,
 * recorded alone, and recorded, executed and waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>
#define COBJMACROS
#include <d3d12.h>
#include <ntshm/d3d12.h>
#include <vulkan/vulkan.h>

#include "bench/bench.h"

#define MARKERS_SIZE (1u << 20)
#define MANY_MARKERS 1024
#define CHECKED_SIZE (64u << 20) /* of a heap, in a run that only checks */

static void must(HRESULT hr, const char *what)
{
    if (FAILED(hr))
        bench_fail("%s: 0x%08x", what, (unsigned)hr);
}

static void must_vk(VkResult result, const char *what)
{
    if (result != VK_SUCCESS)
        bench_fail("%s: VkResult %d", what, (int)result);
}

static uint64_t heap_size(void)
{
    unsigned mebibytes = bench_subject_line()->parameter;
    uint64_t size = mebibytes ? (uint64_t)mebibytes << 20 : 4096;

    return bench_options.check_runs && size > CHECKED_SIZE ? CHECKED_SIZE : size;
}

/* --- ours --------------------------------------------------------------------------- */

struct d3d {
    ID3D12Device5 *device;
    HANDLE section, event;
    ID3D12Heap *heap;
    ID3D12Resource *buffer;
    ID3D12CommandQueue *queue;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList2 *list;
    ID3D12Fence *fence;
    uint64_t value;
    unsigned *view;
    unsigned marked;
};

static HANDLE new_section(uint64_t size)
{
    HANDLE section =
        CreateFileMappingFromApp(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, size, NULL);

    if (!section)
        bench_fail("CreateFileMapping: error %lu", (unsigned long)GetLastError());
    return section;
}

static struct d3d *new_d3d(uint64_t size)
{
    struct d3d *d3d = calloc(1, sizeof(*d3d));
    HRESULT hr;

    if (!d3d)
        bench_fail("no memory");
    hr = D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5, (void **)&d3d->device);
    if (FAILED(hr))
        bench_skip("no Direct3D 12 device: 0x%08x", (unsigned)hr);
    d3d->section = new_section(size);
    return d3d;
}

static ID3D12Heap *open_heap(struct d3d *d3d)
{
    ID3D12Heap *heap = NULL;

    must(ID3D12Device5_OpenExistingHeapFromFileMapping(d3d->device, d3d->section, &IID_ID3D12Heap,
                                                       (void **)&heap),
         "OpenExistingHeapFromFileMapping");
    return heap;
}

static void *heap_begin(unsigned parameter)
{
    (void)parameter;
    return new_d3d(heap_size());
}

static uint64_t heap_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        ID3D12Heap *heap = open_heap(state); /* not inside the macro, which evaluates it twice */

        ID3D12Heap_Release(heap);
    }
    return 0;
}

static void heap_check(void *state)
{
    struct d3d *d3d = state;
    ID3D12Heap *heap = open_heap(d3d);

    if (ID3D12Heap_GetDesc(heap).SizeInBytes != heap_size())
        bench_fail("the heap is not as large as its section");
    ID3D12Heap_Release(heap);
}

static void make_buffer(struct d3d *d3d)
{
    D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                .Width = MARKERS_SIZE,
                                .Height = 1,
                                .DepthOrArraySize = 1,
                                .MipLevels = 1,
                                .SampleDesc = {1, 0},
                                .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
                                .Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER};

    d3d->heap = open_heap(d3d);
    must(ID3D12Device5_CreatePlacedResource(d3d->device, d3d->heap, 0, &desc,
                                            D3D12_RESOURCE_STATE_COPY_DEST, NULL,
                                            &IID_ID3D12Resource, (void **)&d3d->buffer),
         "CreatePlacedResource");
    d3d->view = MapViewOfFile(d3d->section, FILE_MAP_READ, 0, 0, 0);
    if (!d3d->view)
        bench_fail("MapViewOfFile: error %lu", (unsigned long)GetLastError());
}

static void *markers_begin(unsigned parameter)
{
    D3D12_COMMAND_QUEUE_DESC desc = {.Type = D3D12_COMMAND_LIST_TYPE_DIRECT};
    struct d3d *d3d = new_d3d(MARKERS_SIZE);

    (void)parameter;
    make_buffer(d3d);
    d3d->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    must(ID3D12Device5_CreateCommandQueue(d3d->device, &desc, &IID_ID3D12CommandQueue,
                                          (void **)&d3d->queue),
         "CreateCommandQueue");
    must(ID3D12Device5_CreateFence(d3d->device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                   (void **)&d3d->fence),
         "CreateFence");
    must(ID3D12Device5_CreateCommandAllocator(d3d->device, desc.Type, &IID_ID3D12CommandAllocator,
                                              (void **)&d3d->allocator),
         "CreateCommandAllocator");
    must(ID3D12Device5_CreateCommandList(d3d->device, 0, desc.Type, d3d->allocator, NULL,
                                         &IID_ID3D12GraphicsCommandList2, (void **)&d3d->list),
         "CreateCommandList");
    must(ID3D12GraphicsCommandList2_Close(d3d->list), "Close");
    return d3d;
}

static uint64_t markers_record(void *state, unsigned n)
{
    struct d3d *d3d = state;
    D3D12_GPU_VIRTUAL_ADDRESS base = ID3D12Resource_GetGPUVirtualAddress(d3d->buffer);

    must(ID3D12CommandAllocator_Reset(d3d->allocator), "Reset of the allocator");
    must(ID3D12GraphicsCommandList2_Reset(d3d->list, d3d->allocator, NULL), "Reset of the list");
    for (unsigned i = 0; i < n; i++) {
        D3D12_WRITEBUFFERIMMEDIATE_PARAMETER write = {base + i % (MARKERS_SIZE / 4) * 4, i + 1};
        D3D12_WRITEBUFFERIMMEDIATE_MODE mode = i % 2 ? D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT
                                                     : D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN;

        ID3D12GraphicsCommandList2_WriteBufferImmediate(d3d->list, 1, &write, &mode);
    }
    must(ID3D12GraphicsCommandList2_Close(d3d->list), "Close");
    d3d->marked = n;
    return 0;
}

static uint64_t markers_execute(void *state, unsigned n)
{
    struct d3d *d3d = state;
    ID3D12CommandList *list = (ID3D12CommandList *)d3d->list;

    markers_record(d3d, n);
    ID3D12CommandQueue_ExecuteCommandLists(d3d->queue, 1, &list);
    must(ID3D12CommandQueue_Signal(d3d->queue, d3d->fence, ++d3d->value), "Signal");
    must(ID3D12Fence_SetEventOnCompletion(d3d->fence, d3d->value, d3d->event),
         "SetEventOnCompletion");
    if (WaitForSingleObject(d3d->event, 20000) != WAIT_OBJECT_0)
        bench_fail("the markers were not written in time");
    return 0;
}

static void markers_check(void *state)
{
    struct d3d *d3d = state;

    markers_execute(d3d, 64);
    for (unsigned i = 0; i < 64; i++) {
        if (d3d->view[i] != i + 1)
            bench_fail("marker %u holds %u", i, d3d->view[i]);
    }
}

/* --- Vulkan ------------------------------------------------------------------------- */

struct vulkan {
    VkDevice device;
    VkQueue queue;
    PFN_vkGetMemoryHostPointerPropertiesEXT pointer_properties;
    void *memory;
    int fd;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkBuffer buffer;
    VkDeviceMemory buffer_memory;
    VkFence fence;
};

/* The device that the library takes. */
static unsigned chosen_device(void)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    ID3D12Device *device = NULL;

    if (FAILED(
            D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device)))
        bench_skip("no Direct3D 12 device to compare with");
    must(ntshm_d3d12_get_adapter(device, &adapter), "ntshm_d3d12_get_adapter");
    ID3D12Device_Release(device);
    return adapter.index;
}

static VkPhysicalDevice physical_device(void)
{
    VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                     .apiVersion = VK_API_VERSION_1_2};
    VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                 .pApplicationInfo = &application};
    VkPhysicalDevice devices[16];
    uint32_t n = 16, index = chosen_device();
    VkInstance instance;

    must_vk(vkCreateInstance(&info, NULL, &instance), "vkCreateInstance");
    must_vk(vkEnumeratePhysicalDevices(instance, &n, devices), "vkEnumeratePhysicalDevices");
    if (index >= n)
        bench_fail("there is no Vulkan device %u", index);
    return devices[index];
}

static struct vulkan *new_vulkan(uint64_t size)
{
    static const char *const extensions[] = {VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME};
    float priority = 1;
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .enabledExtensionCount = 1,
                               .ppEnabledExtensionNames = extensions};
    struct vulkan *vulkan = calloc(1, sizeof(*vulkan));

    if (!vulkan)
        bench_fail("no memory");
    must_vk(vkCreateDevice(physical_device(), &info, NULL, &vulkan->device), "vkCreateDevice");
    vkGetDeviceQueue(vulkan->device, 0, 0, &vulkan->queue);
    vulkan->pointer_properties =
        (PFN_vkGetMemoryHostPointerPropertiesEXT)(void *)vkGetDeviceProcAddr(
            vulkan->device, "vkGetMemoryHostPointerPropertiesEXT");
    vulkan->fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
    bench_must(ftruncate(vulkan->fd, (off_t)size), "ftruncate");
    return vulkan;
}

static void *map_memory(const struct vulkan *vulkan, uint64_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vulkan->fd, 0);

    if (memory == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return memory;
}

static VkDeviceMemory import(const struct vulkan *vulkan, void *memory, uint64_t size)
{
    VkMemoryHostPointerPropertiesEXT properties = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT};
    VkImportMemoryHostPointerInfoEXT pointer = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
        .pHostPointer = memory};
    VkMemoryAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &pointer, .allocationSize = size};
    VkDeviceMemory imported;

    must_vk(vulkan->pointer_properties(vulkan->device, pointer.handleType, memory, &properties),
            "vkGetMemoryHostPointerPropertiesEXT");
    info.memoryTypeIndex = (uint32_t)__builtin_ctz(properties.memoryTypeBits);
    must_vk(vkAllocateMemory(vulkan->device, &info, NULL, &imported), "vkAllocateMemory");
    return imported;
}

static void *import_begin(unsigned parameter)
{
    (void)parameter;
    return new_vulkan(heap_size());
}

static uint64_t import_run(void *state, unsigned n)
{
    struct vulkan *vulkan = state;
    uint64_t size = heap_size();

    for (unsigned i = 0; i < n; i++) {
        void *memory = map_memory(vulkan, size);

        vkFreeMemory(vulkan->device, import(vulkan, memory, size), NULL);
        munmap(memory, size);
    }
    return 0;
}

/* The import alone, of memory that stays mapped. */
static void *import_only_begin(unsigned parameter)
{
    struct vulkan *vulkan = import_begin(parameter);

    vulkan->memory = map_memory(vulkan, heap_size());
    return vulkan;
}

static uint64_t import_only_run(void *state, unsigned n)
{
    struct vulkan *vulkan = state;

    for (unsigned i = 0; i < n; i++)
        vkFreeMemory(vulkan->device, import(vulkan, vulkan->memory, heap_size()), NULL);
    return 0;
}

static void *fill_begin(unsigned parameter)
{
    struct vulkan *vulkan = new_vulkan(MARKERS_SIZE);
    VkExternalMemoryBufferCreateInfo external = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT};
    VkBufferCreateInfo buffer = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                 .pNext = &external,
                                 .size = MARKERS_SIZE,
                                 .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    VkCommandBufferAllocateInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                            .commandBufferCount = 1};
    VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};

    (void)parameter;
    vulkan->memory = map_memory(vulkan, MARKERS_SIZE);
    must_vk(vkCreateBuffer(vulkan->device, &buffer, NULL, &vulkan->buffer), "vkCreateBuffer");
    vulkan->buffer_memory = import(vulkan, vulkan->memory, MARKERS_SIZE);
    must_vk(vkBindBufferMemory(vulkan->device, vulkan->buffer, vulkan->buffer_memory, 0),
            "vkBindBufferMemory");
    must_vk(vkCreateCommandPool(vulkan->device, &pool, NULL, &vulkan->pool), "vkCreateCommandPool");
    commands.commandPool = vulkan->pool;
    must_vk(vkAllocateCommandBuffers(vulkan->device, &commands, &vulkan->commands),
            "vkAllocateCommandBuffers");
    must_vk(vkCreateFence(vulkan->device, &fence, NULL, &vulkan->fence), "vkCreateFence");
    return vulkan;
}

static uint64_t fill_record(void *state, unsigned n)
{
    struct vulkan *vulkan = state;
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                      .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};

    must_vk(vkResetCommandPool(vulkan->device, vulkan->pool, 0), "vkResetCommandPool");
    must_vk(vkBeginCommandBuffer(vulkan->commands, &begin), "vkBeginCommandBuffer");
    for (unsigned i = 0; i < n; i++)
        vkCmdFillBuffer(vulkan->commands, vulkan->buffer, i % (MARKERS_SIZE / 4) * 4, 4, i + 1);
    must_vk(vkEndCommandBuffer(vulkan->commands), "vkEndCommandBuffer");
    return 0;
}

static uint64_t fill_execute(void *state, unsigned n)
{
    struct vulkan *vulkan = state;
    VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                           .commandBufferCount = 1,
                           .pCommandBuffers = &vulkan->commands};

    fill_record(vulkan, n);
    must_vk(vkQueueSubmit(vulkan->queue, 1, &submit, vulkan->fence), "vkQueueSubmit");
    must_vk(vkWaitForFences(vulkan->device, 1, &vulkan->fence, VK_TRUE, 20000000000u),
            "vkWaitForFences");
    must_vk(vkResetFences(vulkan->device, 1, &vulkan->fence), "vkResetFences");
    return 0;
}

static void fill_check(void *state)
{
    struct vulkan *vulkan = state;
    const unsigned *words = vulkan->memory;

    fill_execute(vulkan, 64);
    for (unsigned i = 0; i < 64; i++) {
        if (words[i] != i + 1)
            bench_fail("word %u holds %u", i, words[i]);
    }
}

/* clang-format off */
#define HEAP_LINE(id_, size_, mebibytes, target_)                                                  \
    {                                                                                              \
        .id = id_, .title = "Direct3D 12 heap from a file mapping of " size_ ": open, release",    \
        .parameter = mebibytes, .ratio_target = target_,                                           \
        .subjects = {                                                                              \
            {.name = "ours", .begin = heap_begin, .run = heap_run, .check = heap_check},           \
            {.name = "mmap+import", .begin = import_begin, .run = import_run},                     \
            {.name = "import alone", .begin = import_only_begin, .run = import_only_run},          \
        },                                                                                         \
    }

const struct bench_line bench_d3d12_lines[] = {
    HEAP_LINE("d3d12_heap_4k", "4 KiB", 0, 0),
    HEAP_LINE("d3d12_heap", "1 GiB", 1024, 1.3),
    HEAP_LINE("d3d12_heap_4g", "4 GiB", 4096, 0),
    {
        .id = "d3d12_record", .title = "Direct3D 12 marker (WriteBufferImmediate), recorded",
        .unit = BENCH_NS, .batch = 4096,
        .subjects = {
            {.name = "ours", .begin = markers_begin, .run = markers_record, .check = markers_check},
            {.name = "vkCmdFillBuffer", .begin = fill_begin, .run = fill_record,
             .check = fill_check},
        },
    },
    {
        .id = "d3d12_execute",
        .title = "Direct3D 12 marker, recorded, executed and waited for, 1,024 to a list",
        .unit = BENCH_NS, .batch = MANY_MARKERS,
        .subjects = {
            {.name = "ours", .begin = markers_begin, .run = markers_execute,
             .check = markers_check},
            {.name = "vkCmdFillBuffer", .begin = fill_begin, .run = fill_execute,
             .check = fill_check},
        },
    },
    {.id = NULL},
};
/* clang-format on */
