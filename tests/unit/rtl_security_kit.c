// SPDX-License-Identifier: MIT
/*
 * The pools, and what fills them.
 */
#include <stdio.h>
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

#define N_SIDS    256
#define POOL_SIZE (256u << 10)
#define TEXT_SIZE 4096
#define STAFF_GID 50
#define N_TEXTS   8

static struct nt_sid sids[N_SIDS];
static unsigned n_sids;
static uint32_t pool[POOL_SIZE / sizeof(uint32_t)];
static size_t pool_used;

static void *take(size_t size)
{
    void *place = pool + pool_used;

    pool_used += (size + sizeof(*pool) - 1) / sizeof(*pool);
    require(pool_used <= sizeof(pool) / sizeof(*pool), "the pool is used up");
    return place;
}

const SID *kit_sid(const char *text)
{
    size_t used;

    require(n_sids < N_SIDS, "no room for more SIDs");
    require(nt_sid_from_text(text, strlen(text), &sids[n_sids], &used) && used == strlen(text),
            "%s", text);
    return &sids[n_sids++].sid;
}

ACL *kit_empty(size_t size)
{
    ACL *acl = take(size);

    require(nt_acl_init(acl, size, ACL_REVISION) == STATUS_SUCCESS, "no list of %zu bytes", size);
    return acl;
}

ACL *kit_list(const struct entry *entries, size_t n)
{
    size_t size = sizeof(ACL);
    ACL *acl;

    for (size_t i = 0; i < n; i++)
        size += 8 + nt_sid_size(kit_sid(entries[i].sid));
    acl = kit_empty(size);
    for (size_t i = 0; i < n; i++) {
        NTSTATUS status = nt_acl_add(acl, ACL_REVISION, entries[i].type, entries[i].flags,
                                     entries[i].mask, kit_sid(entries[i].sid));

        require(status == STATUS_SUCCESS, "entry %zu: %#x", i, (unsigned)status);
    }
    return acl;
}

struct nt_descriptor kit_labelled(const char *owner, const ACL *dacl, const ACL *sacl)
{
    struct nt_descriptor descriptor = kit_descriptor(owner, dacl);

    descriptor.sacl = sacl;
    descriptor.control |= SE_SACL_PRESENT;
    return descriptor;
}

struct nt_descriptor kit_descriptor(const char *owner, const ACL *dacl)
{
    return (struct nt_descriptor){
        .control = SE_DACL_PRESENT,
        .owner = kit_sid(owner),
        .group = kit_sid(STAFF),
        .dacl = dacl,
    };
}

const unsigned char *kit_relative(const struct nt_descriptor *descriptor, size_t *ret_size)
{
    void *bytes;

    *ret_size = nt_descriptor_size(descriptor);
    bytes = take(*ret_size);
    nt_descriptor_to_relative(descriptor, bytes);
    return bytes;
}

void kit_identity(struct nt_identity *identity, uint32_t uid)
{
    const uint32_t groups[] = {STAFF_GID};

    require(nt_identity_init(identity, uid, uid, groups, 1) == 0, "no identity");
}

unsigned kit_count(const ACL *acl)
{
    struct nt_ace ace;
    unsigned n = 0;
    size_t at = 0;

    while (nt_acl_next(acl, &at, &ace))
        n++;
    return n;
}

struct nt_ace kit_entry(const ACL *acl, unsigned index)
{
    struct nt_ace ace;
    size_t at = 0;

    do {
        require(nt_acl_next(acl, &at, &ace), "there is no such entry");
    } while (index-- > 0);
    return ace;
}

const char *kit_text(const ACL *acl)
{
    static char texts[N_TEXTS][TEXT_SIZE];
    static unsigned next;
    char *text = texts[next++ % N_TEXTS], sid[NT_SID_TEXT_SIZE];
    struct nt_ace ace;
    size_t at = 0, used = 0;

    if (!acl)
        return "none";
    text[0] = '\0';
    while (nt_acl_next(acl, &at, &ace)) {
        require(ace.sid, "an entry without a SID");
        nt_sid_to_text(ace.sid, sid);
        used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s%x %x %x %s", used ? "; " : "",
                                 ace.type, ace.flags, ace.mask, sid);
        require(used < TEXT_SIZE, "the list is too long for its text");
    }
    return text;
}

/* --- what is made --------------------------------------------------------------------------- */

struct nt_identity *alice(void)
{
    static struct nt_identity identity;

    kit_identity(&identity, 1001);
    return &identity;
}

static void take_result(struct result *result, NTSTATUS status, NTSTATUS want)
{
    ok_status(status, want);
    if (NT_SUCCESS(status))
        require(nt_descriptor_from_relative(result->block.bytes, result->block.size,
                                            &result->descriptor) == STATUS_SUCCESS,
                "what came out is no descriptor");
    else
        ok(!result->block.bytes && !result->block.size);
}

struct result new_of(const struct nt_descriptor *given,
                     const struct nt_descriptor_defaults *defaults,
                     const struct nt_identity *identity, NTSTATUS want)
{
    struct result result = {.block = {NULL, 0}};

    take_result(&result,
                nt_descriptor_for_new(NT_KIND_SECTION, given, defaults, identity, &result.block),
                want);
    return result;
}

struct result changed(const struct nt_descriptor *old, SECURITY_INFORMATION information,
                      const struct nt_descriptor *change, const struct nt_identity *identity,
                      NTSTATUS want)
{
    struct result result = {.block = {NULL, 0}};

    take_result(
        &result,
        nt_descriptor_change(NT_KIND_SECTION, old, information, change, identity, &result.block),
        want);
    return result;
}

void is_sid(const SID *sid, const char *want)
{
    char text[NT_SID_TEXT_SIZE] = "none";

    if (sid)
        nt_sid_to_text(sid, text);
    ok_str_eq(text, want);
}

void drop(struct result *result)
{
    nt_descriptor_block_deinit(&result->block);
    ok_ptr_eq(result->block.bytes, NULL);
}
