// SPDX-License-Identifier: MIT
/*
 * The purpose of it all, with real processes: one writes markers and does work on a section that
 * is a heap, another looks on, the first one dies in the middle.
 *
 * Layout of the section: word 0 the MARKER_IN of the pass begun last, word 1 the MARKER_OUT of
 * the pass finished last; from TARGET on what the passes write: pass i fills all of it with i.
 */
#include "d3d12/kit.h"

#include <stdlib.h>

#define TARGET (64 * KIB)
#define BODY   (24 * MIB)
#define SIZE   (TARGET + BODY)
#define PASSES 60u

static void record_passes(struct kit *kit, ID3D12Resource *box, ID3D12Resource *patterns)
{
    UINT64 address = ID3D12Resource_GetGPUVirtualAddress(box);

    for (uint32_t i = 1; i <= PASSES; i++) {
        kit_marker(kit->list, address, i, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, box, TARGET, patterns, (i & 1) * BODY,
                                                   BODY);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, box, 4096, patterns, i * 4, 4);
        kit_marker(kit->list, address + 4, i, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    }
}

/* Opens the section that argv[1] names, and runs the passes on it until it is killed or done. */
CHILD(recorder)
{
    struct kit kit;
    ID3D12Resource *box, *patterns;
    ID3D12Heap *heap = NULL;
    HANDLE section;
    uint32_t *words;
    char line[16];

    section = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, argv[1]);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    CloseHandle(section);
    box = kit_whole_buffer(kit.device, heap);
    patterns = kit_shared_buffer(kit.device, 2 * BODY);
    words = kit_map(patterns);
    for (uint64_t i = 0; i < 2 * BODY / 4; i++)
        words[i] = i < BODY / 4 ? 0xe0e0e0e0 : 0x0d0d0d0d;
    for (uint32_t i = 1; i <= PASSES; i++)
        words[i] = i;
    record_passes(&kit, box, patterns);
    test_say("ready");
    test_hear(line, sizeof(line), KIT_DEADLINE);
    kit_run(&kit);
    test_say("done");
    test_hear(line, sizeof(line), KIT_DEADLINE);
    kit_release_last(patterns);
    kit_release_last(box);
    kit_release_last(heap);
    kit_close(&kit);
    return 0;
}

struct seen {
    size_t n_looks, n_passes, n_bad;
};

/*
 * One look at the markers, the later one first: a pass that is out was in, its number was
 * copied, and nothing of a later pass is out.
 */
static uint32_t look(const volatile uint32_t *view, struct seen *seen)
{
    uint32_t out = view[1];
    uint32_t copied = view[1024];
    uint32_t in = view[0];

    seen->n_looks++;
    seen->n_bad += copied < out || in < copied || in < out;
    return in;
}

/* Follows one recorder to its end; how many of its passes were seen. */
static size_t follow_recorder(void)
{
    HANDLE section = kit_section(SIZE, L_("live"));
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    struct seen seen = {0};
    struct test_child child;
    uint64_t end;
    uint32_t last = 0;

    require(test_child_start(&child, "recorder", A_("live")));
    require(test_child_expect(&child, "ready", KIT_DEADLINE));
    test_child_write_line(&child, "go");
    end = test_now_ms() + (uint64_t)(3 * KIT_DEADLINE * test_slowness());
    while (view[1] != PASSES && test_now_ms() < end) {
        uint32_t in = look(view, &seen);

        seen.n_bad += in < last;
        seen.n_passes += in != last;
        last = in;
    }
    test_child_expect(&child, "done", KIT_DEADLINE);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, KIT_DEADLINE), 0);
    test_note("%zu looks, %zu passes seen", seen.n_looks, seen.n_passes);
    ok_eq(seen.n_bad, 0);
    ok_eq(view[0], PASSES);
    ok_eq(view[1], PASSES);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
    return seen.n_passes;
}

/* Who looks on may be kept from it for as long as all the passes take, but not each time. */
TEST_DEADLINE(other_process_follows_markers_in_order, "D2.1 D0.1 D8 D5.3", 60)
{
    size_t n_passes = 0;

    for (unsigned round = 0; round < 8 && n_passes < PASSES / 12; round++)
        n_passes = follow_recorder();
    ok(n_passes >= PASSES / 12);
}

/* What the body of the section says: how much of it is of each kind. */
static void count_body(const volatile uint32_t *view, size_t *ret_even, size_t *ret_odd)
{
    *ret_even = *ret_odd = 0;
    for (size_t i = 0; i < BODY / 4; i++) {
        uint32_t word = view[TARGET / 4 + i];

        *ret_odd += word == 0x0d0d0d0d;
        *ret_even += word == 0xe0e0e0e0 || (word >= 1 && word <= PASSES);
    }
}

