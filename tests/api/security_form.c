// SPDX-License-Identifier: MIT
/*
 * Whole security descriptors: how long they are, and from one form to the other.
 */
#include <string.h>

#include "api/security_kit.h"

#define HEAD  ((DWORD)sizeof(SECURITY_DESCRIPTOR_RELATIVE))
#define PARTS (16 + 16 + 64 + 128) /* of a full_descriptor */

/* Five buffers, as MakeAbsoluteSD takes them. */
struct apart {
    SECURITY_DESCRIPTOR sd;
    union a_sid owner, group;
    union a_list dacl, sacl;
    DWORD sd_size, owner_size, group_size, dacl_size, sacl_size;
};

static void sizes_are(struct apart *apart, DWORD sd, DWORD owner, DWORD group, DWORD dacl,
                      DWORD sacl)
{
    ok_eq(apart->sd_size, sd);
    ok_eq(apart->owner_size, owner);
    ok_eq(apart->group_size, group);
    ok_eq(apart->dacl_size, dacl);
    ok_eq(apart->sacl_size, sacl);
}

static BOOL take_apart(union a_block *block, struct apart *apart)
{
    return MakeAbsoluteSD(block, &apart->sd, &apart->sd_size, &apart->dacl.acl, &apart->dacl_size,
                          &apart->sacl.acl, &apart->sacl_size, &apart->owner, &apart->owner_size,
                          &apart->group, &apart->group_size);
}

static void make_block(struct full_descriptor *full, union a_block *block)
{
    DWORD size = sizeof(*block);

    full_descriptor_init(full);
    ok_succeeds(MakeSelfRelativeSD(&full->absolute, block, &size));
}

TEST(length_of_a_descriptor, "")
{
    struct full_descriptor full;
    union a_block block;
    SECURITY_DESCRIPTOR sd;

    make_block(&full, &block);
    ok_eq(HEAD, 20);
    ok_eq(GetSecurityDescriptorLength(&full.absolute), sizeof(SECURITY_DESCRIPTOR) + PARTS);
    ok_eq(GetSecurityDescriptorLength(&block), HEAD + PARTS);
    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_eq(GetSecurityDescriptorLength(&sd), SECURITY_DESCRIPTOR_MIN_LENGTH);
    ok_eq(SECURITY_DESCRIPTOR_MIN_LENGTH, sizeof(SECURITY_DESCRIPTOR));
}

