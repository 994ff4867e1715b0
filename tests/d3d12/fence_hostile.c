// SPDX-License-Identifier: MIT
/*
 * Shared fences whose makers mean no good, and system calls that fail.
 */
#include "d3d12/fence_kit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/os.h"

/* --- what is no fence -------------------------------------------------------------------- */

/* Opening what is in @fds fails with E_INVALIDARG, for every interface. */
static void refused(ID3D12Device5 *device, const int fds[3], const char *what)
{
    void *fence = device;

    ok(nt_d3d_fence_open((struct nt_d3d_device *)device, fds, &IID_ID3D12Fence, &fence) ==
           E_INVALIDARG,
       "%s", what);
    ok(nt_d3d_fence_open((struct nt_d3d_device *)device, fds, &IID_IUnknown, NULL) == E_INVALIDARG,
       "%s", what);
}

/* A page like that of @fds, of @size, with @seals, and word @word changed. */
static int page_like(const int fds[3], size_t size, int seals, unsigned word)
{
    int fd = memfd_create("no fence", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    char page[4096];

    require(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    require(pread(fds[0], page, sizeof(page), 0) == (ssize_t)sizeof(page));
    ((uint32_t *)(void *)page)[word] ^= 0x100;
    require(pwrite(fd, page, sizeof(page), 0) == (ssize_t)sizeof(page));
    require(fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

TEST(what_is_no_fence_is_refused, "D13.3 D0.5")
{
    const int sealed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_shared_fence(device, 1);
    int good[3], fds[3], pipes[2];
    static const struct {
        size_t size;
        int seals;
        unsigned word;
        const char *what;
    } pages[] = {
        {NT_D3D_FENCE_SIZE, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, 0, "magic"},
        {NT_D3D_FENCE_SIZE, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, 1, "version"},
        {NT_D3D_FENCE_SIZE, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, 2, "flags"},
        {NT_D3D_FENCE_SIZE, F_SEAL_GROW, 4, "may shrink"},
        {NT_D3D_FENCE_SIZE, F_SEAL_SHRINK | F_SEAL_WRITE, 4, "may not be written"},
        {NT_D3D_FENCE_SIZE - 4096, F_SEAL_SHRINK | F_SEAL_GROW, 4, "too small"},
        {NT_D3D_FENCE_SIZE + 4096, F_SEAL_SHRINK | F_SEAL_GROW, 4, "too large"},
    };

    ok_hr(nt_d3d_fence_export(nt_d3d_fence_from(fence), good), S_OK);
    require(pipe2(pipes, O_CLOEXEC) == 0);
    memcpy(fds, good, sizeof(fds));
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        fds[0] = page_like(good, pages[i].size, pages[i].seals, pages[i].word);
        refused(device, fds, pages[i].what);
        close(fds[0]);
    }
    fds[0] = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    refused(device, fds, "a file");
    close(fds[0]);
    fds[0] = -1;
    refused(device, fds, "nothing");
    fds[0] = pipes[0];
    refused(device, fds, "a pipe");
    memcpy(fds, good, sizeof(fds));
    fds[1] = pipes[0];
    refused(device, fds, "two pipes");
    fds[1] = good[2];
    refused(device, fds, "two write ends");
    fds[1] = good[1];
    fds[2] = good[1];
    refused(device, fds, "two read ends");
    fds[2] = good[0];
    refused(device, fds, "memory for a pipe");
    fds[2] = -1;
    refused(device, fds, "one end");

    /* And what all of these are like is one. */
    memcpy(fds, good, sizeof(fds));
    fds[0] = page_like(good, NT_D3D_FENCE_SIZE, sealed, 4);
    ok_hr(nt_d3d_fence_open((struct nt_d3d_device *)device, fds, &IID_ID3D12Fence, NULL), S_FALSE);
    close(fds[0]);
    for (int i = 0; i < 3; i++)
        close(good[i]);
    close(pipes[0]);
    close(pipes[1]);
    kit_release_last(fence);
    kit_release_last(device);
}

/* --- who writes what it should not ---------------------------------------------------------- */

struct scribbler {
    uint32_t *words;
    _Atomic bool is_over;
    unsigned seed;
};

static void scribble(void *argument)
{
    struct scribbler *scribbler = argument;

    while (!atomic_load(&scribbler->is_over)) {
        for (int i = 0; i < 64; i++) {
            uint32_t *word = &scribbler->words[rand_r(&scribbler->seed) % (NT_D3D_FENCE_SIZE / 4)];
            uint32_t value = (uint32_t)rand_r(&scribbler->seed);

            __atomic_store_n(word, value % 3 ? value << (value % 32) : 0, __ATOMIC_RELAXED);
        }
        test_pause();
    }
}

/* Nothing is promised for this fence; everything else goes on as ever, and nothing hangs. */
TEST_DEADLINE(scribbled_page_hurts_only_its_own_fence, "D0.5 D5.8", 120)
{
    struct kit kit;
    struct scribbler scribbler = {.seed = 7};
    struct test_thread thread;
    ID3D12Fence *fence;
    int fds[3];
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    fence = kit_shared_fence(kit.device, 0);
    ok_hr(nt_d3d_fence_export(nt_d3d_fence_from(fence), fds), S_OK);
    scribbler.words = mmap(NULL, NT_D3D_FENCE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
    require(scribbler.words != MAP_FAILED);
    test_thread_start(&thread, scribble, &scribbler);
    for (UINT64 i = 1; i <= 200; i++) {
        ID3D12Fence *again = NULL;

        ID3D12Fence_SetEventOnCompletion(fence, i << (i % 60), event);
        ID3D12CommandQueue_Signal(kit.queue, fence, i);
        ID3D12Fence_Signal(fence, i);
        ID3D12CommandQueue_Signal(kit.queue, kit.fence, i);
        ok(kit_wait(kit.fence, i));
        if (SUCCEEDED(nt_d3d_fence_open((struct nt_d3d_device *)kit.device, fds, &IID_ID3D12Fence,
                                        (void **)&again)))
            kit_release_last(again);
    }
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), S_OK);
    atomic_store(&scribbler.is_over, true);
    test_thread_join(&thread);
    munmap(scribbler.words, NT_D3D_FENCE_SIZE);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    kit_release_last(fence);
    CloseHandle(event);
    kit_close(&kit);
}

/* Signals without end, each of them well done, faster than anybody looks. */
static void run_away(void *argument)
{
    struct scribbler *scribbler = argument;
    struct nt_d3d_fence_page *page = (struct nt_d3d_fence_page *)(void *)scribbler->words;

    while (!atomic_load(&scribbler->is_over)) {
        for (unsigned i = 0; i < NT_D3D_FENCE_HISTORY; i++) {
            uint64_t turn = atomic_load_explicit(&page->turns, memory_order_relaxed);

            atomic_store_explicit(&page->history[turn % NT_D3D_FENCE_HISTORY].number, turn + 1,
                                  memory_order_relaxed);
            atomic_store_explicit(&page->turns, turn + 1, memory_order_release);
        }
        atomic_fetch_add(&page->changes, 1);
    }
}

/* Who looks does not look for ever: the lock of the device is held meanwhile. */
TEST_DEADLINE(page_that_runs_away_holds_nobody_up, "D5.8", 120)
{
    struct kit kit;
    struct scribbler scribbler = {.seed = 0};
    struct test_thread thread;
    ID3D12Fence *fence;
    int fds[3];
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    fence = kit_shared_fence(kit.device, 0);
    ok_hr(nt_d3d_fence_export(nt_d3d_fence_from(fence), fds), S_OK);
    scribbler.words = mmap(NULL, NT_D3D_FENCE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
    require(scribbler.words != MAP_FAILED);
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, 1, event), S_OK);
    test_thread_start(&thread, run_away, &scribbler);
    for (UINT64 i = 1; i <= 20; i++) {
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, i), S_OK);
        ok(kit_wait(kit.fence, i));
    }
    ok(!kit_is_set(event));
    atomic_store(&scribbler.is_over, true);
    test_thread_join(&thread);
    ok_hr(ID3D12Fence_Signal(fence, 1), S_OK);
    ok(kit_gets_set(event));
    munmap(scribbler.words, NT_D3D_FENCE_SIZE);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    kit_release_last(fence);
    CloseHandle(event);
    kit_close(&kit);
}

