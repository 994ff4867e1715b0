// SPDX-License-Identifier: MIT
/*
 * The n-th call that fails, in every operation of sharing: out of memory of either side, out of
 * descriptors, and an import that the driver refuses. Each gives the documented code, NULL, and
 * leaves neither a descriptor nor a mapping nor (the validation layer would tell) anything of
 * Vulkan's; asked again it succeeds.
 */
#include "d3d12/fault-kit.h"
#include "d3d12/kit.h"
#include "fault/fault.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE 600

static struct {
    ID3D12Device5 *device;
    ID3D12Heap *heap; /* SHARED */
    ID3D12Resource *buffer, *texture;
    ID3D12Fence *fence;
    HANDLE section, heap_handle, buffer_handle, texture_handle, fence_handle;
    ID3D12CommandQueue *queue;
    HANDLE event;
    uint64_t value; /* of the fence */
    void *made;     /* by the operation, or a handle */
} world;

/* --- the world -------------------------------------------------------------------------------- */

static D3D12_RESOURCE_DESC texture_desc(void)
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(64);

    desc.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D;
    desc.Height = 64;
    desc.Format = DXGI_FORMAT_R8G8B8A8_UNORM;
    desc.Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN;
    return desc;
}

static HRESULT new_heap(ID3D12Heap **ret_heap)
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);

    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    *ret_heap = (void *)1;
    return ID3D12Device_CreateHeap(world.device, &desc, &IID_ID3D12Heap, (void **)ret_heap);
}

static HRESULT new_committed(D3D12_RESOURCE_DESC desc, ID3D12Resource **ret_resource)
{
    const D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_DEFAULT};

    *ret_resource = (void *)1;
    return ID3D12Device_CreateCommittedResource(world.device, &properties, D3D12_HEAP_FLAG_SHARED,
                                                &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                                &IID_ID3D12Resource, (void **)ret_resource);
}

static HRESULT new_fence(ID3D12Fence **ret_fence)
{
    *ret_fence = (void *)1;
    return ID3D12Device_CreateFence(world.device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                    (void **)ret_fence);
}

static HRESULT share(void *object, const wchar_t *name, HANDLE *ret_handle)
{
    *ret_handle = (HANDLE)1;
    return ID3D12Device_CreateSharedHandle(world.device, object, NULL, GENERIC_ALL, name,
                                           ret_handle);
}

static HRESULT open_handle(HANDLE handle, REFIID riid)
{
    world.made = (void *)1;
    return ID3D12Device_OpenSharedHandle(world.device, handle, riid, &world.made);
}

/* A failed call gives NULL. */
static uint32_t result(HRESULT hr)
{
    if (FAILED(hr))
        ok_ptr_eq(world.made, NULL);
    return (uint32_t)hr;
}

static void begin(const char *kind)
{
    HRESULT hr;

    kit_environment();
    setenv("NTSHM_D3D12_SHARE", kind, 1);
    world.device = kit_device();
    hr = new_heap(&world.heap);
    require(hr == S_OK, "0x%08x", (unsigned)hr);
    require(new_committed(kit_buffer_desc(4096), &world.buffer) == S_OK);
    require(new_committed(texture_desc(), &world.texture) == S_OK);
    require(new_fence(&world.fence) == S_OK);
    require(share(world.heap, NULL, &world.heap_handle) == S_OK);
    require(share(world.buffer, NULL, &world.buffer_handle) == S_OK);
    require(share(world.texture, NULL, &world.texture_handle) == S_OK);
    require(share(world.fence, L_("named-fence"), &world.fence_handle) == S_OK);
    world.section = kit_section(64 * KIB, NULL);
    world.queue = kit_queue(world.device, D3D12_COMMAND_LIST_TYPE_COPY);
    world.event = CreateEventW(NULL, FALSE, FALSE, NULL);
    require(world.event != NULL);
}

static void end(void)
{
    HANDLE handles[] = {world.heap_handle,  world.buffer_handle, world.texture_handle,
                        world.fence_handle, world.section,       world.event};

    for (unsigned i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
        ok_succeeds(CloseHandle(handles[i]));
    kit_release_last(world.queue);
    kit_release_last(world.fence);
    kit_release_last(world.texture);
    kit_release_last(world.buffer);
    kit_release_last(world.heap);
    kit_release_last(world.device);
    unsetenv("NTSHM_D3D12_SHARE");
}

/* --- the operations --------------------------------------------------------------------------- */

static uint32_t run_create_heap(void *context)
{
    (void)context;
    return result(new_heap((ID3D12Heap **)&world.made));
}

static uint32_t run_create_buffer(void *context)
{
    (void)context;
    return result(new_committed(kit_buffer_desc(4096), (ID3D12Resource **)&world.made));
}

static uint32_t run_create_texture(void *context)
{
    (void)context;
    return result(new_committed(texture_desc(), (ID3D12Resource **)&world.made));
}

static uint32_t run_create_fence(void *context)
{
    (void)context;
    return result(new_fence((ID3D12Fence **)&world.made));
}

static uint32_t run_open_existing(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(ID3D12Device3_OpenExistingHeapFromFileMapping(world.device, world.section,
                                                                &IID_ID3D12Heap, &world.made));
}

static uint32_t run_open_heap(void *context)
{
    (void)context;
    return result(open_handle(world.heap_handle, &IID_ID3D12Heap));
}

static uint32_t run_open_buffer(void *context)
{
    (void)context;
    return result(open_handle(world.buffer_handle, &IID_ID3D12Resource));
}

static uint32_t run_open_texture(void *context)
{
    (void)context;
    return result(open_handle(world.texture_handle, &IID_ID3D12Resource));
}

static uint32_t run_open_fence(void *context)
{
    (void)context;
    return result(open_handle(world.fence_handle, &IID_ID3D12Fence));
}

static uint32_t run_share_heap(void *context)
{
    (void)context;
    return result(share(world.heap, NULL, &world.made));
}

static uint32_t run_share_texture(void *context)
{
    (void)context;
    return result(share(world.texture, L_("named-texture"), &world.made));
}

static uint32_t run_share_fence(void *context)
{
    (void)context;
    return result(share(world.fence, NULL, &world.made));
}

static uint32_t run_create_device(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &world.made));
}

