/* SPDX-License-Identifier: MIT */
/* WinUser.h - winuser.h, in a spelling that Microsoft's pages use. */
#include "winuser.h"
