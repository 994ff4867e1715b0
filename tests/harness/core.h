/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the test library share: the list of cases, the options of a run, and the state
 * of the one case that this process runs.
 *
 * core.c is portable.  Below it stands one of two backends with the same functions: posix.c (a
 * supervised, forked process a case) or windows.c (a process a case made with CreateProcess).
 */
#ifndef NTSHM_TEST_CORE_H
#define NTSHM_TEST_CORE_H

#include "harness/test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define TEST_SANITIZED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define TEST_SANITIZED 1
#    endif
#endif
#ifndef TEST_SANITIZED
#    define TEST_SANITIZED 0
#endif

enum test_end {
    TEST_END_NONE = 0, /* still running, or it died */
    TEST_END_DONE,     /* the body returned and was checked */
    TEST_END_SKIPPED,
    TEST_END_REQUIRED, /* a require() failed */
};

/* Exit codes of a process that ran one case. */
#define TEST_EXIT_PASS 0
#define TEST_EXIT_FAIL 1
#define TEST_EXIT_SKIP 77

/* The state of the running case; in shared memory where a supervisor reads it. */
struct test_state {
    unsigned n_assertions; /* atomic: threads and forked children count too */
    unsigned n_failures;   /* atomic */
    unsigned n_todo;       /* atomic: failures that were expected */
    int end;               /* enum test_end, atomic */
    char reason[256];      /* of the skip; later of the verdict */
};

struct test_options {
    bool list;
    bool no_fork;
    bool storm;
    bool verbose;
    int jobs;
    int n_patterns;
    char **patterns;
    const char *program;
};

extern struct test_state *test_state;
extern const struct test_case *test_current;

struct test_case *test_cases(void);
bool test_selected(const struct test_options *o, const struct test_case *c);

/* True for a pattern of '*', '?' and literal characters that covers the whole of @text. */
bool test_glob(const char *pattern, const char *text);

/* Names of the case (and of the children it starts) become unique to it and this process. */
void test_set_tag(unsigned number);

/*
 * Says how the case ended; fills state->reason for FAIL and SKIP.  @state->end must be set; a
 * reason already there is kept.
 */
int test_verdict(const struct test_case *c, struct test_state *state);
void test_print_verdict(const struct test_case *c, int verdict, const char *reason, uint64_t ms);

/* Counts an assertion and, when it failed, prints where and what (a printf format). */
bool test_assertion(const char *file, int line, bool held, const char *fmt, ...) TEST_PRINTF(4, 5);

/* What helpers do with an outcome: only a failure counts as an assertion. */
#define test_helper(file, line, good, ...) \
    ((good) ? true : test_assertion((file), (line), false, __VA_ARGS__))

/* Runs a child's body and gives its exit code. */
int test_child_finish(int code);

/* --- the backend ---------------------------------------------------------------------------- */

/* Called first in main(): may execute the program again. */
void test_backend_init(char **argv, const struct test_options *o);
/* Runs all selected cases; gives the process's exit code. */
int test_backend_run(const struct test_options *o);
/* Runs one case in this process. */
int test_backend_run_here(const struct test_options *o, const struct test_case *c);
/* Before a child's body. */
void test_backend_child_init(void);
void test_backend_setenv(const char *name, const char *value);
/* Prints to standard error, whole lines in one piece. */
void test_backend_print(const char *text);

#endif
