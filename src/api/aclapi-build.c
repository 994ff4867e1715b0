// SPDX-License-Identifier: MIT
/*
 * aclapi.h: filling in trustees and entries. Nothing is copied or looked at, so one body serves
 * every width of text.
 */
#include <windows.h>
#include <aclapi.h>

#include "api/wide16.h"

static void build_trustee(TRUSTEE_W *trustee, TRUSTEE_FORM form, void *what)
{
    *trustee = (TRUSTEE_W){
        .MultipleTrusteeOperation = NO_MULTIPLE_TRUSTEE,
        .TrusteeForm = form,
        .TrusteeType = TRUSTEE_IS_UNKNOWN,
        .ptstrName = what,
    };
}

NT_EXPORT VOID WINAPI BuildTrusteeWithNameA(PTRUSTEE_A trustee, LPSTR name)
{
    build_trustee((TRUSTEE_W *)trustee, TRUSTEE_IS_NAME, name);
}

NT_EXPORT VOID WINAPI BuildTrusteeWithNameW(PTRUSTEE_W trustee, LPWSTR name)
{
    build_trustee(trustee, TRUSTEE_IS_NAME, name);
}

NT_TWIN(VOID, BuildTrusteeWithNameW, PTRUSTEE_W trustee, uint16_t *name)
{
    build_trustee(trustee, TRUSTEE_IS_NAME, name);
}

NT_EXPORT VOID WINAPI BuildTrusteeWithSidA(PTRUSTEE_A trustee, PSID sid)
{
    build_trustee((TRUSTEE_W *)trustee, TRUSTEE_IS_SID, sid);
}

NT_EXPORT VOID WINAPI BuildTrusteeWithSidW(PTRUSTEE_W trustee, PSID sid)
{
    build_trustee(trustee, TRUSTEE_IS_SID, sid);
}

NT_TWIN(VOID, BuildTrusteeWithSidW, PTRUSTEE_W trustee, PSID sid)
{
    build_trustee(trustee, TRUSTEE_IS_SID, sid);
}

/* What an entry says of its trustee. */
struct says {
    DWORD permissions;
    ACCESS_MODE mode;
    DWORD inheritance;
};

static void build_explicit(EXPLICIT_ACCESS_W *explicit_access, void *name, const struct says *says)
{
    explicit_access->grfAccessPermissions = says->permissions;
    explicit_access->grfAccessMode = says->mode;
    explicit_access->grfInheritance = says->inheritance;
    build_trustee(&explicit_access->Trustee, TRUSTEE_IS_NAME, name);
}

NT_EXPORT VOID WINAPI BuildExplicitAccessWithNameA(PEXPLICIT_ACCESS_A explicit_access, LPSTR name,
                                                   DWORD permissions, ACCESS_MODE mode,
                                                   DWORD inheritance)
{
    build_explicit((EXPLICIT_ACCESS_W *)explicit_access, name,
                   &(struct says){permissions, mode, inheritance});
}

NT_EXPORT VOID WINAPI BuildExplicitAccessWithNameW(PEXPLICIT_ACCESS_W explicit_access, LPWSTR name,
                                                   DWORD permissions, ACCESS_MODE mode,
                                                   DWORD inheritance)
{
    build_explicit(explicit_access, name, &(struct says){permissions, mode, inheritance});
}

NT_TWIN(VOID, BuildExplicitAccessWithNameW, PEXPLICIT_ACCESS_W explicit_access, uint16_t *name,
        DWORD permissions, ACCESS_MODE mode, DWORD inheritance)
{
    build_explicit(explicit_access, name, &(struct says){permissions, mode, inheritance});
}

static void *name_of(const TRUSTEE_W *trustee)
{
    return trustee && trustee->TrusteeForm == TRUSTEE_IS_NAME ? trustee->ptstrName : NULL;
}

NT_EXPORT LPSTR WINAPI GetTrusteeNameA(PTRUSTEE_A trustee)
{
    return name_of((const TRUSTEE_W *)trustee);
}

NT_EXPORT LPWSTR WINAPI GetTrusteeNameW(PTRUSTEE_W trustee)
{
    return name_of(trustee);
}

NT_TWIN(uint16_t *, GetTrusteeNameW, PTRUSTEE_W trustee)
{
    return name_of(trustee);
}

NT_EXPORT TRUSTEE_TYPE WINAPI GetTrusteeTypeA(PTRUSTEE_A trustee)
{
    return trustee ? trustee->TrusteeType : TRUSTEE_IS_UNKNOWN;
}

NT_EXPORT TRUSTEE_TYPE WINAPI GetTrusteeTypeW(PTRUSTEE_W trustee)
{
    return trustee ? trustee->TrusteeType : TRUSTEE_IS_UNKNOWN;
}

NT_EXPORT TRUSTEE_FORM WINAPI GetTrusteeFormA(PTRUSTEE_A trustee)
{
    return trustee ? trustee->TrusteeForm : TRUSTEE_BAD_FORM;
}

NT_EXPORT TRUSTEE_FORM WINAPI GetTrusteeFormW(PTRUSTEE_W trustee)
{
    return trustee ? trustee->TrusteeForm : TRUSTEE_BAD_FORM;
}

NT_TWIN(TRUSTEE_TYPE, GetTrusteeTypeW, PTRUSTEE_W trustee)
{
    return GetTrusteeTypeW(trustee);
}

NT_TWIN(TRUSTEE_FORM, GetTrusteeFormW, PTRUSTEE_W trustee)
{
    return GetTrusteeFormW(trustee);
}
