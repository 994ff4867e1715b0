/* SPDX-License-Identifier: MIT */
/*
 * Security descriptors: owner, group, DACL, SACL. An application gives an absolute one (four
 * pointers) or a self-relative one (offsets into one block). Everything here works on a view:
 * where the four parts are, after each has been checked. What is kept and what travels is always
 * self-relative.
 */
#ifndef NT_RTL_DESCRIPTOR_H
#define NT_RTL_DESCRIPTOR_H

#include "rtl/access.h"
#include "rtl/acl.h"
#include "rtl/identity.h"

/* The longest that an object keeps. */
#define NT_DESCRIPTOR_MAX 65536u

/* Parts of a descriptor, borrowed. */
struct nt_descriptor {
    uint16_t control; /* SE_ bits, SE_SELF_RELATIVE not among them */
    const SID *owner; /* NULL: none */
    const SID *group;
    const ACL *dacl; /* NULL with SE_DACL_PRESENT: everyone may do everything (13.10) */
    const ACL *sacl;
    bool only_labels; /* of @sacl the mandatory labels count, and nothing else */
};

/**
 * nt_descriptor_from_relative() - the parts of a self-relative descriptor in @size bytes
 *
 * Nothing in it is believed; it need not be aligned. Return: STATUS_SUCCESS;
 * STATUS_UNKNOWN_REVISION (13.33); STATUS_INVALID_SECURITY_DESCR, STATUS_INVALID_ACL,
 * STATUS_INVALID_SID for what is not one.
 */
NTSTATUS nt_descriptor_from_relative(const void *bytes, size_t size,
                                     struct nt_descriptor *ret_descriptor);
/**
 * nt_descriptor_from_application() - the parts of what an application points at, of either form
 *
 * Its memory is read as far as the lengths in it say, as on Windows.
 */
NTSTATUS nt_descriptor_from_application(const void *descriptor,
                                        struct nt_descriptor *ret_descriptor);

/** nt_descriptor_size() - bytes of the self-relative form */
size_t nt_descriptor_size(const struct nt_descriptor *descriptor);
/** nt_descriptor_to_relative() - write it; @bytes has nt_descriptor_size() of them, 4-aligned parts
 */
void nt_descriptor_to_relative(const struct nt_descriptor *descriptor, void *bytes);
/** nt_descriptor_select() - only the parts that @information (OWNER_SECURITY_INFORMATION...) names
 */
void nt_descriptor_select(const struct nt_descriptor *from, SECURITY_INFORMATION information,
                          struct nt_descriptor *ret_descriptor);

/* A self-relative descriptor that is owned. */
struct nt_descriptor_block {
    void *bytes; /* malloc'ed, or NULL */
    size_t size;
};

/** nt_descriptor_block_deinit() - for NT_CLEANUP too */
void nt_descriptor_block_deinit(struct nt_descriptor_block *block);

/**
 * nt_descriptor_capture() - a copy of what an application points at, and the parts of the copy
 * @ret_block: the caller's to free; on failure it may be set too, so give an empty one
 *
 * For whoever decides by it or walks it twice: the application's memory may change meanwhile.
 * Return: as nt_descriptor_from_application(); STATUS_NO_MEMORY.
 */
NTSTATUS nt_descriptor_capture(const void *descriptor, struct nt_descriptor_block *ret_block,
                               struct nt_descriptor *ret_descriptor);

/* What a new object gets where nothing is said: of the token, if that has some of its own. */
struct nt_descriptor_defaults {
    const SID *owner; /* NULL: nt_identity_owner() and its kin */
    const SID *group;
    const ACL *dacl;
};

/* The descriptor of an object for which nobody said anything; it must not be moved. */
struct nt_descriptor_default {
    struct nt_descriptor descriptor; /* points into the rest */
    struct nt_sid owner, group;
    uint32_t dacl[2 + 2 * (2 + SECURITY_MAX_SID_SIZE / 4)];
    uint32_t sacl[2 + 2 + 3];
};

/**
 * nt_descriptor_default() - what nt_descriptor_for_new() makes of nothing, without any memory
 *
 * Owner and group of @identity; a DACL that gives the owner and the system everything; below Medium
 * the label of the own level (13.8, 13.12).
 */
void nt_descriptor_default(enum nt_kind kind, const struct nt_identity *identity,
                           struct nt_descriptor_default *ret_default);

/**
 * nt_descriptor_for_new() - the descriptor of a new object (13.6, 13.8 to 13.12)
 * @given:    by the creator; NULL is none
 * @defaults: NULL is none
 *
 * Owner and group that are missing, and a DACL that is not present, come from the defaults;
 * generic rights are mapped for @kind; CREATOR OWNER and GROUP become who they are; whoever is
 * below Medium labels what it makes. Return: STATUS_SUCCESS; STATUS_INVALID_OWNER;
 * STATUS_PRIVILEGE_NOT_HELD for a SACL with more than a label, or a label above the own level;
 * STATUS_INVALID_ACL for entries that no object here may have; STATUS_INVALID_SECURITY_DESCR when
 * it is longer than NT_DESCRIPTOR_MAX; STATUS_NO_MEMORY.
 */
NTSTATUS nt_descriptor_for_new(enum nt_kind kind, const struct nt_descriptor *given,
                               const struct nt_descriptor_defaults *defaults,
                               const struct nt_identity *identity,
                               struct nt_descriptor_block *ret_block);

/** nt_descriptor_access_for_get() - rights that a query of @information takes (13.22, 13.23) */
ACCESS_MASK nt_descriptor_access_for_get(SECURITY_INFORMATION information);
/** nt_descriptor_access_for_set() - and a change (13.31) */
ACCESS_MASK nt_descriptor_access_for_set(SECURITY_INFORMATION information);

/**
 * nt_descriptor_change() - @old with the parts that @information names from @change
 *
 * What SetKernelObjectSecurity does once the rights are there (13.31 to 13.37). Return: as
 * nt_descriptor_for_new(); STATUS_INVALID_SECURITY_DESCR where an owner or group is asked for and
 * not there (13.34).
 */
NTSTATUS nt_descriptor_change(enum nt_kind kind, const struct nt_descriptor *old,
                              SECURITY_INFORMATION information, const struct nt_descriptor *change,
                              const struct nt_identity *identity,
                              struct nt_descriptor_block *ret_block);

#endif
