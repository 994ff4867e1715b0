// SPDX-License-Identifier: MIT
/*
 * A copy of an application's descriptor, made before anything is decided by it. The application's
 * memory may change at any moment: another thread writes there, or another process where it is
 * shared. So each length is read once, is written into the copy over what came with the bytes, and
 * only the copy is checked and walked.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/descriptor.h"
#include "util/macro.h"

#define HEADER_SIZE  sizeof(SECURITY_DESCRIPTOR_RELATIVE)
#define BEFORE_OWNER offsetof(SECURITY_DESCRIPTOR_RELATIVE, Owner)

enum { OWNER, GROUP, SACL, DACL, N_PARTS };

/* One part: where it is, and what says how long it is, as it was read. */
struct part {
    const unsigned char *from; /* NULL: none */
    size_t size;
    unsigned char said[sizeof(ACL)];
    size_t n_said;
};

static NTSTATUS find_relative(const void *descriptor, struct part part[static N_PARTS])
{
    DWORD offset[N_PARTS];

    memcpy(offset, (const unsigned char *)descriptor + BEFORE_OWNER, sizeof(offset));
    for (int i = 0; i < N_PARTS; i++) {
        if (offset[i] == 0)
            continue;
        if (offset[i] < HEADER_SIZE)
            return STATUS_INVALID_SECURITY_DESCR;
        part[i].from = (const unsigned char *)descriptor + offset[i];
    }
    return STATUS_SUCCESS;
}

static void find_absolute(const void *descriptor, struct part part[static N_PARTS])
{
    SECURITY_DESCRIPTOR absolute;

    memcpy(&absolute, descriptor, sizeof(absolute));
    part[OWNER].from = absolute.Owner;
    part[GROUP].from = absolute.Group;
    part[SACL].from = (const unsigned char *)absolute.Sacl;
    part[DACL].from = (const unsigned char *)absolute.Dacl;
}

static NTSTATUS measure_sid(struct part *part)
{
    part->n_said = 2;
    memcpy(part->said, part->from, part->n_said);
    if (part->said[0] != SID_REVISION || part->said[1] > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_SID;
    part->size = nt_sid_length(part->said[1]);
    return STATUS_SUCCESS;
}

static NTSTATUS measure_acl(struct part *part)
{
    uint16_t size;

    part->n_said = sizeof(ACL);
    memcpy(part->said, part->from, part->n_said);
    memcpy(&size, part->said + offsetof(ACL, AclSize), sizeof(size));
    if (size < sizeof(ACL))
        return STATUS_INVALID_ACL;
    part->size = size;
    return STATUS_SUCCESS;
}

/* Where the parts are and how long; a list that is not present is none. */
static NTSTATUS measure(const void *descriptor, uint16_t control, struct part part[static N_PARTS])
{
    NTSTATUS status = STATUS_SUCCESS;

    if (control & SE_SELF_RELATIVE)
        status = find_relative(descriptor, part);
    else
        find_absolute(descriptor, part);
    if (!(control & SE_SACL_PRESENT))
        part[SACL].from = NULL;
    if (!(control & SE_DACL_PRESENT))
        part[DACL].from = NULL;
    for (int i = 0; i < N_PARTS && NT_SUCCESS(status); i++) {
        if (part[i].from)
            status = i == OWNER || i == GROUP ? measure_sid(&part[i]) : measure_acl(&part[i]);
    }
    return status;
}

static DWORD copy_part(const struct part *part, unsigned char *bytes, size_t *at)
{
    DWORD offset = (DWORD)*at;

    if (!part->from)
        return 0;
    memcpy(bytes + offset, part->from, part->size);
    memcpy(bytes + offset, part->said, part->n_said);
    *at += nt_align_up(part->size, 4);
    return offset;
}

NTSTATUS nt_descriptor_capture(const void *descriptor, struct nt_descriptor_block *ret_block,
                               struct nt_descriptor *ret_descriptor)
{
    SECURITY_DESCRIPTOR_RELATIVE header = {0};
    struct part part[N_PARTS] = {{.from = NULL}};
    size_t size = HEADER_SIZE, at = HEADER_SIZE;
    unsigned char *bytes;
    NTSTATUS status;

    memcpy(&header, descriptor, BEFORE_OWNER);
    if (header.Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    status = measure(descriptor, header.Control, part);
    if (!NT_SUCCESS(status))
        return status;
    for (int i = 0; i < N_PARTS; i++)
        size += nt_align_up(part[i].size, 4);
    bytes = calloc(1, size);
    if (!bytes)
        return STATUS_NO_MEMORY;
    *ret_block = (struct nt_descriptor_block){bytes, size};
    header.Control |= SE_SELF_RELATIVE;
    header.Owner = copy_part(&part[OWNER], bytes, &at);
    header.Group = copy_part(&part[GROUP], bytes, &at);
    header.Sacl = copy_part(&part[SACL], bytes, &at);
    header.Dacl = copy_part(&part[DACL], bytes, &at);
    memcpy(bytes, &header, sizeof(header));
    return nt_descriptor_from_relative(bytes, size, ret_descriptor);
}
