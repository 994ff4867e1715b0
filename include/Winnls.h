/* SPDX-License-Identifier: MIT */
/* Winnls.h - winnls.h, in a spelling that Microsoft's pages use. */
#include "winnls.h"
