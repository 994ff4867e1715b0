// SPDX-License-Identifier: MIT
/*
 * What the library exports by itself: D3D12CreateDevice, D3D12GetDebugInterface and our own
 * ntshm_d3d12_ functions; those about Vulkan are in interop.c. All else is reached through vtables.
 */
#include <stdio.h>

#include <ntshm/d3d12.h>

#include "d3d12/device/dred.h"
#include "d3d12/interop/dxcore.h"
#include "d3d12/device/features.h"
#include "d3d12/interop/interop.h"
#include "util/log.h"
#include "util/macro.h"

static bool is_feature_level(D3D_FEATURE_LEVEL level)
{
    switch ((int)level) {
    case D3D_FEATURE_LEVEL_1_0_CORE:
    case D3D_FEATURE_LEVEL_11_0:
    case D3D_FEATURE_LEVEL_11_1:
    case D3D_FEATURE_LEVEL_12_0:
    case D3D_FEATURE_LEVEL_12_1:
    case D3D_FEATURE_LEVEL_12_2:
        return true;
    default:
        return false;
    }
}

HRESULT nt_d3d_entry_create(const struct nt_d3d_source *source, D3D_FEATURE_LEVEL level,
                            unsigned wide_size, REFIID riid, void **ret)
{
    struct nt_d3d_device *device = NULL;
    HRESULT hr;

    if (ret)
        *ret = NULL;
    if (!is_feature_level(level))
        return E_INVALIDARG;
    if (level > NT_D3D_MAX_FEATURE_LEVEL)
        return DXGI_ERROR_UNSUPPORTED;
    if (!nt_d3d_device_answers(riid))
        return E_NOINTERFACE;
    hr = nt_d3d_device_create_on(source, wide_size, &device);
    if (FAILED(hr))
        return hr;
    return nt_d3d_object_return(&device->object, riid, ret);
}

/*
 * D3D12CreateDevice - a device of its own on the adapter that pAdapter is (<dxcore.h>), else on the
 * one that NTSHM_D3D12_ADAPTER names, else on the best one. There is no DXGI here: an adapter
 * object of somebody else's is not looked at.
 *
 * Return: S_OK; S_FALSE when ppDevice is NULL and a device can be made; E_INVALIDARG for no
 * feature level at all; DXGI_ERROR_UNSUPPORTED for one above 11_0, or without an adapter that
 * has Vulkan 1.2; E_NOINTERFACE; E_OUTOFMEMORY.
 */
static HRESULT create_device(IUnknown *adapter, D3D_FEATURE_LEVEL level, REFIID riid, void **ret,
                             unsigned wide_size)
{
    const struct nt_d3d_source source = {.identity = nt_dxcore_identity(adapter)};

    if (adapter && !source.identity)
        nt_log(NT_LOG_WARNING, "d3d12: the adapter object is not of this library's DXCore and is "
                               "not used: NTSHM_D3D12_ADAPTER is");
    return nt_d3d_entry_create(&source, level, wide_size, riid, ret);
}

NT_EXPORT HRESULT WINAPI D3D12CreateDevice(IUnknown *adapter, D3D_FEATURE_LEVEL level, REFIID riid,
                                           void **ret)
{
    return create_device(adapter, level, riid, ret, sizeof(wchar_t));
}

/*
 * The same for units compiled with -fshort-wchar, which <d3d12.h> sends here: names that are given
 * to this device and what is made from it are of 16-bit characters.
 */
HRESULT WINAPI ntshm16_D3D12CreateDevice(IUnknown *adapter, D3D_FEATURE_LEVEL level, REFIID riid,
                                         void **ret);
NT_EXPORT HRESULT WINAPI ntshm16_D3D12CreateDevice(IUnknown *adapter, D3D_FEATURE_LEVEL level,
                                                   REFIID riid, void **ret)
{
    return create_device(adapter, level, riid, ret, sizeof(uint16_t));
}

/*
 * D3D12GetDebugInterface - the settings of DRED; of the Direct3D debug layers there are none, and
 * the answer is Windows' for that.
 */
NT_EXPORT HRESULT WINAPI D3D12GetDebugInterface(REFIID riid, void **ret)
{
    if (ret)
        *ret = NULL;
    return nt_d3d_dred_settings(riid, ret) ? (ret ? S_OK : S_FALSE)
                                           : DXGI_ERROR_SDK_COMPONENT_MISSING;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_get_adapter(ID3D12Device *pointer,
                                                 struct ntshm_d3d12_adapter *ret_adapter)
{
    const struct nt_d3d_device *device = nt_d3d_device_from(pointer);
    const struct nt_d3d_vulkan *vulkan;

    if (!device || !ret_adapter || ret_adapter->size != sizeof(*ret_adapter))
        return E_INVALIDARG;
    vulkan = &device->vulkan;
    *ret_adapter =
        (struct ntshm_d3d12_adapter){.size = sizeof(*ret_adapter),
                                     .index = vulkan->index,
                                     .api_version = vulkan->properties.apiVersion,
                                     .driver_version = vulkan->properties.driverVersion,
                                     .imports_sections = vulkan->imports_shared,
                                     .imports_private = vulkan->imports_private,
                                     .buffer_marker = vulkan->write_marker != NULL,
                                     .validation_layer = vulkan->messenger != VK_NULL_HANDLE,
                                     .validation_errors = atomic_load(&nt_d3d_validation_errors),
                                     .import_alignment = vulkan->import_alignment};
    snprintf(ret_adapter->device_name, sizeof(ret_adapter->device_name), "%s",
             vulkan->properties.deviceName);
    snprintf(ret_adapter->driver_name, sizeof(ret_adapter->driver_name), "%s",
             vulkan->driver.driverName);
    snprintf(ret_adapter->driver_info, sizeof(ret_adapter->driver_info), "%s",
             vulkan->driver.driverInfo);
    return S_OK;
}

NT_EXPORT void WINAPI ntshm_d3d12_set_log(void (*function)(int level, const char *message,
                                                           void *context),
                                          void *context)
{
    nt_log_set(function, context);
}
