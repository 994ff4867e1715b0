/* SPDX-License-Identifier: MIT */
/*
 * objbase.h - forwards to unknwn.h (the COM base): headers made by MIDL include it.
 */
#ifndef NTSHM_OBJBASE_H
#define NTSHM_OBJBASE_H

#include "unknwn.h"

#endif
