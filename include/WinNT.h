/* SPDX-License-Identifier: MIT */
/* WinNT.h - winnt.h, in a spelling that Microsoft's pages use. */
#include "winnt.h"
