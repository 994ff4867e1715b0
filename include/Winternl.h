/* SPDX-License-Identifier: MIT */
/* Winternl.h - winternl.h, in a spelling that Microsoft's pages use. */
#include "winternl.h"
