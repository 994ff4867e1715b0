// SPDX-License-Identifier: MIT
/*
 * Lines of a fence that two processes share: there and back, by the CPUs alone and through a queue
 * on each side; beside a bare futex, and beside timeline semaphores, which need two threads of one
 * process where the driver shares none.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <wchar.h>

#include <windows.h>
#define COBJMACROS
#include <d3d12.h>
#include <ntshm/d3d12.h>
#include <vulkan/vulkan.h>

#include "bench/bench.h"

/* Of its own for each subject: the last one's partner may not have ended yet. */
static WCHAR fence_name[64];

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

/* --- a fence there and back ------------------------------------------------------------------- */

struct ping {
    ID3D12Device *device;
    ID3D12CommandQueue *queue;
    ID3D12Fence *fence;
    HANDLE handle;
    uint64_t value;
};

static void await(struct ping *ping, uint64_t value)
{
    must(ID3D12Fence_SetEventOnCompletion(ping->fence, value, NULL), "SetEventOnCompletion");
}

/* The partner: answers each odd value with the next one, for ever. */
__attribute__((noreturn)) static void answer(int ready_fd, bool by_queue)
{
    struct ping ping = {.value = 0};
    char byte;

    if (read(ready_fd, &byte, 1) != 1)
        _exit(1);
    ping.device = new_device();
    ping.queue = new_queue(ping.device);
    must(ID3D12Device_OpenSharedHandleByName(ping.device, fence_name, GENERIC_ALL, &ping.handle),
         "OpenSharedHandleByName");
    must(ID3D12Device_OpenSharedHandle(ping.device, ping.handle, &IID_ID3D12Fence,
                                       (void **)&ping.fence),
         "OpenSharedHandle");
    for (uint64_t turn = 1;; turn += 2) {
        if (by_queue) {
            must(ID3D12CommandQueue_Wait(ping.queue, ping.fence, turn), "Wait");
            must(ID3D12CommandQueue_Signal(ping.queue, ping.fence, turn + 1), "Signal");
            await(&ping, turn);
        } else {
            await(&ping, turn);
            must(ID3D12Fence_Signal(ping.fence, turn + 1), "Signal");
        }
    }
}

static void *ping_begin(unsigned by_queue)
{
    struct ping *ping = calloc(1, sizeof(*ping));
    int ends[2];
    pid_t pid;

    if (!ping)
        bench_fail("no memory");
    bench_must(pipe(ends), "pipe");
    swprintf(fence_name, 64, L"Local\\bench-fence-%d", (int)getpid());
    pid = bench_fork();
    if (pid == 0) {
        close(ends[1]);
        answer(ends[0], by_queue != 0);
    }
    ping->device = new_device();
    ping->queue = new_queue(ping->device);
    must(ID3D12Device_CreateFence(ping->device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                  (void **)&ping->fence),
         "CreateFence");
    must(ID3D12Device_CreateSharedHandle(ping->device, (ID3D12DeviceChild *)ping->fence, NULL,
                                         GENERIC_ALL, fence_name, &ping->handle),
         "CreateSharedHandle");
    bench_must(write(ends[1], "", 1), "write");
    bench_set_partner(pid);
    return ping;
}

static uint64_t ping_run(void *state, unsigned n)
{
    struct ping *ping = state;

    for (unsigned i = 0; i < n; i++) {
        must(ID3D12Fence_Signal(ping->fence, ++ping->value), "Signal");
        await(ping, ++ping->value);
    }
    return 0;
}

static uint64_t queue_ping_run(void *state, unsigned n)
{
    struct ping *ping = state;

    for (unsigned i = 0; i < n; i++) {
        must(ID3D12CommandQueue_Signal(ping->queue, ping->fence, ++ping->value), "Signal");
        await(ping, ++ping->value);
    }
    return 0;
}

static void ping_check(void *state)
{
    struct ping *ping = state;

    ping_run(ping, 3);
    if (ID3D12Fence_GetCompletedValue(ping->fence) != ping->value)
        bench_fail("the fence does not have the partner's value");
}

/* --- beside it: a futex, and timeline semaphores ---------------------------------------------- */

struct words {
    _Atomic uint32_t ping, pong;
};