static uint32_t run_create_local_heap(void *context)
{
    const D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);

    (void)context;
    world.made = (void *)1;
    return result(ID3D12Device_CreateHeap(world.device, &desc, &IID_ID3D12Heap, &world.made));
}

static uint32_t create_local(const D3D12_RESOURCE_DESC *desc)
{
    const D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_DEFAULT};

    world.made = (void *)1;
    return result(ID3D12Device_CreateCommittedResource(
        world.device, &properties, D3D12_HEAP_FLAG_NONE, desc, D3D12_RESOURCE_STATE_COMMON, NULL,
        &IID_ID3D12Resource, &world.made));
}

static uint32_t run_create_local_buffer(void *context)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(4096);

    (void)context;
    return create_local(&desc);
}

static uint32_t run_create_local_texture(void *context)
{
    const D3D12_RESOURCE_DESC desc = texture_desc();

    (void)context;
    return create_local(&desc);
}

static uint32_t run_place_texture(void *context)
{
    const D3D12_RESOURCE_DESC desc = texture_desc();

    (void)context;
    world.made = (void *)1;
    return result(ID3D12Device_CreatePlacedResource(world.device, world.heap, 0, &desc,
                                                    D3D12_RESOURCE_STATE_COMMON, NULL,
                                                    &IID_ID3D12Resource, &world.made));
}

static uint32_t run_create_reserved(void *context)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(256 * KIB);

    (void)context;
    world.made = (void *)1;
    return result(ID3D12Device_CreateReservedResource(
        world.device, &desc, D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, &world.made));
}

/* A wait for a value of the shared fence that nobody has signalled yet. */
static uint32_t run_wait(void *context)
{
    (void)context;
    return (uint32_t)ID3D12Fence_SetEventOnCompletion(world.fence, world.value + 1, world.event);
}

static void end_wait(void *context)
{
    (void)context;
    ok_hr(ID3D12Fence_Signal(world.fence, ++world.value), S_OK);
    ok_eq(WaitForSingleObject(world.event, (DWORD)(KIT_DEADLINE * test_slowness())), WAIT_OBJECT_0);
}

static uint32_t run_signal(void *context)
{
    (void)context;
    return (uint32_t)ID3D12CommandQueue_Signal(world.queue, world.fence, world.value + 1);
}

static void end_signal(void *context)
{
    (void)context;
    ok(kit_wait(world.fence, ++world.value));
}

static uint32_t run_open_name(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(ID3D12Device_OpenSharedHandleByName(world.device, L_("named-fence"), GENERIC_ALL,
                                                      &world.made));
}

static void release(void *context)
{
    (void)context;
    kit_release_last(world.made);
    world.made = NULL;
}

static void close_handle(void *context)
{
    (void)context;
    ok_succeeds(CloseHandle(world.made));
    world.made = NULL;
}

/* "No fd / no memory": one code for all of it (D12.11). */
static const uint32_t *errors(unsigned kind, int error)
{
    static const uint32_t list[] = {(uint32_t)E_OUTOFMEMORY, 0};

    (void)kind;
    (void)error;
    return list;
}

enum { IMPORTS = 1, SURVIVES = 2 };

struct step {
    const char *name;
    uint32_t (*run)(void *context);
    void (*undo)(void *context);
    /* IMPORTS: on every kind of memory. SURVIVES: it does without what it does not get. */
    unsigned flags;
};

