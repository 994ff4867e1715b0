/* SPDX-License-Identifier: MIT */
/*
 * fileapi.h - files. This version has no file functions: sections over files come later. The
 * constants that programs use without one are here.
 */
#ifndef NTSHM_FILEAPI_H
#define NTSHM_FILEAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"
#include "handleapi.h"

#define INVALID_FILE_SIZE        ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)-1)
#define INVALID_FILE_ATTRIBUTES  ((DWORD)-1)

#endif
