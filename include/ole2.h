/* SPDX-License-Identifier: MIT */
/*
 * ole2.h - forwards to objbase.h (COM and its base): headers made by MIDL include it.
 */
#ifndef NTSHM_OLE2_H
#define NTSHM_OLE2_H

#include "objbase.h"

#endif
