/* SPDX-License-Identifier: MIT */
/* D3D12.h - d3d12.h, in a spelling that Microsoft's pages use. */
#include "d3d12.h"
