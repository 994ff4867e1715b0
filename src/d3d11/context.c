// SPDX-License-Identifier: MIT
/*
 * The immediate context: ID3D11DeviceContext to ID3D11DeviceContext4, and ID3D11Multithread.
 * Copies and Map are done in copy.c and map.c; what cannot be done is in context-unsupported.h.
 */
#include "d3d11/context-state.h"
#include "d3d11/context-unsupported.h"
#include "d3d11/copy.h"
#include "d3d11/device.h"
#include "d3d11/fence.h"
#include "d3d11/query.h"
#include "util/macro.h"

NT_D3D11_CHILD_METHODS(ID3D11DeviceContext4)

static struct nt_d3d11_device *device_of(ID3D11DeviceContext4 *self)
{
    return ((struct nt_d3d11_context *)self)->object.device;
}

static struct nt_d3d11_resource *resource_of(ID3D11DeviceContext4 *self, ID3D11Resource *pointer)
{
    return nt_d3d11_resource_from(device_of(self), pointer);
}

static HRESULT STDMETHODCALLTYPE context_Map(ID3D11DeviceContext4 *self, ID3D11Resource *resource,
                                             UINT subresource, D3D11_MAP type, UINT flags,
                                             D3D11_MAPPED_SUBRESOURCE *ret)
{
    return nt_d3d11_map(device_of(self), resource_of(self, resource), subresource, type, flags,
                        ret);
}

static void STDMETHODCALLTYPE context_Unmap(ID3D11DeviceContext4 *self, ID3D11Resource *resource,
                                            UINT subresource)
{
    nt_d3d11_unmap(device_of(self), resource_of(self, resource), subresource);
}

/* An event query has no beginning. */
static void STDMETHODCALLTYPE context_Begin(ID3D11DeviceContext4 *self, ID3D11Asynchronous *query)
{
    (void)self, (void)query;
}

static void STDMETHODCALLTYPE context_End(ID3D11DeviceContext4 *self, ID3D11Asynchronous *query)
{
    nt_d3d11_query_end(device_of(self), query);
}

static HRESULT STDMETHODCALLTYPE context_GetData(ID3D11DeviceContext4 *self,
                                                 ID3D11Asynchronous *query, void *data, UINT size,
                                                 UINT flags)
{
    return nt_d3d11_query_get(device_of(self), query, data, size, flags);
}

static void STDMETHODCALLTYPE context_CopySubresourceRegion1(
    ID3D11DeviceContext4 *self, ID3D11Resource *target, UINT target_subresource, UINT x, UINT y,
    UINT z, ID3D11Resource *source, UINT source_subresource, const D3D11_BOX *box, UINT flags)
{
    const struct nt_d3d11_copy copy = {.target = resource_of(self, target),
                                       .source = resource_of(self, source),
                                       .target_subresource = target_subresource,
                                       .source_subresource = source_subresource,
                                       .x = x,
                                       .y = y,
                                       .z = z,
                                       .box = box};

    (void)flags; /* hints */
    nt_d3d11_copy_region(device_of(self), &copy);
}

static void STDMETHODCALLTYPE context_CopySubresourceRegion(
    ID3D11DeviceContext4 *self, ID3D11Resource *target, UINT target_subresource, UINT x, UINT y,
    UINT z, ID3D11Resource *source, UINT source_subresource, const D3D11_BOX *box)
{
    context_CopySubresourceRegion1(self, target, target_subresource, x, y, z, source,
                                   source_subresource, box, 0);
}

static void STDMETHODCALLTYPE context_CopyResource(ID3D11DeviceContext4 *self,
                                                   ID3D11Resource *target, ID3D11Resource *source)
{
    nt_d3d11_copy_resource(device_of(self), resource_of(self, target), resource_of(self, source));
}

static void STDMETHODCALLTYPE context_UpdateSubresource1(ID3D11DeviceContext4 *self,
                                                         ID3D11Resource *target, UINT subresource,
                                                         const D3D11_BOX *box, const void *data,
                                                         UINT row_pitch, UINT depth_pitch,
                                                         UINT flags)
{
    (void)depth_pitch, (void)flags; /* two dimensions; hints */
    nt_d3d11_update(device_of(self), resource_of(self, target), subresource, box, data, row_pitch);
}

