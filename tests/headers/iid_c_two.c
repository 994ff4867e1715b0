// SPDX-License-Identifier: MIT
/* The second C file: it asks for definitions as programs for Windows do, which changes nothing. */
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <directx/d3d12.h>

#include "iid.h"

const IID *const iid_seen_by_c_two[IID_COUNT] = IID_LIST;
