// SPDX-License-Identifier: MIT
/*
 * The table of SIDs that everybody knows. Its order is that of WELL_KNOWN_SID_TYPE; who has no
 * number there follows. Names are English, as on an English Windows.
 */
#include "rtl/well-known.h"

#include <string.h>
#include <strings.h>

#include <ntshm/winnt-security.h>

#include "util/macro.h"

static const struct nt_well_known table[] = {
    /* clang-format off */
    {"", 0, false, 0, 1, SidTypeWellKnownGroup, {0}, "", "NULL SID"},
    {"WD", 1, false, 1, 1, SidTypeWellKnownGroup, {0}, "", "Everyone"},
    {"", 2, false, 2, 1, SidTypeWellKnownGroup, {0}, "", "LOCAL"},
    {"CO", 3, false, 3, 1, SidTypeWellKnownGroup, {0}, "", "CREATOR OWNER"},
    {"CG", 4, false, 3, 1, SidTypeWellKnownGroup, {1}, "", "CREATOR GROUP"},
    {"", 5, false, 3, 1, SidTypeWellKnownGroup, {2}, "", "CREATOR OWNER SERVER"},
    {"", 6, false, 3, 1, SidTypeWellKnownGroup, {3}, "", "CREATOR GROUP SERVER"},
    {"", 7, false, 5, 0, SidTypeDomain, {0}, "", "NT Pseudo Domain"},
    {"", 8, false, 5, 1, SidTypeWellKnownGroup, {1}, "NT AUTHORITY", "DIALUP"},
    {"NU", 9, false, 5, 1, SidTypeWellKnownGroup, {2}, "NT AUTHORITY", "NETWORK"},
    {"", 10, false, 5, 1, SidTypeWellKnownGroup, {3}, "NT AUTHORITY", "BATCH"},
    {"IU", 11, false, 5, 1, SidTypeWellKnownGroup, {4}, "NT AUTHORITY", "INTERACTIVE"},
    {"SU", 12, false, 5, 1, SidTypeWellKnownGroup, {6}, "NT AUTHORITY", "SERVICE"},
    {"AN", 13, false, 5, 1, SidTypeWellKnownGroup, {7}, "NT AUTHORITY", "ANONYMOUS LOGON"},
    {"", 14, false, 5, 1, SidTypeWellKnownGroup, {8}, "NT AUTHORITY", "PROXY"},
    {"ED", 15, false, 5, 1, SidTypeWellKnownGroup, {9}, "NT AUTHORITY", "ENTERPRISE DOMAIN CONTROLLERS"},
    {"PS", 16, false, 5, 1, SidTypeWellKnownGroup, {10}, "NT AUTHORITY", "SELF"},
    {"AU", 17, false, 5, 1, SidTypeWellKnownGroup, {11}, "NT AUTHORITY", "Authenticated Users"},
    {"RC", 18, false, 5, 1, SidTypeWellKnownGroup, {12}, "NT AUTHORITY", "RESTRICTED"},
    {"", 19, false, 5, 1, SidTypeWellKnownGroup, {13}, "NT AUTHORITY", "TERMINAL SERVER USER"},
    {"", 20, false, 5, 1, SidTypeWellKnownGroup, {14}, "NT AUTHORITY", "REMOTE INTERACTIVE LOGON"},
    {"", 21, false, 5, 3, 0, {5, 0, 0}, NULL, NULL},
    {"SY", 22, false, 5, 1, SidTypeWellKnownGroup, {18}, "NT AUTHORITY", "SYSTEM"},
    {"LS", 23, false, 5, 1, SidTypeWellKnownGroup, {19}, "NT AUTHORITY", "LOCAL SERVICE"},
    {"NS", 24, false, 5, 1, SidTypeWellKnownGroup, {20}, "NT AUTHORITY", "NETWORK SERVICE"},
    {"", 25, false, 5, 1, SidTypeDomain, {32}, "BUILTIN", "BUILTIN"},
    {"BA", 26, false, 5, 2, SidTypeAlias, {32, 544}, "BUILTIN", "Administrators"},
    {"BU", 27, false, 5, 2, SidTypeAlias, {32, 545}, "BUILTIN", "Users"},
    {"BG", 28, false, 5, 2, SidTypeAlias, {32, 546}, "BUILTIN", "Guests"},
    {"PU", 29, false, 5, 2, SidTypeAlias, {32, 547}, "BUILTIN", "Power Users"},
    {"AO", 30, false, 5, 2, SidTypeAlias, {32, 548}, "BUILTIN", "Account Operators"},
    {"SO", 31, false, 5, 2, SidTypeAlias, {32, 549}, "BUILTIN", "Server Operators"},
    {"PO", 32, false, 5, 2, SidTypeAlias, {32, 550}, "BUILTIN", "Print Operators"},
    {"BO", 33, false, 5, 2, SidTypeAlias, {32, 551}, "BUILTIN", "Backup Operators"},
    {"RE", 34, false, 5, 2, SidTypeAlias, {32, 552}, "BUILTIN", "Replicator"},
    {"RU", 35, false, 5, 2, SidTypeAlias, {32, 554}, "BUILTIN", "Pre-Windows 2000 Compatible Access"},
    {"RD", 36, false, 5, 2, SidTypeAlias, {32, 555}, "BUILTIN", "Remote Desktop Users"},
    {"NO", 37, false, 5, 2, SidTypeAlias, {32, 556}, "BUILTIN", "Network Configuration Operators"},
    {"LA", 38, true, 5, 1, 0, {500}, NULL, NULL},
    {"LG", 39, true, 5, 1, 0, {501}, NULL, NULL},
    {"", 40, true, 5, 1, 0, {502}, NULL, NULL},
    {"DA", 41, true, 5, 1, 0, {512}, NULL, NULL},
    {"DU", 42, true, 5, 1, 0, {513}, NULL, NULL},
    {"DG", 43, true, 5, 1, 0, {514}, NULL, NULL},
    {"DC", 44, true, 5, 1, 0, {515}, NULL, NULL},
    {"DD", 45, true, 5, 1, 0, {516}, NULL, NULL},
    {"CA", 46, true, 5, 1, 0, {517}, NULL, NULL},
    {"SA", 47, true, 5, 1, 0, {518}, NULL, NULL},
    {"EA", 48, true, 5, 1, 0, {519}, NULL, NULL},
    {"PA", 49, true, 5, 1, 0, {520}, NULL, NULL},
    {"RS", 50, true, 5, 1, 0, {553}, NULL, NULL},
    {"", 51, false, 5, 2, SidTypeWellKnownGroup, {64, 10}, "NT AUTHORITY", "NTLM Authentication"},
    {"", 52, false, 5, 2, SidTypeWellKnownGroup, {64, 21}, "NT AUTHORITY", "Digest Authentication"},
    {"", 53, false, 5, 2, SidTypeWellKnownGroup, {64, 14}, "NT AUTHORITY", "SChannel Authentication"},
    {"", 54, false, 5, 1, SidTypeWellKnownGroup, {15}, "NT AUTHORITY", "This Organization"},
    {"", 55, false, 5, 1, SidTypeWellKnownGroup, {1000}, "NT AUTHORITY", "Other Organization"},
    {"", 56, false, 5, 2, SidTypeAlias, {32, 557}, "BUILTIN", "Incoming Forest Trust Builders"},
    {"MU", 57, false, 5, 2, SidTypeAlias, {32, 558}, "BUILTIN", "Performance Monitor Users"},
    {"LU", 58, false, 5, 2, SidTypeAlias, {32, 559}, "BUILTIN", "Performance Log Users"},
    {"", 59, false, 5, 2, SidTypeAlias, {32, 560}, "BUILTIN", "Windows Authorization Access Group"},
    {"", 60, false, 5, 2, SidTypeAlias, {32, 561}, "BUILTIN", "Terminal Server License Servers"},
    {"", 61, false, 5, 2, SidTypeAlias, {32, 562}, "BUILTIN", "Distributed COM Users"},
    {"IS", 62, false, 5, 2, SidTypeAlias, {32, 568}, "BUILTIN", "IIS_IUSRS"},
    {"", 63, false, 5, 1, SidTypeWellKnownGroup, {17}, "NT AUTHORITY", "IUSR"},
    {"CY", 64, false, 5, 2, SidTypeAlias, {32, 569}, "BUILTIN", "Cryptographic Operators"},
    {"", 65, false, 16, 1, SidTypeLabel, {0x0}, "Mandatory Label", "Untrusted Mandatory Level"},
    {"LW", 66, false, 16, 1, SidTypeLabel, {0x1000}, "Mandatory Label", "Low Mandatory Level"},
    {"ME", 67, false, 16, 1, SidTypeLabel, {0x2000}, "Mandatory Label", "Medium Mandatory Level"},
    {"HI", 68, false, 16, 1, SidTypeLabel, {0x3000}, "Mandatory Label", "High Mandatory Level"},
    {"SI", 69, false, 16, 1, SidTypeLabel, {0x4000}, "Mandatory Label", "System Mandatory Level"},
    {"WR", 70, false, 5, 1, SidTypeWellKnownGroup, {33}, "NT AUTHORITY", "WRITE RESTRICTED"},
    {"OW", 71, false, 3, 1, SidTypeWellKnownGroup, {4}, "", "OWNER RIGHTS"},
    {"", 72, true, 5, 1, 0, {571}, NULL, NULL},
    {"", 73, true, 5, 1, 0, {572}, NULL, NULL},
    {"", 74, false, 5, 1, SidTypeWellKnownGroup, {22}, "NT AUTHORITY", "ENTERPRISE READ-ONLY DOMAIN CONTROLLERS BETA"},
    {"", 75, true, 5, 1, 0, {521}, NULL, NULL},
    {"ER", 76, false, 5, 2, SidTypeAlias, {32, 573}, "BUILTIN", "Event Log Readers"},
    {"RO", 77, true, 5, 1, 0, {498}, NULL, NULL},
    {"CD", 78, false, 5, 2, SidTypeAlias, {32, 574}, "BUILTIN", "Certificate Service DCOM Access"},
    {"MP", 79, false, 16, 1, SidTypeLabel, {0x2100}, "Mandatory Label", "Medium Plus Mandatory Level"},
    {"", 81, false, 2, 1, SidTypeWellKnownGroup, {1}, "", "CONSOLE LOGON"},
    {"", 82, false, 5, 2, SidTypeWellKnownGroup, {65, 1}, "NT AUTHORITY", "This Organization Certificate"},
    {"", 83, false, 15, 1, SidTypeDomain, {2}, "", "APPLICATION PACKAGE AUTHORITY"},
    {"AC", 84, false, 15, 2, SidTypeWellKnownGroup, {2, 1}, "APPLICATION PACKAGE AUTHORITY", "ALL APPLICATION PACKAGES"},
    {"", 85, false, 15, 2, 0, {3, 1}, NULL, NULL},
    {"", 86, false, 15, 2, 0, {3, 2}, NULL, NULL},
    {"", 87, false, 15, 2, 0, {3, 3}, NULL, NULL},
    {"", 88, false, 15, 2, 0, {3, 4}, NULL, NULL},
    {"", 89, false, 15, 2, 0, {3, 5}, NULL, NULL},
    {"", 90, false, 15, 2, 0, {3, 6}, NULL, NULL},
    {"", 91, false, 15, 2, 0, {3, 7}, NULL, NULL},
    {"", 92, false, 15, 2, 0, {3, 9}, NULL, NULL},
    {"", 93, false, 15, 2, 0, {3, 8}, NULL, NULL},
    {"", 94, false, 15, 2, 0, {3, 10}, NULL, NULL},
    {"RA", 95, false, 5, 2, SidTypeAlias, {32, 575}, "BUILTIN", "RDS Remote Access Servers"},
    {"ES", 96, false, 5, 2, SidTypeAlias, {32, 576}, "BUILTIN", "RDS Endpoint Servers"},
    {"MS", 97, false, 5, 2, SidTypeAlias, {32, 577}, "BUILTIN", "RDS Management Servers"},
    {"UD", 98, false, 5, 6, SidTypeWellKnownGroup, {84, 0, 0, 0, 0, 0}, "NT AUTHORITY", "USER MODE DRIVERS"},
    {"HA", 99, false, 5, 2, SidTypeAlias, {32, 578}, "BUILTIN", "Hyper-V Administrators"},
    {"CN", 100, true, 5, 1, 0, {522}, NULL, NULL},
    {"AA", 101, false, 5, 2, SidTypeAlias, {32, 579}, "BUILTIN", "Access Control Assistance Operators"},
    {"RM", 102, false, 5, 2, SidTypeAlias, {32, 580}, "BUILTIN", "Remote Management Users"},
    {"AS", 103, false, 18, 1, SidTypeWellKnownGroup, {1}, "", "Authentication authority asserted identity"},
    {"SS", 104, false, 18, 1, SidTypeWellKnownGroup, {2}, "", "Service asserted identity"},
    {"", 105, false, 5, 1, SidTypeWellKnownGroup, {113}, "NT AUTHORITY", "Local account"},
    {"", 106, false, 5, 1, SidTypeWellKnownGroup, {114}, "NT AUTHORITY", "Local account and member of Administrators group"},
    {"AP", 107, true, 5, 1, 0, {525}, NULL, NULL},
    {"", 108, false, 15, 2, 0, {3, 11}, NULL, NULL},
    {"", 109, false, 15, 2, 0, {3, 12}, NULL, NULL},
    {"", 110, true, 5, 1, 0, {503}, NULL, NULL},
    {"", 111, false, 5, 2, SidTypeAlias, {32, 581}, "BUILTIN", "System Managed Accounts Group"},
    {"", 112, false, 5, 2, SidTypeAlias, {32, 582}, "BUILTIN", "Storage Replica Administrators"},
    {"KA", 113, true, 5, 1, 0, {526}, NULL, NULL},
    {"EK", 114, true, 5, 1, 0, {527}, NULL, NULL},
    {"", 115, false, 18, 1, 0, {4}, NULL, NULL},
    {"", 116, false, 18, 1, 0, {5}, NULL, NULL},
    {"", 117, false, 18, 1, 0, {6}, NULL, NULL},
    {"", 118, false, 15, 2, SidTypeWellKnownGroup, {2, 2}, "APPLICATION PACKAGE AUTHORITY", "ALL RESTRICTED APPLICATION PACKAGES"},
    {"HO", -1, false, 5, 2, SidTypeAlias, {32, 584}, "BUILTIN", "User Mode Hardware Operators"},
    {"", -1, false, 22, 1, SidTypeDomain, {1}, "Unix User", "Unix User"},
    {"", -1, false, 22, 1, SidTypeDomain, {2}, "Unix Group", "Unix Group"},
    /* clang-format on */
};

