// SPDX-License-Identifier: MIT
/*
 * The rules about sessions.
 */
#include "broker/session.h"

#include "os/peer.h"

uint32_t nt_session_of(const struct nt_os_peer *peer, bool audit)
{
    uint32_t session;
    uid_t login;
    bool is_login = nt_os_audit_session(peer->pid, &session) == 0;

    if (!is_login)
        return peer->uid == 0 ? 0 : 1;
    /* Who became another user has left that login's session: the other's own is his. */
    if (audit && nt_os_audit_login(peer->pid, &login) == 0 && login == peer->uid)
        return session;
    return 1;
}
