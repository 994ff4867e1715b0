/* SPDX-License-Identifier: MIT */
/* Psapi.h - psapi.h, in a spelling that Microsoft's pages use. */
#include "psapi.h"
