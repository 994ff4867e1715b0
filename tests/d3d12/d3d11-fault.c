// SPDX-License-Identifier: MIT
/*
 * The n-th call that fails in what Direct3D 11 makes and opens: the documented code, NULL, and
 * nothing left behind; asked again it succeeds.
 */
#include "d3d12/d3d11-kit.h"
#include "fault/fault.h"

#include <errno.h>
#include <string.h>

#define DEADLINE 600

static struct {
    struct kit11 kit;
    ID3D11Resource *shared;
    ID3D11Fence *fence;
    HANDLE resource_handle, fence_handle;
    void *made;
} world;

static uint32_t result(HRESULT hr)
{
    if (FAILED(hr))
        ok_ptr_eq(world.made, NULL);
    return (uint32_t)hr;
}

static uint32_t create_buffer(D3D11_USAGE usage, UINT misc)
{
    static const char bytes[64];
    const D3D11_SUBRESOURCE_DATA data = {.pSysMem = bytes};
    D3D11_BUFFER_DESC desc = kit11_buffer_desc(sizeof(bytes), usage);

    desc.MiscFlags = misc;
    world.made = (void *)1;
    return result(
        ID3D11Device5_CreateBuffer(world.kit.device, &desc, &data, (ID3D11Buffer **)&world.made));
}

static uint32_t create_texture(D3D11_USAGE usage)
{
    static const char bytes[4][32];
    const D3D11_SUBRESOURCE_DATA data = {.pSysMem = bytes, .SysMemPitch = sizeof(bytes[0])};
    const D3D11_TEXTURE2D_DESC desc = kit11_texture_desc(8, 4, DXGI_FORMAT_R8G8B8A8_UNORM, usage);

    world.made = (void *)1;
    return result(ID3D11Device5_CreateTexture2D(world.kit.device, &desc, &data,
                                                (ID3D11Texture2D **)&world.made));
}

static uint32_t run_buffer(void *context)
{
    (void)context;
    return create_buffer(D3D11_USAGE_DEFAULT, 0);
}

static uint32_t run_shared_buffer(void *context)
{
    (void)context;
    return create_buffer(D3D11_USAGE_DEFAULT,
                         D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
}

static uint32_t run_dynamic_buffer(void *context)
{
    (void)context;
    return create_buffer(D3D11_USAGE_DYNAMIC, 0);
}

static uint32_t run_texture(void *context)
{
    (void)context;
    return create_texture(D3D11_USAGE_IMMUTABLE);
}

static uint32_t run_staging_texture(void *context)
{
    (void)context;
    return create_texture(D3D11_USAGE_STAGING);
}

static uint32_t run_query(void *context)
{
    const D3D11_QUERY_DESC desc = {D3D11_QUERY_EVENT, 0};

    (void)context;
    world.made = (void *)1;
    return result(ID3D11Device5_CreateQuery(world.kit.device, &desc, (ID3D11Query **)&world.made));
}

static uint32_t run_fence(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(ID3D11Device5_CreateFence(world.kit.device, 0, D3D11_FENCE_FLAG_SHARED,
                                            &IID_ID3D11Fence, &world.made));
}

static uint32_t run_open_resource(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(ID3D11Device5_OpenSharedResource1(world.kit.device, world.resource_handle,
                                                    &IID_ID3D11Resource, &world.made));
}

static uint32_t run_open_name(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(ID3D11Device5_OpenSharedResourceByName(
        world.kit.device, L_("eleven"), GENERIC_ALL, &IID_ID3D11Resource, &world.made));
}

static uint32_t run_open_fence(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(ID3D11Device5_OpenSharedFence(world.kit.device, world.fence_handle,
                                                &IID_ID3D11Fence, &world.made));
}

static uint32_t run_device(void *context)
{
    (void)context;
    world.made = (void *)1;
    return result(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_WARP, NULL, 0, NULL, 0, 7,
                                    (ID3D11Device **)&world.made, NULL, NULL));
}

static void release(void *context)
{
    (void)context;
    kit_release_last(world.made);
    world.made = NULL;
}

/* "No fd / no memory": one code for all of it (D12.11). */
static const uint32_t *errors(unsigned kind, int error)
{
    static const uint32_t list[] = {(uint32_t)E_OUTOFMEMORY, 0};

    (void)kind, (void)error;
    return list;
}

/* A cut connection is made again. */
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

struct step {
    const char *name;
    uint32_t (*run)(void *context);
    bool survives; /* it does without what it does not get */
};

static const struct step steps[] = {
    {"d3d11 create device", run_device, true},
    {"d3d11 create buffer", run_buffer, false},
    {"d3d11 create shared buffer", run_shared_buffer, false},
    {"d3d11 create dynamic buffer", run_dynamic_buffer, false},
    {"d3d11 create texture", run_texture, false},
    {"d3d11 create staging texture", run_staging_texture, false},
    {"d3d11 create query", run_query, false},
    {"d3d11 create fence", run_fence, false},
    {"d3d11 open resource", run_open_resource, false},
    {"d3d11 open name", run_open_name, false},
    {"d3d11 open fence", run_open_fence, false},
};

