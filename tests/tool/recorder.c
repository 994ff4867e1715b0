// SPDX-License-Identifier: MIT
/*
 * The recording half of the black box, on a real device: what it writes is read back by the tool's
 * own reader, through a view of its own. Where it only matters what is recorded, a list that counts
 * the calls stands for the device's.
 */
#include "d3d12/kit.h"
#include "tool/boxtest.h"

#include <stdio.h>
#include <stdlib.h>

static const struct ntshm_blackbox_desc small = {
    .size = sizeof(small), .n_lists = 2, .payload_size = 65536, .program = "a test"};

/* --- a list that counts ----------------------------------------------------------------------- */

struct counting_list {
    ID3D12GraphicsCommandList2 list; /* first */
    unsigned n_refs, n_calls, n_writes;
    D3D12_WRITEBUFFERIMMEDIATE_PARAMETER last;
    D3D12_WRITEBUFFERIMMEDIATE_MODE last_mode;
};

static ULONG STDMETHODCALLTYPE count_add_ref(ID3D12GraphicsCommandList2 *list)
{
    return __atomic_add_fetch(&((struct counting_list *)list)->n_refs, 1, __ATOMIC_RELAXED);
}

static ULONG STDMETHODCALLTYPE count_release(ID3D12GraphicsCommandList2 *list)
{
    return __atomic_sub_fetch(&((struct counting_list *)list)->n_refs, 1, __ATOMIC_RELAXED);
}

static void STDMETHODCALLTYPE count_write(ID3D12GraphicsCommandList2 *list, UINT count,
                                          const D3D12_WRITEBUFFERIMMEDIATE_PARAMETER *writes,
                                          const D3D12_WRITEBUFFERIMMEDIATE_MODE *modes)
{
    struct counting_list *counting = (struct counting_list *)list;

    counting->n_calls++;
    counting->n_writes += count;
    counting->last = writes[count - 1];
    counting->last_mode = modes ? modes[count - 1] : D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT;
}

static const ID3D12GraphicsCommandList2Vtbl counting_vtable = {
    .AddRef = count_add_ref, .Release = count_release, .WriteBufferImmediate = count_write};

static struct counting_list make_counting(void)
{
    return (struct counting_list){
        .list = {.lpVtbl = (ID3D12GraphicsCommandList2Vtbl *)&counting_vtable}, .n_refs = 1};
}

/* --- what is recorded --------------------------------------------------------------- */

TEST(marker_costs_one_write_of_one_word, "D2.1 D2.5")
{
    struct counting_list counting = make_counting();
    struct ntshm_blackbox_list *list = NULL;
    struct boxtest test;

    boxtest_open(&test, &small);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "list", &list), S_OK);
    ok_eq(counting.n_calls, 1); /* both words start afresh */
    ok_eq(counting.n_writes, 2);
    ok_eq(counting.last_mode, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    ok_hr(ntshm_blackbox_begin_pass(list, "pass"), S_OK);
    ok_eq(counting.n_calls, 2);
    ok_eq(counting.n_writes, 3);
    ok_eq(counting.last_mode, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(counting.last.Value), 1);
    ok_hr(ntshm_blackbox_end_pass(list), S_OK);
    ok_eq(counting.n_calls, 3);
    ok_eq(counting.n_writes, 4);
    ok_eq(counting.last_mode, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(counting.last.Value), 2);
    ok_hr(ntshm_blackbox_end_pass(list), E_UNEXPECTED);
    ok_eq(counting.n_calls, 3);
    ntshm_blackbox_end_list(list);
    ok_eq(counting.n_refs, 1);
    boxtest_close(&test);
}

