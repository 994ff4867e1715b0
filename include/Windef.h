/* SPDX-License-Identifier: MIT */
/* Windef.h - windef.h, in a spelling that Microsoft's pages use. */
#include "windef.h"