/* Calls that never want a descriptor, as in fault.c. */
#define WANTS_NONE (FAULT_BIT(STAT) | FAULT_BIT(READ) | FAULT_BIT(PROCMAP) | FAULT_BIT(RECV))

static void walk(const struct step *step)
{
    static const int no_memory[] = {ENOMEM, 0}, no_descriptor[] = {EMFILE, 0};
    struct fault_operation operation = {.name = step->name,
                                        .prepare = stay_connected,
                                        .run = step->run,
                                        .undo = release,
                                        .is_clean = is_connected,
                                        .errors = errors,
                                        .must_meet = FAULT_MEMORY,
                                        .ignored = FAULT_BIT(MUNMAP),
                                        .may_survive =
                                            step->survives ? UINT64_MAX : FAULT_BIT(STAT)};

    /* Before all else, so that what is kept for ever is there. */
    if (ok_eq(step->run(NULL), S_OK))
        release(NULL);
    fault_walk(&operation, no_memory);
    operation.ignored |= WANTS_NONE;
    fault_walk(&operation, no_descriptor);
}

TEST_DEADLINE(d3d11_nth_failure, "D12.11 D18.5", DEADLINE)
{
    IDXGIResource1 *dxgi = NULL;

    kit11_open(&world.kit);
    require(run_shared_buffer(NULL) == (uint32_t)S_OK);
    world.shared = world.made;
    require(run_fence(NULL) == (uint32_t)S_OK);
    world.fence = world.made;
    ok_hr(QUERY(world.shared, IID_IDXGIResource1, &dxgi), S_OK);
    ok_hr(IDXGIResource1_CreateSharedHandle(dxgi, NULL, GENERIC_ALL, L_("eleven"),
                                            &world.resource_handle),
          S_OK);
    IDXGIResource1_Release(dxgi);
    ok_hr(ID3D11Fence_CreateSharedHandle(world.fence, NULL, GENERIC_ALL, NULL, &world.fence_handle),
          S_OK);
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        walk(&steps[i]);
    ok_succeeds(CloseHandle(world.resource_handle));
    ok_succeeds(CloseHandle(world.fence_handle));
    kit_release_last(world.shared);
    kit_release_last(world.fence);
    kit11_close(&world.kit);
}

/* --- events ----------------------------------------------------------------------------------- */

static DWORD refusal; /* of DuplicateHandle, or 0 */

BOOL WINAPI __real_DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                                   LPHANDLE target, DWORD access, BOOL inherit, DWORD options);
BOOL WINAPI __wrap_DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                                   LPHANDLE target, DWORD access, BOOL inherit, DWORD options);

/* The linker sends the library's calls here. */
BOOL WINAPI __wrap_DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                                   LPHANDLE target, DWORD access, BOOL inherit, DWORD options)
{
    if (!refusal)
        return __real_DuplicateHandle(source_process, source, target_process, target, access,
                                      inherit, options);
    SetLastError(refusal);
    return FALSE;
}

/* What lacks is told from what is wrong, by all that keep an event of the program's. */
TEST(an_event_that_cannot_be_kept, "D19.2 D19.8")
{
    static const struct {
        DWORD error;
        HRESULT hr;
    } rows[] = {{ERROR_NO_SYSTEM_RESOURCES, E_OUTOFMEMORY}, /* all handles are in use */
                {ERROR_NOT_ENOUGH_MEMORY, E_OUTOFMEMORY},
                {ERROR_TOO_MANY_OPEN_FILES, E_OUTOFMEMORY},
                {ERROR_ACCESS_DENIED, E_INVALIDARG},
                {ERROR_INVALID_HANDLE, E_INVALIDARG}};
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    ID3D11Fence *fence = NULL;
    struct kit11 kit;
    DWORD cookie;

    kit11_open(&kit);
    ok_hr(ID3D11Device5_CreateFence(kit.device, 0, D3D11_FENCE_FLAG_NONE, &IID_ID3D11Fence,
                                    (void **)&fence),
          S_OK);
    require(fence != NULL);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        refusal = rows[i].error;
        ok_hr(ID3D11Fence_SetEventOnCompletion(fence, 1, event), rows[i].hr);
        ok_hr(ID3D11Device5_RegisterDeviceRemovedEvent(kit.device, event, &cookie), rows[i].hr);
        ok_eq(cookie, 0);
    }
    refusal = 0;
    ok_hr(ID3D11Fence_SetEventOnCompletion(fence, 0, event), S_OK);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(event));
    kit_release_last(fence);
    kit11_close(&kit);
}
