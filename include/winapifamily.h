/* SPDX-License-Identifier: MIT */
/*
 * winapifamily.h - the partition test that headers made by MIDL ask.
 *
 * There are no store programs on Linux: every process counts as a desktop process, and every
 * partition is there.
 */
#ifndef NTSHM_WINAPIFAMILY_H
#define NTSHM_WINAPIFAMILY_H

#define WINAPI_FAMILY_DESKTOP_APP 100
#ifndef WINAPI_FAMILY
#    define WINAPI_FAMILY WINAPI_FAMILY_DESKTOP_APP
#endif

#define WINAPI_PARTITION_DESKTOP 1
#define WINAPI_PARTITION_APP     1
#define WINAPI_PARTITION_SYSTEM  1
#define WINAPI_PARTITION_GAMES   1

#undef WINAPI_FAMILY_PARTITION
#define WINAPI_FAMILY_PARTITION(partitions) 1

#endif
