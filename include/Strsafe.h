/* SPDX-License-Identifier: MIT */
/* Strsafe.h - strsafe.h, in a spelling that Microsoft's pages use. */
#include "strsafe.h"
