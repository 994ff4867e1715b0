/* SPDX-License-Identifier: MIT */
/*
 * SIDs that everybody knows: their two letters in SDDL, their number for CreateWellKnownSid, and
 * their names as accounts.
 *
 * Some stand below the SID of a domain (its administrators are DOMAIN-512). There is no domain
 * and no table of accounts of a machine here, so all of them stand below one SID, S-1-5-21-0-0-0,
 * which is the same everywhere and which nobody holds.
 */
#ifndef NT_RTL_WELL_KNOWN_H
#define NT_RTL_WELL_KNOWN_H

#include "rtl/sid.h"

#define NT_WELL_KNOWN_SUBS_MOST 6

struct nt_well_known {
    char letters[3];   /* of SDDL; "" for none */
    int16_t type;      /* WELL_KNOWN_SID_TYPE; -1 for none */
    bool of_domain;    /* its only number follows those of a domain */
    uint8_t authority; /* its last byte; the others are 0 */
    uint8_t n;         /* how many of @sub */
    uint8_t use;       /* SID_NAME_USE, where there is a name */
    uint32_t sub[NT_WELL_KNOWN_SUBS_MOST];
    const char *domain; /* "BUILTIN"; may be "" */
    const char *name;   /* "Administrators"; NULL for none */
};

/** nt_well_known_by_letters() - without heeding case; NULL: nobody's */
const struct nt_well_known *nt_well_known_by_letters(const char letters[static 2]);
/** nt_well_known_by_type() - WELL_KNOWN_SID_TYPE; NULL: none of that number */
const struct nt_well_known *nt_well_known_by_type(int type);
/** nt_well_known_by_sid() - the first with this SID; NULL: it is not well known */
const struct nt_well_known *nt_well_known_by_sid(const SID *sid);
/** nt_well_known_by_name() - of an account, in ASCII, without heeding case; @domain may be NULL */
const struct nt_well_known *nt_well_known_by_name(const char *domain, const char *name);
/** nt_well_known_sid() - its SID; @domain: of which, NULL for S-1-5-21-0-0-0. It has to have room
 * for one number more. */
void nt_well_known_sid(const struct nt_well_known *known, const SID *domain,
                       struct nt_sid *ret_sid);
/** nt_well_known_is() - is @sid this one? One of a domain is it below any S-1-5-21-... */
bool nt_well_known_is(const struct nt_well_known *known, const SID *sid);

#endif
