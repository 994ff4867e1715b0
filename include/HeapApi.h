/* SPDX-License-Identifier: MIT */
/* HeapApi.h - heapapi.h, in a spelling that Microsoft's pages use. */
#include "heapapi.h"
