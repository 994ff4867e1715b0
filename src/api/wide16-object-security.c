// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of the functions on descriptors of objects by name. Contracts are those of the
 * functions without the prefix (aclapi.h).
 */
#include <aclapi.h>

#include "api/wide16.h"

NT_TWIN(DWORD, GetNamedSecurityInfoW, const uint16_t *name, SE_OBJECT_TYPE type,
        SECURITY_INFORMATION information, PSID *owner, PSID *group, PACL *dacl, PACL *sacl,
        PSECURITY_DESCRIPTOR *descriptor)
{
    NT_WIDE16(wide, name, ERROR_NOT_ENOUGH_MEMORY);

    return GetNamedSecurityInfoW(wide.text, type, information, owner, group, dacl, sacl,
                                 descriptor);
}

NT_TWIN(DWORD, SetNamedSecurityInfoW, const uint16_t *name, SE_OBJECT_TYPE type,
        SECURITY_INFORMATION information, PSID owner, PSID group, PACL dacl, PACL sacl)
{
    NT_WIDE16(wide, name, ERROR_NOT_ENOUGH_MEMORY);

    return SetNamedSecurityInfoW((LPWSTR)wide.text, type, information, owner, group, dacl, sacl);
}
