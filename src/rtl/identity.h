/* SPDX-License-Identifier: MIT */
/*
 * Who asks: what an access check knows of a token. It holds kernel numbers, and the SIDs follow
 * from them: the user S-1-22-1-UID; the groups S-1-22-2-GID, Everyone, Authenticated Users, and
 * for uid 0 the system and the administrators. The library makes one from its thread's
 * credentials, the broker from those of the connection's peer.
 */
#ifndef NT_RTL_IDENTITY_H
#define NT_RTL_IDENTITY_H

#include "rtl/sid.h"

/* Privileges that a check may ask for; on the wire too. */
enum nt_in_force {
    NT_IN_FORCE_SECURITY = 1,       /* SeSecurityPrivilege */
    NT_IN_FORCE_CREATE_GLOBAL = 2,  /* SeCreateGlobalPrivilege */
    NT_IN_FORCE_TAKE_OWNERSHIP = 4, /* SeTakeOwnershipPrivilege */
    NT_IN_FORCE_RESTORE = 8,        /* SeRestorePrivilege: any owner may be assigned */
    NT_IN_FORCE_RELABEL = 16,       /* SeRelabelPrivilege: a label above the own one */
    NT_IN_FORCE_ALL = 31,
};

#define NT_IDENTITY_INLINE 32

struct nt_identity {
    uint32_t uid, gid; /* effective */
    uint32_t *groups;  /* supplementary, sorted; @own or the heap's */
    size_t n_groups;
    uint32_t integrity; /* an RID */
    uint32_t in_force;  /* enum nt_in_force */
    uint32_t own[NT_IDENTITY_INLINE];
};

/**
 * nt_identity_init() - from the kernel's numbers, with the integrity level that follows from @uid
 * (High for 0, else Medium) and no privilege in force
 * @groups: in any order; copied
 *
 * Return: 0; -ENOMEM. nt_identity_deinit() when no more needed. It must not be moved.
 */
int nt_identity_init(struct nt_identity *identity, uint32_t uid, uint32_t gid,
                     const uint32_t *groups, size_t n_groups);
void nt_identity_deinit(struct nt_identity *identity);

/** nt_identity_has() - is @sid its user or one of its groups? */
bool nt_identity_has(const struct nt_identity *identity, const SID *sid);
/** nt_identity_user() - the user's SID */
void nt_identity_user(const struct nt_identity *identity, struct nt_sid *ret_sid);
/** nt_identity_owner() - of what it creates: the administrators for uid 0, else the user (13.12) */
void nt_identity_owner(const struct nt_identity *identity, struct nt_sid *ret_sid);
/** nt_identity_primary_group() - of what it creates */
void nt_identity_primary_group(const struct nt_identity *identity, struct nt_sid *ret_sid);
/** nt_identity_may_own() - may it make @sid the owner of something? (13.37) */
bool nt_identity_may_own(const struct nt_identity *identity, const SID *sid);
/**
 * nt_identity_group() - the @index-th group, as GetTokenInformation(TokenGroups) tells them
 * @ret_attributes: SE_GROUP_ bits
 *
 * Return: false behind the last one.
 */
bool nt_identity_group(const struct nt_identity *identity, size_t index, struct nt_sid *ret_sid,
                       uint32_t *ret_attributes);

#endif
