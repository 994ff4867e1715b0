// SPDX-License-Identifier: MIT
/* The first of two C++ files that use the same IIDs. */
#include <d3d12.h>

#include "iid.h"

extern "C" {
const IID *const iid_seen_by_cxx[IID_COUNT] = IID_LIST;
}
