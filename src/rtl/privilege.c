// SPDX-License-Identifier: MIT
/*
 * The table of privileges; see privilege.h.
 */
#include "rtl/privilege.h"

#include <stdbool.h>

#include "rtl/text.h"
#include "util/macro.h"

static const struct nt_privilege_name privileges[] = {
    {2, "SeCreateTokenPrivilege", "Create a token object"},
    {3, "SeAssignPrimaryTokenPrivilege", "Replace a process level token"},
    {4, "SeLockMemoryPrivilege", "Lock pages in memory"},
    {5, "SeIncreaseQuotaPrivilege", "Adjust memory quotas for a process"},
    {6, "SeMachineAccountPrivilege", "Add workstations to domain"},
    {7, "SeTcbPrivilege", "Act as part of the operating system"},
    {8, "SeSecurityPrivilege", "Manage auditing and security log"},
    {9, "SeTakeOwnershipPrivilege", "Take ownership of files or other objects"},
    {10, "SeLoadDriverPrivilege", "Load and unload device drivers"},
    {11, "SeSystemProfilePrivilege", "Profile system performance"},
    {12, "SeSystemtimePrivilege", "Change the system time"},
    {13, "SeProfileSingleProcessPrivilege", "Profile single process"},
    {14, "SeIncreaseBasePriorityPrivilege", "Increase scheduling priority"},
    {15, "SeCreatePagefilePrivilege", "Create a pagefile"},
    {16, "SeCreatePermanentPrivilege", "Create permanent shared objects"},
    {17, "SeBackupPrivilege", "Back up files and directories"},
    {18, "SeRestorePrivilege", "Restore files and directories"},
    {19, "SeShutdownPrivilege", "Shut down the system"},
    {20, "SeDebugPrivilege", "Debug programs"},
    {21, "SeAuditPrivilege", "Generate security audits"},
    {22, "SeSystemEnvironmentPrivilege", "Modify firmware environment values"},
    {23, "SeChangeNotifyPrivilege", "Bypass traverse checking"},
    {24, "SeRemoteShutdownPrivilege", "Force shutdown from a remote system"},
    {25, "SeUndockPrivilege", "Remove computer from docking station"},
    {26, "SeSyncAgentPrivilege", "Synchronize directory service data"},
    {27, "SeEnableDelegationPrivilege",
     "Enable computer and user accounts to be trusted for delegation"},
    {28, "SeManageVolumePrivilege", "Perform volume maintenance tasks"},
    {29, "SeImpersonatePrivilege", "Impersonate a client after authentication"},
    {30, "SeCreateGlobalPrivilege", "Create global objects"},
    {31, "SeTrustedCredManAccessPrivilege", "Access Credential Manager as a trusted caller"},
    {32, "SeRelabelPrivilege", "Modify an object label"},
    {33, "SeIncreaseWorkingSetPrivilege", "Increase a process working set"},
    {34, "SeTimeZonePrivilege", "Change the time zone"},
    {35, "SeCreateSymbolicLinkPrivilege", "Create symbolic links"},
    {36, "SeDelegateSessionUserImpersonatePrivilege",
     "Obtain an impersonation token for another user in the same session"},
};

const struct nt_privilege_name *nt_privilege_by_number(uint32_t number)
{
    uint32_t first = privileges[0].number;

    return number >= first && number - first < NT_ARRAY_SIZE(privileges)
               ? &privileges[number - first]
               : NULL;
}

static bool is_equal(const char *name, const void *units, unsigned width)
{
    size_t at = 0;

    for (; name[at]; at++) {
        uint32_t unit = nt_text_unit(units, width, at);

        if (unit > 127 || nt_text_fold(unit) != nt_text_fold((unsigned char)name[at]))
            return false;
    }
    return nt_text_unit(units, width, at) == 0;
}

const struct nt_privilege_name *nt_privilege_by_name(const void *units, unsigned width)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(privileges); i++) {
        if (is_equal(privileges[i].name, units, width))
            return &privileges[i];
    }
    return NULL;
}
