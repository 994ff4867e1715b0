/* SPDX-License-Identifier: MIT */
/*
 * The grammar of object names (facts 11.1 to 11.20). A name is 16-bit units, compared as bits.
 * It may begin with a prefix that chooses the directory - Global\, Local\, Session\N\ - and
 * has no other backslash. No I/O, no allocation: the result points into the input.
 */
#ifndef NT_RTL_NAME_H
#define NT_RTL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#define NT_NAME_MAX_UNITS 32766u /* 11.16 */

enum nt_directory_kind {
    NT_DIRECTORY_LOCAL,   /* the caller's session */
    NT_DIRECTORY_GLOBAL,  /* the machine's */
    NT_DIRECTORY_SESSION, /* the session of that number */
};

struct nt_name {
    enum nt_directory_kind directory;
    uint32_t session; /* with NT_DIRECTORY_SESSION */
    const uint16_t *leaf;
    size_t leaf_count; /* units, at least 1 */
};

/**
 * nt_name_parse() - find directory and leaf
 * @units, @count: the name; need not be terminated, may hold NULs
 * @absolute: an NT path from the root: \BaseNamedObjects\x or \Sessions\N\BaseNamedObjects\x
 *
 * Return: STATUS_SUCCESS;
 * STATUS_OBJECT_TYPE_MISMATCH for "" and for a name that is a directory itself (2.4, 11.15);
 * STATUS_OBJECT_PATH_SYNTAX_BAD for a backslash in front of a relative name, or none in front
 * of an absolute one (11.10);
 * STATUS_OBJECT_PATH_NOT_FOUND for a backslash behind an unknown part (11.7, 11.9, 11.11);
 * STATUS_OBJECT_NAME_INVALID for an empty part (11.12) or more than NT_NAME_MAX_UNITS (11.16).
 */
NTSTATUS nt_name_parse(const uint16_t *units, size_t count, bool absolute,
                       struct nt_name *ret_name);

/**
 * nt_name_path() - the one absolute path of a name
 * @session: whose directory Local\ is; in session 0 it is Global\ (11.5)
 * @units:   room for @max_units
 *
 * Return: how many units the path takes; more than @max_units when it did not fit.
 */
size_t nt_name_path(const struct nt_name *name, uint32_t session, uint16_t *units,
                    size_t max_units);

/** nt_name_compare() - order of two leaves: by bits, then by length; 0 when equal */
int nt_name_compare(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count);

#endif
