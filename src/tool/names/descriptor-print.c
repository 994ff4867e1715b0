// SPDX-License-Identifier: MIT
/*
 * Security descriptors for people; see descriptor-print.h.
 */
#include "tool/names/descriptor-print.h"

#include <aclapi.h>
#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>

#include "rtl/sddl.h"
#include "tool/names/rights.h"
#include "tool/tool.h"
#include "tool/names/who.h"
#include "util/macro.h"

#define PARTS                                                                              \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | \
     LABEL_SECURITY_INFORMATION)

DWORD nt_descriptor_read(HANDLE handle, struct nt_read_descriptor *ret_descriptor)
{
    DWORD error = GetSecurityInfo(handle, SE_KERNEL_OBJECT, PARTS, NULL, NULL, NULL, NULL,
                                  &ret_descriptor->bytes);

    if (error == 0 && !NT_SUCCESS(nt_descriptor_from_application(ret_descriptor->bytes,
                                                                 &ret_descriptor->parts))) {
        LocalFree(ret_descriptor->bytes);
        error = ERROR_INVALID_SECURITY_DESCR;
    }
    return error;
}

void nt_read_descriptor_deinit(struct nt_read_descriptor *descriptor)
{
    LocalFree(descriptor->bytes);
    descriptor->bytes = NULL;
}

/* malloc'ed; NULL without memory. */
static char *sddl_of(const struct nt_descriptor *descriptor)
{
    char *text = NULL, *whole = NULL;
    size_t length;

    if (NT_SUCCESS(nt_sddl_print(descriptor, PARTS, &text, &length)))
        whole = strndup(text, length);
    free(text);
    return whole;
}

/* --- words ------------------------------------------------------------------------------------ */

const char *nt_ace_type_text(const struct nt_ace *ace)
{
    switch (ace->type) {
    case ACCESS_ALLOWED_ACE_TYPE:
        return "allow";
    case ACCESS_DENIED_ACE_TYPE:
        return "deny";
    case SYSTEM_AUDIT_ACE_TYPE:
        return "audit";
    case SYSTEM_MANDATORY_LABEL_ACE_TYPE:
        return "label";
    default:
        return "other";
    }
}

static const struct {
    uint8_t bit;
    const char *word;
} ace_flags[] = {
    {INHERITED_ACE, "inherited"},
    {OBJECT_INHERIT_ACE, "for objects inside"},
    {CONTAINER_INHERIT_ACE, "for directories inside"},
    {NO_PROPAGATE_INHERIT_ACE, "one level"},
    {INHERIT_ONLY_ACE, "not for this"},
};

static const char *flags_text(const struct nt_ace *ace, char text[static 128])
{
    size_t used = 0;

    text[0] = 0;
    for (size_t i = 0; i < NT_ARRAY_SIZE(ace_flags); i++)
        if (ace->flags & ace_flags[i].bit)
            used += (size_t)snprintf(text + used, 128 - used, "%s%s", used ? ", " : "",
                                     ace_flags[i].word);
    return text;
}

const char *nt_level_text(uint32_t level)
{
    return level >= SECURITY_MANDATORY_SYSTEM_RID   ? "system"
           : level >= SECURITY_MANDATORY_HIGH_RID   ? "high"
           : level >= SECURITY_MANDATORY_MEDIUM_RID ? "medium"
           : level >= SECURITY_MANDATORY_LOW_RID    ? "low"
                                                    : "untrusted";
}

/* The label that counts; false: none, which is as Medium. */
static bool find_label(const struct nt_descriptor *descriptor, uint32_t *ret_level,
                       uint32_t *ret_policy)
{
    struct nt_ace ace;
    size_t at = 0;

    while (descriptor->sacl && nt_acl_next(descriptor->sacl, &at, &ace)) {
        if (ace.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE && !(ace.flags & INHERIT_ONLY_ACE) &&
            nt_sid_is_integrity(ace.sid, ret_level)) {
            *ret_policy = ace.mask;
            return true;
        }
    }
    return false;
}

static const char *label_text(const struct nt_descriptor *descriptor, char text[static 128])
{
    uint32_t level, policy;

    if (!find_label(descriptor, &level, &policy))
        return strcpy(text, "none (as medium: who is lower may not write)");
    snprintf(text, 128, "%s: who is lower may not%s%s%s%s", nt_level_text(level),
             policy & SYSTEM_MANDATORY_LABEL_NO_READ_UP ? " read" : "",
             policy & SYSTEM_MANDATORY_LABEL_NO_WRITE_UP ? " write" : "",
             policy & SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP ? " execute" : "",
             policy & 7 ? "" : " be hindered");
    return text;
}

/* --- for people ------------------------------------------------------------------------------- */

static void print_line(const char *label, const char *text, bool styled)
{
    printf("%s%-8s%s %s\n", nt_style_begin(NT_STYLE_DIM, styled), label,
           nt_style_begin(NT_STYLE_PLAIN, styled), text);
}

static const char *who_or_none(const SID *sid, char *text)
{
    return sid ? nt_who_text(sid, text) : "none";
}

static void add_entry(struct nt_table *table, unsigned number, const struct nt_ace *ace,
                      enum nt_kind kind)
{
    char who[NT_WHO_TEXT], rights[NT_RIGHTS_TEXT], flags[128], sid[NT_SID_TEXT_SIZE];
    enum nt_style style = ace->type == ACCESS_ALLOWED_ACE_TYPE  ? NT_STYLE_GOOD
                          : ace->type == ACCESS_DENIED_ACE_TYPE ? NT_STYLE_BAD
                                                                : NT_STYLE_DIM;

