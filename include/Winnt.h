/* SPDX-License-Identifier: MIT */
/* Winnt.h - winnt.h, in a spelling that Microsoft's pages use. */
#include "winnt.h"