TEST(passes_too_deep_are_not_marked, "D2.5")
{
    struct counting_list counting = make_counting();
    struct ntshm_blackbox_list *list = NULL;
    struct boxtest test;

    boxtest_open(&test, &small);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "list", &list), S_OK);
    for (unsigned i = 0; i < 32; i++)
        ok_hr(ntshm_blackbox_begin_pass(list, "deep"), S_OK);
    ok_hr(ntshm_blackbox_begin_pass(list, "too deep"), HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    ok_hr(ntshm_blackbox_begin_pass(list, "deeper"), HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    ok_eq(counting.n_calls, 1 + 32);
    ok_hr(ntshm_blackbox_end_pass(list), S_FALSE);
    ok_hr(ntshm_blackbox_end_pass(list), S_FALSE);
    for (unsigned i = 0; i < 32; i++)
        ok_hr(ntshm_blackbox_end_pass(list), S_OK);
    ok_hr(ntshm_blackbox_end_pass(list), E_UNEXPECTED);
    boxtest_read(&test);
    ok_eq(test.report.header.passes_dropped, 2);
    ntshm_blackbox_end_list(list);
    boxtest_close(&test);
}

TEST(more_names_than_fit_are_marked_without, "D2.5")
{
    struct counting_list counting = make_counting();
    struct ntshm_blackbox_list *list = NULL;
    struct boxtest test;
    char name[32];

    boxtest_open(&test, &small);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "list", &list), S_OK);
    for (unsigned i = 0; i < NTSHM_BLACKBOX_MAX_NAMES - 2; i++) { /* 0 and "list" */
        snprintf(name, sizeof(name), "pass %u", i);
        if (ntshm_blackbox_begin_pass(list, name) != S_OK)
            ok(false, "name %u", i);
        ntshm_blackbox_end_pass(list);
    }
    ok_hr(ntshm_blackbox_begin_pass(list, "one more"), S_FALSE);
    ntshm_blackbox_end_pass(list);
    ok_hr(ntshm_blackbox_begin_pass(list, "pass 77"), S_OK);
    boxtest_read(&test);
    ok_eq(test.report.header.names_dropped, 1);
    ok_str_eq(boxtest_newest_name(&test), "pass 77");
    ntshm_blackbox_end_list(list);
    boxtest_close(&test);
}

TEST(long_name_is_cut_at_a_character, "D2.5")
{
    static const char long_name[] = "0123456789012345678901234567890123456789012345678901234567"
                                    "9\xe2\x82\xac and more"; /* bytes 59 to 61 are one character */
    struct counting_list counting = make_counting();
    struct ntshm_blackbox_list *list = NULL;
    struct boxtest test;

    boxtest_open(&test, &small);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, NULL, &list), S_OK);
    ok_hr(ntshm_blackbox_begin_pass(list, long_name), S_OK);
    boxtest_read(&test);
    ok_str_eq(boxtest_newest_name(&test),
              "01234567890123456789012345678901234567890123456789012345679");
    ok_str_eq(boxtest_name(&test, test.report.lists[0].name), "unnamed");
    ntshm_blackbox_end_list(list);
    boxtest_close(&test);
}

TEST(ring_keeps_the_newest_of_many_markers, "D2.2")
{
    struct counting_list counting = make_counting();
    struct ntshm_blackbox_list *list = NULL;
    struct ntshm_blackbox_marker marker;
    struct boxtest test;
    uint64_t n = 2 * 35001;

    boxtest_open(&test, &small);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "list", &list), S_OK);
    for (unsigned i = 0; i < 35000; i++) {
        ntshm_blackbox_begin_pass(list, "many");
        ntshm_blackbox_end_pass(list);
    }
    ntshm_blackbox_begin_pass(list, "last");
    ntshm_blackbox_end_pass(list);
    boxtest_read(&test);
    ok_eq(test.report.header.n_markers, n);
    ok_eq(test.report.newest, n);
    ok_str_eq(boxtest_newest_name(&test), "last");
    ok(nt_blackbox_marker_of(&test.report, n - 65535, &marker));
    ok(!nt_blackbox_marker_of(&test.report, n - 65536, &marker));
    ok_eq(test.report.n_torn, 0);
    ntshm_blackbox_end_list(list);
    boxtest_close(&test);
}

/* --- arguments ---------------------------------------------------------------------- */

