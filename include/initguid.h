/* SPDX-License-Identifier: MIT */
/*
 * initguid.h - included on Windows by the one file that shall define the GUIDs. Here every
 * file may, so it changes nothing (guiddef.h tells why).
 */
#ifndef INITGUID
#    define INITGUID
#endif

#include "guiddef.h"
