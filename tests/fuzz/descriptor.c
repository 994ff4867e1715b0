// SPDX-License-Identifier: MIT
/*
 * Fuzzes self-relative security descriptors: what comes over the wire from a creator, and what an
 * application gives. Input: whose identity (a byte), the kind of object, which parts a change
 * names, where the descriptor lies (two bits), a number that is the right asked for; then its
 * bytes.
 *
 * What must hold of every descriptor that is taken: its parts lie within it; written anew and read
 * again it is the same; its SIDs are the same after a journey as text; what a new object gets is
 * complete and a fixed point, because library and broker both make it; and every single right is
 * granted exactly if it is among all the rights that there are.
 */
#include <stdbool.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "rtl/access-check.h"

#define HEAD     8u
#define MAX_SIZE 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded given_place, first_place, second_place;

static struct nt_identity identity;
static enum nt_kind kind;

static void set_identity(uint8_t who)
{
    static const uint32_t groups[] = {50, 100, 1000};

    FUZZ_CHECK(nt_identity_init(&identity, who & 1 ? 0 : 1001, 1001, groups, 3) == 0);
    if (who & 2)
        identity.integrity = SECURITY_MANDATORY_LOW_RID;
    identity.in_force = who >> 2 & NT_IN_FORCE_ALL;
}

/* --- parts ---------------------------------------------------------------------------------- */

static void check_within(const void *part, size_t part_size, const unsigned char *bytes,
                         size_t size)
{
    size_t at;

    if (!part)
        return;
    at = (size_t)((const unsigned char *)part - bytes);
    FUZZ_CHECK(at >= sizeof(SECURITY_DESCRIPTOR_RELATIVE) && at < size && part_size <= size - at);
}

static size_t size_of_acl(const ACL *acl)
{
    return acl ? nt_acl_check(acl, UINT16_MAX) : 0;
}

static void check_parts(const struct nt_descriptor *parts, const unsigned char *bytes, size_t size)
{
    check_within(parts->owner, parts->owner ? nt_sid_size(parts->owner) : 0, bytes, size);
    check_within(parts->group, parts->group ? nt_sid_size(parts->group) : 0, bytes, size);
    check_within(parts->dacl, size_of_acl(parts->dacl), bytes, size);
    check_within(parts->sacl, size_of_acl(parts->sacl), bytes, size);
    FUZZ_CHECK(!(parts->control & SE_SELF_RELATIVE));
    FUZZ_CHECK(!parts->dacl || (parts->control & SE_DACL_PRESENT));
    FUZZ_CHECK(!parts->sacl || (parts->control & SE_SACL_PRESENT));
}

static bool same_sid(const SID *a, const SID *b)
{
    return a && b ? nt_sid_equal(a, b) : a == b;
}

static bool same_list(const ACL *a, const ACL *b)
{
    struct nt_ace x, y;
    size_t at = 0, bt = 0;

    if (!a || !b)
        return a == b;
    while (nt_acl_next(a, &at, &x)) {
        if (!nt_acl_next(b, &bt, &y) || x.size != y.size || memcmp(x.bytes, y.bytes, x.size) != 0)
            return false;
    }
    return !nt_acl_next(b, &bt, &y);
}

static void check_text(const SID *sid)
{
    char text[NT_SID_TEXT_SIZE];
    struct nt_sid back;
    size_t used;

    if (!sid)
        return;
    nt_sid_to_text(sid, text);
    /* One without a sub-authority is a SID, and has no text that is one. */
    if (nt_sid_size(sid) == nt_sid_length(0))
        return;
    FUZZ_CHECK(nt_sid_from_text(text, strlen(text), &back, &used) && used == strlen(text));
    FUZZ_CHECK(nt_sid_equal(&back.sid, sid));
}

/* --- written and read again ----------------------------------------------------------------- */

