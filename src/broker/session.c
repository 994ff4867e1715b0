// SPDX-License-Identifier: MIT
/*
 * The one rule about sessions that user mode needs.
 */
#include "broker/session.h"

uint32_t nt_session_of(const struct nt_os_peer *peer)
{
    uint32_t login;

    if (peer->uid != 0)
        return 1;
    return nt_os_audit_session(peer->pid, &login) == 0 ? 1 : 0;
}
