/* SPDX-License-Identifier: MIT */
/*
 * Accounts for people: the name of a SID, and who a user is with his groups.
 */
#ifndef NT_TOOL_WHO_H
#define NT_TOOL_WHO_H

#include <stdbool.h>

#include "rtl/identity.h"

#define NT_WHO_TEXT 320

/** nt_who_text() - "Everyone", "Unix User\alice", or the SID itself; cleaned, in NT_WHO_TEXT bytes.
 * Return: @text. */
const char *nt_who_text(const SID *sid, char *text);

/**
 * nt_who_identity() - the identity that a broker gives a process of that user
 * @who:  a user's name or number, a SID, or the name of an account as LookupAccountName knows it
 * @why:  set to the reason when it fails
 *
 * Groups come from the account database. A group, or Everyone, is somebody who is in that group
 * and in no other: @ret_somebody. Return: false when there is no such account.
 */
bool nt_who_identity(const char *who, struct nt_identity *ret_identity, bool *ret_somebody,
                     const char **why);

#endif
