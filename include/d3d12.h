/* SPDX-License-Identifier: MIT */
/*
 * d3d12.h - the Direct3D 12 header of Windows programs: Microsoft's own <directx/d3d12.h>
 * (Debian: directx-headers-dev) on top of these headers. Link with libntshm-d3d12, which
 * exports D3D12CreateDevice.
 */
#ifndef NTSHM_D3D12_H
#define NTSHM_D3D12_H

#include "windows.h"
#include "unknwn.h"
#include <directx/d3d12.h>

#endif