/* --- calls that fail ------------------------------------------------------------------------ */

static _Atomic int calls_left;

static int fail_one(enum nt_os_call call)
{
    if (atomic_fetch_sub(&calls_left, 1) != 1)
        return 0;
    return call == NT_OS_WAITV ? ENOSYS : call == NT_OS_MMAP ? ENOMEM : EMFILE;
}

/* Everything that a shared fence needs of the system, with call @n failing. False: there is none.
 */
static bool try_with_failure(ID3D12Device5 *device, ID3D12CommandQueue *queue, int n)
{
    ID3D12Fence *fence = NULL, *second = NULL;
    int fds[3] = {-1, -1, -1};
    HRESULT hr;

    atomic_store(&calls_left, n);
    nt_os_set_fault(fail_one);
    hr = ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                  (void **)&fence);
    if (SUCCEEDED(hr))
        hr = nt_d3d_fence_export(nt_d3d_fence_from(fence), fds);
    if (SUCCEEDED(hr))
        hr = nt_d3d_fence_open((struct nt_d3d_device *)device, fds, &IID_ID3D12Fence,
                               (void **)&second);
    if (SUCCEEDED(hr))
        hr = ID3D12CommandQueue_Wait(queue, second, 1);
    if (SUCCEEDED(hr))
        hr = ID3D12CommandQueue_Signal(queue, second, 2);
    if (SUCCEEDED(hr)) {
        ok_hr(ID3D12Fence_Signal(fence, 1), S_OK);
        ok(kit_wait(fence, 2));
    }
    nt_os_set_fault(NULL);
    /* What was put in before the failure goes on. */
    if (FAILED(hr) && second)
        ok_hr(ID3D12Fence_Signal(fence, 1), S_OK);
    ok(hr == S_OK || hr == E_OUTOFMEMORY, "call %d: 0x%08x", n, (unsigned)hr);
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    if (second)
        kit_release_last(second);
    if (fence)
        kit_release_last(fence);
    return atomic_load(&calls_left) <= 0;
}

TEST_DEADLINE(every_call_of_a_shared_fence_may_fail, "D12.11 D5.7", 120)
{
    struct kit kit;
    bool failed = true;
    int n;

    /* Each time a device that has no sleeper yet. */
    for (n = 0; failed; n++) {
        kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
        failed = try_with_failure(kit.device, kit.queue, n + 1);
        kit_close(&kit);
    }
    ok(n > 10, "%d calls", n);
}
