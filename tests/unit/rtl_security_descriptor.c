// SPDX-License-Identifier: MIT
/*
 * rtl/descriptor: both forms, read and written; parts of one; the rights that asking and changing
 * take.
 */
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

/* Two descriptors say the same. */
static void same(const struct nt_descriptor *a, const struct nt_descriptor *b)
{
    ok_eq(a->control, b->control);
    ok_eq(a->owner != NULL, b->owner != NULL);
    ok_eq(a->group != NULL, b->group != NULL);
    if (a->owner && b->owner)
        ok(nt_sid_equal(a->owner, b->owner));
    if (a->group && b->group)
        ok(nt_sid_equal(a->group, b->group));
    ok_str_eq(kit_text(a->dacl), kit_text(b->dacl));
    ok_str_eq(kit_text(a->sacl), kit_text(b->sacl));
}

TEST(what_is_written_is_read_again, "13.28")
{
    struct nt_descriptor whole = kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4), DENY(BOB, 2)),
                                              LIST(AUDIT(BOB, 1), LABEL(LOW, 1)));
    struct nt_descriptor read;
    const unsigned char *bytes;
    size_t size;

    whole.control |= SE_DACL_PROTECTED | SE_SACL_AUTO_INHERITED | SE_OWNER_DEFAULTED;
    for (unsigned without = 0; without < 16; without++) {
        struct nt_descriptor some = whole;

        some.owner = without & 1 ? NULL : some.owner;
        some.group = without & 2 ? NULL : some.group;
        some.dacl = without & 4 ? NULL : some.dacl;
        some.sacl = without & 8 ? NULL : some.sacl;
        bytes = kit_relative(&some, &size);
        ok_eq(size % 4, 0);
        ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_SUCCESS);
        same(&read, &some);
        ok_status(nt_descriptor_from_application(bytes, &read), STATUS_SUCCESS);
        same(&read, &some);
        /* No byte of it is to spare. */
        if (without != 15)
            ok(!NT_SUCCESS(nt_descriptor_from_relative(bytes, size - 1, &read)));
    }
}

TEST(a_relative_descriptor_may_lie_anywhere, "13.28")
{
    struct nt_descriptor whole = kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4)), LIST(LABEL(LOW, 1)));
    struct nt_descriptor read;
    unsigned char moved[256];
    size_t size;
    const unsigned char *bytes = kit_relative(&whole, &size);

    for (unsigned shift = 1; shift < 4; shift++) {
        memcpy(moved + shift, bytes, size);
        ok_status(nt_descriptor_from_relative(moved + shift, size, &read), STATUS_SUCCESS);
        same(&read, &whole);
    }
}

TEST(bytes_that_are_no_descriptor, "13.33")
{
    struct nt_descriptor whole = kit_descriptor(ALICE, LIST(ALLOW(EVERYONE, 4))), read = {0};
    SECURITY_DESCRIPTOR_RELATIVE header;
    unsigned char bytes[256];
    const unsigned char *good;
    size_t size;

    good = kit_relative(&whole, &size);
    memcpy(bytes, good, size);
    memcpy(&header, bytes, sizeof(header));
    for (size_t n = 0; n < 20; n++)
        ok_status(nt_descriptor_from_relative(bytes, n, &read), STATUS_INVALID_SECURITY_DESCR);
    for (unsigned revision = 0; revision < 256; revision++) {
        bytes[0] = (unsigned char)revision;
        ok_status(nt_descriptor_from_relative(bytes, size, &read),
                  revision == 1 ? STATUS_SUCCESS : STATUS_UNKNOWN_REVISION);
        if (revision != 1)
            ok_status(nt_descriptor_from_application(bytes, &read), STATUS_UNKNOWN_REVISION);
    }
    bytes[0] = 1;
    bytes[3] &= 0x7F;
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_INVALID_SECURITY_DESCR);
    bytes[3] |= 0x80;
    bytes[header.Owner] = 7;
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_INVALID_SID);
    bytes[header.Owner] = 1;
    bytes[header.Group + 1] = 16;
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_INVALID_SID);
    bytes[header.Group + 1] = 2;
    bytes[header.Dacl] = 1;
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_INVALID_ACL);
}

