/* SPDX-License-Identifier: MIT */
/* Conio.h - conio.h, in a spelling that Microsoft's pages use. */
#include "conio.h"
