/* SPDX-License-Identifier: MIT */
/*
 * Our side of the lines: what a Windows program does, written against <windows.h> alone. The same
 * source is linked with this library and, built with mingw, runs under Wine, so that both columns
 * are of one program.
 *
 * A work begins (makes what its operations need), runs operations, and checks afterwards that
 * they did what they say. Each returns NULL, or what failed. The clock is the caller's.
 */
#ifndef NTSHM_BENCH_WORK_H
#define NTSHM_BENCH_WORK_H

#include <windows.h>

#define BENCH_VIEW_SIZE    (64u * 1024)
/* Of the section whose pages are committed one by one. */
#define BENCH_RESERVE_SIZE (1024u * 1024 * 1024)
/* What stands in every section that somebody opens. */
#define BENCH_MAGIC        0x6e746265u

struct bench_work_state {
    unsigned parameter; /* live views, or as the work says */
    HANDLE section, event, other;
    PSECURITY_DESCRIPTOR security;
    unsigned char *view;
    unsigned long counter; /* makes fresh names */
    WCHAR name[64];
    size_t digits;    /* where the counter stands in the name */
    size_t committed; /* bytes of the view in front of the next commit */
};

struct bench_work {
    const char *id;
    const char *(*begin)(struct bench_work_state *state);
    const char *(*run)(struct bench_work_state *state, unsigned n);
    const char *(*check)(struct bench_work_state *state);
};

/** bench_work_find() - the work of that id, or NULL */
const struct bench_work *bench_work_find(const char *id);

/** bench_space_work_find() - the same of work-space.c alone */
const struct bench_work *bench_space_work_find(const char *id);

/** bench_security_work_find() - the same of work-security.c alone */
const struct bench_work *bench_security_work_find(const char *id);

/** bench_sync_work_find() - the same of work-sync.c alone */
const struct bench_work *bench_sync_work_find(const char *id);

/** bench_work_name() - a name of this process, "<prefix>bench-<text>-<process>-<number>", with
 * bench_work_next_name() another number */
void bench_work_name(struct bench_work_state *state, const char *prefix, const char *text);
void bench_work_next_name(struct bench_work_state *state);

/** bench_work_failed() - "what: error N" of the last error, in memory that stays */
const char *bench_work_failed(const char *what);

/** bench_pong() - the partner of the work "event_ping_pong": answers until it is told to stop */
const char *bench_pong(void);
/** bench_pong_stop() - tell it so; @state is the ping's */
void bench_pong_stop(struct bench_work_state *state);

#endif
