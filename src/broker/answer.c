// SPDX-License-Identifier: MIT
/*
 * The records of clients. A token is a random number and the record's index, so that it is found
 * without a search. When a connection ends its client is only forgotten after a thousand others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "broker/answer.h"
#include "broker/broker.h"
#include "broker/step.h"
#include "util/macro.h"

#define N_KEPT       1024u

#define SUSPICION_NS (60 * 1000000000ull) /* a number is another process's some day */

static_assert((NT_ARENA_CLIENTS & (NT_ARENA_CLIENTS - 1)) == 0, "a token ends with an index");

/* --- which records are in use --------------------------------------------------------------- */

int nt_answers_init(struct nt_answers *answers, const struct nt_arena *arena)
{
    answers->capacity = arena->n_clients + N_KEPT;
    answers->n_free = answers->first_gone = answers->n_gone = 0;
    answers->free = malloc(arena->n_clients * sizeof(uint32_t));
    answers->gone = malloc(answers->capacity * sizeof(uint32_t));
    answers->n_connections = calloc(arena->n_clients, sizeof(uint16_t));
    if (answers->free && answers->gone && answers->n_connections)
        return 0;
    nt_answers_deinit(answers);
    return -ENOMEM;
}

void nt_answers_deinit(struct nt_answers *answers)
{
    free(answers->free);
    free(answers->gone);
    free(answers->n_connections);
    memset(answers, 0, sizeof(*answers));
}

static void push_gone(struct nt_answers *answers, uint32_t index)
{
    answers->gone[(answers->first_gone + answers->n_gone++) % answers->capacity] = index;
}

/* Forgets the client that went first. One that has come back since stands in the ring for nothing.
 */
static void pop_gone(struct nt_broker *broker)
{
    struct nt_answers *answers = &broker->answers;
    uint32_t index = answers->gone[answers->first_gone];
    struct nt_client_record *record = &broker->objects.arena.clients[index];

    answers->first_gone = (answers->first_gone + 1) % answers->capacity;
    answers->n_gone--;
    if (answers->n_connections[index] > 0 || record->token == 0)
        return;
    atomic_store_explicit(&record->token, 0, memory_order_release);
    answers->free[answers->n_free++] = index;
}

static uint32_t take_index(struct nt_broker *broker)
{
    struct nt_answers *answers = &broker->answers;
    struct nt_arena *arena = &broker->objects.arena;

    if (answers->n_free == 0 && arena->header->clients_used_up_to < arena->n_clients)
        return arena->header->clients_used_up_to++;
    while (answers->n_free == 0 && answers->n_gone > 0)
        pop_gone(broker);
    return answers->n_free > 0 ? answers->free[--answers->n_free] : NT_ARENA_NONE;
}

/* --- connections ---------------------------------------------------------------------------- */

static bool is_known(const struct nt_broker *broker, const struct nt_broker_client *client,
                     uint64_t token)
{
    const struct nt_arena *arena = &broker->objects.arena;
    uint32_t index = token & (NT_ARENA_CLIENTS - 1);

    return token != 0 && index < arena->n_clients && index < arena->header->clients_used_up_to &&
           arena->clients[index].token == token && arena->clients[index].uid == client->peer.uid &&
           broker->answers.n_connections[index] < UINT16_MAX;
}

static NTSTATUS new_record(struct nt_broker *broker, const struct nt_broker_client *client,
                           uint64_t *ret_token)
{
    struct nt_client_record *record;
    uint64_t token;
    uint32_t index;

    if (nt_os_random(&token, sizeof(token)) < 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    index = take_index(broker);
    if (index == NT_ARENA_NONE)
        return STATUS_INSUFFICIENT_RESOURCES;
    /* Never 0. */
    token = (token | 1ull << 63) & ~(uint64_t)(NT_ARENA_CLIENTS - 1);
    record = &broker->objects.arena.clients[index];
    memset(record, 0, sizeof(*record));
    record->uid = client->peer.uid;
    atomic_store_explicit(&record->token, token | index, memory_order_release);
    *ret_token = token | index;
    return STATUS_SUCCESS;
}

NTSTATUS nt_answer_hello(struct nt_broker *broker, struct nt_broker_client *client, uint64_t token,
                         uint64_t *ret_token)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!is_known(broker, client, token))
        status = new_record(broker, client, &token);
    if (!NT_SUCCESS(status))
        return status;
    NT_STEP(hello_client);
    client->record = (uint32_t)(token & (NT_ARENA_CLIENTS - 1)) + 1;
    broker->answers.n_connections[client->record - 1]++;
    *ret_token = token;
    return STATUS_SUCCESS;
}

