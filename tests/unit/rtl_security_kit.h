/* SPDX-License-Identifier: MIT */
/*
 * Security data for the tests of src/rtl: SIDs by their text, lists entry by entry, descriptors of
 * those. What is made lies in pools of the process and is never given back: each case is a process
 * of its own.
 */
#ifndef NT_TESTS_UNIT_RTL_SECURITY_KIT_H
#define NT_TESTS_UNIT_RTL_SECURITY_KIT_H

#include "rtl/access-check.h"

#define ALICE          "S-1-22-1-1001"
#define BOB            "S-1-22-1-1002"
#define ALICES         "S-1-22-2-1001"
#define STAFF          "S-1-22-2-50"
#define EVERYONE       "S-1-1-0"
#define AUTHENTICATED  "S-1-5-11"
#define SYSTEM         "S-1-5-18"
#define ADMINISTRATORS "S-1-5-32-544"
#define OWNER_RIGHTS   "S-1-3-4"
#define CREATOR_OWNER  "S-1-3-0"
#define CREATOR_GROUP  "S-1-3-1"
#define LOW            "S-1-16-4096"
#define MEDIUM         "S-1-16-8192"
#define HIGH           "S-1-16-12288"

struct entry {
    unsigned type, flags;
    uint32_t mask;
    const char *sid;
};

#define ALLOW(sid_, mask_)                          \
    {                                               \
        ACCESS_ALLOWED_ACE_TYPE, 0, (mask_), (sid_) \
    }
#define DENY(sid_, mask_)                          \
    {                                              \
        ACCESS_DENIED_ACE_TYPE, 0, (mask_), (sid_) \
    }
#define ALLOW_CHILDREN(sid_, mask_)                                \
    {                                                              \
        ACCESS_ALLOWED_ACE_TYPE, INHERIT_ONLY_ACE, (mask_), (sid_) \
    }
#define DENY_CHILDREN(sid_, mask_)                                \
    {                                                             \
        ACCESS_DENIED_ACE_TYPE, INHERIT_ONLY_ACE, (mask_), (sid_) \
    }
#define AUDIT(sid_, mask_)                                                 \
    {                                                                      \
        SYSTEM_AUDIT_ACE_TYPE, SUCCESSFUL_ACCESS_ACE_FLAG, (mask_), (sid_) \
    }
#define LABEL(sid_, policy_)                                  \
    {                                                         \
        SYSTEM_MANDATORY_LABEL_ACE_TYPE, 0, (policy_), (sid_) \
    }

/* A list of these entries, in order. */
#define LIST(...)                                 \
    kit_list((const struct entry[]){__VA_ARGS__}, \
             sizeof((const struct entry[]){__VA_ARGS__}) / sizeof(struct entry))

const SID *kit_sid(const char *text);
ACL *kit_list(const struct entry *entries, size_t n);
/** kit_empty() - a list that has no entry, and this many bytes in all */
ACL *kit_empty(size_t size);
/** kit_descriptor() - @owner's, of group STAFF, with a DACL (NULL: everyone) and no SACL */
struct nt_descriptor kit_descriptor(const char *owner, const ACL *dacl);
/** kit_labelled() - the same with a SACL */
struct nt_descriptor kit_labelled(const char *owner, const ACL *dacl, const ACL *sacl);
/** kit_relative() - a descriptor in its self-relative form */
const unsigned char *kit_relative(const struct nt_descriptor *descriptor, size_t *ret_size);
/** kit_identity() - the user of that number, whose groups are its own and STAFF */
void kit_identity(struct nt_identity *identity, uint32_t uid);
/** kit_entry() - the entry of that index; stops the case when there is none */
struct nt_ace kit_entry(const ACL *acl, unsigned index);
unsigned kit_count(const ACL *acl);

/* What the making of a descriptor gave, and the block that it points into. */
struct result {
    struct nt_descriptor_block block;
    struct nt_descriptor descriptor;
};

/* User 1001, who has no privilege. */
struct nt_identity *alice(void);
/** new_of(), changed() - a section's descriptor as nt_descriptor_for_new() and
 * nt_descriptor_change() make it; checks that they return @want, and nothing on failure */
struct result new_of(const struct nt_descriptor *given,
                     const struct nt_descriptor_defaults *defaults,
                     const struct nt_identity *identity, NTSTATUS want);
struct result changed(const struct nt_descriptor *old, SECURITY_INFORMATION information,
                      const struct nt_descriptor *change, const struct nt_identity *identity,
                      NTSTATUS want);
void drop(struct result *result);
/** is_sid() - compares it with its text; NULL is "none" */
void is_sid(const SID *sid, const char *want);

/* Entries as text, so that whole lists are compared at once: "A 0 f001f S-1-1-0; D ..." */
const char *kit_text(const ACL *acl);

#endif