TEST(section_must_be_empty_writable_and_big_enough, "D15.8")
{
    uint64_t size = ntshm_blackbox_section_size(&small);
    ID3D12Device5 *device = kit_device();
    HANDLE section = kit_section(size, NULL);
    HANDLE tight = kit_section(size - 65536, NULL);
    HANDLE read_only = kit_section(size, L_("Local\\ro"));
    HANDLE reader = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("Local\\ro"));
    struct ntshm_blackbox *box = NULL, *second = NULL;

    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)device, tight, &small, &box), E_INVALIDARG);
    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)device, reader, &small, &box), E_INVALIDARG);
    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)device, NULL, &small, &box), E_INVALIDARG);
    ok_hr(ntshm_blackbox_create(NULL, section, &small, &box), E_INVALIDARG);
    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)device, section, &small, &box), S_OK);
    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)device, section, &small, &second),
          HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS));
    ok_ptr_eq(second, NULL);
    ntshm_blackbox_close(box);
    ntshm_blackbox_close(NULL);
    CloseHandle(section);
    CloseHandle(tight);
    CloseHandle(reader);
    CloseHandle(read_only);
    kit_release_last(device);
}

TEST(wrong_descriptions_have_no_size, "")
{
    struct ntshm_blackbox_desc desc = small;

    ok(ntshm_blackbox_section_size(&desc) % 65536 == 0);
    desc.size--;
    ok_eq(ntshm_blackbox_section_size(&desc), 0);
    desc = small;
    desc.n_markers = 65535;
    ok_eq(ntshm_blackbox_section_size(&desc), 0);
    desc.n_markers = 98304;
    ok_eq(ntshm_blackbox_section_size(&desc), 0);
    desc.n_markers = 1u << 21;
    ok_eq(ntshm_blackbox_section_size(&desc), 0);
    desc.n_markers = 1u << 20;
    ok(ntshm_blackbox_section_size(&desc) > ntshm_blackbox_section_size(&small));
    desc.payload_size = UINT64_MAX;
    ok_eq(ntshm_blackbox_section_size(&desc), 0);
    ok_eq(ntshm_blackbox_section_size(NULL), 0);
}

/* --- work --------------------------------------------------------------------------- */

/* One execution of a list with passes, from begin to the noted fence value. */
static struct ntshm_blackbox_list *run_list(struct boxtest *test, struct kit *kit, uint32_t queue)
{
    struct ntshm_blackbox_list *list = NULL;

    ok_hr(ntshm_blackbox_begin_list(test->box, kit->list, "list", &list), S_OK);
    ntshm_blackbox_begin_pass(list, "outer");
    ntshm_blackbox_begin_pass(list, "inner");
    ntshm_blackbox_end_pass(list);
    ntshm_blackbox_end_pass(list);
    ok_hr(ntshm_blackbox_submit(test->box, queue, &list, 1, kit->value + 1), S_OK);
    kit_submit(kit);
    return list;
}

TEST(finished_passes_are_counted_and_ended, "D2.1 D2.5 D15.6")
{
    struct ntshm_blackbox_list *list;
    struct boxtest test;
    struct kit kit;
    uint32_t queue;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    boxtest_open_on(&test, kit.device, &small);
    ok_hr(ntshm_blackbox_add_queue(test.box, "main", D3D12_COMMAND_LIST_TYPE_DIRECT, kit.fence,
                                   &queue),
          S_OK);
    list = run_list(&test, &kit, queue);
    kit_finish(&kit);
    boxtest_read(&test); /* the fence is not looked at yet: the GPU's words alone */
    ok_eq(test.report.lists[0].progress, NT_BLACKBOX_PROGRESS_ENDED);
    ok_eq(test.report.passes_finished, 2);
    ok_hr(ntshm_blackbox_poll(test.box), S_OK);
    boxtest_read(&test);
    ok_eq(test.report.lists[0].progress, NT_BLACKBOX_PROGRESS_DONE);
    ok_eq(test.report.lists[0].n_unended, 0);
    ok_eq(test.report.queues[0].completed, 1);
    ok_eq(test.report.passes_finished, 2);
    ok_eq(test.report.n_odd, 0);
    ntshm_blackbox_end_list(list);
    boxtest_read(&test);
    ok_eq(test.report.n_lists, 0);
    ok_eq(test.report.passes_finished, 2);
    boxtest_close(&test);
    kit_close(&kit);
}