    nt_table_addf(table, NT_STYLE_DIM, "%u", number);
    nt_table_add(table, style, nt_ace_type_text(ace));
    nt_table_add(table, NT_STYLE_PLAIN, ace->sid ? nt_who_text(ace->sid, who) : NULL);
    nt_table_add(table, NT_STYLE_PLAIN, nt_rights_text(kind, ace->mask, rights));
    nt_table_add(table, NT_STYLE_DIM, flags_text(ace, flags));
    if (ace->sid)
        nt_sid_to_text(ace->sid, sid);
    nt_table_add(table, NT_STYLE_DIM, ace->sid ? sid : NULL);
}

static int print_entries(const ACL *dacl, enum nt_kind kind, const struct nt_output *output)
{
    static const struct nt_column columns[] = {
        {"#", NT_ALIGN_RIGHT},     {"TYPE", NT_ALIGN_LEFT},  {"WHO", NT_ALIGN_LEFT},
        {"RIGHTS", NT_ALIGN_LEFT}, {"FLAGS", NT_ALIGN_LEFT}, {"SID", NT_ALIGN_LEFT},
    };
    struct nt_table *table = nt_table_new(columns, NT_ARRAY_SIZE(columns));
    struct nt_ace ace;
    size_t at = 0;

    for (unsigned number = 1; nt_acl_next(dacl, &at, &ace); number++)
        add_entry(table, number, &ace, kind);
    return nt_table_print(table, output, stdout);
}

int nt_descriptor_print(const struct nt_descriptor *descriptor, enum nt_kind kind,
                        const struct nt_output *output)
{
    bool styled = nt_output_styled(output, stdout);
    char *sddl = sddl_of(descriptor);
    char who[NT_WHO_TEXT], label[128];

    if (!sddl)
        return nt_tool_error("out of memory");
    print_line("SDDL", sddl, styled);
    free(sddl);
    print_line("owner", who_or_none(descriptor->owner, who), styled);
    print_line("group", who_or_none(descriptor->group, who), styled);
    print_line("label", label_text(descriptor, label), styled);
    if (!(descriptor->control & SE_DACL_PRESENT) || !descriptor->dacl) {
        print_line("list", "none: everybody may everything", styled);
        return NT_TOOL_OK;
    }
    if (descriptor->control & SE_DACL_PROTECTED)
        print_line("list", "protected: inherits nothing", styled);
    if (descriptor->dacl->AceCount == 0) {
        print_line("list", "empty: only the owner may anything", styled);
        return NT_TOOL_OK;
    }
    putchar('\n');
    return print_entries(descriptor->dacl, kind, output);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

static struct json_object *sid_json(const SID *sid)
{
    struct json_object *object = sid ? json_object_new_object() : NULL;
    char text[NT_SID_TEXT_SIZE], who[NT_WHO_TEXT];

    if (!object)
        return NULL;
    nt_sid_to_text(sid, text);
    add_text(object, "sid", text);
    add_text(object, "who", nt_who_text(sid, who));
    return object;
}

struct json_object *nt_ace_json(const struct nt_ace *ace, enum nt_kind kind)
{
    struct json_object *object = sid_json(ace->sid), *flags = json_object_new_array();
    char mask[16];

    if (!object)
        object = json_object_new_object();
    snprintf(mask, sizeof(mask), "0x%08x", (unsigned)ace->mask);
    add_text(object, "type", nt_ace_type_text(ace));
    add_text(object, "mask", mask);
    json_object_object_add(object, "rights", nt_rights_json(kind, ace->mask));
    for (size_t i = 0; flags && i < NT_ARRAY_SIZE(ace_flags); i++)
        if (ace->flags & ace_flags[i].bit)
            json_object_array_add(flags, json_object_new_string(ace_flags[i].word));
    json_object_object_add(object, "flags", flags);
    return object;
}

static struct json_object *label_json(const struct nt_descriptor *descriptor)
{
    struct json_object *object, *policy;
    uint32_t level, bits;

    if (!find_label(descriptor, &level, &bits))
        return NULL;
    object = json_object_new_object();
    policy = json_object_new_array();
    add_text(object, "level", nt_level_text(level));
    if (bits & SYSTEM_MANDATORY_LABEL_NO_WRITE_UP)
        json_object_array_add(policy, json_object_new_string("no_write_up"));
    if (bits & SYSTEM_MANDATORY_LABEL_NO_READ_UP)
        json_object_array_add(policy, json_object_new_string("no_read_up"));
    if (bits & SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP)
        json_object_array_add(policy, json_object_new_string("no_execute_up"));
    json_object_object_add(object, "policy", policy);
    return object;
}

void nt_descriptor_json(struct json_object *object, const struct nt_descriptor *descriptor,
                        enum nt_kind kind)
{
    char *sddl = sddl_of(descriptor);
    struct json_object *dacl = NULL;
    struct nt_ace ace;
    size_t at = 0;

    add_text(object, "sddl", sddl ? sddl : "");
    free(sddl);
    json_object_object_add(object, "owner", sid_json(descriptor->owner));
    json_object_object_add(object, "group", sid_json(descriptor->group));
    json_object_object_add(object, "label", label_json(descriptor));
    json_object_object_add(object, "protected",
                           json_object_new_boolean(descriptor->control & SE_DACL_PROTECTED));
    if ((descriptor->control & SE_DACL_PRESENT) && descriptor->dacl) {
        dacl = json_object_new_array();
        while (nt_acl_next(descriptor->dacl, &at, &ace))
            json_object_array_add(dacl, nt_ace_json(&ace, kind));
    }
    json_object_object_add(object, "dacl", dacl); /* null: everybody may everything */
}
