// SPDX-License-Identifier: MIT
/*
 * Accounts: LookupAccountSid and LookupAccountName of winbase.h for text of all three widths, and
 * the well-known SIDs of securitybaseapi.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/wide16.h"
#include "lib/process/environment.h"
#include "lib/security/accounts.h"
#include "rtl/text.h"
#include "rtl/well-known.h"

#define NATIVE sizeof(wchar_t)

/* A text of the caller's: where to, and how many characters. */
struct out {
    void *units;
    DWORD *size;
};

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* NULL, nothing, or our own name: the others' accounts are not known here. */
static bool is_this_computer(const void *system, unsigned width)
{
    NT_CLEANUP(nt_freep) char *name = NULL;
    char computer[256];

    if (!system || nt_text_unit(system, width, 0) == 0)
        return true;
    name = nt_text_new(system, width, SIZE_MAX, 1, NULL);
    return name && nt_computer_name(computer, sizeof(computer)) == 0 &&
           strcasecmp(name, computer) == 0;
}

static size_t units_of(const char *text, unsigned width)
{
    return nt_text_convert(text, 1, SIZE_MAX, NULL, width, 0);
}

static bool fits(const struct out *out, const char *text, unsigned width)
{
    return out->units && units_of(text, width) < *out->size;
}

static void put(const struct out *out, const char *text, unsigned width)
{
    size_t length = units_of(text, width);

    nt_text_convert(text, 1, SIZE_MAX, out->units, width, length);
    nt_text_set(out->units, width, length, 0);
    *out->size = (DWORD)length;
}

/* --- of a SID ------------------------------------------------------------------------------- */

static BOOL look_up_sid(const SID *sid, unsigned width, const struct out *name,
                        const struct out *domain, PSID_NAME_USE use)
{
    struct nt_account account;
    NTSTATUS status;

    if (!name->size || !domain->size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    if (!sid || !nt_sid_check(sid, SECURITY_MAX_SID_SIZE))
        return fail(ERROR_NONE_MAPPED);
    status = nt_account_of_sid(sid, &account);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (!fits(name, account.name, width) || !fits(domain, account.domain, width)) {
        *name->size = (DWORD)units_of(account.name, width) + 1;
        *domain->size = (DWORD)units_of(account.domain, width) + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    put(name, account.name, width);
    put(domain, account.domain, width);
    *use = account.use;
    return TRUE;
}

NT_EXPORT BOOL WINAPI LookupAccountSidA(LPCSTR system, PSID sid, LPSTR name, LPDWORD name_size,
                                        LPSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    if (!is_this_computer(system, 1))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    return look_up_sid(sid, 1, &(struct out){name, name_size}, &(struct out){domain, domain_size},
                       use);
}

NT_EXPORT BOOL WINAPI LookupAccountSidW(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_size,
                                        LPWSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    if (!is_this_computer(system, NATIVE))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    return look_up_sid(sid, NATIVE, &(struct out){name, name_size},
                       &(struct out){domain, domain_size}, use);
}

NT_TWIN(BOOL, LookupAccountSidW, const uint16_t *system, PSID sid, uint16_t *name,
        LPDWORD name_size, uint16_t *domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    if (!is_this_computer(system, 2))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    return look_up_sid(sid, 2, &(struct out){name, name_size}, &(struct out){domain, domain_size},
                       use);
}

/* --- of a name ------------------------------------------------------------------------------ */

static BOOL give_sid(const struct nt_sid *sid, const struct nt_account *account, unsigned width,
                     const struct out *bytes, const struct out *domain)
{
    DWORD size = (DWORD)nt_sid_size(&sid->sid);

    if (!bytes->units || *bytes->size < size || !fits(domain, account->domain, width)) {
        *bytes->size = size;
        *domain->size = (DWORD)units_of(account->domain, width) + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(bytes->units, sid, size);
    *bytes->size = size;
    put(domain, account->domain, width);
    return TRUE;
}

static BOOL look_up_name(const void *name, unsigned width, const struct out *bytes,
                         const struct out *domain, PSID_NAME_USE use)
{
    NT_CLEANUP(nt_freep) char *text = NULL;
    struct nt_account account;
    struct nt_sid sid;
    NTSTATUS status;

    if (!bytes->size || !domain->size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    text = name ? nt_text_new(name, width, SIZE_MAX, 1, NULL) : strdup("BUILTIN");
    if (!text)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    status = nt_account_by_name(text, &sid, &account);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (!give_sid(&sid, &account, width, bytes, domain))
        return FALSE;
    *use = account.use;
    return TRUE;
}

NT_EXPORT BOOL WINAPI LookupAccountNameA(LPCSTR system, LPCSTR name, PSID sid, LPDWORD sid_size,
                                         LPSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    if (!is_this_computer(system, 1))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    return look_up_name(name, 1, &(struct out){sid, sid_size}, &(struct out){domain, domain_size},
                        use);
}

NT_EXPORT BOOL WINAPI LookupAccountNameW(LPCWSTR system, LPCWSTR name, PSID sid, LPDWORD sid_size,
                                         LPWSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    if (!is_this_computer(system, NATIVE))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    return look_up_name(name, NATIVE, &(struct out){sid, sid_size},
                        &(struct out){domain, domain_size}, use);
}

NT_TWIN(BOOL, LookupAccountNameW, const uint16_t *system, const uint16_t *name, PSID sid,
        LPDWORD sid_size, uint16_t *domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    if (!is_this_computer(system, 2))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    return look_up_name(name, 2, &(struct out){sid, sid_size}, &(struct out){domain, domain_size},
                        use);
}

/* --- well-known SIDs ------------------------------------------------------------------------ */

NT_EXPORT BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID domain, PSID sid,
                                         DWORD *size)
{
    const struct nt_well_known *known = nt_well_known_by_type((int)type);
    const SID *given = domain;
    struct nt_sid made;
    DWORD needed;

    if (!known || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (known->of_domain && (!given || !nt_sid_check(given, SECURITY_MAX_SID_SIZE) ||
                             given->SubAuthorityCount == SID_MAX_SUB_AUTHORITIES))
        return fail(ERROR_INVALID_PARAMETER);
    nt_well_known_sid(known, given, &made);
    needed = (DWORD)nt_sid_size(&made.sid);
    if (*size < needed) {
        *size = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    if (!sid)
        return fail(ERROR_INVALID_PARAMETER);
    memcpy(sid, &made, needed);
    *size = needed;
    return TRUE;
}

NT_EXPORT BOOL WINAPI IsWellKnownSid(PSID sid, WELL_KNOWN_SID_TYPE type)
{
    const struct nt_well_known *known = nt_well_known_by_type((int)type);

    if (!sid || !known || !nt_sid_check(sid, SECURITY_MAX_SID_SIZE))
        return FALSE;
    return nt_well_known_is(known, sid);
}