static void set_word(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void await_word(_Atomic uint32_t *word, uint32_t value)
{
    uint32_t now;

    while ((now = atomic_load(word)) != value)
        syscall(SYS_futex, word, FUTEX_WAIT, now, NULL, NULL, 0);
}

static void *futex_begin(unsigned parameter)
{
    struct words *words =
        mmap(NULL, sizeof(*words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid;

    (void)parameter;
    if (words == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    pid = bench_fork();
    if (pid == 0) {
        for (uint32_t turn = 1;; turn++) {
            await_word(&words->ping, turn);
            set_word(&words->pong, turn);
        }
    }
    bench_set_partner(pid);
    return words;
}

static uint64_t futex_run(void *state, unsigned n)
{
    struct words *words = state;

    for (unsigned i = 0; i < n; i++) {
        uint32_t turn = atomic_load(&words->ping) + 1;

        set_word(&words->ping, turn);
        await_word(&words->pong, turn);
    }
    return 0;
}

struct timeline {
    VkDevice device;
    VkSemaphore ping, pong;
    uint64_t value;
};

/* The device that the library takes. */
static unsigned chosen_device(void)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    ID3D12Device *device = new_device();

    must(ntshm_d3d12_get_adapter(device, &adapter), "ntshm_d3d12_get_adapter");
    ID3D12Device_Release(device);
    return adapter.index;
}

static VkDevice new_vulkan(void)
{
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_2};
    const VkInstanceCreateInfo instance_info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                                .pApplicationInfo = &application};
    const VkPhysicalDeviceTimelineSemaphoreFeatures features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES,
        .timelineSemaphore = VK_TRUE};
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .pNext = &features,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queue};
    VkPhysicalDevice devices[16];
    uint32_t n = 16, index = chosen_device();
    VkInstance instance;
    VkDevice device;

    must_vk(vkCreateInstance(&instance_info, NULL, &instance), "vkCreateInstance");
    must_vk(vkEnumeratePhysicalDevices(instance, &n, devices), "vkEnumeratePhysicalDevices");
    if (index >= n)
        bench_fail("there is no Vulkan device %u", index);
    must_vk(vkCreateDevice(devices[index], &info, NULL, &device), "vkCreateDevice");
    return device;
}

static VkSemaphore new_semaphore(VkDevice device)
{
    const VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                            .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    const VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
                                        .pNext = &type};
    VkSemaphore semaphore;

    must_vk(vkCreateSemaphore(device, &info, NULL, &semaphore), "vkCreateSemaphore");
    return semaphore;
}

static void signal_timeline(VkDevice device, VkSemaphore semaphore, uint64_t value)
{
    const VkSemaphoreSignalInfo info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = semaphore, .value = value};

    must_vk(vkSignalSemaphore(device, &info), "vkSignalSemaphore");
}

static void await_timeline(VkDevice device, VkSemaphore semaphore, uint64_t value)
{
    const VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                      .semaphoreCount = 1,
                                      .pSemaphores = &semaphore,
                                      .pValues = &value};

    must_vk(vkWaitSemaphores(device, &info, UINT64_MAX), "vkWaitSemaphores");
}

static void *timeline_answer(void *argument)
{
    const struct timeline *timeline = argument;

    bench_pin(0, bench_subject_line()->place, true);
    for (uint64_t turn = 1;; turn++) {
        await_timeline(timeline->device, timeline->ping, turn);
        signal_timeline(timeline->device, timeline->pong, turn);
    }
    return NULL;
}

static void *timeline_begin(unsigned parameter)
{
    struct timeline *timeline = calloc(1, sizeof(*timeline));
    pthread_t thread;

    (void)parameter;
    if (!timeline)
        bench_fail("no memory");
    timeline->device = new_vulkan();
    timeline->ping = new_semaphore(timeline->device);
    timeline->pong = new_semaphore(timeline->device);
    if (pthread_create(&thread, NULL, timeline_answer, timeline))
        bench_fail("pthread_create");
    return timeline;
}

static uint64_t timeline_run(void *state, unsigned n)
{
    struct timeline *timeline = state;

    for (unsigned i = 0; i < n; i++) {
        signal_timeline(timeline->device, timeline->ping, ++timeline->value);
        await_timeline(timeline->device, timeline->pong, timeline->value);
    }
    return 0;
}

/* clang-format off */
const struct bench_line bench_d3d12_fence_lines[] = {
    {
        .id = "d3d12_fence_ping",
        .title = "Direct3D 12 shared fence between two processes' CPUs: there and back",
        .place = BENCH_TWO_CPUS, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = ping_begin, .run = ping_run, .check = ping_check},
            {.name = "futex", .begin = futex_begin, .run = futex_run},
            {.name = "vkWaitSemaphores", .begin = timeline_begin, .run = timeline_run},
        },
    },
    {
        .id = "d3d12_queue_ping",
        .title = "the same through a queue on each side: Signal, Wait, Signal",
        .place = BENCH_TWO_CPUS, .parameter = 1, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = ping_begin, .run = queue_ping_run, .check = ping_check},
            {.name = "futex", .begin = futex_begin, .run = futex_run},
            {.name = "vkWaitSemaphores", .begin = timeline_begin, .run = timeline_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