static void STDMETHODCALLTYPE context_UpdateSubresource(ID3D11DeviceContext4 *self,
                                                        ID3D11Resource *target, UINT subresource,
                                                        const D3D11_BOX *box, const void *data,
                                                        UINT row_pitch, UINT depth_pitch)
{
    context_UpdateSubresource1(self, target, subresource, box, data, row_pitch, depth_pitch, 0);
}

/* Contents that are not needed any more may stay. */
static void STDMETHODCALLTYPE context_DiscardResource(ID3D11DeviceContext4 *self,
                                                      ID3D11Resource *resource)
{
    (void)self, (void)resource;
}

static void STDMETHODCALLTYPE context_DiscardView(ID3D11DeviceContext4 *self, ID3D11View *view)
{
    (void)self, (void)view;
}

static void STDMETHODCALLTYPE context_DiscardView1(ID3D11DeviceContext4 *self, ID3D11View *view,
                                                   const D3D11_RECT *rects, UINT n_rects)
{
    (void)self, (void)view, (void)rects, (void)n_rects;
}

static FLOAT STDMETHODCALLTYPE context_GetResourceMinLOD(ID3D11DeviceContext4 *self,
                                                         ID3D11Resource *resource)
{
    (void)self, (void)resource;
    return 0;
}

/* There is no state. */
static void STDMETHODCALLTYPE context_ClearState(ID3D11DeviceContext4 *self)
{
    (void)self;
}

static void STDMETHODCALLTYPE context_SwapDeviceContextState(ID3D11DeviceContext4 *self,
                                                             ID3DDeviceContextState *state,
                                                             ID3DDeviceContextState **ret)
{
    (void)self, (void)state;
    if (ret)
        *ret = NULL;
}

static void STDMETHODCALLTYPE context_Flush(ID3D11DeviceContext4 *self)
{
    struct nt_d3d11_work *work = &device_of(self)->work;

    nt_d3d11_work_lock(work);
    nt_d3d11_work_flush(work);
    nt_d3d11_work_unlock(work);
}

static void STDMETHODCALLTYPE context_Flush1(ID3D11DeviceContext4 *self, D3D11_CONTEXT_TYPE type,
                                             HANDLE event)
{
    struct nt_d3d11_work *work = &device_of(self)->work;

    (void)type; /* one queue serves all */
    nt_d3d11_work_lock(work);
    nt_d3d11_work_flush(work);
    if (event && FAILED(ID3D12Fence_SetEventOnCompletion(work->fence, work->number, event)))
        nt_log(NT_LOG_WARNING, "d3d11: the event of Flush1 will not be set");
    nt_d3d11_work_unlock(work);
}

static D3D11_DEVICE_CONTEXT_TYPE STDMETHODCALLTYPE context_GetType(ID3D11DeviceContext4 *self)
{
    (void)self;
    return D3D11_DEVICE_CONTEXT_IMMEDIATE;
}

static UINT STDMETHODCALLTYPE context_GetContextFlags(ID3D11DeviceContext4 *self)
{
    (void)self;
    return 0;
}

/* Only deferred contexts have a list to finish. */
static HRESULT STDMETHODCALLTYPE context_FinishCommandList(ID3D11DeviceContext4 *self, BOOL restore,
                                                           ID3D11CommandList **ret)
{
    (void)self, (void)restore;
    if (ret)
        *ret = NULL;
    return DXGI_ERROR_INVALID_CALL;
}

static BOOL STDMETHODCALLTYPE context_IsAnnotationEnabled(ID3D11DeviceContext4 *self)
{
    (void)self;
    return FALSE;
}

static void STDMETHODCALLTYPE context_SetMarkerInt(ID3D11DeviceContext4 *self, LPCWSTR label,
                                                   int data)
{
    (void)self, (void)label, (void)data;
}

static void STDMETHODCALLTYPE context_BeginEventInt(ID3D11DeviceContext4 *self, LPCWSTR label,
                                                    int data)
{
    (void)self, (void)label, (void)data;
}

static void STDMETHODCALLTYPE context_EndEvent(ID3D11DeviceContext4 *self)
{
    (void)self;
}

static void STDMETHODCALLTYPE context_SetHardwareProtectionState(ID3D11DeviceContext4 *self,
                                                                 BOOL enable)
{
    (void)self, (void)enable;
}

static void STDMETHODCALLTYPE context_GetHardwareProtectionState(ID3D11DeviceContext4 *self,
                                                                 BOOL *ret)
{
    (void)self;
    if (ret)
        *ret = FALSE;
}

