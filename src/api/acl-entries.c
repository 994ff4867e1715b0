// SPDX-License-Identifier: MIT
/*
 * Lists under change; see acl-entries.h. An entry that was inherited is never touched: it stands
 * for what a parent says. Of those of one trustee, entries are put together only when they are
 * inherited in the same way.
 */
#include "api/acl-entries.h"

#include <stdlib.h>
#include <string.h>

#include "util/macro.h"

#define HEAD offsetof(ACCESS_ALLOWED_ACE, SidStart)

bool nt_acl_entries_init(struct nt_acl_entries *entries, const ACL *acl, size_t n_changes)
{
    size_t n = (acl ? acl->AceCount : 0u) + n_changes, at = 0;

    *entries = (struct nt_acl_entries){.revision = acl ? acl->AclRevision : ACL_REVISION};
    entries->items = calloc(n + 1, sizeof(*entries->items));
    if (!entries->items)
        return false;
    while (acl && nt_acl_next(acl, &at, &entries->items[entries->n]))
        entries->n++;
    return true;
}

void nt_acl_entries_deinit(struct nt_acl_entries *entries)
{
    free(entries->items);
    entries->items = NULL;
}

static void remove_at(struct nt_acl_entries *entries, size_t at)
{
    memmove(&entries->items[at], &entries->items[at + 1],
            (--entries->n - at) * sizeof(*entries->items));
}

static void insert_at(struct nt_acl_entries *entries, size_t at, const struct nt_ace *ace)
{
    memmove(&entries->items[at + 1], &entries->items[at],
            (entries->n++ - at) * sizeof(*entries->items));
    entries->items[at] = *ace;
}

/* Is it an entry of one's own, of that type and about that trustee? */
static bool is_about(const struct nt_ace *ace, unsigned type, const SID *sid)
{
    return !(ace->flags & INHERITED_ACE) && ace->type == type && ace->sid &&
           nt_sid_equal(ace->sid, sid);
}

/* All entries that allow or deny the trustee something go. */
static void remove_all(struct nt_acl_entries *entries, const SID *sid)
{
    for (size_t i = entries->n; i-- > 0;) {
        if (is_about(&entries->items[i], ACCESS_ALLOWED_ACE_TYPE, sid) ||
            is_about(&entries->items[i], ACCESS_DENIED_ACE_TYPE, sid))
            remove_at(entries, i);
    }
}

/* Take bits from the entries of a type; those that say nothing any more go. */
static void take_away(struct nt_acl_entries *entries, unsigned type,
                      const struct nt_acl_change *change)
{
    for (size_t i = entries->n; i-- > 0;) {
        struct nt_ace *ace = &entries->items[i];

        if (!is_about(ace, type, &change->sid.sid) || ace->flags != change->inheritance ||
            !(ace->mask & change->mask))
            continue;
        ace->mask &= ~change->mask;
        ace->bytes = NULL;
        if (!ace->mask)
            remove_at(entries, i);
    }
}

/* Denying ones come first; allowing ones before the first that allows or was inherited. */
static size_t place_for(const struct nt_acl_entries *entries, unsigned type)
{
    size_t at = 0;

    if (type == ACCESS_DENIED_ACE_TYPE)
        return 0;
    while (at < entries->n && !(entries->items[at].flags & INHERITED_ACE) &&
           !(type == ACCESS_ALLOWED_ACE_TYPE && entries->items[at].type == type))
        at++;
    return at;
}

/* Add bits to the entry of this type and these flags, or make one. */
static void add(struct nt_acl_entries *entries, unsigned type, unsigned flags,
                const struct nt_acl_change *change)
{
    if (!change->mask)
        return;
    for (size_t i = 0; i < entries->n; i++) {
        struct nt_ace *ace = &entries->items[i];

        if (is_about(ace, type, &change->sid.sid) && ace->flags == flags) {
            ace->mask |= change->mask;
            ace->bytes = NULL;
            return;
        }
    }
    insert_at(entries, place_for(entries, type),
              &(struct nt_ace){
                  .type = (uint8_t)type,
                  .flags = (uint8_t)flags,
                  .mask = change->mask,
                  .sid = &change->sid.sid,
                  .size = HEAD + nt_sid_size(&change->sid.sid),
              });
}

bool nt_acl_entries_change(struct nt_acl_entries *entries, const struct nt_acl_change *change)
{
    switch (change->mode) {
    case GRANT_ACCESS:
        take_away(entries, ACCESS_DENIED_ACE_TYPE, change);
        add(entries, ACCESS_ALLOWED_ACE_TYPE, change->inheritance, change);
        return true;
    case SET_ACCESS:
        remove_all(entries, &change->sid.sid);
        add(entries, ACCESS_ALLOWED_ACE_TYPE, change->inheritance, change);
        return true;
    case DENY_ACCESS:
        take_away(entries, ACCESS_ALLOWED_ACE_TYPE, change);
        add(entries, ACCESS_DENIED_ACE_TYPE, change->inheritance, change);
        return true;
    case REVOKE_ACCESS:
        remove_all(entries, &change->sid.sid);
        return true;
    case SET_AUDIT_SUCCESS:
        add(entries, SYSTEM_AUDIT_ACE_TYPE, change->inheritance | SUCCESSFUL_ACCESS_ACE_FLAG,
            change);
        return true;
    case SET_AUDIT_FAILURE:
        add(entries, SYSTEM_AUDIT_ACE_TYPE, change->inheritance | FAILED_ACCESS_ACE_FLAG, change);
        return true;
    default:
        return false;
    }
}

size_t nt_acl_entries_size(const struct nt_acl_entries *entries)
{
    size_t size = sizeof(ACL);

    for (size_t i = 0; i < entries->n; i++)
        size += entries->items[i].size;
    return size;
}

static void write_ace(const struct nt_ace *ace, char *at)
{
    const ACCESS_ALLOWED_ACE head = {
        .Header = {.AceType = ace->type, .AceFlags = ace->flags, .AceSize = (WORD)ace->size},
        .Mask = ace->mask,
    };

    if (ace->bytes) {
        memcpy(at, ace->bytes, ace->size);
        return;
    }
    /* An old entry may be longer than its SID needs. */
    memset(at, 0, ace->size);
    memcpy(at, &head, HEAD);
    memcpy(at + HEAD, ace->sid, nt_sid_size(ace->sid));
}

void nt_acl_entries_write(const struct nt_acl_entries *entries, ACL *acl)
{
    char *at = (char *)(acl + 1);

    *acl = (ACL){
        .AclRevision = (BYTE)entries->revision,
        .AclSize = (WORD)nt_acl_entries_size(entries),
        .AceCount = (WORD)entries->n,
    };
    for (size_t i = 0; i < entries->n; at += entries->items[i++].size)
        write_ace(&entries->items[i], at);
}
