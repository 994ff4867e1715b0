/* SPDX-License-Identifier: MIT */
/*
 * windows.h - the header that Windows programs include: it gathers the others.
 *
 * It declares exactly what libntshm exports. It defines no min and max macros and leaves
 * <limits.h> alone.
 */
#ifndef NTSHM_WINDOWS_H
#define NTSHM_WINDOWS_H

#include "windef.h"
#include "winerror.h"
#include "winbase.h"

#ifndef _countof
#    define _countof(a) (sizeof(a) / sizeof((a)[0]))
#endif

#endif
