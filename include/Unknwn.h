/* SPDX-License-Identifier: MIT */
/* Unknwn.h - unknwn.h, in a spelling that Microsoft's pages use. */
#include "unknwn.h"
