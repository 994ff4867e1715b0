/* SPDX-License-Identifier: MIT */
/*
 * psapi.h - process status. This version exports no function of it; programs that include it
 * for its types get those of windef.h.
 */
#ifndef NTSHM_PSAPI_H
#define NTSHM_PSAPI_H

#include "windef.h"
#include "winbase.h"

#endif
