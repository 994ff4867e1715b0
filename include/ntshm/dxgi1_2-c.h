/* SPDX-License-Identifier: MIT */
/*
 * COBJMACROS of <dxgi1_2.h>: INTERFACE_METHOD(This, ...) for C. Written by tools/com-macros.
 */
#ifndef NTSHM_DXGI1_2_C_H
#define NTSHM_DXGI1_2_C_H

/* clang-format off */
#define IDXGIResource1_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IDXGIResource1_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IDXGIResource1_Release(This) ((This)->lpVtbl->Release(This))
#define IDXGIResource1_SetPrivateData(This, ...) ((This)->lpVtbl->SetPrivateData(This, __VA_ARGS__))
#define IDXGIResource1_SetPrivateDataInterface(This, ...) ((This)->lpVtbl->SetPrivateDataInterface(This, __VA_ARGS__))
#define IDXGIResource1_GetPrivateData(This, ...) ((This)->lpVtbl->GetPrivateData(This, __VA_ARGS__))
#define IDXGIResource1_GetParent(This, ...) ((This)->lpVtbl->GetParent(This, __VA_ARGS__))
#define IDXGIResource1_GetDevice(This, ...) ((This)->lpVtbl->GetDevice(This, __VA_ARGS__))
#define IDXGIResource1_GetSharedHandle(This, ...) ((This)->lpVtbl->GetSharedHandle(This, __VA_ARGS__))
#define IDXGIResource1_GetUsage(This, ...) ((This)->lpVtbl->GetUsage(This, __VA_ARGS__))
#define IDXGIResource1_SetEvictionPriority(This, ...) ((This)->lpVtbl->SetEvictionPriority(This, __VA_ARGS__))
#define IDXGIResource1_GetEvictionPriority(This, ...) ((This)->lpVtbl->GetEvictionPriority(This, __VA_ARGS__))
#define IDXGIResource1_CreateSubresourceSurface(This, ...) ((This)->lpVtbl->CreateSubresourceSurface(This, __VA_ARGS__))
#define IDXGIResource1_CreateSharedHandle(This, ...) ((This)->lpVtbl->CreateSharedHandle(This, __VA_ARGS__))

#endif
