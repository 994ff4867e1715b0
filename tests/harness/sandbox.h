/* SPDX-License-Identifier: MIT */
/*
 * The private place of one case: a directory under /tmp with the broker's directory in it, and the
 * broker that the case started there.  Owned by the case's supervisor, which is the subreaper of
 * all that the case starts: a broker that made itself a daemon is its child in the end.
 */
#ifndef NTSHM_TEST_SANDBOX_H
#define NTSHM_TEST_SANDBOX_H

#include "harness/test.h"

#include <sys/types.h>

struct test_sandbox {
    char root[64];
    char broker[80]; /* NTSHM_BROKER */
    char dir[80];    /* test_dir() */
};

/* Says what is wrong with a case after its end; printf format, without a newline. */
typedef void test_complain_fn(const char *fmt, ...) TEST_PRINTF(1, 2);

/** test_sandbox_enter() - make the directories and the environment; false with errno */
bool test_sandbox_enter(struct test_sandbox *box);

/** test_sandbox_has_broker() - whether somebody listens on a socket in the broker's directory */
bool test_sandbox_has_broker(const struct test_sandbox *box);

/**
 * test_sandbox_check_names() - complain about names that outlived the case
 *
 * Asks the broker through ntshm_broker_statistics(), in a process of its own; when the library is
 * not linked in or no broker runs there is nothing to ask.
 */
void test_sandbox_check_names(const struct test_sandbox *box, test_complain_fn *complain);

/** test_sandbox_end_broker() - end all brokers there; complain about one that does not obey */
void test_sandbox_end_broker(const struct test_sandbox *box, test_complain_fn *complain);

/** test_sandbox_leave() - complain about sanitizer reports, remove everything */
void test_sandbox_leave(const struct test_sandbox *box, test_complain_fn *complain);

/**
 * test_reap() - reap children of this process that ended, without waiting
 * @watched:    the child whose status the caller wants
 * @ret_status: its status, when it ended
 *
 * Complains about a broker that crashed or met a sanitizer.
 *
 * Return: whether @watched ended.
 */
bool test_reap(pid_t watched, int *ret_status, test_complain_fn *complain);

/** test_is_sanitizer_code() - an exit code that only sanitizers give; see the options in posix.c */
bool test_is_sanitizer_code(int code);

/** test_children() - living children of this process that are (or are not) brokers */
size_t test_children(pid_t *pids, size_t size, bool brokers);

/** test_process_name() - the kernel's name of a process, or "?" */
const char *test_process_name(pid_t pid, char name[32]);

#endif
