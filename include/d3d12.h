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

/*
 * A unit compiled with -fshort-wchar gets the function's 16-bit twin: the device, and all that is
 * made from it, then takes strings of 16-bit characters.
 */
#if __SIZEOF_WCHAR_T__ == 2
#    pragma redefine_extname D3D12CreateDevice ntshm16_D3D12CreateDevice
#endif

#include <directx/d3d12.h>

#endif
