/* SPDX-License-Identifier: MIT */
/* Shellapi.h - shellapi.h, in a spelling that Microsoft's pages use. */
#include "shellapi.h"
