/* SPDX-License-Identifier: MIT */
/*
 * Exactly once. A worker can die at any moment between a request and its answer, and the client
 * sends the request again with the number it had. Most requests can simply be done again: one
 * that only reads, and a create, whose object names the request that made it and dies with the
 * lease that its maker never got. What changes an object that others see is decided by one store
 * in the arena, which carries the answer; whoever comes after carries it out, and a request that
 * has an answer already gets it.
 *
 * A request that was in service when a worker crashed is served once more, and after the second
 * crash answered with an error. A worker that was killed (SIGKILL) crashed for no reason of the
 * request's, so that takes far more of them. A message that is no client's request yet (a HELLO, or
 * one that cannot be read) is its process's: after the second crash that one is not let in, for a
 * minute or until a request of it has been served.
 */
#ifndef NT_BROKER_ANSWER_H
#define NT_BROKER_ANSWER_H

#include <stdbool.h>
#include <sys/types.h>

#include <winternl.h>

#include "broker/arena.h"
#include "ipc/protocol.h"

struct nt_broker;
struct nt_broker_client;

#define NT_DEATH_CRASHED 8u
#define NT_DEATH_KILLED  1u
#define NT_DEATH_LIMIT   16u

/**
 * nt_answer_hello() - the record of a client, by its token
 * @token:     from an earlier connection, or 0; one that is not known (any more) is 0 too
 * @ret_token: that is the client's from now on
 *
 * Return: STATUS_SUCCESS, and the client has its record; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS nt_answer_hello(struct nt_broker *broker, struct nt_broker_client *client, uint64_t token,
                         uint64_t *ret_token);
/** nt_answer_leave() - the connection ends; its record is kept for a while */
void nt_answer_leave(struct nt_broker *broker, struct nt_broker_client *client);

/**
 * nt_answer_begin() - a request is in service from now on
 *
 * Return: true when it has its answer already, which may be that it kills workers: @ret_status.
 */
bool nt_answer_begin(struct nt_broker *broker, const struct nt_broker_client *client,
                     const struct nt_request_header *request, NTSTATUS *ret_status);
/** nt_answer_end() - it is answered */
void nt_answer_end(struct nt_broker *broker, const struct nt_broker_client *client);

/**
 * nt_answer_store() - store @value to @word of a record, and answer @status: both, and once
 *
 * The answer is one without bytes or descriptors, whose structure is all zero.
 */
void nt_answer_store(struct nt_broker *broker, const struct nt_broker_client *client,
                     const struct nt_request_header *request, _Atomic uint64_t *word,
                     uint64_t value, NTSTATUS status);

/** nt_answer_receive() - a message of @pid is in service, nothing more is known of it; 0: none is
 */
void nt_answer_receive(struct nt_broker *broker, pid_t pid);
/** nt_answer_is_suspect() - have messages of @pid crashed workers? */
bool nt_answer_is_suspect(const struct nt_broker *broker, pid_t pid);

/** nt_answer_blame() - the keeper: a worker died; @death is what that weighs */
void nt_answer_blame(const struct nt_arena *arena, uint32_t death);

/**
 * nt_answer_recover() - a new worker: what was decided is carried out, and no request is in
 * service; all clients are known and none is connected
 */
void nt_answer_recover(struct nt_broker *broker);

/* Free and forgotten records of clients; private, made anew by each worker. */
struct nt_answers {
    uint32_t *free, n_free; /* a stack */
    uint32_t *gone;         /* a ring: clients without a connection, oldest first */
    uint32_t first_gone, n_gone, capacity;
    uint16_t *n_connections; /* of each */
};

/** nt_answers_init() - Return: 0 or -ENOMEM */
int nt_answers_init(struct nt_answers *answers, const struct nt_arena *arena);
void nt_answers_deinit(struct nt_answers *answers);

#endif
