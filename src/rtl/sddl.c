// SPDX-License-Identifier: MIT
/*
 * SDDL read: text becomes a self-relative descriptor.
 *
 * The text comes from anywhere. A reader goes over it once; the lists are written into room that
 * was counted before (an entry for each bracket), and the descriptor is put together at the end.
 * Blanks may stand before each field, as on Windows, and not behind a type, flags or rights.
 */
#include "rtl/sddl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ntstatus.h>

#include "rtl/sddl-words.h"
#include "rtl/well-known.h"
#include "util/macro.h"

#define ACL_MOST 65532u /* bytes, of 65,535 those that are a multiple of 4 */
#define ACE_MOST (offsetof(ACCESS_ALLOWED_ACE, SidStart) + SECURITY_MAX_SID_SIZE)

struct reader {
    const char *at, *end;
};

struct parsed {
    struct nt_descriptor parts;
    struct nt_sid owner, group;
    void *dacl, *sacl; /* malloc'ed */
};

static void parsed_deinit(struct parsed *parsed)
{
    free(parsed->dacl);
    free(parsed->sacl);
}

static char fold(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static size_t left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static void skip_blanks(struct reader *reader)
{
    while (left(reader) && (*reader->at == ' ' || (*reader->at >= '\t' && *reader->at <= '\r')))
        reader->at++;
}

static bool take(struct reader *reader, char wanted)
{
    if (!left(reader) || *reader->at != wanted)
        return false;
    reader->at++;
    return true;
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);

    if (left(reader) < length || strncasecmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

/* --- SIDs ----------------------------------------------------------------------------------- */

static bool read_sid(struct reader *reader, struct nt_sid *ret_sid)
{
    const struct nt_well_known *known;
    size_t used;

    if (left(reader) < 2)
        return false;
    if (reader->at[1] == '-') {
        if (!nt_sid_from_text(reader->at, left(reader), ret_sid, &used))
            return false;
        reader->at += used;
        return true;
    }
    known = nt_well_known_by_letters(reader->at);
    if (!known)
        return false;
    nt_well_known_sid(known, NULL, ret_sid);
    reader->at += 2;
    return true;
}

NTSTATUS nt_sddl_sid(const char *text, size_t length, struct nt_sid *ret_sid)
{
    struct reader reader = {text, text + length};
    struct nt_sid sid;

    skip_blanks(&reader);
    if (!read_sid(&reader, &sid) || left(&reader))
        return STATUS_INVALID_SID;
    *ret_sid = sid;
    return STATUS_SUCCESS;
}

/* --- entries -------------------------------------------------------------------------------- */

/* One word of a table; its value is added to @value. */
static bool read_word(struct reader *reader, const struct nt_sddl_word *table, uint32_t *value)
{
    for (; table->letters[0]; table++) {
        if (take_word(reader, table->letters)) {
            *value |= table->value;
            return true;
        }
    }
    return false;
}

/* The type is a word alone: "A" is not the beginning of "AU". */
static bool read_type(struct reader *reader, uint32_t *ret_type)
{
    const struct nt_sddl_word *word;

    for (word = nt_sddl_types; word->letters[0]; word++) {
        struct reader ahead = *reader;

        if (take_word(&ahead, word->letters) && take(&ahead, ';')) {
            *reader = ahead;
            *ret_type = word->value;
            return true;
        }
    }
    return false;
}

static bool read_flags(struct reader *reader, uint32_t *ret_flags)
{
    *ret_flags = 0;
    while (!take(reader, ';')) {
        if (!read_word(reader, nt_sddl_flags, ret_flags))
            return false;
    }
    return true;
}

static int digit_of(char c)
{
    c = fold(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* 0x1F, 31 or 037. */
static bool read_number(struct reader *reader, uint32_t *ret_number)
{
    int base = take_word(reader, "0x") ? 16 : *reader->at == '0' ? 8 : 10;
    const char *first = reader->at;
    uint64_t number = 0;

    while (left(reader) && digit_of(*reader->at) < base) {
        number = number * (unsigned)base + (unsigned)digit_of(*reader->at++);
        if (number > UINT32_MAX)
            return false;
    }
    *ret_number = (uint32_t)number;
    return reader->at > first;
}

static bool read_rights(struct reader *reader, uint32_t *ret_mask)
{
    *ret_mask = 0;
    if (left(reader) && *reader->at >= '0' && *reader->at <= '9')
        return read_number(reader, ret_mask) && take(reader, ';');
    while (!take(reader, ';')) {
        if (!read_word(reader, nt_sddl_rights, ret_mask) &&
            !read_word(reader, nt_sddl_sets, ret_mask) &&
            !read_word(reader, nt_sddl_policies, ret_mask))
            return false;
    }
    return true;
}

/* A field that has to be empty: the GUIDs of directory objects. */
static bool read_nothing(struct reader *reader)
{
    skip_blanks(reader);
    return take(reader, ';');
}

/* (type;flags;rights;;;sid), of which the bracket is taken already. */
static bool read_ace(struct reader *reader, ACL *acl, size_t *used)
{
    uint32_t type, flags, mask;
    ACCESS_ALLOWED_ACE ace;
    struct nt_sid sid;
    size_t size;

    skip_blanks(reader);
    if (!read_type(reader, &type))
        return false;
    skip_blanks(reader);
    if (!read_flags(reader, &flags))
        return false;
    skip_blanks(reader);
    if (!read_rights(reader, &mask) || !read_nothing(reader) || !read_nothing(reader))
        return false;
    skip_blanks(reader);
    if (!read_sid(reader, &sid))
        return false;
    skip_blanks(reader);
    size = offsetof(ACCESS_ALLOWED_ACE, SidStart) + nt_sid_size(&sid.sid);
    if (!take(reader, ')') || *used + size > ACL_MOST)
        return false;
    ace = (ACCESS_ALLOWED_ACE){
        .Header = {.AceType = (BYTE)type, .AceFlags = (BYTE)flags, .AceSize = (WORD)size},
        .Mask = mask,
    };
    memcpy((char *)acl + *used, &ace, offsetof(ACCESS_ALLOWED_ACE, SidStart));
    memcpy((char *)acl + *used + offsetof(ACCESS_ALLOWED_ACE, SidStart), &sid,
           nt_sid_size(&sid.sid));
    *used += size;
    acl->AceCount++;
    return true;
}

/* --- lists ---------------------------------------------------------------------------------- */

/* The flags of a list, as those of a DACL. */
static bool read_control(struct reader *reader, uint16_t *control, bool *ret_null)
{
    *ret_null = false;
    for (;;) {
        skip_blanks(reader);
        if (!left(reader) || *reader->at == '(' || (left(reader) > 1 && reader->at[1] == ':'))
            return true;
        if (take_word(reader, NT_SDDL_NULL_ACL))
            *ret_null = true;
        else if (take_word(reader, "AR"))
            *control |= SE_DACL_AUTO_INHERIT_REQ;
        else if (take_word(reader, "AI"))
            *control |= SE_DACL_AUTO_INHERITED;
        else if (take_word(reader, "P"))
            *control |= SE_DACL_PROTECTED;
        else
            return false;
    }
}

/* Room for as many entries as there are brackets. */
static ACL *new_acl(const struct reader *reader)
{
    size_t size = sizeof(ACL);
    ACL *acl;

    for (const char *at = reader->at; at < reader->end && size < ACL_MOST; at++) {
        if (*at == '(')
            size += ACE_MOST;
    }
    acl = malloc(size < ACL_MOST ? size : ACL_MOST);
    if (acl)
        *acl = (ACL){.AclRevision = ACL_REVISION};
    return acl;
}

static NTSTATUS read_acl(struct reader *reader, uint16_t *ret_control, void **ret_acl)
{
    NT_CLEANUP(nt_freep) void *acl = NULL;
    size_t used = sizeof(ACL);
    uint16_t control = 0;
    bool is_null;

    if (!read_control(reader, &control, &is_null))
        return STATUS_INVALID_ACL;
    if (!is_null) {
        acl = new_acl(reader);
        if (!acl)
            return STATUS_NO_MEMORY;
    }
    while (take(reader, '(')) {
        if (is_null || !read_ace(reader, acl, &used))
            return STATUS_INVALID_ACL;
        skip_blanks(reader);
    }
    if (acl)
        ((ACL *)acl)->AclSize = (WORD)used;
    *ret_control = control;
    *ret_acl = NT_STEAL(acl);
    return STATUS_SUCCESS;
}

/* --- descriptors ---------------------------------------------------------------------------- */

/* The flags of a SACL are those of a DACL, one bit higher. */
static NTSTATUS read_list(struct reader *reader, struct parsed *parsed, bool is_dacl)
{
    struct nt_descriptor *parts = &parsed->parts;
    uint16_t control = 0;
    NTSTATUS status;

    if (parts->control & (is_dacl ? SE_DACL_PRESENT : SE_SACL_PRESENT))
        return STATUS_INVALID_PARAMETER;
    status = read_acl(reader, &control, is_dacl ? &parsed->dacl : &parsed->sacl);
    if (!NT_SUCCESS(status))
        return status;
    control |= SE_DACL_PRESENT;
    if (is_dacl) {
        parts->control |= control;
        parts->dacl = parsed->dacl;
    } else {
        parts->control |=
            (uint16_t)((control & SE_DACL_PRESENT) << 2 | (control & ~SE_DACL_PRESENT) << 1);
        parts->sacl = parsed->sacl;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS read_account(struct reader *reader, struct nt_sid *sid, const SID **part)
{
    if (*part)
        return STATUS_INVALID_PARAMETER;
    skip_blanks(reader);
    if (!read_sid(reader, sid))
        return STATUS_INVALID_SID;
    *part = &sid->sid;
    return STATUS_SUCCESS;
}

static NTSTATUS read_part(struct reader *reader, struct parsed *parsed)
{
    char part = fold(*reader->at);

    if (left(reader) < 2 || reader->at[1] != ':')
        return STATUS_INVALID_PARAMETER;
    reader->at += 2;
    switch (part) {
    case 'O':
        return read_account(reader, &parsed->owner, &parsed->parts.owner);
    case 'G':
        return read_account(reader, &parsed->group, &parsed->parts.group);
    case 'D':
        return read_list(reader, parsed, true);
    case 'S':
        return read_list(reader, parsed, false);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS nt_sddl_parse(const char *text, size_t length, struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(parsed_deinit) struct parsed parsed = {0};
    struct reader reader = {text, text + length};
    NTSTATUS status;

    for (skip_blanks(&reader); left(&reader); skip_blanks(&reader)) {
        status = read_part(&reader, &parsed);
        if (!NT_SUCCESS(status))
            return status;
    }
    ret_block->size = nt_descriptor_size(&parsed.parts);
    ret_block->bytes = malloc(ret_block->size);
    if (!ret_block->bytes)
        return STATUS_NO_MEMORY;
    nt_descriptor_to_relative(&parsed.parts, ret_block->bytes);
    return STATUS_SUCCESS;
}
