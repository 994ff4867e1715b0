/* SPDX-License-Identifier: MIT */
/* WinNls.h - winnls.h, in a spelling that Microsoft's pages use. */
#include "winnls.h"
