/* SPDX-License-Identifier: MIT */
/*
 * winnls.h - code pages and languages. Narrow text is UTF-8 everywhere.
 */
#ifndef NTSHM_WINNLS_H
#define NTSHM_WINNLS_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CP_ACP               0
#define CP_OEMCP             1
#define CP_MACCP             2
#define CP_THREAD_ACP        3
#define CP_UTF7              65000
#define CP_UTF8              65001

#define MB_PRECOMPOSED       0x00000001
#define MB_COMPOSITE         0x00000002
#define MB_USEGLYPHCHARS     0x00000004
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_ERR_INVALID_CHARS 0x00000080
#define WC_COMPOSITECHECK    0x00000200
#define WC_NO_BEST_FIT_CHARS 0x00000400

/* GetACP, GetOEMCP - the code page of narrow text: 65001, UTF-8. They cannot fail. */
UINT WINAPI GetACP(VOID);
UINT WINAPI GetOEMCP(VOID);

/* IsValidCodePage - whether MultiByteToWideChar knows @CodePage. */
BOOL WINAPI IsValidCodePage(UINT CodePage);

#ifdef __cplusplus
}
#endif
#endif