static HRESULT STDMETHODCALLTYPE context_Signal(ID3D11DeviceContext4 *self, ID3D11Fence *pointer,
                                                UINT64 value)
{
    struct nt_d3d11_work *work = &device_of(self)->work;
    ID3D12Fence *fence = nt_d3d11_fence_from(device_of(self), pointer);
    HRESULT hr;

    if (!fence)
        return E_INVALIDARG;
    nt_d3d11_work_lock(work);
    nt_d3d11_work_flush(work);
    hr = ID3D12CommandQueue_Signal(work->queue, fence, value);
    nt_d3d11_work_unlock(work);
    return hr;
}

static HRESULT STDMETHODCALLTYPE context_Wait(ID3D11DeviceContext4 *self, ID3D11Fence *pointer,
                                              UINT64 value)
{
    struct nt_d3d11_work *work = &device_of(self)->work;
    ID3D12Fence *fence = nt_d3d11_fence_from(device_of(self), pointer);
    HRESULT hr;

    if (!fence)
        return E_INVALIDARG;
    nt_d3d11_work_lock(work);
    nt_d3d11_work_flush(work);
    hr = ID3D12CommandQueue_Wait(work->queue, fence, value);
    nt_d3d11_work_unlock(work);
    return hr;
}

static const ID3D11DeviceContext4Vtbl vtable = {
    NT_D3D11_CHILD_SLOTS,
    .VSSetConstantBuffers = context_VSSetConstantBuffers,
    .PSSetShaderResources = context_PSSetShaderResources,
    .PSSetShader = context_PSSetShader,
    .PSSetSamplers = context_PSSetSamplers,
    .VSSetShader = context_VSSetShader,
    .DrawIndexed = context_DrawIndexed,
    .Draw = context_Draw,
    .Map = context_Map,
    .Unmap = context_Unmap,
    .PSSetConstantBuffers = context_PSSetConstantBuffers,
    .IASetInputLayout = context_IASetInputLayout,
    .IASetVertexBuffers = context_IASetVertexBuffers,
    .IASetIndexBuffer = context_IASetIndexBuffer,
    .DrawIndexedInstanced = context_DrawIndexedInstanced,
    .DrawInstanced = context_DrawInstanced,
    .GSSetConstantBuffers = context_GSSetConstantBuffers,
    .GSSetShader = context_GSSetShader,
    .IASetPrimitiveTopology = context_IASetPrimitiveTopology,
    .VSSetShaderResources = context_VSSetShaderResources,
    .VSSetSamplers = context_VSSetSamplers,
    .Begin = context_Begin,
    .End = context_End,
    .GetData = context_GetData,
    .SetPredication = context_SetPredication,
    .GSSetShaderResources = context_GSSetShaderResources,
    .GSSetSamplers = context_GSSetSamplers,
    .OMSetRenderTargets = context_OMSetRenderTargets,
    .OMSetRenderTargetsAndUnorderedAccessViews = context_OMSetRenderTargetsAndUnorderedAccessViews,
    .OMSetBlendState = context_OMSetBlendState,
    .OMSetDepthStencilState = context_OMSetDepthStencilState,
    .SOSetTargets = context_SOSetTargets,
    .DrawAuto = context_DrawAuto,
    .DrawIndexedInstancedIndirect = context_DrawIndexedInstancedIndirect,
    .DrawInstancedIndirect = context_DrawInstancedIndirect,
    .Dispatch = context_Dispatch,
    .DispatchIndirect = context_DispatchIndirect,
    .RSSetState = context_RSSetState,
    .RSSetViewports = context_RSSetViewports,
    .RSSetScissorRects = context_RSSetScissorRects,
    .CopySubresourceRegion = context_CopySubresourceRegion,
    .CopyResource = context_CopyResource,
    .UpdateSubresource = context_UpdateSubresource,
    .CopyStructureCount = context_CopyStructureCount,
    .ClearRenderTargetView = context_ClearRenderTargetView,
    .ClearUnorderedAccessViewUint = context_ClearUnorderedAccessViewUint,
    .ClearUnorderedAccessViewFloat = context_ClearUnorderedAccessViewFloat,
    .ClearDepthStencilView = context_ClearDepthStencilView,
    .GenerateMips = context_GenerateMips,
    .SetResourceMinLOD = context_SetResourceMinLOD,
    .GetResourceMinLOD = context_GetResourceMinLOD,
    .ResolveSubresource = context_ResolveSubresource,
    .ExecuteCommandList = context_ExecuteCommandList,
    .HSSetShaderResources = context_HSSetShaderResources,
    .HSSetShader = context_HSSetShader,
    .HSSetSamplers = context_HSSetSamplers,
    .HSSetConstantBuffers = context_HSSetConstantBuffers,
    .DSSetShaderResources = context_DSSetShaderResources,
    .DSSetShader = context_DSSetShader,
    .DSSetSamplers = context_DSSetSamplers,
    .DSSetConstantBuffers = context_DSSetConstantBuffers,
    .CSSetShaderResources = context_CSSetShaderResources,
    .CSSetUnorderedAccessViews = context_CSSetUnorderedAccessViews,
    .CSSetShader = context_CSSetShader,
    .CSSetSamplers = context_CSSetSamplers,
    .CSSetConstantBuffers = context_CSSetConstantBuffers,
    .VSGetConstantBuffers = context_VSGetConstantBuffers,
    .PSGetShaderResources = context_PSGetShaderResources,
    .PSGetShader = context_PSGetShader,
    .PSGetSamplers = context_PSGetSamplers,
    .VSGetShader = context_VSGetShader,
    .PSGetConstantBuffers = context_PSGetConstantBuffers,
    .IAGetInputLayout = context_IAGetInputLayout,
    .IAGetVertexBuffers = context_IAGetVertexBuffers,
    .IAGetIndexBuffer = context_IAGetIndexBuffer,
    .GSGetConstantBuffers = context_GSGetConstantBuffers,
    .GSGetShader = context_GSGetShader,
    .IAGetPrimitiveTopology = context_IAGetPrimitiveTopology,
    .VSGetShaderResources = context_VSGetShaderResources,
    .VSGetSamplers = context_VSGetSamplers,
    .GetPredication = context_GetPredication,
    .GSGetShaderResources = context_GSGetShaderResources,
    .GSGetSamplers = context_GSGetSamplers,
    .OMGetRenderTargets = context_OMGetRenderTargets,
    .OMGetRenderTargetsAndUnorderedAccessViews = context_OMGetRenderTargetsAndUnorderedAccessViews,
    .OMGetBlendState = context_OMGetBlendState,
    .OMGetDepthStencilState = context_OMGetDepthStencilState,
    .SOGetTargets = context_SOGetTargets,
    .RSGetState = context_RSGetState,
    .RSGetViewports = context_RSGetViewports,
    .RSGetScissorRects = context_RSGetScissorRects,
    .HSGetShaderResources = context_HSGetShaderResources,
    .HSGetShader = context_HSGetShader,
    .HSGetSamplers = context_HSGetSamplers,
    .HSGetConstantBuffers = context_HSGetConstantBuffers,
    .DSGetShaderResources = context_DSGetShaderResources,
    .DSGetShader = context_DSGetShader,
    .DSGetSamplers = context_DSGetSamplers,
    .DSGetConstantBuffers = context_DSGetConstantBuffers,
    .CSGetShaderResources = context_CSGetShaderResources,
    .CSGetUnorderedAccessViews = context_CSGetUnorderedAccessViews,
    .CSGetShader = context_CSGetShader,
    .CSGetSamplers = context_CSGetSamplers,
    .CSGetConstantBuffers = context_CSGetConstantBuffers,
    .ClearState = context_ClearState,
    .Flush = context_Flush,
    .GetType = context_GetType,
    .GetContextFlags = context_GetContextFlags,
    .FinishCommandList = context_FinishCommandList,
    .CopySubresourceRegion1 = context_CopySubresourceRegion1,
    .UpdateSubresource1 = context_UpdateSubresource1,
    .DiscardResource = context_DiscardResource,
    .DiscardView = context_DiscardView,
    .VSSetConstantBuffers1 = context_VSSetConstantBuffers1,
    .HSSetConstantBuffers1 = context_HSSetConstantBuffers1,
    .DSSetConstantBuffers1 = context_DSSetConstantBuffers1,
    .GSSetConstantBuffers1 = context_GSSetConstantBuffers1,
    .PSSetConstantBuffers1 = context_PSSetConstantBuffers1,
    .CSSetConstantBuffers1 = context_CSSetConstantBuffers1,
    .VSGetConstantBuffers1 = context_VSGetConstantBuffers1,
    .HSGetConstantBuffers1 = context_HSGetConstantBuffers1,
    .DSGetConstantBuffers1 = context_DSGetConstantBuffers1,
    .GSGetConstantBuffers1 = context_GSGetConstantBuffers1,
    .PSGetConstantBuffers1 = context_PSGetConstantBuffers1,
    .CSGetConstantBuffers1 = context_CSGetConstantBuffers1,
    .SwapDeviceContextState = context_SwapDeviceContextState,
    .ClearView = context_ClearView,
    .DiscardView1 = context_DiscardView1,
    .UpdateTileMappings = context_UpdateTileMappings,
    .CopyTileMappings = context_CopyTileMappings,
    .CopyTiles = context_CopyTiles,
    .UpdateTiles = context_UpdateTiles,
    .ResizeTilePool = context_ResizeTilePool,
    .TiledResourceBarrier = context_TiledResourceBarrier,
    .IsAnnotationEnabled = context_IsAnnotationEnabled,
    .SetMarkerInt = context_SetMarkerInt,
    .BeginEventInt = context_BeginEventInt,
    .EndEvent = context_EndEvent,
    .Flush1 = context_Flush1,
    .SetHardwareProtectionState = context_SetHardwareProtectionState,
    .GetHardwareProtectionState = context_GetHardwareProtectionState,
    .Signal = context_Signal,
    .Wait = context_Wait,
};

