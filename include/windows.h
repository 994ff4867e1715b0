/* SPDX-License-Identifier: MIT */
/*
 * windows.h - the header that Windows programs include: it gathers the others.
 *
 * It declares exactly what libntshm exports, and the functions of Microsoft's C library that are
 * missing here (<ntshm/crt.h>). It defines no min and max macros and leaves <limits.h> alone.
 *
 * A program may define before it: NTSHM_NO_CRT (it brings those functions itself), NTSHM_MINMAX
 * (min and max), NTSHM_WINDOWS_PRINTF (printf and wprintf read formats as on Windows).
 */
#ifndef NTSHM_WINDOWS_H
#define NTSHM_WINDOWS_H

#include "excpt.h"
#include "windef.h"
#include "winerror.h"
#include "winbase.h"
#include "winnls.h"
#include "stringapiset.h"
#include "winuser.h"
#include "ntshm/crt.h"
#include "ntshm/wmain.h"
#ifdef NTSHM_WINDOWS_PRINTF
#    include "ntshm/windows-printf.h"
#endif

#ifndef _countof
#    define _countof(a) (sizeof(a) / sizeof((a)[0]))
#endif

#endif