void nt_answer_leave(struct nt_broker *broker, struct nt_broker_client *client)
{
    struct nt_answers *answers = &broker->answers;

    if (client->record == 0)
        return;
    if (--answers->n_connections[client->record - 1] == 0) {
        if (answers->n_gone >= N_KEPT)
            pop_gone(broker);
        push_gone(answers, client->record - 1);
    }
    client->record = 0;
}

/* --- requests ------------------------------------------------------------------------------- */

static struct nt_suspect *find_suspect(struct nt_arena_header *header, uint32_t pid)
{
    for (size_t i = 0; i < NT_ARENA_SUSPECTS; i++) {
        if (pid != 0 && header->suspects[i].pid == pid)
            return &header->suspects[i];
    }
    return NULL;
}

/* A request of @pid has been served. */
static void forgive(struct nt_arena_header *header, pid_t pid)
{
    struct nt_suspect *suspect = find_suspect(header, (uint32_t)pid);

    if (suspect)
        *suspect = (struct nt_suspect){.pid = 0};
}

void nt_answer_receive(struct nt_broker *broker, pid_t pid)
{
    atomic_store_explicit(&broker->objects.arena.header->service_pid, (uint32_t)pid,
                          memory_order_release);
}

bool nt_answer_is_suspect(const struct nt_broker *broker, pid_t pid)
{
    const struct nt_suspect *suspect = find_suspect(broker->objects.arena.header, (uint32_t)pid);

    return suspect && suspect->deaths >= NT_DEATH_LIMIT &&
           nt_os_now_ns() - suspect->when < SUSPICION_NS;
}

bool nt_answer_begin(struct nt_broker *broker, const struct nt_broker_client *client,
                     const struct nt_request_header *request, NTSTATUS *ret_status)
{
    struct nt_arena *arena = &broker->objects.arena;
    struct nt_client_record *record = &arena->clients[client->record - 1];

    if (record->number != request->number) {
        record->deaths = 0;
        record->answered = 0;
        record->number = request->number;
    }
    arena->header->service_number = request->number;
    atomic_store_explicit(&arena->header->service_client, client->record, memory_order_release);
    /* From here on it is the request that is to blame. */
    atomic_store_explicit(&arena->header->service_pid, 0, memory_order_release);
    NT_STEP(in_service);
    if (record->answered == request->number && record->type == request->type) {
        *ret_status = record->status;
        return true;
    }
    if (record->deaths < NT_DEATH_LIMIT)
        return false;
    *ret_status = STATUS_INTERNAL_ERROR;
    return true;
}

void nt_answer_end(struct nt_broker *broker, const struct nt_broker_client *client)
{
    struct nt_arena_header *header = broker->objects.arena.header;

    if (header->service_client == 0)
        return;
    forgive(header, client->peer.pid);
    atomic_store_explicit(&header->service_client, 0, memory_order_release);
}

/* Does what the arena has decided; may be done again. */
static void carry_out(struct nt_arena *arena)
{
    struct nt_redo *redo = &arena->header->redo;
    struct nt_client_record *record = &arena->clients[redo->client];

    atomic_store_explicit((_Atomic uint64_t *)((char *)arena->header + redo->offset), redo->value,
                          memory_order_release);
    NT_STEP(store_done);
    record->status = redo->status;
    record->type = redo->type;
    record->answered = redo->number;
    atomic_store_explicit(&redo->valid, 0, memory_order_release);
    NT_STEP(store_answered);
}

