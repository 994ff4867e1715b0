/* SPDX-License-Identifier: MIT */
/*
 * Events of the application's that this library sets later: when a fence is reached, when the
 * device is removed. Each has a handle of its own, so that the application may close its at once.
 */
#ifndef NT_D3D12_EVENT_H
#define NT_D3D12_EVENT_H

#include <windows.h>

/**
 * nt_d3d_event_keep() - a handle of our own, for nt_d3d_event_set() and CloseHandle()
 * @given: the application's; anything
 *
 * Return: S_OK; E_INVALIDARG for what is no handle, or may not be set; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_event_keep(HANDLE given, HANDLE *ret_event);

/** nt_d3d_event_set() - @what of the device has happened; a failure is logged */
void nt_d3d_event_set(HANDLE event, const char *what);

#endif
