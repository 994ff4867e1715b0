// SPDX-License-Identifier: MIT
/*
 * Accounts for people; see who.h.
 */
#include "tool/names/who.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/kit/text.h"

#define NOBODY UINT32_MAX /* a number that no account has */

const char *nt_who_text(const SID *sid, char *text)
{
    char name[264], domain[264], joined[sizeof(name) + sizeof(domain)];
    DWORD name_size = sizeof(name), domain_size = sizeof(domain);
    SID_NAME_USE use;

    if (!LookupAccountSidA(NULL, (PSID)(uintptr_t)sid, name, &name_size, domain, &domain_size,
                           &use)) {
        nt_sid_to_text(sid, text);
        return text;
    }
    snprintf(joined, sizeof(joined), "%s%s%s", domain, domain[0] ? "\\" : "", name);
    return nt_text_clean(joined, strlen(joined), text, NT_WHO_TEXT);
}

/* --- who a user is ---------------------------------------------------------------------------- */

static bool make(uint32_t uid, uint32_t gid, const uint32_t *groups, size_t n,
                 struct nt_identity *ret_identity)
{
    if (nt_identity_init(ret_identity, uid, gid, groups, n) < 0)
        return false;
    /* As the broker has it (13.26): root's privileges are in force where he enables them. */
    ret_identity->in_force = uid == 0 ? NT_IN_FORCE_ALL : 0;
    return true;
}

static bool of_account(const struct passwd *account, struct nt_identity *ret_identity)
{
    int n = 64;
    gid_t *groups = calloc((size_t)n, sizeof(*groups));
    bool done;

    if (groups && getgrouplist(account->pw_name, account->pw_gid, groups, &n) < 0) {
        gid_t *more = reallocarray(groups, (size_t)n, sizeof(*groups));

        if (!more || getgrouplist(account->pw_name, account->pw_gid, more, &n) < 0)
            n = 0;
        groups = more ? more : groups;
    }
    done = groups && make(account->pw_uid, account->pw_gid, groups, (size_t)n, ret_identity);
    free(groups);
    return done;
}

/* Without an account there are no groups. */
static bool of_uid(uint32_t uid, struct nt_identity *ret_identity)
{
    const struct passwd *account = getpwuid(uid);

    return account ? of_account(account, ret_identity) : make(uid, NOBODY, NULL, 0, ret_identity);
}

/* Somebody whose only group is @sid. */
static bool of_sid(const SID *sid, struct nt_identity *ret_identity, bool *ret_somebody)
{
    uint32_t number;

    if (nt_sid_is_uid(sid, &number))
        return of_uid(number, ret_identity);
    if (nt_sid_equal(sid, nt_sid_known(NT_SID_SYSTEM)) ||
        nt_sid_equal(sid, nt_sid_known(NT_SID_ADMINISTRATORS)))
        return of_uid(0, ret_identity);
    *ret_somebody = true;
    if (nt_sid_is_gid(sid, &number))
        return make(NOBODY, number, NULL, 0, ret_identity);
    return (nt_sid_equal(sid, nt_sid_known(NT_SID_EVERYONE)) ||
            nt_sid_equal(sid, nt_sid_known(NT_SID_AUTHENTICATED))) &&
           make(NOBODY, NOBODY, NULL, 0, ret_identity);
}

/* "S-1-..." or a name that LookupAccountName knows. */
static bool find_sid(const char *who, struct nt_sid *ret_sid)
{
    DWORD size = sizeof(*ret_sid), domain_size;
    char domain[264];
    SID_NAME_USE use;
    size_t used;

    if (nt_sid_from_text(who, strlen(who), ret_sid, &used) && who[used] == 0)
        return true;
    domain_size = sizeof(domain);
    return LookupAccountNameA(NULL, who, ret_sid->bytes, &size, domain, &domain_size, &use);
}

bool nt_who_identity(const char *who, struct nt_identity *ret_identity, bool *ret_somebody,
                     const char **why)
{
    const struct passwd *account = getpwnam(who);
    unsigned long number;
    struct nt_sid sid;
    char *end;

    *ret_somebody = false;
    *why = "no such account";
    if (account)
        return of_account(account, ret_identity);
    number = strtoul(who, &end, 10);
    if (end != who && !*end && who[0] != '-' && number < NOBODY)
        return of_uid((uint32_t)number, ret_identity);
    if (!find_sid(who, &sid))
        return false;
    *why = "nobody here holds that SID";
    return of_sid(&sid.sid, ret_identity, ret_somebody);
}
