/* SPDX-License-Identifier: MIT */
/* Lmcons.h - lmcons.h, in a spelling that Microsoft's pages use. */
#include "lmcons.h"
