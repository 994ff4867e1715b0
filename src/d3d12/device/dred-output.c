// SPDX-License-Identifier: MIT
/*
 * What a program sees of DRED: the settings, one object for the process, and the device's
 * ID3D12DeviceRemovedExtendedData and ...Data1.
 */
#include "d3d12/device/dred-data.h"
#include "util/macro.h"

/* --- settings -------------------------------------------------------------------------------- */

static _Atomic int crumbs_enablement, faults_enablement; /* D3D12_DRED_ENABLEMENT */
static _Atomic uint32_t settings_refs;

bool nt_d3d_dred_wants_crumbs(void)
{
    return atomic_load(&crumbs_enablement) == D3D12_DRED_ENABLEMENT_FORCED_ON;
}

bool nt_d3d_dred_wants_faults(void)
{
    return atomic_load(&faults_enablement) == D3D12_DRED_ENABLEMENT_FORCED_ON;
}

#define SETTINGS ID3D12DeviceRemovedExtendedDataSettings1

static HRESULT STDMETHODCALLTYPE settings_QueryInterface(SETTINGS *self, REFIID riid, void **ret)
{
    (void)self;
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    return nt_d3d_dred_settings(riid, ret) ? S_OK : E_NOINTERFACE;
}

/* It is always there; programs that look at the counts see them move. */
static ULONG STDMETHODCALLTYPE settings_AddRef(SETTINGS *self)
{
    (void)self;
    return atomic_fetch_add(&settings_refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE settings_Release(SETTINGS *self)
{
    (void)self;
    return atomic_fetch_sub(&settings_refs, 1) - 1;
}

static void STDMETHODCALLTYPE
settings_SetAutoBreadcrumbsEnablement(SETTINGS *self, D3D12_DRED_ENABLEMENT enablement)
{
    (void)self;
    atomic_store(&crumbs_enablement, enablement);
}

static void STDMETHODCALLTYPE settings_SetPageFaultEnablement(SETTINGS *self,
                                                              D3D12_DRED_ENABLEMENT enablement)
{
    (void)self;
    atomic_store(&faults_enablement, enablement);
}

/* There is no Watson here to send a dump to. */
static void STDMETHODCALLTYPE settings_SetWatsonDumpEnablement(SETTINGS *self,
                                                               D3D12_DRED_ENABLEMENT enablement)
{
    (void)self, (void)enablement;
}

/* The texts of markers are not kept, so there are never contexts. */
static void STDMETHODCALLTYPE
settings_SetBreadcrumbContextEnablement(SETTINGS *self, D3D12_DRED_ENABLEMENT enablement)
{
    (void)self, (void)enablement;
}

static const ID3D12DeviceRemovedExtendedDataSettings1Vtbl settings_vtable = {
    .QueryInterface = settings_QueryInterface,
    .AddRef = settings_AddRef,
    .Release = settings_Release,
    .SetAutoBreadcrumbsEnablement = settings_SetAutoBreadcrumbsEnablement,
    .SetPageFaultEnablement = settings_SetPageFaultEnablement,
    .SetWatsonDumpEnablement = settings_SetWatsonDumpEnablement,
    .SetBreadcrumbContextEnablement = settings_SetBreadcrumbContextEnablement,
};
static SETTINGS settings = {.lpVtbl = &settings_vtable};

bool nt_d3d_dred_settings(REFIID riid, void **ret)
{
    if (!riid || (!IsEqualGUID(riid, &IID_IUnknown) &&
                  !IsEqualGUID(riid, &IID_ID3D12DeviceRemovedExtendedDataSettings) &&
                  !IsEqualGUID(riid, &IID_ID3D12DeviceRemovedExtendedDataSettings1)))
        return false;
    if (ret) {
        settings_AddRef(&settings);
        *ret = &settings;
    }
    return true;
}

/* --- nodes ----------------------------------------------------------------------------------- */

void nt_d3d_dred_make_nodes(struct nt_d3d_crumbs *crumbs, const uint32_t *word,
                            const struct nt_d3d_crumbs *next)
{
    crumbs->node =
        (D3D12_AUTO_BREADCRUMB_NODE){.pCommandListDebugNameA = crumbs->list_names.narrow,
                                     .pCommandListDebugNameW = crumbs->list_names.wide,
                                     .pCommandQueueDebugNameA = crumbs->queue_names.narrow,
                                     .pCommandQueueDebugNameW = crumbs->queue_names.wide,
                                     .pCommandList = crumbs->list,
                                     .pCommandQueue = crumbs->queue,
                                     .BreadcrumbCount = crumbs->stream->n_history,
                                     .pLastBreadcrumbValue = word,
                                     .pCommandHistory = crumbs->stream->history,
                                     .pNext = next ? &next->node : NULL};
    crumbs->node1 =
        (D3D12_AUTO_BREADCRUMB_NODE1){.pCommandListDebugNameA = crumbs->list_names.narrow,
                                      .pCommandListDebugNameW = crumbs->list_names.wide,
                                      .pCommandQueueDebugNameA = crumbs->queue_names.narrow,
                                      .pCommandQueueDebugNameW = crumbs->queue_names.wide,
                                      .pCommandList = crumbs->list,
                                      .pCommandQueue = crumbs->queue,
                                      .BreadcrumbCount = crumbs->stream->n_history,
                                      .pLastBreadcrumbValue = word,
                                      .pCommandHistory = crumbs->stream->history,
                                      .pNext = next ? &next->node1 : NULL};
}

/* The newest comes first. */
void nt_d3d_dred_make_freed(struct nt_d3d_dred *dred)
{
    for (size_t i = 0; i < NT_D3D_FREED; i++) {
        struct nt_d3d_freed *freed = &dred->freed[(dred->next_freed + i) % NT_D3D_FREED];

        if (dred->fault_address < freed->start || dred->fault_address >= freed->end)
            continue;
        freed->node = (D3D12_DRED_ALLOCATION_NODE){.ObjectNameA = freed->names.narrow,
                                                   .ObjectNameW = freed->names.wide,
                                                   .AllocationType = freed->type,
                                                   .pNext = dred->head_freed};
        freed->node1 = (D3D12_DRED_ALLOCATION_NODE1){.ObjectNameA = freed->names.narrow,
                                                     .ObjectNameW = freed->names.wide,
                                                     .AllocationType = freed->type,
                                                     .pNext = dred->head_freed1};
        dred->head_freed = &freed->node;
        dred->head_freed1 = &freed->node1;
    }
}

/* --- the device's ---------------------------------------------------------------------------- */

#define DATA ID3D12DeviceRemovedExtendedData1

NT_D3D_FACET_METHODS(DATA, data)

static struct nt_d3d_device *device_of(DATA *self)
{
    return (struct nt_d3d_device *)((struct nt_d3d_facet *)self)->object;
}

/* S_OK when there is something to tell: it is switched on, and the device is removed. */
static HRESULT check(DATA *self, const void *output, bool crumbs)
{
    struct nt_d3d_device *device = device_of(self);
    const struct nt_d3d_dred *dred = device->dred;

    if (!output)
        return E_INVALIDARG;
    if (!dred || !(crumbs ? dred->words != NULL : dred->has_faults))
        return DXGI_ERROR_UNSUPPORTED;
    return nt_d3d_device_is_removed(device) ? S_OK : DXGI_ERROR_NOT_CURRENTLY_AVAILABLE;
}

/* What was kept when the device was removed; it does not change any more. */
static const struct nt_d3d_crumbs *first_crumbs(DATA *self)
{
    struct nt_d3d_device *device = device_of(self);
    const struct nt_d3d_crumbs *first;

    pthread_mutex_lock(&device->engine.lock);
    first = TAILQ_FIRST(&device->dred->kept);
    pthread_mutex_unlock(&device->engine.lock);
    return first;
}

static HRESULT STDMETHODCALLTYPE
data_GetAutoBreadcrumbsOutput(DATA *self, D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT *output)
{
    HRESULT hr = check(self, output, true);
    const struct nt_d3d_crumbs *first;

    if (FAILED(hr))
        return hr;
    first = first_crumbs(self);
    output->pHeadAutoBreadcrumbNode = first ? &first->node : NULL;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
data_GetAutoBreadcrumbsOutput1(DATA *self, D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT1 *output)
{
    HRESULT hr = check(self, output, true);
    const struct nt_d3d_crumbs *first;

    if (FAILED(hr))
        return hr;
    first = first_crumbs(self);
    output->pHeadAutoBreadcrumbNode = first ? &first->node1 : NULL;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
data_GetPageFaultAllocationOutput(DATA *self, D3D12_DRED_PAGE_FAULT_OUTPUT *output)
{
    HRESULT hr = check(self, output, false);
    struct nt_d3d_dred *dred = device_of(self)->dred;

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&dred->lock);
    *output = (D3D12_DRED_PAGE_FAULT_OUTPUT){.PageFaultVA = dred->fault_address,
                                             .pHeadRecentFreedAllocationNode = dred->head_freed};
    pthread_mutex_unlock(&dred->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
data_GetPageFaultAllocationOutput1(DATA *self, D3D12_DRED_PAGE_FAULT_OUTPUT1 *output)
{
    HRESULT hr = check(self, output, false);
    struct nt_d3d_dred *dred = device_of(self)->dred;

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&dred->lock);
    *output = (D3D12_DRED_PAGE_FAULT_OUTPUT1){.PageFaultVA = dred->fault_address,
                                              .pHeadRecentFreedAllocationNode = dred->head_freed1};
    pthread_mutex_unlock(&dred->lock);
    return S_OK;
}

static const ID3D12DeviceRemovedExtendedData1Vtbl data_vtable = {
    NT_D3D_FACET_SLOTS(data),
    .GetAutoBreadcrumbsOutput = data_GetAutoBreadcrumbsOutput,
    .GetPageFaultAllocationOutput = data_GetPageFaultAllocationOutput,
    .GetAutoBreadcrumbsOutput1 = data_GetAutoBreadcrumbsOutput1,
    .GetPageFaultAllocationOutput1 = data_GetPageFaultAllocationOutput1,
};

void nt_d3d_dred_init_facet(struct nt_d3d_device *device)
{
    device->dred_facet = (struct nt_d3d_facet){&data_vtable, &device->object};
}

void *nt_d3d_dred_facet(struct nt_d3d_device *device, REFIID riid)
{
    if (IsEqualGUID(riid, &IID_ID3D12DeviceRemovedExtendedData) ||
        IsEqualGUID(riid, &IID_ID3D12DeviceRemovedExtendedData1))
        return &device->dred_facet;
    return NULL;
}
