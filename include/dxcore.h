/* SPDX-License-Identifier: MIT */
/*
 * dxcore.h - which adapters there are: Microsoft's own <directx/dxcore.h> (Debian:
 * directx-headers-dev) on top of these headers. Link with libntshm-d3d12, which exports
 * DXCoreCreateAdapterFactory. An IDXCoreAdapter is what D3D12CreateDevice takes as its first
 * argument.
 *
 * Microsoft declares the interfaces for C++ only, as on Windows; C gets the function.
 */
#ifndef NTSHM_DXCORE_H
#define NTSHM_DXCORE_H

#include "windows.h"
#include "unknwn.h"
#include "ole2.h"

#ifdef __cplusplus
#    include <directx/dxcore.h>
#else
STDAPI DXCoreCreateAdapterFactory(REFIID riid, void **ppvFactory);
#endif

#endif