TEST(list_that_runs_again_starts_afresh, "D2.1 D2.2")
{
    ID3D12Fence *gate;
    struct ntshm_blackbox_list *list;
    struct boxtest test;
    struct kit kit;
    uint32_t queue;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    boxtest_open_on(&test, kit.device, &small);
    gate = kit_fence(kit.device, 0);
    ntshm_blackbox_add_queue(test.box, "main", D3D12_COMMAND_LIST_TYPE_DIRECT, kit.fence, &queue);
    list = run_list(&test, &kit, queue);
    require(kit_wait(kit.fence, 1));
    /* The words of the first run are destroyed: only the second can bring them back. */
    boxtest_list(&test, 0)->marker_in = 0;
    boxtest_list(&test, 0)->marker_out = 0xffffffff;
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    ok_hr(ntshm_blackbox_submit(test.box, queue, &list, 1, 2), S_OK);
    kit_execute(kit.queue, kit.list);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 2), S_OK);
    boxtest_read(&test);
    ok_eq(test.report.lists[0].progress, NT_BLACKBOX_PROGRESS_WAITING);
    ok_eq(test.report.lists[0].n_executions, 2);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    require(kit_wait(kit.fence, 2));
    ntshm_blackbox_poll(test.box);
    boxtest_read(&test);
    ok_eq(test.report.lists[0].n_unended, 0);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(test.report.lists[0].marker_in), 2);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(test.report.lists[0].marker_out), 4);
    ok_eq(test.report.passes_finished, 4);
    ntshm_blackbox_end_list(list);
    boxtest_close(&test);
    ok_eq(IUnknown_Release((IUnknown *)gate), 0);
    kit_close(&kit);
}

TEST(begun_list_shows_neither_pass_nor_end, "D2.1")
{
    struct ntshm_blackbox_list *list = NULL;
    struct boxtest test;
    struct kit kit;
    uint32_t queue;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    boxtest_open_on(&test, kit.device, &small);
    ntshm_blackbox_add_queue(test.box, "copies", D3D12_COMMAND_LIST_TYPE_COPY, kit.fence, &queue);
    ok_hr(ntshm_blackbox_begin_list(test.box, kit.list, "list", &list), S_OK);
    boxtest_list(&test, 0)->marker_in = 77;
    boxtest_list(&test, 0)->marker_out = 78;
    ok_hr(ntshm_blackbox_submit(test.box, queue, &list, 1, 1), S_OK);
    kit_run(&kit);
    boxtest_read(&test);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(test.report.lists[0].marker_in), 0);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(test.report.lists[0].marker_out), 0);
    ok_str_eq(boxtest_name(&test, NTSHM_BLACKBOX_VALUE_NAME(test.report.lists[0].marker_in)),
              "list");
    ntshm_blackbox_end_list(list);
    boxtest_close(&test);
    kit_close(&kit);
}

