/* SPDX-License-Identifier: MIT */
/* Winerror.h - winerror.h, in a spelling that Microsoft's pages use. */
#include "winerror.h"