/* Looks until pass @when has begun and a copy is half done: its first word is new, its last old. */
static bool await_copy(const volatile uint32_t *view, uint32_t when)
{
    uint64_t end = test_now_ms() + (uint64_t)(KIT_DEADLINE * test_slowness());

    while (test_now_ms() < end && view[1] != PASSES) {
        if (view[0] >= when && view[TARGET / 4] != view[SIZE / 4 - 1])
            return true;
    }
    return false;
}

/* Kills a recorder in a copy of pass @when or later; true when the copy really was cut. */
static bool kill_recorder(uint32_t when)
{
    HANDLE section = kit_section(SIZE, L_("box"));
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    struct test_child child;
    size_t even, odd;
    uint32_t in, out;

    require(test_child_start(&child, "recorder", A_("box")));
    require(test_child_expect(&child, "ready", KIT_DEADLINE));
    test_child_write_line(&child, "go");
    ok(await_copy(view, when));
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);

    in = view[0];
    out = view[1];
    count_body(view, &even, &odd);
    test_note("killed in pass %u, %u finished; body: %zu even, %zu odd words", in, out, even, odd);
    ok(in >= when && in <= PASSES);
    ok(in == out || in == out + 1);
    ok_eq(even + odd, BODY / 4);
    /* A pass that finished is there whole, unless the next one has begun to write over it. */
    if (in == out)
        ok_eq(in & 1 ? odd : even, BODY / 4);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
    return even && odd;
}

TEST_DEADLINE(killed_writer_leaves_the_pass_in_flight, "D0.1 D2.5 D8", 180)
{
    size_t torn = 0;

    for (uint32_t round = 0; round < 6; round++)
        torn += kill_recorder(3 + round);
    for (uint32_t round = 0; round < 20 && !torn; round++)
        torn += kill_recorder(3);
    test_note("%zu died within a copy", torn);
    ok(torn >= 1);
}

TEST(survivor_uses_the_memory_of_the_dead, "D0.1 D15.6")
{
    HANDLE section = kit_section(SIZE, L_("heir"));
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    struct test_child child;
    struct kit kit;
    ID3D12Resource *box, *readback;
    ID3D12Heap *heap = NULL;
    uint32_t *words;

    require(test_child_start(&child, "recorder", A_("heir")));
    require(test_child_expect(&child, "ready", KIT_DEADLINE));
    test_child_write_line(&child, "go");
    ok(test_until(view[0] >= 2, KIT_DEADLINE));
    test_child_kill(&child);

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    box = kit_whole_buffer(kit.device, heap);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, SIZE);
    words = kit_map(readback);
    ID3D12GraphicsCommandList_CopyResource(kit.list, readback, box);
    kit_run(&kit);
    ok_mem_eq(words, (const void *)(uintptr_t)view, SIZE);
    kit_release_last(readback);
    kit_release_last(box);
    kit_release_last(heap);
    kit_close(&kit);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}

/* Both ways at once: a word of this process comes back through the other one's device. */
CHILD(echo)
{
    struct kit kit;
    ID3D12Resource *box;
    ID3D12Heap *heap = NULL;
    HANDLE section = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, argv[1]);
    char line[16];

    require(section != NULL);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    box = kit_whole_buffer(kit.device, heap);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, box, 4096, box, 0, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    test_say("ready");
    while (test_hear(line, sizeof(line), KIT_DEADLINE) && line[0] == 'g') {
        kit_execute(kit.queue, kit.list);
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, ++kit.value), S_OK);
        require(kit_wait(kit.fence, kit.value));
        test_say("copied");
    }
    kit_release_last(box);
    kit_release_last(heap);
    CloseHandle(section);
    kit_close(&kit);
    return 0;
}

TEST(word_comes_back_through_the_other_device, "D15.6 D0.1")
{
    HANDLE section = kit_section(64 * KIB, L_("echo"));
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);
    struct test_child child;

    require(test_child_start(&child, "echo", A_("echo")));
    require(test_child_expect(&child, "ready", KIT_DEADLINE));
    for (uint32_t i = 1; i <= 20; i++) {
        view[0] = i * 0x01010101;
        test_child_write_line(&child, "go");
        require(test_child_expect(&child, "copied", KIT_DEADLINE));
        ok_eq(view[1024], i * 0x01010101);
    }
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, KIT_DEADLINE), 0);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}
