/* SPDX-License-Identifier: MIT */
/*
 * All regions of the map at once, as records in a row: for who wants to see the whole of a
 * process's memory, be it this one or one that answers through its service thread.
 */
#ifndef NT_LIB_MEMORY_REGIONS_H
#define NT_LIB_MEMORY_REGIONS_H

#include <windows.h>
#include <winternl.h>

#include <stddef.h>
#include <stdint.h>

#define NT_REGIONS_NAME 4096u /* bytes of a name, at most; a longer one is cut at a character */

/* A run of pages alike; behind it the section's name in UTF-8, then zeroes up to a multiple of 8.
 */
struct nt_region_record {
    uint64_t base, size, allocation, offset;
    uint32_t allocation_protect, state, protect, type;
    uint32_t flags; /* NTSHM_REGION_ */
    uint32_t node;
    uint32_t n_name;
    uint32_t zero;
};

/* A part of all records: what fits into @room bytes. */
struct nt_region_part {
    unsigned char *bytes;
    size_t room, used;
    uint64_t next;    /* address to go on from; 0: that was all */
    uint64_t changes; /* another number when a region was made, changed or given up since; 0: one
                         was while the records were written */
};

/**
 * nt_regions_look() - the records from an address on
 * @part: @bytes and @room are given, at least one record with a name fits; the rest is filled in
 *
 * Regions that come or go meanwhile are told or not; a region of which one part fits is told up to
 * there.
 */
void nt_regions_look(uint64_t from, struct nt_region_part *part);

/**
 * nt_regions_check() - whether a part that somebody else sent can be read
 * @from: that was asked for
 *
 * Addresses rise, every length is within. Return: STATUS_SUCCESS; STATUS_DATA_ERROR.
 */
NTSTATUS nt_regions_check(uint64_t from, const struct nt_region_part *part);

/**
 * nt_regions_next() - the record at @at, and where the next one is
 * @ret_name: not NUL-terminated; n_name bytes
 */
size_t nt_regions_next(const unsigned char *bytes, size_t at, struct nt_region_record *ret_record,
                       const char **ret_name);

#endif
