/* SPDX-License-Identifier: MIT */
/*
 * oaidl.h - forwards to objbase.h (COM; there is no automation here): headers made by MIDL include
 * it.
 */
#ifndef NTSHM_OAIDL_H
#define NTSHM_OAIDL_H

#include "objbase.h"

#endif