TEST(offsets_that_lead_elsewhere, "13.33")
{
    static const uint32_t wrong[] = {1, 4, 19, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFEC};
    struct nt_descriptor whole = kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4)), LIST(LABEL(LOW, 1)));
    struct nt_descriptor read;
    unsigned char bytes[256];
    size_t size;
    const unsigned char *good = kit_relative(&whole, &size);

    for (size_t field = 4; field < 20; field += 4) {
        uint32_t end = (uint32_t)size;

        for (size_t i = 0; i < 7; i++) {
            memcpy(bytes, good, size);
            memcpy(bytes + field, &wrong[i], 4);
            ok_status(nt_descriptor_from_relative(bytes, size, &read),
                      STATUS_INVALID_SECURITY_DESCR);
        }
        memcpy(bytes, good, size);
        memcpy(bytes + field, &end, 4);
        ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_INVALID_SECURITY_DESCR);
        end -= 4;
        memcpy(bytes + field, &end, 4);
        ok(!NT_SUCCESS(nt_descriptor_from_relative(bytes, size, &read)));
    }
}

/* Lists that are not said to be present are not looked at. */
TEST(a_list_that_is_not_present_says_nothing, "13.9")
{
    struct nt_descriptor whole = kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4)), LIST(LABEL(LOW, 1)));
    struct nt_descriptor read;
    SECURITY_DESCRIPTOR_RELATIVE header;
    unsigned char bytes[256];
    const unsigned char *good;
    size_t size;

    good = kit_relative(&whole, &size);
    memcpy(bytes, good, size);
    memcpy(&header, bytes, sizeof(header));
    memset(bytes + header.Dacl, 0xFF, 8);
    memset(bytes + header.Sacl, 0xFF, 8);
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_INVALID_ACL);
    header.Control = SE_SELF_RELATIVE;
    memcpy(bytes, &header, sizeof(header));
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_SUCCESS);
    ok_ptr_eq(read.dacl, NULL);
    ok_ptr_eq(read.sacl, NULL);
    ok_eq(read.control, 0);
}

TEST(an_absolute_descriptor_is_read, "13.28 13.33")
{
    SECURITY_DESCRIPTOR absolute = {.Revision = 1, .Control = SE_DACL_PRESENT | SE_SACL_PRESENT};
    struct nt_descriptor read;
    unsigned char bad[8] = {0};

    absolute.Owner = (PSID)(uintptr_t)kit_sid(ALICE);
    absolute.Group = (PSID)(uintptr_t)kit_sid(STAFF);
    absolute.Dacl = LIST(ALLOW(BOB, 7));
    absolute.Sacl = LIST(LABEL(LOW, 1));
    ok_status(nt_descriptor_from_application(&absolute, &read), STATUS_SUCCESS);
    ok_ptr_eq(read.owner, absolute.Owner);
    ok_ptr_eq(read.group, absolute.Group);
    ok_ptr_eq(read.dacl, absolute.Dacl);
    ok_ptr_eq(read.sacl, absolute.Sacl);
    ok_eq(read.control, SE_DACL_PRESENT | SE_SACL_PRESENT);
    absolute.Owner = bad;
    ok_status(nt_descriptor_from_application(&absolute, &read), STATUS_INVALID_SID);
    absolute.Owner = NULL;
    absolute.Dacl = (PACL)(void *)bad;
    ok_status(nt_descriptor_from_application(&absolute, &read), STATUS_INVALID_ACL);
    absolute.Control = 0;
    ok_status(nt_descriptor_from_application(&absolute, &read), STATUS_SUCCESS);
    ok(!read.owner && !read.dacl && !read.sacl && read.group);
    absolute.Revision = 0;
    ok_status(nt_descriptor_from_application(&absolute, &read), STATUS_UNKNOWN_REVISION);
}

/* --- copying -------------------------------------------------------------------------------- */

/* What the application does to its memory afterwards changes nothing in the copy. */
static void check_capture(void *descriptor, size_t size, ACL *own_dacl)
{
    struct nt_descriptor_block block = {NULL, 0};
    struct nt_descriptor copy;

    if (ok_status(nt_descriptor_capture(descriptor, &block, &copy), STATUS_SUCCESS)) {
        memset(descriptor, 0xFF, size);
        if (own_dacl)
            memset(own_dacl, 0xFF, sizeof(*own_dacl));
        ok_eq(copy.control, SE_DACL_PRESENT | SE_SACL_PRESENT);
        is_sid(copy.owner, ALICE);
        is_sid(copy.group, STAFF);
        ok_str_eq(kit_text(copy.dacl), "0 0 7 " BOB);
        ok_str_eq(kit_text(copy.sacl), "11 0 1 " LOW);
    }
    nt_descriptor_block_deinit(&block);
}

