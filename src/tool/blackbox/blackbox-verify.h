/* SPDX-License-Identifier: MIT */
/*
 * The demo's proof: named checks, each of which can fail, and what a round found.
 */
#ifndef NT_TOOL_BLACKBOX_VERIFY_H
#define NT_TOOL_BLACKBOX_VERIFY_H

#include <json-c/json.h>
#include <stdio.h>
#include "tool/blackbox/blackbox-source.h"

#define NT_VERIFY_MAX_CHECKS 24u

struct nt_verify_check_result {
    bool held;
    char what[96];
    char detail[256];
};

struct nt_verify {
    FILE *out;    /* checks are printed there as they are made; NULL for nowhere */
    bool removed; /* which round: the device was removed, or the recorder killed */
    bool missed;  /* the copy was complete: nothing is proved and nothing refuted */
    unsigned n_tries;
    unsigned n_checks, n_failed;
    struct nt_verify_check_result checks[NT_VERIFY_MAX_CHECKS];
    char driver[400];
    char in_flight[NT_BLACKBOX_TEXT];
    char list[NT_BLACKBOX_TEXT];
    char queue[NT_BLACKBOX_TEXT];
    uint64_t passes_finished;
    uint64_t bytes; /* recovered */
    uint64_t torn_at, target_size;
    char dump[512];
};

/* What a read of the target found; counts of words. */
struct nt_verify_tear {
    uint64_t n_words;
    uint64_t n_new, n_foreign;
    uint64_t first_old;  /* n_words when there is none */
    uint64_t end_of_new; /* behind the last new one */
};

void nt_verify_init(struct nt_verify *verify, bool removed, FILE *out);

/** nt_verify_check() - note a check, with details as for printf. Return: @held. */
bool nt_verify_check(struct nt_verify *verify, bool held, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** nt_verify_read_tear() - which words of the target are new; they may change meanwhile */
void nt_verify_read_tear(const volatile uint32_t *target, uint64_t n_words,
                         struct nt_verify_tear *ret_tear);

/**
 * nt_verify_moment() - whether the box shows work cut off in the middle
 * @tear:    what the target of the last copy looks like
 * @removed: the device was removed; else the recorder is dead
 *
 * Sets verify->missed, and checks nothing, when the copy or its pass was complete.
 */
void nt_verify_moment(struct nt_verify *verify, const struct nt_blackbox_report *report,
                      const struct nt_verify_tear *tear, bool removed);

/** nt_verify_torn() - whether the copy was torn in the middle; nothing when the round is missed */
void nt_verify_torn(struct nt_verify *verify, const struct nt_verify_tear *tear);

/** nt_verify_dump() - save to @path, and whether the dump tells the same; nothing when missed */
void nt_verify_dump(struct nt_verify *verify, struct nt_blackbox_source *source,
                    const struct nt_blackbox_report *report, const char *path, uint32_t reason);

/**
 * nt_verify_file() - whether the file that the section showed tells the same as @report
 *
 * Nobody has the section any more. Instead of a dump: the file is one. Nothing when missed.
 */
void nt_verify_file(struct nt_verify *verify, const struct nt_blackbox_report *report,
                    const char *path);

/** nt_verify_print() - what the round found */
void nt_verify_print(const struct nt_verify *verify, FILE *out);
struct json_object *nt_verify_to_json(const struct nt_verify *verify);

#endif
