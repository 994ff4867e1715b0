// SPDX-License-Identifier: MIT
/*
 * Who made something and is killed, and who is killed while it opens: what others have opened
 * stays as it is, the name goes with the last handle and is free for somebody else, and nothing is
 * left of the dead.
 */
#include "d3d12/pair.h"

#include <stdlib.h>

#ifdef NT_TEST_FULL
#    define KILLS 150u
#else
#    define KILLS 6u
#endif
#define MARK 0x5eed5eedu

static ID3D12Heap *new_heap(ID3D12Device5 *device)
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Heap *heap = NULL;

    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    require(heap != NULL);
    return heap;
}

static ID3D12Fence *new_fence(ID3D12Device5 *device)
{
    ID3D12Fence *fence = NULL;

    ok_hr(ID3D12Device_CreateFence(device, 5, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                   (void **)&fence),
          S_OK);
    require(fence != NULL);
    return fence;
}

static ID3D12Resource *place(ID3D12Device5 *device, ID3D12Heap *heap)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, 0, &desc, D3D12_RESOURCE_STATE_COMMON,
                                            NULL, &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer != NULL);
    return buffer;
}

static HANDLE share(ID3D12Device5 *device, void *object, const wchar_t *name)
{
    HANDLE handle = NULL;

    ok_hr(ID3D12Device_CreateSharedHandle(device, object, NULL, GENERIC_ALL, name, &handle), S_OK);
    require(handle != NULL);
    return handle;
}

/* By name; NULL with the code in @ret_hr. */
static void *open_name(ID3D12Device5 *device, const wchar_t *name, REFIID riid, HRESULT *ret_hr)
{
    HANDLE handle = NULL;
    void *object = NULL;

    *ret_hr = ID3D12Device_OpenSharedHandleByName(device, name, GENERIC_ALL, &handle);
    if (FAILED(*ret_hr))
        return NULL;
    *ret_hr = ID3D12Device_OpenSharedHandle(device, handle, riid, &object);
    ok_succeeds(CloseHandle(handle));
    return object;
}

/* --- the maker -------------------------------------------------------------------------------- */

CHILD(pair_maker)
{
    struct kit kit;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    char line[16];

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = new_heap(kit.device);
    buffer = place(kit.device, heap);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 256, MARK,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    share(kit.device, heap, L_("life-heap"));
    share(kit.device, new_fence(kit.device), L_("life-fence"));
    test_say("made");
    test_hear(line, sizeof(line), PAIR_WAIT);
    return 1;
}

static bool nothing_has(ID3D12Device5 *device, const wchar_t *name)
{
    void *object;
    HRESULT hr;

    object = open_name(device, name, &IID_IUnknown, &hr);
    if (object)
        kit_release_last(object);
    return hr == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

static void read_mark(struct kit *kit, ID3D12Heap *heap)
{
    ID3D12Resource *buffer = place(kit->device, heap);
    ID3D12Resource *copy = kit_buffer(kit->device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    const uint32_t *words = kit_map(copy);

    ID3D12GraphicsCommandList_CopyResource(kit->list, copy, buffer);
    kit_run(kit);
    ok_eq(words[64], MARK);
    kit_release_last(copy);
    kit_release_last(buffer);
}

static void outlive(void)
{
    struct kit kit;
    struct test_child maker;
    ID3D12Heap *heap;
    ID3D12Fence *fence;
    HANDLE again[2];
    HRESULT hr;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(test_child_start(&maker, "pair_maker"));
    require(test_child_expect(&maker, "made", PAIR_WAIT));
    heap = open_name(kit.device, L_("life-heap"), &IID_ID3D12Heap, &hr);
    ok_hr(hr, S_OK);
    fence = open_name(kit.device, L_("life-fence"), &IID_ID3D12Fence, &hr);
    ok_hr(hr, S_OK);
    require(heap && fence);
    ok_eq(test_child_kill(&maker), TEST_CHILD_KILLED);

    read_mark(&kit, heap);
    ok_eq(ID3D12Fence_GetCompletedValue(fence), 5);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, fence, 6), S_OK);
    ok(kit_wait(fence, 6));

    /* The broker learns of the death by itself, soon. */
    ok(test_until(nothing_has(kit.device, L_("life-heap")), PAIR_WAIT));
    ok(test_until(nothing_has(kit.device, L_("life-fence")), PAIR_WAIT));
    again[0] = share(kit.device, heap, L_("life-heap"));
    again[1] = share(kit.device, fence, L_("life-fence"));
    ok_succeeds(CloseHandle(again[0]));
    ok_succeeds(CloseHandle(again[1]));
    ok(nothing_has(kit.device, L_("life-heap")));
    kit_release_last(fence);
    kit_release_last(heap);
    kit_close(&kit);
}

TEST_DEADLINE(what_was_opened_outlives_its_maker, "D17.1 D17.2 D17.3", 120)
{
    pair_choose_kind("export");
    outlive();
}

TEST_DEADLINE(pages_that_were_opened_outlive_their_maker, "D17.1 D17.2 D17.3", 120)
{
    pair_choose_kind("memfd");
    outlive();
}

/* --- who opens -------------------------------------------------------------------------------- */

/* Opens and shares and lets go, as fast as it can, until it is killed. */
CHILD(pair_opener)
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap;
    ID3D12Fence *fence;
    HRESULT hr;

    test_say("begun");
    for (;;) {
        heap = open_name(device, L_("open-heap"), &IID_ID3D12Heap, &hr);
        ok_hr(hr, S_OK);
        fence = open_name(device, L_("open-fence"), &IID_ID3D12Fence, &hr);
        ok_hr(hr, S_OK);
        require(heap && fence);
        ok_hr(ID3D12Fence_Signal(fence, ID3D12Fence_GetCompletedValue(fence) + 1), S_OK);
        CloseHandle(share(device, heap, L_("open-again")));
        kit_release_last(fence);
        kit_release_last(heap);
    }
}

/* @loops turns of the opener's, and a moment more that nobody chooses. */
static void kill_opener(ID3D12Fence *fence, uint64_t loops)
{
    uint64_t from = ID3D12Fence_GetCompletedValue(fence);
    struct test_child opener;

    require(test_child_start(&opener, "pair_opener"));
    require(test_child_expect(&opener, "begun", PAIR_WAIT));
    ok(kit_wait(fence, from + loops));
    for (uint64_t moment = pair_random() % 40000; moment > 0; moment--)
        __asm__ volatile("");
    ok_eq(test_child_kill(&opener), TEST_CHILD_KILLED);
}

TEST_DEADLINE(killed_openers_leave_nothing, "D5.8 D17.2", 600)
{
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = new_heap(device);
    ID3D12Fence *fence = new_fence(device);
    HANDLE handles[2] = {share(device, heap, L_("open-heap")),
                         share(device, fence, L_("open-fence"))};

    for (uint32_t i = 0; i < KILLS; i++)
        kill_opener(fence, 1 + pair_random() % 20);
    ok(test_until(nothing_has(device, L_("open-again")), PAIR_WAIT));
    ok_succeeds(CloseHandle(share(device, heap, L_("open-again"))));
    for (unsigned i = 0; i < 2; i++)
        ok_succeeds(CloseHandle(handles[i]));
    /* The last one may have had it open when it was killed. */
    ok(test_until(nothing_has(device, L_("open-heap")), PAIR_WAIT));
    kit_release_last(fence);
    kit_release_last(heap);
    kit_release_last(device);
}