TEST(a_copy_does_not_change_with_what_it_was_made_of, "13.6 13.28")
{
    SECURITY_DESCRIPTOR absolute = {.Revision = 1, .Control = SE_DACL_PRESENT | SE_SACL_PRESENT};
    struct nt_descriptor from = kit_labelled(ALICE, LIST(ALLOW(BOB, 7)), LIST(LABEL(LOW, 1)));
    unsigned char moved[256];
    const unsigned char *bytes;
    size_t size;

    absolute.Owner = (PSID)(uintptr_t)kit_sid(ALICE);
    absolute.Group = (PSID)(uintptr_t)kit_sid(STAFF);
    absolute.Dacl = LIST(ALLOW(BOB, 7));
    absolute.Sacl = LIST(LABEL(LOW, 1));
    check_capture(&absolute, sizeof(absolute), absolute.Dacl);
    bytes = kit_relative(&from, &size);
    require(size < sizeof(moved), "%zu bytes", size);
    memcpy(moved + 1, bytes, size); /* not aligned */
    check_capture(moved + 1, size, NULL);
}

/* The same is refused with the same status as where it is only looked at. */
TEST(what_is_no_descriptor_is_not_copied, "13.33")
{
    struct nt_descriptor from = kit_labelled(ALICE, LIST(ALLOW(BOB, 7)), LIST(LABEL(LOW, 1)));
    struct nt_descriptor looked, copy;
    unsigned char changed[256 + 65536] = {0};
    unsigned n_good = 0, n_bad = 0;
    size_t size;
    const unsigned char *bytes = kit_relative(&from, &size);

    for (size_t bit = 0; bit < size * 8; bit++) {
        struct nt_descriptor_block block = {NULL, 0};
        NTSTATUS status;

        /* Offsets that lead out of the test's memory are nothing to read from. */
        if (bit / 8 >= 4 && bit / 8 < 20 && (bit / 8 % 4 >= 2))
            continue;
        memcpy(changed, bytes, size);
        changed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (!(changed[3] & 0x80))
            continue; /* it would be an absolute one */
        status = nt_descriptor_from_application(changed, &looked);
        ok_status(nt_descriptor_capture(changed, &block, &copy), status);
        if (status == STATUS_SUCCESS) {
            ok_eq(copy.control, looked.control);
            ok_eq(copy.dacl != NULL, looked.dacl != NULL);
            if (copy.dacl)
                ok_mem_eq(copy.dacl, looked.dacl, nt_acl_used(copy.dacl));
        }
        n_good += status == STATUS_SUCCESS;
        n_bad += status != STATUS_SUCCESS;
        nt_descriptor_block_deinit(&block);
    }
    ok(n_good > 50 && n_bad > 50, "%u good, %u bad", n_good, n_bad);
}

/* What lay in the application's memory behind the last entry does not travel. */
TEST(unused_bytes_of_a_list_become_zeroes, "13.28")
{
    ACL *dacl = kit_empty(8 + 20 + 41);
    struct nt_descriptor descriptor = kit_descriptor(ALICE, dacl), read;
    const unsigned char *bytes;
    size_t size;

    memset(dacl + 1, 0xEE, 61);
    require(nt_acl_add(dacl, 2, 0, 0, 4, kit_sid(EVERYONE)) == 0, "no entry");
    bytes = kit_relative(&descriptor, &size);
    ok_eq(size, 20 + 72 + 16 + 16);
    for (size_t i = 0; i < size; i++)
        ok_ne(bytes[i], 0xEE);
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_SUCCESS);
    same(&read, &descriptor);
}

TEST(parts_that_are_asked_for, "13.29 13.36")
{
    struct nt_descriptor whole =
        kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4)), LIST(AUDIT(BOB, 1), LABEL(LOW, 1)));
    struct nt_descriptor some;

    whole.control |=
        SE_OWNER_DEFAULTED | SE_GROUP_DEFAULTED | SE_DACL_PROTECTED | SE_SACL_PROTECTED;
    nt_descriptor_select(&whole, 0, &some);
    ok(!some.owner && !some.group && !some.dacl && !some.sacl && some.control == 0);
    ok_eq(nt_descriptor_size(&some), 20);
    nt_descriptor_select(&whole, 0x0FFE0000, &some);
    ok(!some.owner && !some.group && !some.dacl && !some.sacl && some.control == 0);
    nt_descriptor_select(&whole, OWNER_SECURITY_INFORMATION, &some);
    ok(some.owner == whole.owner && !some.group && !some.dacl && !some.sacl);
    ok_eq(some.control, SE_OWNER_DEFAULTED);
    nt_descriptor_select(&whole, GROUP_SECURITY_INFORMATION, &some);
    ok(!some.owner && some.group == whole.group && !some.dacl && !some.sacl);
    ok_eq(some.control, SE_GROUP_DEFAULTED);
    nt_descriptor_select(&whole, DACL_SECURITY_INFORMATION, &some);
    ok(!some.owner && !some.group && some.dacl == whole.dacl && !some.sacl);
    ok_eq(some.control, SE_DACL_PRESENT | SE_DACL_PROTECTED);
    nt_descriptor_select(&whole, SACL_SECURITY_INFORMATION, &some);
    ok(!some.owner && !some.group && !some.dacl && some.sacl == whole.sacl && !some.only_labels);
    ok_eq(some.control, SE_SACL_PRESENT | SE_SACL_PROTECTED);
}

