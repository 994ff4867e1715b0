/* SPDX-License-Identifier: MIT */
/*
 * rpc.h - what headers made by MIDL expect of it: the type of an interface handle. There is
 * no RPC runtime here.
 */
#ifndef NTSHM_RPC_H
#define NTSHM_RPC_H

#include "windef.h"

typedef void *I_RPC_HANDLE;
typedef I_RPC_HANDLE RPC_IF_HANDLE;
#define __RPC_FAR

#endif
