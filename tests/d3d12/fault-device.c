// SPDX-License-Identifier: MIT
/*
 * The n-th failure where devices begin and where programs look into them: DXCore's lists, devices
 * with DRED and on the program's own Vulkan, lists that record into its command buffers.
 */
#include <errno.h>

#include "d3d12/interop/dxcore.h"
#include "d3d12/kit.h"
#include "d3d12/plain.h"
#include "fault/fault.h"

static struct {
    struct plain plain;
    ID3D12Device5 *device; /* on @plain */
    ID3D12Resource *buffer;
    UINT64 address;
    struct kit kit; /* a device of its own, with DRED */
    void *made;
} world;

static const uint32_t *errors(unsigned kind, int error)
{
    static const uint32_t list[] = {(uint32_t)E_OUTOFMEMORY, 0};

    (void)kind;
    (void)error;
    return list;
}

static uint32_t result(HRESULT hr)
{
    if (FAILED(hr))
        ok_ptr_eq(world.made, NULL);
    return (uint32_t)hr;
}

static void release(void *context)
{
    (void)context;
    kit_release_last(world.made);
}

static uint32_t run_list_adapters(void *context)
{
    struct {
        const struct nt_dxcore_factory_vtable *vtable;
    } *factory = NULL;
    HRESULT hr;

    (void)context;
    ok_hr(DXCoreCreateAdapterFactory(&IID_IDXCoreAdapterFactory, (void **)&factory), S_OK);
    world.made = &world;
    hr = factory->vtable->CreateAdapterList(factory, 1, &DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS,
                                            &IID_IDXCoreAdapterList, &world.made);
    factory->vtable->Release(factory);
    return result(hr);
}

static uint32_t run_create_on_vulkan(void *context)
{
    (void)context;
    world.made = &world;
    return result(ntshm_d3d12_create_on_vulkan(&world.plain.lent, D3D_FEATURE_LEVEL_11_0,
                                               &IID_ID3D12Device, &world.made));
}

static uint32_t run_create_with_dred(void *context)
{
    (void)context;
    world.made = &world;
    return result(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &world.made));
}

/* The list with one word in it, closed. */
static uint32_t run_record_into(void *context)
{
    HRESULT hr;

    (void)context;
    world.made = &world;
    hr = ntshm_d3d12_record_into((ID3D12Device *)world.device, world.plain.commands,
                                 &IID_ID3D12GraphicsCommandList2, &world.made);
    if (FAILED(hr))
        return result(hr);
    kit_marker(world.made, world.address, 1, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    hr = ID3D12GraphicsCommandList_Close((ID3D12GraphicsCommandList *)world.made);
    if (FAILED(hr))
        kit_release_last(world.made);
    return (uint32_t)hr;
}

/* Records anew, with breadcrumbs. */
static uint32_t run_with_crumbs(void *context)
{
    const D3D12_RESOURCE_BARRIER barrier = {.Type = D3D12_RESOURCE_BARRIER_TYPE_UAV};
    struct kit *kit = &world.kit;
    HRESULT hr;

    (void)context;
    ID3D12GraphicsCommandList_Close(kit->list);
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    hr = ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL);
    if (FAILED(hr))
        return (uint32_t)hr;
    for (int i = 0; i < 20; i++)
        ID3D12GraphicsCommandList_ResourceBarrier(kit->list, 1, &barrier);
    return (uint32_t)ID3D12GraphicsCommandList_Close(kit->list);
}

/* What was recorded runs; without a fault, since a queue can only remove the device for it. */
static void undo_crumbs(void *context)
{
    struct kit *kit = &world.kit;

    (void)context;
    kit_execute(kit->queue, kit->list);
    ok_hr(ID3D12CommandQueue_Signal(kit->queue, kit->fence, ++kit->value), S_OK);
    ok(kit_wait(kit->fence, kit->value));
}

static void set_dred(D3D12_DRED_ENABLEMENT enablement)
{
    ID3D12DeviceRemovedExtendedDataSettings *settings = NULL;

    ok_hr(D3D12GetDebugInterface(&IID_ID3D12DeviceRemovedExtendedDataSettings, (void **)&settings),
          S_OK);
    ID3D12DeviceRemovedExtendedDataSettings_SetAutoBreadcrumbsEnablement(settings, enablement);
    ID3D12DeviceRemovedExtendedDataSettings_SetPageFaultEnablement(settings, enablement);
    ID3D12DeviceRemovedExtendedDataSettings_Release(settings);
}

static void walk(struct fault_operation operation)
{
    static const int no_memory[] = {ENOMEM, 0};

    operation.errors = errors;
    operation.must_meet = FAULT_MEMORY;
    operation.ignored = FAULT_BIT(MUNMAP);
    if (ok_eq(operation.run(NULL), S_OK))
        operation.undo(NULL);
    fault_walk(&operation, no_memory);
}

TEST_DEADLINE(nth_failure_of_lists_of_adapters, "D4.1", 300)
{
    kit_environment();
    walk(
        (struct fault_operation){.name = "dxcore list", .run = run_list_adapters, .undo = release});
}

TEST_DEADLINE(nth_failure_on_the_programs_vulkan, "D6.9", 300)
{
    plain_open(&world.plain);
    /* The trial imports may fail: then the device does without. */
    walk((struct fault_operation){.name = "d3d12 create device on vulkan",
                                  .run = run_create_on_vulkan,
                                  .undo = release,
                                  .may_survive = UINT64_MAX});
    world.device = plain_device(&world.plain);
    world.buffer = kit_shared_buffer(world.device, 64 * KIB);
    world.address = ID3D12Resource_GetGPUVirtualAddress(world.buffer);
    plain_begin(&world.plain);
    walk((struct fault_operation){
        .name = "d3d12 record into", .run = run_record_into, .undo = release});
    plain_submit(&world.plain, VK_NULL_HANDLE, 0);
    kit_release_last(world.buffer);
    kit_release_last(world.device);
    plain_close(&world.plain);
}

TEST_DEADLINE(nth_failure_with_dred, "D2.2", 300)
{
    kit_environment();
    set_dred(D3D12_DRED_ENABLEMENT_FORCED_ON);
    walk((struct fault_operation){.name = "d3d12 create device with dred",
                                  .run = run_create_with_dred,
                                  .undo = release,
                                  .may_survive = UINT64_MAX});
    kit_open(&world.kit, D3D12_COMMAND_LIST_TYPE_COPY);
    walk((struct fault_operation){
        .name = "d3d12 record with dred", .run = run_with_crumbs, .undo = undo_crumbs});
    kit_close(&world.kit);
}