const struct nt_well_known *nt_well_known_by_letters(const char letters[static 2])
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(table); i++) {
        if (table[i].letters[0] && strncasecmp(table[i].letters, letters, 2) == 0)
            return &table[i];
    }
    return NULL;
}

const struct nt_well_known *nt_well_known_by_type(int type)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(table) && type >= 0; i++) {
        if (table[i].type == type)
            return &table[i];
    }
    return NULL;
}

/* The domain is compared apart: names are looked for with and without one. */
const struct nt_well_known *nt_well_known_by_name(const char *domain, const char *name)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(table); i++) {
        if (table[i].name && strcasecmp(table[i].name, name) == 0 &&
            (!domain || strcasecmp(table[i].domain, domain) == 0))
            return &table[i];
    }
    return NULL;
}

/* The domain that nobody is in. */
static const uint32_t no_domain[] = {SECURITY_NT_NON_UNIQUE, 0, 0, 0};

static uint64_t authority_of(const SID *sid)
{
    uint64_t authority = 0;

    for (size_t i = 0; i < sizeof(sid->IdentifierAuthority.Value); i++)
        authority = authority << 8 | sid->IdentifierAuthority.Value[i];
    return authority;
}

void nt_well_known_sid(const struct nt_well_known *known, const SID *domain, struct nt_sid *ret_sid)
{
    uint32_t sub[SID_MAX_SUB_AUTHORITIES];
    unsigned n = 0;

    if (!known->of_domain) {
        nt_sid_make(ret_sid, known->authority, known->n, known->sub);
        return;
    }
    if (domain) {
        n = domain->SubAuthorityCount < SID_MAX_SUB_AUTHORITIES ? domain->SubAuthorityCount : 0;
        memcpy(sub, (const char *)domain + nt_sid_length(0), n * sizeof(*sub));
    } else {
        n = NT_ARRAY_SIZE(no_domain);
        memcpy(sub, no_domain, sizeof(no_domain));
    }
    sub[n] = known->sub[0];
    nt_sid_make(ret_sid, domain ? authority_of(domain) : known->authority, n + 1, sub);
}

const struct nt_well_known *nt_well_known_by_sid(const SID *sid)
{
    struct nt_sid one;

    for (size_t i = 0; i < NT_ARRAY_SIZE(table); i++) {
        nt_well_known_sid(&table[i], NULL, &one);
        if (nt_sid_equal(&one.sid, sid))
            return &table[i];
    }
    return NULL;
}

bool nt_well_known_is(const struct nt_well_known *known, const SID *sid)
{
    struct nt_sid one;
    uint32_t sub[5];

    if (!known->of_domain) {
        nt_well_known_sid(known, NULL, &one);
        return nt_sid_equal(&one.sid, sid);
    }
    if (sid->SubAuthorityCount != NT_ARRAY_SIZE(sub) || authority_of(sid) != known->authority)
        return false;
    memcpy(sub, (const char *)sid + nt_sid_length(0), sizeof(sub));
    return sub[0] == SECURITY_NT_NON_UNIQUE && sub[4] == known->sub[0];
}
