/* SPDX-License-Identifier: MIT */
/*
 * securitybaseapi.h - security descriptors. This version exports no function of it; a program
 * passes NULL for lpSecurityDescriptor and gets the default descriptor. The types that
 * prototypes need are in winnt.h and minwinbase.h.
 */
#ifndef NTSHM_SECURITYBASEAPI_H
#define NTSHM_SECURITYBASEAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#endif