/* Whoever may not see the audit entries sees the label all the same. */
TEST(a_label_is_told_without_the_rest_of_its_list, "13.40 13.23")
{
    struct nt_descriptor whole = kit_labelled(
        ALICE, NULL, LIST(AUDIT(BOB, 1), LABEL(LOW, 1), AUDIT(EVERYONE, 2), LABEL(HIGH, 7)));
    struct nt_descriptor some, read;
    const unsigned char *bytes;
    size_t size;

    nt_descriptor_select(&whole, LABEL_SECURITY_INFORMATION, &some);
    bytes = kit_relative(&some, &size);
    ok_eq(size, 20 + 8 + 2 * 20);
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_SUCCESS);
    ok_str_eq(kit_text(read.sacl), "11 0 1 " LOW "; 11 0 7 " HIGH);
    nt_descriptor_select(&whole, LABEL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION, &some);
    bytes = kit_relative(&some, &size);
    ok_status(nt_descriptor_from_relative(bytes, size, &read), STATUS_SUCCESS);
    ok_eq(kit_count(read.sacl), 4);
    /* No label, no list. */
    whole.sacl = LIST(AUDIT(BOB, 1));
    nt_descriptor_select(&whole, LABEL_SECURITY_INFORMATION, &some);
    ok(!some.sacl && some.control == 0);
}

TEST(rights_that_asking_takes, "13.22 13.23")
{
    ok_eq(nt_descriptor_access_for_get(0), 0);
    ok_eq(nt_descriptor_access_for_get(OWNER_SECURITY_INFORMATION), READ_CONTROL);
    ok_eq(nt_descriptor_access_for_get(GROUP_SECURITY_INFORMATION), READ_CONTROL);
    ok_eq(nt_descriptor_access_for_get(DACL_SECURITY_INFORMATION), READ_CONTROL);
    ok_eq(nt_descriptor_access_for_get(LABEL_SECURITY_INFORMATION), READ_CONTROL);
    ok_eq(nt_descriptor_access_for_get(SACL_SECURITY_INFORMATION), ACCESS_SYSTEM_SECURITY);
    ok_eq(nt_descriptor_access_for_get(SACL_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION),
          ACCESS_SYSTEM_SECURITY | READ_CONTROL);
    ok_eq(nt_descriptor_access_for_get(BACKUP_SECURITY_INFORMATION),
          ACCESS_SYSTEM_SECURITY | READ_CONTROL);
    ok_eq(nt_descriptor_access_for_get(0x0FFE0000), 0);
}

TEST(rights_that_changing_takes, "13.31")
{
    ok_eq(nt_descriptor_access_for_set(0), 0);
    ok_eq(nt_descriptor_access_for_set(OWNER_SECURITY_INFORMATION), WRITE_OWNER);
    ok_eq(nt_descriptor_access_for_set(GROUP_SECURITY_INFORMATION), WRITE_OWNER);
    ok_eq(nt_descriptor_access_for_set(LABEL_SECURITY_INFORMATION), WRITE_OWNER);
    ok_eq(nt_descriptor_access_for_set(DACL_SECURITY_INFORMATION), WRITE_DAC);
    ok_eq(nt_descriptor_access_for_set(SACL_SECURITY_INFORMATION), ACCESS_SYSTEM_SECURITY);
    ok_eq(nt_descriptor_access_for_set(7), WRITE_OWNER | WRITE_DAC);
    ok_eq(nt_descriptor_access_for_set(BACKUP_SECURITY_INFORMATION),
          WRITE_OWNER | WRITE_DAC | ACCESS_SYSTEM_SECURITY);
}