static void check_writing(const struct nt_descriptor *parts)
{
    size_t size = nt_descriptor_size(parts);
    unsigned char *written = guarded_take(&first_place, size, 1), *again;
    struct nt_descriptor read;

    nt_descriptor_to_relative(parts, written);
    FUZZ_CHECK(nt_descriptor_from_relative(written, size, &read) == STATUS_SUCCESS);
    check_parts(&read, written, size);
    FUZZ_CHECK(read.control == parts->control && same_sid(read.owner, parts->owner) &&
               same_sid(read.group, parts->group) && same_list(read.dacl, parts->dacl));
    FUZZ_CHECK(parts->only_labels || same_list(read.sacl, parts->sacl));
    FUZZ_CHECK(nt_descriptor_size(&read) == size);
    again = guarded_take(&second_place, size, 1);
    nt_descriptor_to_relative(&read, again);
    FUZZ_CHECK(memcmp(written, again, size) == 0);
}

static void check_selection(const struct nt_descriptor *parts, SECURITY_INFORMATION information)
{
    struct nt_descriptor some;

    nt_descriptor_select(parts, information, &some);
    FUZZ_CHECK(!some.owner || (information & OWNER_SECURITY_INFORMATION));
    FUZZ_CHECK(!some.group || (information & GROUP_SECURITY_INFORMATION));
    FUZZ_CHECK(!some.dacl || (information & DACL_SECURITY_INFORMATION));
    FUZZ_CHECK(!some.sacl || (information & SACL_SECURITY_INFORMATION) || some.only_labels);
    FUZZ_CHECK(nt_descriptor_size(&some) <= nt_descriptor_size(parts));
    check_writing(&some);
}

/* --- objects -------------------------------------------------------------------------------- */

static bool is_known_status(NTSTATUS status)
{
    return status == STATUS_INVALID_OWNER || status == STATUS_PRIVILEGE_NOT_HELD ||
           status == STATUS_INVALID_ACL || status == STATUS_INVALID_SECURITY_DESCR;
}

static void check_complete(const struct nt_descriptor_block *block,
                           struct nt_descriptor *ret_descriptor)
{
    FUZZ_CHECK(block->size <= NT_DESCRIPTOR_MAX);
    FUZZ_CHECK(nt_descriptor_from_relative(block->bytes, block->size, ret_descriptor) == 0);
    FUZZ_CHECK(ret_descriptor->owner && ret_descriptor->group);
    FUZZ_CHECK(ret_descriptor->control & SE_DACL_PRESENT);
    FUZZ_CHECK(!ret_descriptor->dacl || nt_acl_is_supported(ret_descriptor->dacl));
    FUZZ_CHECK(!ret_descriptor->sacl || nt_acl_is_supported(ret_descriptor->sacl));
}

/* All that is granted; every single right must be in it or be refused. */
static void check_access(const struct nt_descriptor *descriptor, ACCESS_MASK desired)
{
    const ACCESS_MASK valid = nt_kind_rights(kind)->valid;
    ACCESS_MASK most, granted;

    nt_access_open(kind, descriptor, &identity, MAXIMUM_ALLOWED, &most);
    FUZZ_CHECK(!(most & ~valid));
    for (unsigned bit = 0; bit < 21; bit++) {
        bool given = nt_access_open(kind, descriptor, &identity, 1u << bit, &granted) == 0;

        FUZZ_CHECK(granted == (given ? 1u << bit : 0));
        /* By privilege, and where nothing is said, more is given than "all there is". */
        if (given && descriptor->dacl && !(identity.in_force & NT_IN_FORCE_TAKE_OWNERSHIP))
            FUZZ_CHECK(most & 1u << bit);
        FUZZ_CHECK(given || !(most & 1u << bit));
    }
    if (nt_access_open(kind, descriptor, &identity, desired, &granted) == STATUS_SUCCESS)
        FUZZ_CHECK(granted && !(granted & ~(valid | ACCESS_SYSTEM_SECURITY)));
    else
        FUZZ_CHECK(granted == 0);
}

