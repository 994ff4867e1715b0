// SPDX-License-Identifier: MIT
/*
 * Names of SIDs and SIDs of names; see accounts.h.
 */
#include "lib/security/accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/environment.h"
#include "os/accounts.h"
#include "rtl/status.h"
#include "rtl/well-known.h"
#include "util/macro.h"

#define USERS  "Unix User"
#define GROUPS "Unix Group"

_Static_assert(NT_ACCOUNT_SIZE >= NT_OS_ACCOUNT_NAME_SIZE, "every name fits");

static NTSTATUS status_of(int error)
{
    return error == -ENOENT ? STATUS_NONE_MAPPED : nt_status_from_errno(error);
}

static void fill(struct nt_account *account, const char *domain, const char *name, SID_NAME_USE use)
{
    snprintf(account->domain, sizeof(account->domain), "%s", domain);
    snprintf(account->name, sizeof(account->name), "%s", name);
    account->use = use;
}

/* --- of a SID ------------------------------------------------------------------------------- */

NTSTATUS nt_account_of_sid(const SID *sid, struct nt_account *ret_account)
{
    const struct nt_well_known *known = nt_well_known_by_sid(sid);
    char name[NT_OS_ACCOUNT_NAME_SIZE];
    uint32_t number;
    int error;

    if (known && known->name) {
        fill(ret_account, known->domain, known->name, (SID_NAME_USE)known->use);
        return STATUS_SUCCESS;
    }
    if (nt_sid_is_uid(sid, &number)) {
        error = nt_os_user_name(number, name);
        if (!error)
            fill(ret_account, USERS, name, SidTypeUser);
        return status_of(error);
    }
    if (nt_sid_is_gid(sid, &number)) {
        error = nt_os_group_name(number, name);
        if (!error)
            fill(ret_account, GROUPS, name, SidTypeGroup);
        return status_of(error);
    }
    return STATUS_NONE_MAPPED;
}

/* --- of a name ------------------------------------------------------------------------------ */

static NTSTATUS find_user(const char *name, struct nt_sid *ret_sid, struct nt_account *ret_account)
{
    uint32_t uid;
    int error = nt_os_user_number(name, &uid);

    if (error)
        return status_of(error);
    nt_sid_of_uid(ret_sid, uid);
    fill(ret_account, USERS, name, SidTypeUser);
    return STATUS_SUCCESS;
}

static NTSTATUS find_group(const char *name, struct nt_sid *ret_sid, struct nt_account *ret_account)
{
    uint32_t gid;
    int error = nt_os_group_number(name, &gid);

    if (error)
        return status_of(error);
    nt_sid_of_gid(ret_sid, gid);
    fill(ret_account, GROUPS, name, SidTypeGroup);
    return STATUS_SUCCESS;
}

static NTSTATUS find_unix(const char *name, struct nt_sid *ret_sid, struct nt_account *ret_account)
{
    NTSTATUS status = find_user(name, ret_sid, ret_account);

    return status == STATUS_NONE_MAPPED ? find_group(name, ret_sid, ret_account) : status;
}

static NTSTATUS find_known(const char *domain, const char *name, struct nt_sid *ret_sid,
                           struct nt_account *ret_account)
{
    const struct nt_well_known *known = nt_well_known_by_name(domain, name);

    if (!known)
        return STATUS_NONE_MAPPED;
    nt_well_known_sid(known, NULL, ret_sid);
    fill(ret_account, known->domain, known->name, (SID_NAME_USE)known->use);
    return STATUS_SUCCESS;
}

static bool is_own_computer(const char *domain)
{
    char computer[256];

    return nt_computer_name(computer, sizeof(computer)) == 0 && strcasecmp(computer, domain) == 0;
}

NTSTATUS nt_account_by_name(const char *name, struct nt_sid *ret_sid,
                            struct nt_account *ret_account)
{
    const char *cut = strchr(name, '\\');
    char domain[NT_ACCOUNT_SIZE];
    NTSTATUS status;

    if (!cut) {
        status = find_known(NULL, name, ret_sid, ret_account);
        return status == STATUS_NONE_MAPPED ? find_unix(name, ret_sid, ret_account) : status;
    }
    if ((size_t)(cut - name) >= sizeof(domain))
        return STATUS_NONE_MAPPED;
    memcpy(domain, name, (size_t)(cut - name));
    domain[cut - name] = '\0';
    if (strcasecmp(domain, USERS) == 0)
        return find_user(cut + 1, ret_sid, ret_account);
    if (strcasecmp(domain, GROUPS) == 0)
        return find_group(cut + 1, ret_sid, ret_account);
    if (is_own_computer(domain))
        return find_unix(cut + 1, ret_sid, ret_account);
    return find_known(domain, cut + 1, ret_sid, ret_account);
}

/* --- users ---------------------------------------------------------------------------------- */

NTSTATUS nt_account_identity(const SID *sid, struct nt_identity *ret_identity)
{
    NT_CLEANUP(nt_freep) uint32_t *groups = NULL;
    uint32_t uid, gid;
    size_t n;
    int error;

    if (!nt_sid_is_uid(sid, &uid))
        return STATUS_NONE_MAPPED;
    error = nt_os_user_groups(uid, &gid, &groups, &n);
    if (!error)
        error = nt_identity_init(ret_identity, uid, gid, groups, n);
    return status_of(error);
}

void nt_account_own(struct nt_sid *ret_sid)
{
    nt_sid_of_uid(ret_sid, geteuid());
}
