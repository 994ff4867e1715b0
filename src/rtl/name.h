/* SPDX-License-Identifier: MIT */
/*
 * The grammar of object names (facts 11.1 to 11.20). A name is 16-bit units, compared as bits.
 * Backslashes divide it into parts. Some directories are always there:
 *
 *   \                                      the root
 *   \BaseNamedObjects                      the machine's named objects
 *   \Sessions\N\BaseNamedObjects           those of a session
 *
 * and in every directory of named objects stand Global, Local and Session, so that a name may
 * begin with a prefix - Global\, Local\, Session\N\. What is behind these is for whoever knows the
 * other directories. No I/O, no allocation: the result points into the input.
 */
#ifndef NT_RTL_NAME_H
#define NT_RTL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#define NT_NAME_MAX_UNITS 32766u /* 11.16 */

/* The directories that are always there. */
enum nt_directory_kind {
    NT_DIRECTORY_LOCAL,        /* the caller's session's named objects */
    NT_DIRECTORY_GLOBAL,       /* the machine's */
    NT_DIRECTORY_SESSION,      /* those of the session of that number */
    NT_DIRECTORY_ROOT,         /* \ */
    NT_DIRECTORY_SESSIONS,     /* \Sessions */
    NT_DIRECTORY_SESSION_ROOT, /* \Sessions\N */
    NT_DIRECTORY_LINKS,        /* \BaseNamedObjects\Session: links to the sessions' */
    NT_DIRECTORY_KINDS
};

struct nt_name {
    enum nt_directory_kind directory; /* the last of those that are always there */
    uint32_t session;                 /* with NT_DIRECTORY_SESSION and _SESSION_ROOT */
    const uint16_t *rest;             /* what stands behind it, without a backslash in front */
    size_t rest_count;                /* units; 0: the name is that directory itself */
};

/**
 * nt_name_parse() - how far the directories go that are always there
 * @units, @count: the name; need not be terminated, may hold NULs
 * @absolute: an NT path from the root, else one that begins in the caller's Local\
 *
 * Return: STATUS_SUCCESS;
 * STATUS_OBJECT_PATH_SYNTAX_BAD for a backslash in front of a relative name, or none in front
 * of an absolute one (11.10);
 * STATUS_OBJECT_NAME_INVALID for an empty part (11.12) or more than NT_NAME_MAX_UNITS (11.16).
 */
NTSTATUS nt_name_parse(const uint16_t *units, size_t count, bool absolute,
                       struct nt_name *ret_name);
/** nt_name_parse_in() - a relative name that begins in one of those directories */
NTSTATUS nt_name_parse_in(enum nt_directory_kind directory, uint32_t session, const uint16_t *units,
                          size_t count, struct nt_name *ret_name);

/**
 * nt_name_take() - take the first part off the rest
 * @units, @count: the rest; moved on
 * @ret_last:      no backslash came behind it
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_INVALID for an empty part.
 */
NTSTATUS nt_name_take(const uint16_t **units, size_t *count, const uint16_t **ret_part,
                      size_t *ret_count, bool *ret_last);

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
