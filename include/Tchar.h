/* SPDX-License-Identifier: MIT */
/* Tchar.h - tchar.h, in a spelling that Microsoft's pages use. */
#include "tchar.h"