static struct nt_d3d11_context *context_of(ID3D11Multithread *self)
{
    return NT_CONTAINER_OF((const ID3D11MultithreadVtbl **)self, struct nt_d3d11_context,
                           multithread);
}

static HRESULT STDMETHODCALLTYPE multithread_QueryInterface(ID3D11Multithread *self, REFIID riid,
                                                            void **ret)
{
    return nt_d3d11_object_query_interface(&context_of(self)->object, riid, ret);
}

static ULONG STDMETHODCALLTYPE multithread_AddRef(ID3D11Multithread *self)
{
    return nt_d3d11_object_add_ref(&context_of(self)->object);
}

static ULONG STDMETHODCALLTYPE multithread_Release(ID3D11Multithread *self)
{
    return nt_d3d11_object_release(&context_of(self)->object);
}

static void STDMETHODCALLTYPE multithread_Enter(ID3D11Multithread *self)
{
    nt_d3d11_work_lock(&context_of(self)->object.device->work);
}

static void STDMETHODCALLTYPE multithread_Leave(ID3D11Multithread *self)
{
    nt_d3d11_work_unlock(&context_of(self)->object.device->work);
}

static BOOL STDMETHODCALLTYPE multithread_SetMultithreadProtected(ID3D11Multithread *self,
                                                                  BOOL enable)
{
    return atomic_exchange(&context_of(self)->is_protected, enable ? TRUE : FALSE);
}

