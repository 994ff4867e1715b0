/* SPDX-License-Identifier: MIT */
/*
 * rpcndr.h - what headers made by MIDL expect of it: its version and MIDL_INTERFACE.
 *
 * MIDL_INTERFACE gives the interface's GUID as text, which neither gcc nor clang can attach
 * to the type on Linux; __uuidof finds it through DEFINE_GUID instead (guiddef.h).
 */
#ifndef NTSHM_RPCNDR_H
#define NTSHM_RPCNDR_H

#ifndef __RPCNDR_H_VERSION__
#    define __RPCNDR_H_VERSION__ 500
#endif

#include "rpc.h"
#include "combaseapi.h"

#define MIDL_INTERFACE(guid) interface

#endif
