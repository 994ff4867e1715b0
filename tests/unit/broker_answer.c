// SPDX-License-Identifier: MIT
/*
 * The records of clients: thousands come and go, a client that comes back is known, and processes
 * whose messages crash workers are told from others.
 */
#include <stdlib.h>

#include "broker/answer.h"
#include "broker_fixture.h"
#include "harness/test.h"

#define N_COMING 5000
#define N_KNOWN  1000 /* so many others may have gone since */

static uint64_t come_and_go(struct nt_broker *broker, uid_t uid, uint64_t token)
{
    struct nt_broker_client client = {.peer = {1, uid, uid}};

    ok_eq((uint32_t)nt_answer_hello(broker, &client, token, &token), 0);
    nt_answer_leave(broker, &client);
    ok_eq(client.record, 0);
    return token;
}

TEST(records_of_clients_are_used_again, "")
{
    static uint64_t tokens[N_COMING];
    struct nt_broker broker;
    const struct nt_arena *arena = &broker.objects.arena;

    require(fixture_init(&broker, 1000) == 0);
    for (size_t i = 0; i < N_COMING; i++)
        tokens[i] = come_and_go(&broker, 1000, 0);
    ok(arena->header->clients_used_up_to <= N_KNOWN + 50, "%u records",
       arena->header->clients_used_up_to);
    /* Who went lately is known, who went long ago is not, and another user never. */
    ok_eq(come_and_go(&broker, 1000, tokens[N_COMING - 1]), tokens[N_COMING - 1]);
    ok_eq(come_and_go(&broker, 1000, tokens[N_COMING - N_KNOWN]), tokens[N_COMING - N_KNOWN]);
    ok_ne(come_and_go(&broker, 1000, tokens[0]), tokens[0]);
    ok_ne(come_and_go(&broker, 1001, tokens[N_COMING - 2]), tokens[N_COMING - 2]);
    fixture_deinit(&broker);
}

/* One that stays is never forgotten, and one who comes and goes for ever makes room for himself. */
TEST(a_connected_client_is_never_forgotten, "")
{
    struct nt_broker_client stays = {.peer = {1, 1000, 1000}};
    struct nt_broker broker;
    uint64_t token, again, guest = 0;

    require(fixture_init(&broker, 1000) == 0);
    guest = come_and_go(&broker, 1000, 0);
    /* It was gone once, and stands among those who are. */
    token = come_and_go(&broker, 1000, 0);
    ok_eq((uint32_t)nt_answer_hello(&broker, &stays, token, &again), 0);
    ok_eq(again, token);
    for (size_t i = 0; i < N_COMING; i++) {
        guest = come_and_go(&broker, 1000, guest);
        come_and_go(&broker, 1001, 0);
    }
    ok_eq(broker.objects.arena.clients[stays.record - 1].token, token);
    /* A second connection of the same client; then the first one ends. */
    {
        struct nt_broker_client second = {.peer = {1, 1000, 1000}};

        ok_eq((uint32_t)nt_answer_hello(&broker, &second, token, &again), 0);
        ok_eq(again, token);
        nt_answer_leave(&broker, &stays);
        for (size_t i = 0; i < N_COMING; i++)
            come_and_go(&broker, 1001, 0);
        ok_eq(broker.objects.arena.clients[second.record - 1].token, token);
        nt_answer_leave(&broker, &second);
    }
    ok(broker.objects.arena.header->clients_used_up_to <= N_KNOWN + 50);
    fixture_deinit(&broker);
}

TEST(a_process_is_suspect_after_two_crashes_or_many_kills, "")
{
    const struct nt_request_header request = {.number = 1, .type = NT_MESSAGE_STATISTICS};
    struct nt_broker_client client = {.peer = {7, 1000, 1000}};
    const struct nt_arena *arena;
    struct nt_broker broker;
    uint64_t token;
    NTSTATUS status;

    require(fixture_init(&broker, 1000) == 0);
    arena = &broker.objects.arena;
    ok_eq((uint32_t)nt_answer_hello(&broker, &client, 0, &token), 0);

    for (int i = 0; i < 2; i++) {
        ok(!nt_answer_is_suspect(&broker, 7));
        nt_answer_receive(&broker, 7);
        nt_answer_blame(arena, NT_DEATH_CRASHED);
    }
    ok(nt_answer_is_suspect(&broker, 7));
    ok(!nt_answer_is_suspect(&broker, 8));
    ok(!nt_answer_is_suspect(&broker, 0));
    /* A request that was served clears him. */
    ok(!nt_answer_begin(&broker, &client, &request, &status));
    nt_answer_end(&broker, &client);
    ok(!nt_answer_is_suspect(&broker, 7));

    /* What dies while nothing is in service is nobody's fault, nor twice somebody's. */
    nt_answer_receive(&broker, 7);
    for (int i = 0; i < 20; i++)
        nt_answer_blame(arena, NT_DEATH_CRASHED);
    ok(!nt_answer_is_suspect(&broker, 7));
    ok_eq(arena->clients[client.record - 1].deaths, 0);
    nt_answer_receive(&broker, 7);
    nt_answer_receive(&broker, 0);
    nt_answer_blame(arena, NT_DEATH_CRASHED);
    ok(!nt_answer_is_suspect(&broker, 7));

    /* A request in service is the one to blame, and its client is let in. */
    nt_answer_receive(&broker, 7);
    ok(!nt_answer_begin(&broker, &client, &request, &status));
    nt_answer_blame(arena, NT_DEATH_CRASHED);
    ok_eq(arena->clients[client.record - 1].deaths, NT_DEATH_CRASHED);
    ok(!nt_answer_is_suspect(&broker, 7));

    /* Many suspects: the one that has been left alone the longest makes room. */
    for (pid_t pid = 100; pid < 100 + 2 * (pid_t)NT_ARENA_SUSPECTS; pid++) {
        for (uint32_t death = 0; death < NT_DEATH_LIMIT; death++) {
            ok(!nt_answer_is_suspect(&broker, pid));
            nt_answer_receive(&broker, pid);
            nt_answer_blame(arena, NT_DEATH_KILLED);
        }
        ok(nt_answer_is_suspect(&broker, pid));
    }
    ok(!nt_answer_is_suspect(&broker, 100));
    ok(nt_answer_is_suspect(&broker, 100 + (pid_t)NT_ARENA_SUSPECTS));
    /* For a minute. */
    for (size_t i = 0; i < NT_ARENA_SUSPECTS; i++)
        arena->header->suspects[i].when -= 61 * 1000000000ull;
    ok(!nt_answer_is_suspect(&broker, 100 + (pid_t)NT_ARENA_SUSPECTS));
    nt_answer_leave(&broker, &client);
    fixture_deinit(&broker);
}
