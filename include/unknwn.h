/* SPDX-License-Identifier: MIT */
/*
 * unknwn.h - forwards to unknwnbase.h (IUnknown): headers made by MIDL include it.
 */
#ifndef NTSHM_UNKNWN_H
#define NTSHM_UNKNWN_H

#include "unknwnbase.h"

#endif
