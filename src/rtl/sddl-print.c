// SPDX-License-Identifier: MIT
/*
 * SDDL written: a descriptor that has been checked becomes text, in the form that Windows gives
 * it: well-known SIDs as letters, bits in their order, "FA" and its like where a mask is just
 * that, and a number where letters do not say all of it. What is written reads as the same
 * descriptor again; what no text says (an alarm of an unknown flag, an entry of another form) is
 * refused.
 */
#include "rtl/sddl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/sddl-words.h"
#include "rtl/well-known.h"
#include "util/macro.h"

/* Text that grows; once there was no memory it stays as it is. */
struct writer {
    char *text;
    size_t length, room;
    bool failed;
};

static void writer_deinit(struct writer *writer)
{
    free(writer->text);
}

static void put(struct writer *writer, const char *text)
{
    size_t length = strlen(text), wanted = writer->length + length + 1;
    char *grown;

    if (wanted > writer->room) {
        grown = realloc(writer->text, wanted * 2);
        if (!grown) {
            writer->failed = true;
            return;
        }
        writer->text = grown;
        writer->room = wanted * 2;
    }
    memcpy(writer->text + writer->length, text, length + 1);
    writer->length += length;
}

static void put_sid(struct writer *writer, const SID *sid)
{
    const struct nt_well_known *known = nt_well_known_by_sid(sid);
    char text[NT_SID_TEXT_SIZE];

    if (known && known->letters[0]) {
        put(writer, known->letters);
        return;
    }
    nt_sid_to_text(sid, text);
    put(writer, text);
}

/* All bits of @value as words; false, and nothing is written, when there is one without. */
static bool put_words(struct writer *writer, const struct nt_sddl_word *table, uint32_t value)
{
    uint32_t known = 0;

    for (const struct nt_sddl_word *word = table; word->letters[0]; word++)
        known |= word->value;
    if (value & ~known)
        return false;
    for (; table->letters[0]; table++) {
        if (value & table->value)
            put(writer, table->letters);
    }
    return true;
}

/* A word that is the whole of @value. */
static bool put_one(struct writer *writer, const struct nt_sddl_word *table, uint32_t value)
{
    for (; table->letters[0]; table++) {
        if (table->value == value) {
            put(writer, table->letters);
            return true;
        }
    }
    return false;
}

static void put_mask(struct writer *writer, uint32_t mask, bool is_label)
{
    char number[sizeof("0xffffffff")];

    if (is_label ? put_words(writer, nt_sddl_policies, mask)
                 : put_one(writer, nt_sddl_sets, mask) || put_words(writer, nt_sddl_rights, mask))
        return;
    snprintf(number, sizeof(number), "0x%x", (unsigned)mask);
    put(writer, number);
}

static bool put_ace(struct writer *writer, const struct nt_ace *ace)
{
    if (!ace->sid)
        return false;
    put(writer, "(");
    if (!put_one(writer, nt_sddl_types, ace->type))
        return false;
    put(writer, ";");
    if (!put_words(writer, nt_sddl_flags, ace->flags))
        return false;
    put(writer, ";");
    put_mask(writer, ace->mask, ace->type == SYSTEM_MANDATORY_LABEL_ACE_TYPE);
    put(writer, ";;;");
    put_sid(writer, ace->sid);
    put(writer, ")");
    return true;
}

/* Entries of a list that are wanted. Of a SACL, labels and the others are two things. */
enum wanted { WANT_LABELS = 1, WANT_OTHERS = 2, WANT_ALL = 3 };

static bool is_wanted(const struct nt_ace *ace, enum wanted wanted)
{
    return wanted & (ace->type == SYSTEM_MANDATORY_LABEL_ACE_TYPE ? WANT_LABELS : WANT_OTHERS);
}

static bool put_acl(struct writer *writer, const ACL *acl, enum wanted wanted)
{
    struct nt_ace ace;
    size_t at = 0;

    while (nt_acl_next(acl, &at, &ace)) {
        if (is_wanted(&ace, wanted) && !put_ace(writer, &ace))
            return false;
    }
    return true;
}

/* @control: as of a DACL */
static bool put_list(struct writer *writer, const char *name, unsigned control, const ACL *acl,
                     enum wanted wanted)
{
    put(writer, name);
    if (control & SE_DACL_PROTECTED)
        put(writer, "P");
    if (control & SE_DACL_AUTO_INHERIT_REQ)
        put(writer, "AR");
    if (control & SE_DACL_AUTO_INHERITED)
        put(writer, "AI");
    if (acl)
        return put_acl(writer, acl, wanted);
    put(writer, NT_SDDL_NULL_ACL);
    return true;
}

static bool has_label(const ACL *acl)
{
    struct nt_ace ace;
    size_t at = 0;

    while (acl && nt_acl_next(acl, &at, &ace)) {
        if (ace.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE)
            return true;
    }
    return false;
}

static bool put_sacl(struct writer *writer, const struct nt_descriptor *descriptor,
                     SECURITY_INFORMATION information)
{
    if (!(descriptor->control & SE_SACL_PRESENT))
        return true;
    if (information & SACL_SECURITY_INFORMATION)
        return put_list(writer, "S:", descriptor->control >> 1, descriptor->sacl, WANT_ALL);
    if (!(information & LABEL_SECURITY_INFORMATION) || !has_label(descriptor->sacl))
        return true;
    return put_list(writer, "S:", 0, descriptor->sacl, WANT_LABELS);
}

static bool put_descriptor(struct writer *writer, const struct nt_descriptor *descriptor,
                           SECURITY_INFORMATION information)
{
    put(writer, "");
    if ((information & OWNER_SECURITY_INFORMATION) && descriptor->owner) {
        put(writer, "O:");
        put_sid(writer, descriptor->owner);
    }
    if ((information & GROUP_SECURITY_INFORMATION) && descriptor->group) {
        put(writer, "G:");
        put_sid(writer, descriptor->group);
    }
    if ((information & DACL_SECURITY_INFORMATION) && (descriptor->control & SE_DACL_PRESENT) &&
        !put_list(writer, "D:", descriptor->control, descriptor->dacl, WANT_ALL))
        return false;
    return put_sacl(writer, descriptor, information);
}

NTSTATUS nt_sddl_print(const struct nt_descriptor *descriptor, SECURITY_INFORMATION information,
                       char **ret_text, size_t *ret_length)
{
    NT_CLEANUP(writer_deinit) struct writer writer = {0};

    if (!put_descriptor(&writer, descriptor, information))
        return writer.failed ? STATUS_NO_MEMORY : STATUS_INVALID_ACL;
    if (writer.failed)
        return STATUS_NO_MEMORY;
    *ret_length = writer.length;
    *ret_text = NT_STEAL(writer.text);
    return STATUS_SUCCESS;
}
