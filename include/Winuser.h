/* SPDX-License-Identifier: MIT */
/* Winuser.h - winuser.h, in a spelling that Microsoft's pages use. */
#include "winuser.h"
