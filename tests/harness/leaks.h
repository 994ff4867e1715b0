/* SPDX-License-Identifier: MIT */
/*
 * What a process holds at one moment: descriptors, mappings, threads.  Two looks, one before and
 * one after a case, say what the case left behind.
 */
#ifndef NTSHM_TEST_LEAKS_H
#define NTSHM_TEST_LEAKS_H

#include "harness/test.h"

struct test_snapshot;

/**
 * test_snapshot_new() - look at this process
 *
 * Return: a snapshot for test_snapshot_free(); never NULL (the process ends when /proc cannot be
 * read, for then nothing could be promised).
 */
struct test_snapshot *test_snapshot_new(void);
struct test_snapshot *test_snapshot_free(struct test_snapshot *s);

/**
 * test_snapshot_check() - fail the running case for what is in this process and not in @before
 * @before: the first look
 * @mask:   TEST_LEAK_FDS, TEST_LEAK_MAPPINGS, TEST_LEAK_THREADS; others are not looked at
 *
 * Also fails it for descriptors of @before that are closed now.  Threads get a second to end.
 */
void test_snapshot_check(const struct test_snapshot *before, unsigned mask);

/** test_leaks_possible() - the TEST_LEAK_ bits that this build can check at all */
unsigned test_leaks_possible(void);

#endif
