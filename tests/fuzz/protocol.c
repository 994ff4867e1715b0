// SPDX-License-Identifier: MIT
/*
 * Fuzzes the broker behind its socket: the play of play.h, with each message given to
 * nt_dispatch() directly. Four connections belong to three users and root, whoever runs this.
 */
#include <errno.h>

#include "fuzz/guarded.h"
#include "fuzz/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fixture_client clients[PLAY_N_CLIENTS];

void stage_set_up(struct nt_broker *broker)
{
    FUZZ_CHECK(fixture_init(broker, PLAY_UID) == 0);
}

unsigned stage_n_modes(void)
{
    return 2;
}

void stage_connect(struct nt_broker *broker, size_t i, uid_t uid)
{
    FUZZ_CHECK(fixture_client_init(broker, &clients[i], uid) == 0);
}

void stage_disconnect(struct nt_broker *broker, size_t i)
{
    fixture_client_deinit(broker, &clients[i]);
}

bool stage_send(struct nt_broker *broker, size_t i, const void *bytes, size_t size, int *fds,
                size_t n_fds, struct play_reply *reply)
{
    int r = nt_dispatch(broker, &clients[i].client, bytes, size, fds, n_fds);
    bool received = play_receive(clients[i].fd, reply);

    FUZZ_CHECK(r == 0 || r == -EBADMSG || r == -EPROTO);
    FUZZ_CHECK(received && (r == 0) == (reply->header.status != STATUS_PENDING));
    return r == 0;
}

/* There is no wire here. */
bool stage_offend(struct nt_broker *broker, size_t i, enum play_offence offence, const void *bytes,
                  size_t size)
{
    (void)broker, (void)i, (void)offence, (void)bytes, (void)size;
    return true;
}

void stage_pass_time(struct nt_broker *broker)
{
    fixture_reap(broker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play_input(data, size);
    return 0;
}