TEST(record_is_not_used_again_before_its_fence, "D2.5 D19.5")
{
    struct counting_list counting = make_counting();
    struct ntshm_blackbox_list *lists[3] = {NULL};
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);
    struct boxtest test;
    uint32_t queue;

    boxtest_open_on(&test, device, &small);
    ntshm_blackbox_add_queue(test.box, "main", 0, fence, &queue);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "one", &lists[0]), S_OK);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "two", &lists[1]), S_OK);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "three", &lists[2]), E_OUTOFMEMORY);
    ok_hr(ntshm_blackbox_submit(test.box, queue, lists, 2, 5), S_OK);
    ok_hr(ntshm_blackbox_submit(test.box, queue, lists, 2, 5), E_INVALIDARG); /* must grow */
    ok_hr(ntshm_blackbox_submit(test.box, queue + 1, lists, 2, 6), E_INVALIDARG);
    ntshm_blackbox_end_list(lists[0]);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "three", &lists[2]), E_OUTOFMEMORY);
    ok_hr(ID3D12Fence_Signal(fence, 4), S_OK);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "three", &lists[2]), E_OUTOFMEMORY);
    ok_hr(ID3D12Fence_Signal(fence, 5), S_OK);
    ok_hr(ntshm_blackbox_begin_list(test.box, &counting.list, "three", &lists[2]), S_OK);
    ntshm_blackbox_end_list(lists[1]);
    ntshm_blackbox_end_list(lists[2]);
    ok_eq(counting.n_refs, 1);
    boxtest_close(&test);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(removed_device_keeps_what_was_known, "D19.6 D19.11 D2.5")
{
    struct ntshm_blackbox_list *list = NULL, *more = NULL;
    struct boxtest test;
    struct kit kit;
    uint32_t queue;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    boxtest_open_on(&test, kit.device, &small);
    ntshm_blackbox_add_queue(test.box, "main", 0, kit.fence, &queue);
    list = run_list(&test, &kit, queue);
    kit_finish(&kit);
    ok_hr(ntshm_blackbox_poll(test.box), S_OK);
    ID3D12Device5_RemoveDevice(kit.device);
    ok_eq(ID3D12Fence_GetCompletedValue(kit.fence), UINT64_MAX);
    ok_hr(ntshm_blackbox_poll(test.box), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ntshm_blackbox_begin_list(test.box, kit.list, "more", &more), DXGI_ERROR_DEVICE_REMOVED);
    boxtest_read(&test);
    ok_eq(test.report.header.state, NTSHM_BLACKBOX_REMOVED);
    ok_hr(test.report.header.removed_reason, DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(test.report.queues[0].completed, 1); /* not UINT64_MAX, which proves nothing */
    ntshm_blackbox_end_list(list);
    boxtest_close(&test); /* asserts nothing of the state: it stays removed */
    kit_close(&kit);
}

TEST(closed_box_says_that_nothing_is_lost, "D2.5")
{
    struct boxtest test;

    boxtest_open(&test, &small);
    ntshm_blackbox_close(test.box);
    test.box = NULL;
    boxtest_read(&test);
    ok_eq(test.report.header.state, NTSHM_BLACKBOX_CLOSED);
    boxtest_close(&test);
}

TEST(header_tells_recorder_and_driver, "D2.5")
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    struct boxtest test;

    boxtest_open(&test, &small);
    boxtest_read(&test);
    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)test.device, &adapter), S_OK);
    ok_eq(test.report.header.pid, getpid());
    ok_str_eq(test.report.header.program, "a test");
    ok(adapter.device_name[0] &&
       strstr(test.report.header.driver, adapter.device_name) == test.report.header.driver);
    ok_eq(test.report.header.payload_size, 65536);
    ok_eq(ntshm_blackbox_payload_offset(test.box), test.report.header.meta_size);
    ok_eq(test.report.header.markers.count, 65536);
    boxtest_close(&test);
}

/* --- many at once ------------------------------------------------------------------- */

#define N_THREADS 4
#define N_ROUNDS  20
#define N_PASSES  50

struct worker {
    struct test_thread thread;
    struct boxtest *test;
    D3D12_COMMAND_LIST_TYPE type;
    unsigned number;
};

/* A queue and a list of its own, in its own thread. */
static void work(void *argument)
{
    struct worker *worker = argument;
    struct ntshm_blackbox_list *list = NULL;
    struct kit kit = {.device = worker->test->device};
    char name[32];
    uint32_t queue;

    kit.queue = kit_queue(kit.device, worker->type);
    kit.allocator = kit_allocator(kit.device, worker->type);
    kit.list = kit_list(kit.device, worker->type, kit.allocator);
    kit.fence = kit_fence(kit.device, 0);
    snprintf(name, sizeof(name), "queue %u", worker->number);
    ok_hr(ntshm_blackbox_add_queue(worker->test->box, name, worker->type, kit.fence, &queue), S_OK);
    for (unsigned round = 0; round < N_ROUNDS; round++) {
        ok_hr(ntshm_blackbox_begin_list(worker->test->box, kit.list, name, &list), S_OK);
        for (unsigned pass = 0; pass < N_PASSES; pass++) {
            snprintf(name, sizeof(name), "pass %u of %u", pass, worker->number);
            ntshm_blackbox_begin_pass(list, name);
            ntshm_blackbox_end_pass(list);
        }
        ok_hr(ntshm_blackbox_submit(worker->test->box, queue, &list, 1, kit.value + 1), S_OK);
        kit_run(&kit);
        ntshm_blackbox_end_list(list);
    }
    IUnknown_Release((IUnknown *)kit.fence);
    IUnknown_Release((IUnknown *)kit.list);
    IUnknown_Release((IUnknown *)kit.allocator);
    IUnknown_Release((IUnknown *)kit.queue);
}