static BOOL STDMETHODCALLTYPE multithread_GetMultithreadProtected(ID3D11Multithread *self)
{
    return atomic_load(&context_of(self)->is_protected);
}

static const ID3D11MultithreadVtbl multithread_vtable = {
    .QueryInterface = multithread_QueryInterface,
    .AddRef = multithread_AddRef,
    .Release = multithread_Release,
    .Enter = multithread_Enter,
    .Leave = multithread_Leave,
    .SetMultithreadProtected = multithread_SetMultithreadProtected,
    .GetMultithreadProtected = multithread_GetMultithreadProtected,
};

static const struct nt_d3d11_interface interfaces[] = {
    {&IID_ID3D11DeviceContext4, 0},
    {&IID_ID3D11DeviceContext3, 0},
    {&IID_ID3D11DeviceContext2, 0},
    {&IID_ID3D11DeviceContext1, 0},
    {&IID_ID3D11DeviceContext, 0},
    {&IID_ID3D11DeviceChild, 0},
    {&IID_ID3D11Multithread, offsetof(struct nt_d3d11_context, multithread)},
};

/* It ends with its device. */
static const struct nt_d3d11_class context_class = {
    .interfaces = interfaces,
    .n_interfaces = NT_ARRAY_SIZE(interfaces),
};

void nt_d3d11_context_init(struct nt_d3d11_device *device)
{
    struct nt_d3d11_context *context = &device->context;

    context->object.table = &vtable;
    context->object.class = &context_class;
    context->object.device = device;
    context->object.keeper = (ID3D12Object *)device->work.queue;
    context->multithread = &multithread_vtable;
}