static bool is_stand_in(const SID *sid)
{
    return nt_sid_equal(sid, nt_sid_known(NT_SID_CREATOR_OWNER)) ||
           nt_sid_equal(sid, nt_sid_known(NT_SID_CREATOR_GROUP));
}

/* Returns false when no object can have it. */
static bool check_new(const struct nt_descriptor *given, struct nt_descriptor_block *ret_block,
                      struct nt_descriptor *ret_descriptor)
{
    struct nt_descriptor_block again = {NULL, 0};
    NTSTATUS status = nt_descriptor_for_new(kind, given, NULL, &identity, ret_block);

    if (!NT_SUCCESS(status)) {
        FUZZ_CHECK(is_known_status(status) && !ret_block->bytes);
        return false;
    }
    check_complete(ret_block, ret_descriptor);
    FUZZ_CHECK(nt_descriptor_for_new(kind, ret_descriptor, NULL, &identity, &again) == 0);
    /* Who owns it "as its creator does" is turned once more. */
    if (!is_stand_in(ret_descriptor->owner) && !is_stand_in(ret_descriptor->group))
        FUZZ_CHECK(again.size == ret_block->size &&
                   memcmp(again.bytes, ret_block->bytes, again.size) == 0);
    nt_descriptor_block_deinit(&again);
    return true;
}

static void check_change(const struct nt_descriptor *old, SECURITY_INFORMATION information,
                         const struct nt_descriptor *change)
{
    struct nt_descriptor_block block = {NULL, 0};
    struct nt_descriptor changed;
    NTSTATUS status = nt_descriptor_change(kind, old, information, change, &identity, &block);

    if (!NT_SUCCESS(status)) {
        FUZZ_CHECK(is_known_status(status) && !block.bytes);
        return;
    }
    check_complete(&block, &changed);
    FUZZ_CHECK(same_sid(changed.owner,
                        information & OWNER_SECURITY_INFORMATION ? change->owner : old->owner));
    if (!is_stand_in(old->owner) && !is_stand_in(old->group)) {
        if (!(information & DACL_SECURITY_INFORMATION))
            FUZZ_CHECK(same_list(changed.dacl, old->dacl));
        if (!(information & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)))
            FUZZ_CHECK(same_list(changed.sacl, old->sacl));
    }
    nt_descriptor_block_deinit(&block);
}

static void check_descriptor(const struct nt_descriptor *parts, const uint8_t *head)
{
    struct nt_descriptor_default fallback;
    struct nt_descriptor_block block = {NULL, 0};
    struct nt_descriptor object;
    ACCESS_MASK desired;

    memcpy(&desired, head + 4, sizeof(desired));
    check_text(parts->owner);
    check_text(parts->group);
    check_writing(parts);
    check_selection(parts, head[2]);
    nt_descriptor_default(kind, &identity, &fallback);
    check_access(&fallback.descriptor, desired);
    check_change(&fallback.descriptor, head[2], parts);
    if (!check_new(parts, &block, &object))
        return;
    check_access(&object, desired);
    check_change(&object, head[2], &fallback.descriptor);
    nt_descriptor_block_deinit(&block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *bytes = data + HEAD;
    unsigned char *place;
    struct nt_descriptor parts;
    size_t shift;

    if (size < HEAD || size > HEAD + MAX_SIZE)
        return 0;
    size -= HEAD;
    /* It ends at the guard in any case; the shift decides where it begins. */
    shift = data[3] & 3 && size > 4 ? data[3] & 3 : 0;
    place = guarded_copy(&given_place, bytes + shift, size - shift, 1);
    set_identity(data[0]);
    kind = (enum nt_kind)(1 + data[1] % NT_KIND_THREAD);
    if (nt_descriptor_from_relative(place, size - shift, &parts) == STATUS_SUCCESS) {
        check_parts(&parts, place, size - shift);
        check_descriptor(&parts, data);
    }
    nt_identity_deinit(&identity);
    return 0;
}
