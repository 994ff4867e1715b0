// SPDX-License-Identifier: MIT
/*
 * The binary interface: every compiler and both languages see the same structures, the same tables
 * and the same answers, through the shared library as a program links it.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "d3d12/abi/view.h"
#include "d3d12/modules.h"
#include "harness/test.h"

static ID3D12Device5 *make_device(void)
{
    ID3D12Device5 *device = NULL;

    setenv("NTSHM_D3D12_ADAPTER", "llvmpipe", 0);
    setenv("NTSHM_D3D12_VALIDATION", "1", 1);
    require(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5, (void **)&device) ==
            S_OK);
    return device;
}

void test_prepare(void)
{
    kit_keep_modules();
    ID3D12Device5_Release(make_device());
}

static void make_objects(struct abi_objects *o)
{
    const D3D12_HEAP_DESC heap = {.SizeInBytes = 256 * 1024,
                                  .Properties = {.Type = D3D12_HEAP_TYPE_READBACK}};
    const D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                      .Width = 70001,
                                      .Height = 1,
                                      .DepthOrArraySize = 1,
                                      .MipLevels = 1,
                                      .SampleDesc = {1, 0},
                                      .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};
    const D3D12_COMMAND_QUEUE_DESC queue = {.Type = D3D12_COMMAND_LIST_TYPE_COPY, .Priority = 100};

    *o = (struct abi_objects){.device = make_device()};
    ok_hr(ID3D12Device_CreateHeap(o->device, &heap, &IID_ID3D12Heap, (void **)&o->heap), S_OK);
    ok_hr(ID3D12Device_CreatePlacedResource(o->device, o->heap, 65536, &desc,
                                            D3D12_RESOURCE_STATE_COPY_DEST, NULL,
                                            &IID_ID3D12Resource, (void **)&o->buffer),
          S_OK);
    ok_hr(ID3D12Device_CreateCommandQueue(o->device, &queue, &IID_ID3D12CommandQueue,
                                          (void **)&o->queue),
          S_OK);
    ok_hr(ID3D12Device_CreateFence(o->device, UINT64_C(0x0123456789abcdef), 0, &IID_ID3D12Fence,
                                   (void **)&o->signalled),
          S_OK);
    require(o->heap && o->buffer && o->queue && o->signalled);
}

static void release_objects(struct abi_objects *o)
{
    ok_eq(ID3D12Fence_Release(o->signalled), 0);
    ok_eq(ID3D12CommandQueue_Release(o->queue), 0);
    ok_eq(ID3D12Resource_Release(o->buffer), 0);
    ok_eq(ID3D12Heap_Release(o->heap), 0);
    ok_eq(ID3D12Device5_Release(o->device), 0);
}

/* What a view must hold, whoever looked. */
static void check_view(const struct abi_view *view)
{
    static const size_t sizes[VIEW_SIZES] = {48, 20, 56, 16, 16, 8,  8,  4,
                                             4,  8,  24, 4,  8,  32, 16, 4};

    ok_mem_eq(view->sizes, sizes, sizeof(sizes));
    ok_eq(view->long_max, INT64_MAX);
    ok_eq(view->ulong_max, UINT64_MAX);
    ok_eq(view->true_value, 1);
    ok_eq(view->heap.SizeInBytes, 256 * 1024);
    ok_eq(view->heap.Alignment, 65536);
    ok_eq(view->heap.Properties.Type, D3D12_HEAP_TYPE_READBACK);
    ok_eq(view->heap.Properties.CreationNodeMask, 1);
    ok_eq(view->resource.Width, 70001);
    ok_eq(view->resource.Layout, D3D12_TEXTURE_LAYOUT_ROW_MAJOR);
    ok_eq(view->info.SizeInBytes, 131072);
    ok_eq(view->info.Alignment, 65536);
    ok_eq(view->properties.Type, D3D12_HEAP_TYPE_CUSTOM);
    ok_eq(view->properties.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
    ok_eq(view->queue.Type, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_eq(view->queue.Priority, 100);
    ok_eq(view->queue.NodeMask, 1);
    ok_eq(view->fence, UINT64_C(0x0123456789abcdef));
    ok_hr(view->wrong, E_NOINTERFACE);
    ok_eq(view->iids[1].Data1, 0x6b3b2502);
    ok_eq(view->iids[3].Data1, 0x8b4f173b);
}

TEST(all_compilers_see_one_interface, "D0.6 D7.1 D7.2 D7.3 D7.4 D7.5 D7.6 D7.7")
{
    static abi_look *const looks[] = {abi_view_c, abi_view_cxx,
#ifdef HAVE_CLANG
                                      abi_view_clang_c, abi_view_clang_cxx
#endif
    };
    struct abi_objects objects;
    struct abi_view views[4];

    make_objects(&objects);
    memset(views, 0, sizeof(views));
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        looks[i](&views[i], &objects);
        check_view(&views[i]);
        ok_mem_eq(&views[i], &views[0], sizeof(views[0]));
    }
    ok_ne(views[0].address, 0);
    ok(views[0].luid.LowPart || views[0].luid.HighPart);
    release_objects(&objects);
}

TEST(tables_have_their_slots, "D4.1 D7.1")
{
#define SLOTS(interface_) (sizeof(interface_##Vtbl) / sizeof(void *))
    ok_eq(SLOTS(ID3D12Device), 44);
    ok_eq(SLOTS(ID3D12Device1), 47);
    ok_eq(SLOTS(ID3D12Device2), 48);
    ok_eq(SLOTS(ID3D12Device3), 51);
    ok_eq(SLOTS(ID3D12Heap), 9);
    ok_eq(SLOTS(ID3D12Resource), 15);
    ok_eq(SLOTS(ID3D12Fence), 11);
    ok_eq(SLOTS(ID3D12Fence1), 12);
    ok_eq(SLOTS(ID3D12CommandQueue), 19);
    ok_eq(SLOTS(ID3D12CommandAllocator), 9);
    ok_eq(SLOTS(ID3D12GraphicsCommandList), 60);
    ok_eq(SLOTS(ID3D12GraphicsCommandList1), 66);
    ok_eq(SLOTS(ID3D12GraphicsCommandList2), 67);
#undef SLOTS
}

/* No slot of a table is empty: calling it would jump to address 0. */
TEST(no_slot_is_empty, "D4.3 D7.1")
{
    struct abi_objects o;
    ID3D12GraphicsCommandList2 *list = NULL;
    ID3D12CommandAllocator *allocator = NULL;

#define FULL(object, interface_)                                                        \
    do {                                                                                \
        const void *const *slots = *(const void *const *const *)(const void *)(object); \
        for (size_t i = 0; i < sizeof(interface_##Vtbl) / sizeof(void *); i++)          \
            ok(slots[i] != NULL, #interface_ " slot %zu", i);                           \
    } while (0)
    make_objects(&o);
    ok_hr(ID3D12Device_CreateCommandAllocator(o.device, D3D12_COMMAND_LIST_TYPE_COPY,
                                              &IID_ID3D12CommandAllocator, (void **)&allocator),
          S_OK);
    ok_hr(ID3D12Device_CreateCommandList(o.device, 0, D3D12_COMMAND_LIST_TYPE_COPY, allocator, NULL,
                                         &IID_ID3D12GraphicsCommandList2, (void **)&list),
          S_OK);
    FULL(o.device, ID3D12Device5);
    FULL(o.heap, ID3D12Heap1);
    FULL(o.buffer, ID3D12Resource2);
    FULL(o.queue, ID3D12CommandQueue);
    FULL(o.signalled, ID3D12Fence1);
    FULL(allocator, ID3D12CommandAllocator);
    FULL(list, ID3D12GraphicsCommandList2);
#undef FULL
    ok_eq(ID3D12GraphicsCommandList_Release(list), 0);
    ok_eq(ID3D12CommandAllocator_Release(allocator), 0);
    release_objects(&o);
}

/* Others export D3D12CreateDevice too: ours has a version of its own, which programs ask for. */
TEST(exported_names_have_our_version, "D7.7")
{
    void *found = dlvsym(RTLD_DEFAULT, "D3D12CreateDevice", "NTSHM_D3D12_0.1");
    Dl_info info;

    require(found != NULL);
    ok_ptr_eq(found, (void *)(uintptr_t)D3D12CreateDevice);
    ok(dladdr(found, &info) && strstr(info.dli_fname, "libntshm-d3d12.so") != NULL);
}
