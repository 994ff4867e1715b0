/* SPDX-License-Identifier: MIT */
/*
 * Events that a removal sets: ID3D11Device4::RegisterDeviceRemovedEvent. (Direct3D 12 programs wait
 * for a fence to become UINT64_MAX instead.)
 */
#ifndef NT_D3D12_REMOVAL_EVENTS_H
#define NT_D3D12_REMOVAL_EVENTS_H

#include <stdint.h>
#include <windows.h>

struct nt_d3d_device;

/**
 * nt_d3d_removal_register() - @event is set when the device is removed, at once when it is
 * @event:      may be closed at once
 * @ret_cookie: for nt_d3d_removal_unregister(), never 0
 *
 * Return: S_OK; E_INVALIDARG; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_removal_register(struct nt_d3d_device *device, HANDLE event, uint32_t *ret_cookie);

/** nt_d3d_removal_unregister() - forget it; a cookie of nothing is allowed */
void nt_d3d_removal_unregister(struct nt_d3d_device *device, uint32_t cookie);

/** nt_d3d_removal_fire() - set them all; the engine's lock is held */
void nt_d3d_removal_fire(struct nt_d3d_device *device);

/** nt_d3d_removal_deinit() - forget them all; nobody uses the device any more */
void nt_d3d_removal_deinit(struct nt_d3d_device *device);

#endif
