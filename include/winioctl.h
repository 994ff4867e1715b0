/* SPDX-License-Identifier: MIT */
/*
 * winioctl.h - control codes for DeviceIoControl: those about what of a file is on the disk. Any
 * other code is ERROR_INVALID_FUNCTION. As in the SDK, windows.h does not bring this header.
 */
#ifndef NTSHM_WINIOCTL_H
#define NTSHM_WINIOCTL_H

#include "windef.h"
#include "winnt.h"

#define FILE_DEVICE_FILE_SYSTEM 0x00000009

#define METHOD_BUFFERED         0
#define METHOD_IN_DIRECT        1
#define METHOD_OUT_DIRECT       2
#define METHOD_NEITHER          3

#define FILE_ANY_ACCESS         0
#define FILE_SPECIAL_ACCESS     (FILE_ANY_ACCESS)
#define FILE_READ_ACCESS        0x0001
#define FILE_WRITE_ACCESS       0x0002

#define CTL_CODE(DeviceType, Function, Method, Access) \
    (((DeviceType) << 16) | ((Access) << 14) | ((Function) << 2) | (Method))

/*
 * FSCTL_GET_COMPRESSION - receives a USHORT: COMPRESSION_FORMAT_NONE.
 * FSCTL_SET_SPARSE - takes a FILE_SET_SPARSE_BUFFER, or nothing for TRUE. Every file may have
 *   holes here; FALSE gives the holes room on the disk.
 * FSCTL_SET_ZERO_DATA - takes a FILE_ZERO_DATA_INFORMATION: bytes become zero, and where the file
 *   system can, they are no longer on the disk. The length stays.
 * FSCTL_QUERY_ALLOCATED_RANGES - takes a FILE_ALLOCATED_RANGE_BUFFER, receives an array of them:
 *   the parts of that range that are on the disk. ERROR_MORE_DATA when not all fitted.
 */
#define FSCTL_GET_COMPRESSION \
    CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 15, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define FSCTL_SET_SPARSE    CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 49, METHOD_BUFFERED, FILE_SPECIAL_ACCESS)
#define FSCTL_SET_ZERO_DATA CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 50, METHOD_BUFFERED, FILE_WRITE_DATA)
#define FSCTL_QUERY_ALLOCATED_RANGES \
    CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 51, METHOD_NEITHER, FILE_READ_DATA)

/* Offsets and lengths count bytes. */
typedef struct _FILE_SET_SPARSE_BUFFER {
    BOOLEAN SetSparse;
} FILE_SET_SPARSE_BUFFER, *PFILE_SET_SPARSE_BUFFER;

typedef struct _FILE_ZERO_DATA_INFORMATION {
    LARGE_INTEGER FileOffset;
    LARGE_INTEGER BeyondFinalZero;
} FILE_ZERO_DATA_INFORMATION, *PFILE_ZERO_DATA_INFORMATION;

typedef struct _FILE_ALLOCATED_RANGE_BUFFER {
    LARGE_INTEGER FileOffset;
    LARGE_INTEGER Length;
} FILE_ALLOCATED_RANGE_BUFFER, *PFILE_ALLOCATED_RANGE_BUFFER;

#endif
