/* SPDX-License-Identifier: MIT */
/* Guiddef.h - guiddef.h, in a spelling that Microsoft's pages use. */
#include "guiddef.h"
