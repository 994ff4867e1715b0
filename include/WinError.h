/* SPDX-License-Identifier: MIT */
/* WinError.h - winerror.h, in a spelling that Microsoft's pages use. */
#include "winerror.h"