TEST_DEADLINE(lists_and_queues_in_parallel_are_all_told, "D2.5", 120)
{
    static const D3D12_COMMAND_LIST_TYPE types[N_THREADS] = {
        D3D12_COMMAND_LIST_TYPE_DIRECT, D3D12_COMMAND_LIST_TYPE_COMPUTE,
        D3D12_COMMAND_LIST_TYPE_COPY, D3D12_COMMAND_LIST_TYPE_DIRECT};
    struct ntshm_blackbox_desc desc = {.size = sizeof(desc), .n_lists = 16};
    struct worker workers[N_THREADS];
    struct boxtest test;
    unsigned n_torn = 0, n_odd = 0;

    boxtest_open(&test, &desc);
    for (unsigned i = 0; i < N_THREADS; i++) {
        workers[i] = (struct worker){.test = &test, .type = types[i], .number = i};
        test_thread_start(&workers[i].thread, work, &workers[i]);
    }
    for (unsigned i = 0; i < 50; i++) { /* reading goes on meanwhile */
        boxtest_read(&test);
        n_odd += test.report.n_odd;
        n_torn += test.report.n_torn;
    }
    test_note("%u half written, %u odd while it ran", n_torn, n_odd);
    for (unsigned i = 0; i < N_THREADS; i++)
        test_thread_join(&workers[i].thread);
    ok_hr(ntshm_blackbox_poll(test.box), S_OK);
    boxtest_read(&test);
    ok_eq(test.report.n_queues, N_THREADS);
    ok_eq(test.report.passes_finished, N_THREADS * N_ROUNDS * N_PASSES);
    ok_eq(test.report.header.n_markers, 2 * N_THREADS * N_ROUNDS * N_PASSES);
    ok_eq(test.report.header.n_submissions, N_THREADS * N_ROUNDS);
    ok_eq(test.report.n_torn, 0);
    ok_eq(test.report.n_odd, 0);
    ok_eq(test.report.n_passes, 0);
    for (unsigned i = 0; i < test.report.n_queues; i++)
        ok_eq(test.report.queues[i].completed, N_ROUNDS);
    boxtest_close(&test);
}

/* --- killed anywhere ---------------------------------------------------------------- */

static void record_for_ever(void *argument)
{
    struct counting_list counting = make_counting();
    struct boxtest *test = argument;

    for (unsigned i = 0;; i++) {
        struct ntshm_blackbox_list *list = NULL;
        char name[32];

        if (ntshm_blackbox_begin_list(test->box, &counting.list, "killed", &list) != S_OK)
            exit(1);
        for (unsigned pass = 0; pass < 5; pass++) {
            snprintf(name, sizeof(name), "pass %u", (i + pass) % 5000);
            ntshm_blackbox_begin_pass(list, name);
            ntshm_blackbox_end_pass(list);
        }
        ntshm_blackbox_end_list(list);
    }
}

CHILD(doomed)
{
    static struct ntshm_blackbox_desc desc = {.size = sizeof(desc), .n_lists = 8};
    struct boxtest test;
    struct test_thread threads[2];

    boxtest_open_named(&test, kit_device(), argv[1], &desc);
    test_say("ready");
    for (unsigned i = 0; i < 2; i++)
        test_thread_start(&threads[i], record_for_ever, &test);
    test_thread_join(&threads[0]);
    return 1;
}

TEST_DEADLINE(recorder_killed_at_any_moment_leaves_a_readable_box, "D2.5 D15.2", 120)
{
    for (unsigned round = 0; round < 12; round++) {
        struct test_child child;
        struct boxtest test;
        char name[64];

        snprintf(name, sizeof(name), "%s-%u", A_("Local\\doomed"), round);
        require(test_child_start(&child, "doomed", name));
        test_child_expect(&child, "ready", 20000);
        boxtest_look(&test, name);
        ok(test_until(boxtest_header(&test)->n_markers > 1000 + 977 * round, 20000));
        ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
        boxtest_read(&test);
        /* Two threads: at most two records and two entries were being written. */
        ok(test.report.n_torn <= 2);
        ok_eq(test.report.n_odd, 0);
        ok(test.report.newest >= test.report.header.n_markers);
        ok(test.report.newest <= test.report.header.n_markers + 2);
        ok(test.report.n_lists <= 2);
        for (uint32_t i = 0; i < test.report.n_lists; i++)
            ok_eq(test.report.lists[i].progress, NT_BLACKBOX_PROGRESS_RECORDED);
        ok(strncmp(boxtest_newest_name(&test), "pass ", 5) == 0);
        boxtest_close(&test);
    }
}
