/* SPDX-License-Identifier: MIT */
/*
 * ocidl.h - forwards to objbase.h (COM; there are no controls here): headers made by MIDL include
 * it.
 */
#ifndef NTSHM_OCIDL_H
#define NTSHM_OCIDL_H

#include "objbase.h"

#endif
