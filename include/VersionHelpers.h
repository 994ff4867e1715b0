/* SPDX-License-Identifier: MIT */
/* VersionHelpers.h - versionhelpers.h, in a spelling that Microsoft's pages use. */
#include "versionhelpers.h"
