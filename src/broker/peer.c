// SPDX-License-Identifier: MIT
/*
 * Peers; see peer.h.
 */
#include "broker/peer.h"

#include <errno.h>
#include <stdlib.h>

#include "broker/session.h"
#include "os/peer.h"
#include "util/macro.h"

static bool is_member(const struct nt_identity *identity, gid_t group)
{
    if (identity->gid == group)
        return true;
    for (size_t i = 0; i < identity->n_groups; i++) {
        if (identity->groups[i] == group)
            return true;
    }
    return false;
}

/* What a user's token may enable: root all, others at most to create sections in Global\. */
static uint32_t privileges_of(const struct nt_identity *identity, const struct nt_options *options)
{
    if (identity->uid == 0)
        return NT_IN_FORCE_ALL;
    if (!options->system ||
        (options->has_global_group && is_member(identity, options->global_group)))
        return NT_IN_FORCE_CREATE_GLOBAL;
    return 0;
}

/*
 * A process's number can be another one's by the time that its login is looked up; where the
 * kernel gives a descriptor of the process itself, it says whether that has happened.
 */
static int find_session(struct nt_broker_client *client, const struct nt_options *options)
{
    NT_CLEANUP(nt_os_closep) int pidfd = -1;
    int r = nt_os_socket_peer_pidfd(client->fd, &pidfd);

    if (r == -ESRCH || r == -EINVAL)
        return -ESRCH;
    client->session = nt_session_of(&client->peer, options->audit_sessions);
    return pidfd >= 0 && !nt_os_pidfd_is_alive(pidfd) ? -ESRCH : 0;
}

int nt_peer_init(struct nt_broker_client *client, const struct nt_options *options)
{
    NT_CLEANUP(nt_freep) gid_t *groups = NULL;
    size_t n_groups = 0;
    int r = nt_os_socket_peer_groups(client->fd, &groups, &n_groups);

    nt_peer_deinit(client); /* of a HELLO that failed */
    /* Before Linux 4.13 nobody knows them: then nobody gets anything by them. */
    if (r < 0 && r != -ENOPROTOOPT)
        return r;
    r = find_session(client, options);
    if (r == 0)
        r = nt_identity_init(&client->identity, client->peer.uid, client->peer.gid, groups,
                             n_groups);
    if (r < 0)
        return r;
    client->integrity = client->identity.integrity;
    client->privileges = privileges_of(&client->identity, options);
    return 0;
}

void nt_peer_deinit(struct nt_broker_client *client)
{
    nt_identity_deinit(&client->identity);
}

bool nt_peer_lower(struct nt_broker_client *client, const struct nt_request_header *header)
{
    uint32_t level = header->lowered & ~NT_IPC_LOWERED;

    if ((header->lowered != 0 && !(header->lowered & NT_IPC_LOWERED)) ||
        (header->disabled & ~(uint32_t)NT_IN_FORCE_ALL))
        return false;
    client->identity.integrity = client->integrity;
    if (header->lowered != 0 && level < client->integrity)
        client->identity.integrity = level;
    client->identity.in_force = client->privileges & ~header->disabled;
    return true;
}