static const struct step steps[] = {
    {"d3d12 create device", run_create_device, release, SURVIVES},
    {"d3d12 create local heap", run_create_local_heap, release, SURVIVES},
    {"d3d12 create local buffer", run_create_local_buffer, release, 0},
    {"d3d12 create local texture", run_create_local_texture, release, 0},
    {"d3d12 place texture", run_place_texture, release, 0},
    {"d3d12 create reserved buffer", run_create_reserved, release, 0},
    {"d3d12 wait for a shared fence", run_wait, end_wait, 0},
    {"d3d12 signal a shared fence", run_signal, end_signal, 0},
    {"d3d12 create heap", run_create_heap, release, 0},
    {"d3d12 create buffer", run_create_buffer, release, 0},
    {"d3d12 create texture", run_create_texture, release, 0},
    {"d3d12 create fence", run_create_fence, release, 0},
    {"d3d12 open existing heap", run_open_existing, release, IMPORTS},
    {"d3d12 share heap", run_share_heap, close_handle, 0},
    {"d3d12 share texture", run_share_texture, close_handle, 0},
    {"d3d12 share fence", run_share_fence, close_handle, 0},
    {"d3d12 open heap", run_open_heap, release, IMPORTS},
    {"d3d12 open buffer", run_open_buffer, release, IMPORTS},
    {"d3d12 open texture", run_open_texture, release, IMPORTS},
    {"d3d12 open fence", run_open_fence, release, 0},
    {"d3d12 open name", run_open_name, close_handle, 0},
};

#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

/* A cut connection is made again; what it had of descriptors is not counted as left. */
static void stay_connected(void *context)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    (void)context;
    ntshm_broker_statistics(&statistics);
}

static bool is_connected(void *context)
{
    stay_connected(context);
    return true;
}

/* What gives something back cannot be helped, and does not fail. */
#define GIVES_BACK (FAULT_BIT(MUNMAP))
/* Calls that never want a descriptor; a reply is taken before the kernel finds no room for one. */
#define WANTS_NONE (FAULT_BIT(STAT) | FAULT_BIT(READ) | FAULT_BIT(PROCMAP) | FAULT_BIT(RECV))

/* Before all else, so that what is kept for ever is there. */
static void run_once(const struct step *step)
{
    if (ok_eq(step->run(NULL), S_OK))
        step->undo(NULL);
}

static void walk(const struct step *step)
{
    static const int no_memory[] = {ENOMEM, 0}, no_descriptor[] = {EMFILE, 0};
    struct fault_operation operation = {.name = step->name,
                                        .prepare = stay_connected,
                                        .run = step->run,
                                        .undo = step->undo,
                                        .is_clean = is_connected,
                                        .errors = errors,
                                        .must_meet = FAULT_MEMORY,
                                        .ignored = GIVES_BACK,
                                        .may_survive = FAULT_BIT(STAT)};

    if (step->flags & SURVIVES)
        operation.may_survive = UINT64_MAX;

    run_once(step);
    fault_walk(&operation, no_memory);
    operation.ignored |= WANTS_NONE;
    fault_walk(&operation, no_descriptor);
}

static void walk_all(const char *kind)
{
    begin(kind);
    for (unsigned i = 0; i < N_STEPS; i++)
        walk(&steps[i]);
    end();
}

TEST_DEADLINE(nth_failure_of_exported_memory, "D12.11 D5.6", DEADLINE)
{
    walk_all("export");
}

TEST_DEADLINE(nth_failure_of_pages, "D12.11 D5.3", DEADLINE)
{
    walk_all("memfd");
}

/* --- refused imports -------------------------------------------------------------------------- */

static unsigned count_fds(void)
{
    DIR *directory = opendir("/proc/self/fd");
    unsigned n = 0;

    require(directory != NULL);
    while (readdir(directory))
        n++;
    closedir(directory);
    return n;
}

/* Each import of @step refused in its turn; how many there were. */
static unsigned refuse_each(const struct step *step, bool closes)
{
    unsigned nth = 0;
    bool refused;

    run_once(step);
    do {
        unsigned before = count_fds();
        uint32_t hr;

        fault_refuse(nth++, closes);
        hr = step->run(NULL);
        refused = fault_accept();
        if (hr == S_OK) {
            ok(!refused || step->flags & SURVIVES, "%s succeeds", step->name);
            step->undo(NULL);
        } else {
            ok(refused && (hr == (uint32_t)E_INVALIDARG || hr == (uint32_t)DXGI_ERROR_UNSUPPORTED ||
                           hr == (uint32_t)E_OUTOFMEMORY),
               "%s: %08x", step->name, (unsigned)hr);
        }
        ok_eq(count_fds(), before);
    } while (refused && nth < 50);
    return nth - 1;
}

/* Whether this driver closes a descriptor that it refuses (D5.6). */
static bool driver_closes(void)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};

    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)world.device, &adapter), S_OK);
    return strstr(adapter.driver_name, "llvmpipe") != NULL;
}

static void refuse_all(const char *kind)
{
    begin(kind);
    for (unsigned i = 0; i < N_STEPS; i++) {
        unsigned n = refuse_each(&steps[i], driver_closes());

        test_note("%s: %u imports", steps[i].name, n);
        ok(!(steps[i].flags & IMPORTS) || n > 0, "%s imports nothing", steps[i].name);
    }
    end();
}

TEST_DEADLINE(refused_imports_of_exported_memory, "D13.3 D5.6", DEADLINE)
{
    refuse_all("export");
}

TEST_DEADLINE(refused_imports_of_pages, "D13.3 D5.3", DEADLINE)
{
    refuse_all("memfd");
}
