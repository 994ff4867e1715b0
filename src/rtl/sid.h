/* SPDX-License-Identifier: MIT */
/*
 * Security identifiers. A kernel user is S-1-22-1-UID, a kernel group S-1-22-2-GID; the user 0 is
 * also the system (S-1-5-18) and one of the administrators (S-1-5-32-544). Nothing here believes
 * that bytes are a SID before nt_sid_check() said so; nothing needs them to be aligned.
 */
#ifndef NT_RTL_SID_H
#define NT_RTL_SID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/* Room for the longest one. */
struct nt_sid {
    union {
        SID sid;
        unsigned char bytes[SECURITY_MAX_SID_SIZE];
    };
};

/** nt_sid_length() - bytes that a SID of so many sub-authorities takes */
static inline size_t nt_sid_length(unsigned n_sub_authorities)
{
    return 8 + 4 * (size_t)n_sub_authorities;
}

/** nt_sid_check() - are the first of @size bytes a SID? Its length, or 0 */
size_t nt_sid_check(const void *bytes, size_t size);
/** nt_sid_size() - bytes of a good SID */
size_t nt_sid_size(const SID *sid);
bool nt_sid_equal(const SID *a, const SID *b);
/** nt_sid_copy() - a good SID into a structure that holds any */
void nt_sid_copy(struct nt_sid *ret_sid, const SID *sid);
/** nt_sid_make() - from its authority (48 bits) and @n sub-authorities, at most 15 */
void nt_sid_make(struct nt_sid *ret_sid, uint64_t authority, unsigned n, const uint32_t *sub);

/* --- who is who ----------------------------------------------------------------------------- */

void nt_sid_of_uid(struct nt_sid *ret_sid, uint32_t uid);
void nt_sid_of_gid(struct nt_sid *ret_sid, uint32_t gid);
/** nt_sid_of_integrity() - S-1-16-LEVEL */
void nt_sid_of_integrity(struct nt_sid *ret_sid, uint32_t level);
/** nt_sid_is_uid(), nt_sid_is_gid(), nt_sid_is_integrity() - and the number; false for another */
bool nt_sid_is_uid(const SID *sid, uint32_t *ret_uid);
bool nt_sid_is_gid(const SID *sid, uint32_t *ret_gid);
bool nt_sid_is_integrity(const SID *sid, uint32_t *ret_level);

/* Those that the rules speak of. */
enum nt_known_sid {
    NT_SID_NULL,           /* S-1-0-0 */
    NT_SID_EVERYONE,       /* S-1-1-0 */
    NT_SID_LOCAL,          /* S-1-2-0 */
    NT_SID_CREATOR_OWNER,  /* S-1-3-0 */
    NT_SID_CREATOR_GROUP,  /* S-1-3-1 */
    NT_SID_OWNER_RIGHTS,   /* S-1-3-4 */
    NT_SID_AUTHENTICATED,  /* S-1-5-11 */
    NT_SID_SYSTEM,         /* S-1-5-18 */
    NT_SID_ADMINISTRATORS, /* S-1-5-32-544 */
    NT_SID_USERS,          /* S-1-5-32-545 */
    NT_SID_KNOWN_COUNT
};

/** nt_sid_known() - one of them, for ever */
const SID *nt_sid_known(enum nt_known_sid which);

/* --- as text -------------------------------------------------------------------------------- */

#define NT_SID_TEXT_SIZE 188

/** nt_sid_to_text() - "S-1-5-18"; an authority above 32 bits is written in hexadecimal */
void nt_sid_to_text(const SID *sid, char text[static NT_SID_TEXT_SIZE]);
/**
 * nt_sid_from_text() - the S-1-... form only
 * @text, @length: characters; need not be terminated
 * @ret_used:      how many of them it took
 */
bool nt_sid_from_text(const char *text, size_t length, struct nt_sid *ret_sid, size_t *ret_used);

#endif