TEST(self_relative_needs_room, "")
{
    struct full_descriptor full;
    union a_block block;
    DWORD size = 0;

    full_descriptor_init(&full);
    memset(&block, 0xCC, sizeof(block));
    ok_fails(MakeSelfRelativeSD(&full.absolute, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, HEAD + PARTS);
    size--;
    ok_fails(MakeSelfRelativeSD(&full.absolute, &block, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, HEAD + PARTS);
    ok_eq(block.room[0], 0xCCCCCCCC);
    ok_succeeds(MakeSelfRelativeSD(&full.absolute, &block, &size));
    ok_eq(block.room[(HEAD + PARTS) / 4], 0xCCCCCCCC);
    ok(IsValidSecurityDescriptor(&block));
}

TEST(self_relative_without_parts, "13.10")
{
    SECURITY_DESCRIPTOR sd;
    union a_block block;
    DWORD size = sizeof(block);

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_succeeds(SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE));
    ok_succeeds(MakeSelfRelativeSD(&sd, &block, &size));
    ok_eq(block.head.Control, SE_SELF_RELATIVE | SE_DACL_PRESENT);
    ok_eq(block.head.Owner | block.head.Group | block.head.Sacl | block.head.Dacl, 0);
    ok_eq(GetSecurityDescriptorLength(&block), HEAD);
}

TEST(self_relative_already, "")
{
    struct full_descriptor full;
    union a_block block, other;
    DWORD size = sizeof(other);

    make_block(&full, &block);
    todo_wine ok_fails(MakeSelfRelativeSD(&block, &other, &size), ERROR_BAD_DESCRIPTOR_FORMAT);
}

TEST(absolute_again, "")
{
    struct full_descriptor full;
    union a_block block, again;
    struct apart apart;
    DWORD size = sizeof(again);

    make_block(&full, &block);
    memset(&apart, 0xCC, sizeof(apart));
    memset(&apart.sd, 0, sizeof(apart.sd));
    apart.sd_size = sizeof(apart.sd);
    apart.owner_size = apart.group_size = 16;
    apart.dacl_size = 64;
    apart.sacl_size = 128;
    ok_succeeds(take_apart(&block, &apart));
    sizes_are(&apart, sizeof(SECURITY_DESCRIPTOR), 16, 16, 64, 128);
    ok_ptr_eq(apart.sd.Owner, &apart.owner);
    ok_ptr_eq(apart.sd.Group, &apart.group);
    ok_ptr_eq(apart.sd.Dacl, &apart.dacl);
    ok_ptr_eq(apart.sd.Sacl, &apart.sacl);
    ok_eq(apart.sd.Control, full.absolute.Control);
    ok_eq(apart.owner.bytes[16], 0xCC);
    ok_eq(apart.dacl.room[16], 0xCCCCCCCC);
    ok_succeeds(MakeSelfRelativeSD(&apart.sd, &again, &size));
    ok_eq(size >= HEAD + PARTS, 1);
    ok_mem_eq(&again, &block, HEAD + PARTS);
}

TEST(absolute_needs_room, "")
{
    struct full_descriptor full;
    union a_block block;
    struct apart apart;

    make_block(&full, &block);
    memset(&apart, 0, sizeof(apart));
    ok_fails(MakeAbsoluteSD(&block, NULL, &apart.sd_size, NULL, &apart.dacl_size, NULL,
                            &apart.sacl_size, NULL, &apart.owner_size, NULL, &apart.group_size),
             ERROR_INSUFFICIENT_BUFFER);
    sizes_are(&apart, sizeof(SECURITY_DESCRIPTOR), 16, 16, 64, 128);
    ok_succeeds(take_apart(&block, &apart));
}

/* One of them too small: nothing is written. */
TEST(absolute_needs_room_for_each_part, "")
{
    struct full_descriptor full;
    union a_block block;
    struct apart apart;
    DWORD *const sizes[] = {&apart.sd_size, &apart.owner_size, &apart.group_size, &apart.dacl_size,
                            &apart.sacl_size};

    make_block(&full, &block);
    memset(&apart, 0, sizeof(apart));
    ok(!take_apart(&block, &apart));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        test_note("size %u", (unsigned)i);
        --*sizes[i];
        ok_fails(take_apart(&block, &apart), ERROR_INSUFFICIENT_BUFFER);
        sizes_are(&apart, sizeof(SECURITY_DESCRIPTOR), 16, 16, 64, 128);
    }
    ok_eq(apart.sd.Revision, 0);
    ok_eq(apart.owner.sid.Revision, 0);
    ok_eq(apart.dacl.acl.AclSize, 0);
}

TEST(absolute_without_parts, "")
{
    SECURITY_DESCRIPTOR sd;
    union a_block block;
    struct apart apart;
    DWORD size = sizeof(block);

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_succeeds(SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE));
    ok_succeeds(MakeSelfRelativeSD(&sd, &block, &size));
    memset(&apart, 0, sizeof(apart));
    apart.sd_size = sizeof(apart.sd);
    ok_succeeds(MakeAbsoluteSD(&block, &apart.sd, &apart.sd_size, NULL, &apart.dacl_size, NULL,
                               &apart.sacl_size, NULL, &apart.owner_size, NULL, &apart.group_size));
    ok_ptr_eq(apart.sd.Owner, NULL);
    ok_ptr_eq(apart.sd.Dacl, NULL);
    ok_eq(apart.sd.Control, SE_DACL_PRESENT);
}

TEST(absolute_already, "")
{
    struct full_descriptor full;
    union a_block block;
    struct apart apart;

    make_block(&full, &block);
    memset(&apart, 0, sizeof(apart));
    todo_wine ok_fails(MakeAbsoluteSD(&full.absolute, &apart.sd, &apart.sd_size, NULL,
                                      &apart.dacl_size, NULL, &apart.sacl_size, NULL,
                                      &apart.owner_size, NULL, &apart.group_size),
                       ERROR_BAD_DESCRIPTOR_FORMAT);
}
