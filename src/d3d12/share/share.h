/* SPDX-License-Identifier: MIT */
/*
 * Sharing: what CreateSharedHandle puts into a kernel object (ntshm/shared.h), and how
 * OpenSharedHandle makes a heap, resource or fence of it again (D12.x to D14.x).
 *
 * The first descriptor of a heap or resource is a label (label.h), the second is the memory. The
 * first of a fence is its page (fence-page.h), the others are what its references are counted with.
 * A label or page that comes from outside is copied, and the copy is checked, before anything in it
 * is used; the memory is checked before it is touched (memory-open in memory.h).
 */
#ifndef NT_D3D12_SHARE_H
#define NT_D3D12_SHARE_H

#include "d3d12/device/device.h"

/**
 * nt_d3d_share_create() - ID3D12Device::CreateSharedHandle
 * @child:      a heap or committed resource of memory that is shared, or a shared fence; may be
 *              anything else, and NULL
 * @access:     GENERIC_ALL
 * @name:       as wide as the device's names, or NULL
 * @ret_handle: NULL on failure; may itself be NULL, which is a failure
 *
 * Return: S_OK; DXGI_ERROR_INVALID_CALL; DXGI_ERROR_NAME_ALREADY_EXISTS; E_ACCESSDENIED;
 * E_OUTOFMEMORY; another error of Windows as an HRESULT.
 */
HRESULT nt_d3d_share_create(struct nt_d3d_device *device, ID3D12DeviceChild *child,
                            const SECURITY_ATTRIBUTES *attributes, DWORD access, LPCWSTR name,
                            HANDLE *ret_handle);

/**
 * nt_d3d_share_open() - ID3D12Device::OpenSharedHandle
 * @handle: stays the caller's
 * @ret:    the new object, of this device; NULL: nothing is kept
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_NOINTERFACE when the object behind the handle has no
 * interface @riid; E_INVALIDARG for a handle of something else, and for what does not make sense
 * or is of another driver; E_ACCESSDENIED; E_OUTOFMEMORY; DXGI_ERROR_UNSUPPORTED.
 */
HRESULT nt_d3d_share_open(struct nt_d3d_device *device, HANDLE handle, REFIID riid, void **ret);

/**
 * nt_d3d_share_open_name() - ID3D12Device::OpenSharedHandleByName
 *
 * Return: S_OK; the error of Windows as an HRESULT: 0x80070002 for a name that nobody has,
 * E_HANDLE for one that something else has, E_ACCESSDENIED (also for no access at all);
 * DXGI_ERROR_INVALID_CALL for no name or one that is too long.
 */
HRESULT nt_d3d_share_open_name(struct nt_d3d_device *device, LPCWSTR name, DWORD access,
                               HANDLE *ret_handle);

#endif
