// SPDX-License-Identifier: MIT
/*
 * Every method of Direct3D 11 that is not built is called: creating ones refuse and clear their
 * pointer, the others do nothing, and what is asked for is nothing.
 */
#include <string.h>

#include "d3d12/d3d11-kit.h"

/* A call of a creating method: the pointer that it is given must become NULL. */
#define REFUSED(call)                            \
    do {                                         \
        made = (void *)1;                        \
        ok_hr(call, E_NOTIMPL);                  \
        ok(!made, "%s left its pointer", #call); \
    } while (0)

TEST(d3d11_what_is_not_there_says_so, "D4.3 D18.5")
{
    void *made;
    D3D_FEATURE_LEVEL level = D3D_FEATURE_LEVEL_11_0;
    D3D11_COUNTER_INFO info = {.NumSimultaneousCounters = 7};
    UINT n_tiles = 7, n_tilings = 7;
    struct kit11 kit;

    kit11_open(&kit);
    REFUSED(ID3D11Device5_CreateTexture1D(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateTexture3D(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateShaderResourceView(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateUnorderedAccessView(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateRenderTargetView(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateDepthStencilView(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateInputLayout(kit.device, NULL, 0, NULL, 0, (void *)&made));
    REFUSED(ID3D11Device5_CreateVertexShader(kit.device, NULL, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateGeometryShader(kit.device, NULL, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateGeometryShaderWithStreamOutput(kit.device, NULL, 0, NULL, 0, NULL,
                                                               0, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreatePixelShader(kit.device, NULL, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateHullShader(kit.device, NULL, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateDomainShader(kit.device, NULL, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateComputeShader(kit.device, NULL, 0, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateClassLinkage(kit.device, (void *)&made));
    REFUSED(ID3D11Device5_CreateBlendState(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateDepthStencilState(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateRasterizerState(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateSamplerState(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreatePredicate(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateCounter(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateDeferredContext(kit.device, 0, (void *)&made));
    REFUSED(ID3D11Device5_OpenSharedResource(kit.device, NULL, &IID_IUnknown, (void *)&made));
    REFUSED(ID3D11Device5_CreateDeferredContext1(kit.device, 0, (void *)&made));
    REFUSED(ID3D11Device5_CreateBlendState1(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateRasterizerState1(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateDeferredContext2(kit.device, 0, (void *)&made));
    REFUSED(ID3D11Device5_CreateTexture3D1(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateRasterizerState2(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateShaderResourceView1(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateUnorderedAccessView1(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateRenderTargetView1(kit.device, NULL, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateQuery1(kit.device, NULL, (void *)&made));
    REFUSED(ID3D11Device5_CreateDeferredContext3(kit.device, 0, (void *)&made));
    ok_hr(ID3D11Device5_CheckCounter(kit.device, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                     NULL),
          E_NOTIMPL);
    ID3D11Device5_WriteToSubresource(kit.device, NULL, 0, NULL, NULL, 0, 0);
    ID3D11Device5_ReadFromSubresource(kit.device, NULL, 0, 0, NULL, 0, NULL);
    made = (void *)1;
    ok_hr(ID3D11Device5_CreateDeviceContextState(kit.device, 0, &level, 1, 7, &IID_ID3D11Device,
                                                 &level, (void *)&made),
          E_NOTIMPL);
    ok(!made);
    ok_eq(level, 0);
    ID3D11Device5_CheckCounterInfo(kit.device, &info);
    ok_eq(info.NumSimultaneousCounters, 0);
    ID3D11Device5_GetResourceTiling(kit.device, NULL, &n_tiles, NULL, NULL, &n_tilings, 0, NULL);
    ok_eq(n_tiles, 0);
    ok_eq(n_tilings, 0);
    kit11_close(&kit);
}

TEST(d3d11_context_does_nothing_else, "D4.3 D18.5")
{
    ID3D11CommandList *list = (ID3D11CommandList *)1;
    ID3DDeviceContextState *state = (ID3DDeviceContextState *)1;
    BOOL is_protected = TRUE;
    struct kit11 kit;

    kit11_open(&kit);
    ID3D11DeviceContext4_VSSetConstantBuffers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_PSSetShaderResources(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_PSSetShader(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_PSSetSamplers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_VSSetShader(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_DrawIndexed(kit.context, 0, 0, 0);
    ID3D11DeviceContext4_Draw(kit.context, 0, 0);
    ID3D11DeviceContext4_PSSetConstantBuffers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_IASetInputLayout(kit.context, NULL);
    ID3D11DeviceContext4_IASetVertexBuffers(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_IASetIndexBuffer(kit.context, NULL, (DXGI_FORMAT)0, 0);
    ID3D11DeviceContext4_DrawIndexedInstanced(kit.context, 0, 0, 0, 0, 0);
    ID3D11DeviceContext4_DrawInstanced(kit.context, 0, 0, 0, 0);
    ID3D11DeviceContext4_GSSetConstantBuffers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_GSSetShader(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_IASetPrimitiveTopology(kit.context, (D3D11_PRIMITIVE_TOPOLOGY)0);
    ID3D11DeviceContext4_VSSetShaderResources(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_VSSetSamplers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_SetPredication(kit.context, NULL, 0);
    ID3D11DeviceContext4_GSSetShaderResources(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_GSSetSamplers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_OMSetRenderTargets(kit.context, 0, NULL, NULL);
    ID3D11DeviceContext4_OMSetRenderTargetsAndUnorderedAccessViews(kit.context, 0, NULL, NULL, 0, 0,
                                                                   NULL, NULL);
    ID3D11DeviceContext4_OMSetBlendState(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_OMSetDepthStencilState(kit.context, NULL, 0);
    ID3D11DeviceContext4_SOSetTargets(kit.context, 0, NULL, NULL);
    ID3D11DeviceContext4_DrawAuto(kit.context);
    ID3D11DeviceContext4_DrawIndexedInstancedIndirect(kit.context, NULL, 0);
    ID3D11DeviceContext4_DrawInstancedIndirect(kit.context, NULL, 0);
    ID3D11DeviceContext4_Dispatch(kit.context, 0, 0, 0);
    ID3D11DeviceContext4_DispatchIndirect(kit.context, NULL, 0);
    ID3D11DeviceContext4_RSSetState(kit.context, NULL);
    ID3D11DeviceContext4_RSSetViewports(kit.context, 0, NULL);
    ID3D11DeviceContext4_RSSetScissorRects(kit.context, 0, NULL);
    ID3D11DeviceContext4_CopyStructureCount(kit.context, NULL, 0, NULL);
    ID3D11DeviceContext4_ClearRenderTargetView(kit.context, NULL, NULL);
    ID3D11DeviceContext4_ClearUnorderedAccessViewUint(kit.context, NULL, NULL);
    ID3D11DeviceContext4_ClearUnorderedAccessViewFloat(kit.context, NULL, NULL);
    ID3D11DeviceContext4_ClearDepthStencilView(kit.context, NULL, 0, 0, 0);
    ID3D11DeviceContext4_GenerateMips(kit.context, NULL);
    ID3D11DeviceContext4_SetResourceMinLOD(kit.context, NULL, 0);
    ID3D11DeviceContext4_ResolveSubresource(kit.context, NULL, 0, NULL, 0, (DXGI_FORMAT)0);
    ID3D11DeviceContext4_ExecuteCommandList(kit.context, NULL, 0);
    ID3D11DeviceContext4_HSSetShaderResources(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_HSSetShader(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_HSSetSamplers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_HSSetConstantBuffers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_DSSetShaderResources(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_DSSetShader(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_DSSetSamplers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_DSSetConstantBuffers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_CSSetShaderResources(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_CSSetUnorderedAccessViews(kit.context, 0, 0, NULL, NULL);
    ID3D11DeviceContext4_CSSetShader(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_CSSetSamplers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_CSSetConstantBuffers(kit.context, 0, 0, NULL);
    ID3D11DeviceContext4_VSSetConstantBuffers1(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_HSSetConstantBuffers1(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_DSSetConstantBuffers1(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_GSSetConstantBuffers1(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_PSSetConstantBuffers1(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_CSSetConstantBuffers1(kit.context, 0, 0, NULL, NULL, NULL);
    ID3D11DeviceContext4_ClearView(kit.context, NULL, NULL, NULL, 0);
    ID3D11DeviceContext4_CopyTiles(kit.context, NULL, NULL, NULL, NULL, 0, 0);
    ID3D11DeviceContext4_UpdateTiles(kit.context, NULL, NULL, NULL, NULL, 0);
    ID3D11DeviceContext4_TiledResourceBarrier(kit.context, NULL, NULL);
    ok_hr(ID3D11DeviceContext4_UpdateTileMappings(kit.context, NULL, 0, NULL, NULL, NULL, 0, NULL,
                                                  NULL, NULL, 0),
          E_NOTIMPL);
    ok_hr(ID3D11DeviceContext4_CopyTileMappings(kit.context, NULL, NULL, NULL, NULL, NULL, 0),
          E_NOTIMPL);
    ok_hr(ID3D11DeviceContext4_ResizeTilePool(kit.context, NULL, 0), E_NOTIMPL);
    ok_hr(ID3D11DeviceContext4_FinishCommandList(kit.context, FALSE, &list),
          DXGI_ERROR_INVALID_CALL);
    ok_ptr_eq(list, NULL);
    ID3D11DeviceContext4_SwapDeviceContextState(kit.context, NULL, &state);
    ok_ptr_eq(state, NULL);
    ID3D11DeviceContext4_GetHardwareProtectionState(kit.context, &is_protected);
    ok_eq(is_protected, FALSE);
    ok_eq(ID3D11DeviceContext4_GetType(kit.context), D3D11_DEVICE_CONTEXT_IMMEDIATE);
    ok_eq(ID3D11DeviceContext4_GetContextFlags(kit.context), 0);
    ok_eq(ID3D11DeviceContext4_IsAnnotationEnabled(kit.context), FALSE);
    ok_eq((int)ID3D11DeviceContext4_GetResourceMinLOD(kit.context, NULL), 0);
    ID3D11DeviceContext4_SetHardwareProtectionState(kit.context, FALSE);
    ID3D11DeviceContext4_DiscardResource(kit.context, NULL);
    ID3D11DeviceContext4_DiscardView(kit.context, NULL);
    ID3D11DeviceContext4_DiscardView1(kit.context, NULL, NULL, 0);
    ID3D11DeviceContext4_SetMarkerInt(kit.context, L"marker", 1);
    ID3D11DeviceContext4_BeginEventInt(kit.context, L"event", 1);
    ID3D11DeviceContext4_EndEvent(kit.context);
    ID3D11DeviceContext4_ClearState(kit.context);
    ok_hr(ID3D11Device5_GetDeviceRemovedReason(kit.device), S_OK);
    kit11_close(&kit);
}

/* A call that asks for state: of @n_pointers and a number, all are to be nothing. */
#define STATE(n_pointers, has_number, call)                          \
    do {                                                             \
        memset(pointers, 0x55, sizeof(pointers));                    \
        memset(numbers, 0x55, sizeof(numbers));                      \
        call;                                                        \
        for (int i = 0; i < (n_pointers); i++)                       \
            ok(!pointers[i], "%s: something is bound", #call);       \
        ok(!(has_number) || numbers[0] == 0, "%s: a number", #call); \
    } while (0)

TEST(d3d11_context_has_no_state, "D4.3 D18.5")
{
    void *pointers[2];
    UINT numbers[8], mask = 0;
    FLOAT factor[4] = {0};
    struct kit11 kit;

    kit11_open(&kit);
    STATE(2, 0, ID3D11DeviceContext4_VSGetConstantBuffers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_PSGetShaderResources(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_PSGetShader(kit.context, (void *)pointers, (void *)pointers,
                                           (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_PSGetSamplers(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_VSGetShader(kit.context, (void *)pointers, (void *)pointers,
                                           (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_PSGetConstantBuffers(kit.context, 0, 2, (void *)pointers));
    STATE(1, 0, ID3D11DeviceContext4_IAGetInputLayout(kit.context, (void *)pointers));
    STATE(2, 1,
          ID3D11DeviceContext4_IAGetVertexBuffers(kit.context, 0, 2, (void *)pointers,
                                                  (void *)numbers, (void *)numbers));
    STATE(1, 1,
          ID3D11DeviceContext4_IAGetIndexBuffer(kit.context, (void *)pointers, (void *)numbers,
                                                (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_GSGetConstantBuffers(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_GSGetShader(kit.context, (void *)pointers, (void *)pointers,
                                           (void *)numbers));
    STATE(0, 1, ID3D11DeviceContext4_IAGetPrimitiveTopology(kit.context, (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_VSGetShaderResources(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_VSGetSamplers(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_GetPredication(kit.context, (void *)pointers, (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_GSGetShaderResources(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_GSGetSamplers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0,
          ID3D11DeviceContext4_OMGetRenderTargets(kit.context, 2, (void *)pointers,
                                                  (void *)pointers));
    STATE(2, 0,
          ID3D11DeviceContext4_OMGetRenderTargetsAndUnorderedAccessViews(
              kit.context, 2, (void *)pointers, (void *)pointers, 0, 2, (void *)pointers));
    STATE(
        1, 0,
        ID3D11DeviceContext4_OMGetBlendState(kit.context, (void *)pointers, NULL, (void *)numbers));
    STATE(1, 1,
          ID3D11DeviceContext4_OMGetDepthStencilState(kit.context, (void *)pointers,
                                                      (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_SOGetTargets(kit.context, 2, (void *)pointers));
    STATE(1, 0, ID3D11DeviceContext4_RSGetState(kit.context, (void *)pointers));
    STATE(0, 1, ID3D11DeviceContext4_RSGetViewports(kit.context, (void *)numbers, NULL));
    STATE(0, 1, ID3D11DeviceContext4_RSGetScissorRects(kit.context, (void *)numbers, NULL));
    STATE(2, 0, ID3D11DeviceContext4_HSGetShaderResources(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_HSGetShader(kit.context, (void *)pointers, (void *)pointers,
                                           (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_HSGetSamplers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_HSGetConstantBuffers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_DSGetShaderResources(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_DSGetShader(kit.context, (void *)pointers, (void *)pointers,
                                           (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_DSGetSamplers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_DSGetConstantBuffers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_CSGetShaderResources(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0,
          ID3D11DeviceContext4_CSGetUnorderedAccessViews(kit.context, 0, 2, (void *)pointers));
    STATE(1, 1,
          ID3D11DeviceContext4_CSGetShader(kit.context, (void *)pointers, (void *)pointers,
                                           (void *)numbers));
    STATE(2, 0, ID3D11DeviceContext4_CSGetSamplers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 0, ID3D11DeviceContext4_CSGetConstantBuffers(kit.context, 0, 2, (void *)pointers));
    STATE(2, 1,
          ID3D11DeviceContext4_VSGetConstantBuffers1(kit.context, 0, 2, (void *)pointers,
                                                     (void *)numbers, (void *)numbers));
    STATE(2, 1,
          ID3D11DeviceContext4_HSGetConstantBuffers1(kit.context, 0, 2, (void *)pointers,
                                                     (void *)numbers, (void *)numbers));
    STATE(2, 1,
          ID3D11DeviceContext4_DSGetConstantBuffers1(kit.context, 0, 2, (void *)pointers,
                                                     (void *)numbers, (void *)numbers));
    STATE(2, 1,
          ID3D11DeviceContext4_GSGetConstantBuffers1(kit.context, 0, 2, (void *)pointers,
                                                     (void *)numbers, (void *)numbers));
    STATE(2, 1,
          ID3D11DeviceContext4_PSGetConstantBuffers1(kit.context, 0, 2, (void *)pointers,
                                                     (void *)numbers, (void *)numbers));
    STATE(2, 1,
          ID3D11DeviceContext4_CSGetConstantBuffers1(kit.context, 0, 2, (void *)pointers,
                                                     (void *)numbers, (void *)numbers));
    ID3D11DeviceContext4_OMGetBlendState(kit.context, NULL, factor, &mask);
    ok_eq((int)factor[3], 1);
    ok_eq(mask, UINT32_MAX);
    kit11_close(&kit);
}
