/* SPDX-License-Identifier: MIT */
/*
 * COBJMACROS of <dxgi.h>: INTERFACE_METHOD(This, ...) for C. Written by tools/com-macros.
 */
#ifndef NTSHM_DXGI_C_H
#define NTSHM_DXGI_C_H

/* clang-format off */
#define IDXGIObject_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IDXGIObject_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IDXGIObject_Release(This) ((This)->lpVtbl->Release(This))
#define IDXGIObject_SetPrivateData(This, ...) ((This)->lpVtbl->SetPrivateData(This, __VA_ARGS__))
#define IDXGIObject_SetPrivateDataInterface(This, ...) ((This)->lpVtbl->SetPrivateDataInterface(This, __VA_ARGS__))
#define IDXGIObject_GetPrivateData(This, ...) ((This)->lpVtbl->GetPrivateData(This, __VA_ARGS__))
#define IDXGIObject_GetParent(This, ...) ((This)->lpVtbl->GetParent(This, __VA_ARGS__))

#define IDXGIDeviceSubObject_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IDXGIDeviceSubObject_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IDXGIDeviceSubObject_Release(This) ((This)->lpVtbl->Release(This))
#define IDXGIDeviceSubObject_SetPrivateData(This, ...) ((This)->lpVtbl->SetPrivateData(This, __VA_ARGS__))
#define IDXGIDeviceSubObject_SetPrivateDataInterface(This, ...) ((This)->lpVtbl->SetPrivateDataInterface(This, __VA_ARGS__))
#define IDXGIDeviceSubObject_GetPrivateData(This, ...) ((This)->lpVtbl->GetPrivateData(This, __VA_ARGS__))
#define IDXGIDeviceSubObject_GetParent(This, ...) ((This)->lpVtbl->GetParent(This, __VA_ARGS__))
#define IDXGIDeviceSubObject_GetDevice(This, ...) ((This)->lpVtbl->GetDevice(This, __VA_ARGS__))

#define IDXGIResource_QueryInterface(This, ...) ((This)->lpVtbl->QueryInterface(This, __VA_ARGS__))
#define IDXGIResource_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IDXGIResource_Release(This) ((This)->lpVtbl->Release(This))
#define IDXGIResource_SetPrivateData(This, ...) ((This)->lpVtbl->SetPrivateData(This, __VA_ARGS__))
#define IDXGIResource_SetPrivateDataInterface(This, ...) ((This)->lpVtbl->SetPrivateDataInterface(This, __VA_ARGS__))
#define IDXGIResource_GetPrivateData(This, ...) ((This)->lpVtbl->GetPrivateData(This, __VA_ARGS__))
#define IDXGIResource_GetParent(This, ...) ((This)->lpVtbl->GetParent(This, __VA_ARGS__))
#define IDXGIResource_GetDevice(This, ...) ((This)->lpVtbl->GetDevice(This, __VA_ARGS__))
#define IDXGIResource_GetSharedHandle(This, ...) ((This)->lpVtbl->GetSharedHandle(This, __VA_ARGS__))
#define IDXGIResource_GetUsage(This, ...) ((This)->lpVtbl->GetUsage(This, __VA_ARGS__))
#define IDXGIResource_SetEvictionPriority(This, ...) ((This)->lpVtbl->SetEvictionPriority(This, __VA_ARGS__))
#define IDXGIResource_GetEvictionPriority(This, ...) ((This)->lpVtbl->GetEvictionPriority(This, __VA_ARGS__))

#endif
