/* SPDX-License-Identifier: MIT */
/* Winbase.h - winbase.h, in a spelling that Microsoft's pages use. */
#include "winbase.h"
