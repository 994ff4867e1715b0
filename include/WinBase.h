/* SPDX-License-Identifier: MIT */
/* WinBase.h - winbase.h, in a spelling that Microsoft's pages use. */
#include "winbase.h"
