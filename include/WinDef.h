/* SPDX-License-Identifier: MIT */
/* WinDef.h - windef.h, in a spelling that Microsoft's pages use. */
#include "windef.h"
