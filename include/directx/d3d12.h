/* SPDX-License-Identifier: MIT */
/*
 * directx/d3d12.h - goes before Microsoft's header of the same name and hands on to it.
 *
 * Microsoft's header includes <rpc.h> and <rpcndr.h> first, and so takes them from wherever
 * the include path says. This one looks at the path before (basetsd.h), so that the stubs of
 * DirectX-Headers in front of ours are one clear error and not hundreds.
 */
#ifndef NTSHM_DIRECTX_D3D12_H
#define NTSHM_DIRECTX_D3D12_H

#pragma GCC system_header /* #include_next is an extension that -Wpedantic would name. */

#include "../basetsd.h"
#include "../unknwn.h"
#include_next <directx/d3d12.h>

#endif
