/* SPDX-License-Identifier: MIT */
/* Sysinfoapi.h - sysinfoapi.h, in a spelling that Microsoft's pages use. */
#include "sysinfoapi.h"
