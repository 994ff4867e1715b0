/* SPDX-License-Identifier: MIT */
/* Windows.h - windows.h, in a spelling that Microsoft's pages use. */
#include "windows.h"