void nt_answer_store(struct nt_broker *broker, const struct nt_broker_client *client,
                     const struct nt_request_header *request, _Atomic uint64_t *word,
                     uint64_t value, NTSTATUS status)
{
    struct nt_arena *arena = &broker->objects.arena;
    struct nt_redo *redo = &arena->header->redo;

    redo->client = client->record - 1;
    redo->status = status;
    redo->number = request->number;
    redo->type = request->type;
    redo->offset = (uint64_t)((char *)word - (char *)arena->header);
    redo->value = value;
    NT_STEP(store_chain);
    atomic_store_explicit(&redo->valid, 1, memory_order_release);
    NT_STEP(store_decided);
    carry_out(arena);
}

/* --- deaths --------------------------------------------------------------------------------- */

/* The place of @pid, or the one that has been left alone the longest. */
static struct nt_suspect *place_of(struct nt_arena_header *header, uint32_t pid)
{
    struct nt_suspect *place = find_suspect(header, pid);

    if (place)
        return place;
    place = &header->suspects[0];
    for (size_t i = 1; i < NT_ARENA_SUSPECTS; i++) {
        if (header->suspects[i].when < place->when)
            place = &header->suspects[i];
    }
    *place = (struct nt_suspect){.pid = pid};
    return place;
}

static void blame_process(struct nt_arena_header *header, uint32_t pid, uint32_t death)
{
    struct nt_suspect *suspect = place_of(header, pid);

    if (nt_os_now_ns() - suspect->when >= SUSPICION_NS)
        suspect->deaths = 0;
    if (suspect->deaths < NT_DEATH_LIMIT)
        suspect->deaths += death;
    suspect->when = nt_os_now_ns();
}

static void blame_request(const struct nt_arena *arena, uint64_t client, uint32_t death)
{
    struct nt_client_record *record = &arena->clients[client - 1];

    if (record->number == arena->header->service_number && record->deaths < NT_DEATH_LIMIT)
        record->deaths += death;
}

void nt_answer_blame(const struct nt_arena *arena, uint32_t death)
{
    struct nt_arena_header *header = arena->header;
    uint64_t client = atomic_load_explicit(&header->service_client, memory_order_acquire);
    uint32_t pid = (uint32_t)atomic_load_explicit(&header->service_pid, memory_order_acquire);

    if (client > 0 && client <= arena->n_clients)
        blame_request(arena, client, death);
    else if (pid != 0)
        blame_process(header, pid, death);
    /* A worker that dies before it serves anyone dies of something else. */
    atomic_store(&header->service_client, 0);
    atomic_store(&header->service_pid, 0);
}

/* Whether the words that a decision speaks of are there; one that is not is none. */
static bool is_decision(const struct nt_arena *arena)
{
    const struct nt_redo *redo = &arena->header->redo;
    uint64_t begin = (uint64_t)((char *)arena->records - (char *)arena->header);
    uint64_t end = begin + arena->n_records * sizeof(struct nt_record);

    return redo->valid == 1 && redo->client < arena->n_clients && redo->offset >= begin &&
           redo->offset < end && redo->offset % sizeof(uint64_t) == 0;
}

void nt_answer_recover(struct nt_broker *broker)
{
    struct nt_arena *arena = &broker->objects.arena;

    if (is_decision(arena))
        carry_out(arena);
    arena->header->redo.valid = 0;
    atomic_store_explicit(&arena->header->service_client, 0, memory_order_release);
    atomic_store_explicit(&arena->header->service_pid, 0, memory_order_release);
    if (arena->header->clients_used_up_to > arena->n_clients)
        arena->header->clients_used_up_to = arena->n_clients;
    for (uint32_t i = 0; i < arena->header->clients_used_up_to; i++) {
        if (arena->clients[i].token != 0 &&
            (arena->clients[i].token & (NT_ARENA_CLIENTS - 1)) == i) {
            push_gone(&broker->answers, i);
        } else {
            arena->clients[i].token = 0;
            broker->answers.free[broker->answers.n_free++] = i;
        }
    }
}
