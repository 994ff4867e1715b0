// SPDX-License-Identifier: MIT
/* The first of two C files that use the same IIDs: neither is told to define them. */
#include <d3d12.h>

#include "iid.h"

const IID *const iid_seen_by_c_one[IID_COUNT] = IID_LIST;
