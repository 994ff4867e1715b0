/* SPDX-License-Identifier: MIT */
/*
 * How long: these sources are built twice, as ntshm-test-races, which takes seconds and runs with
 * every test, and as ntshm-test-stress, which takes minutes.
 */
#ifndef NTSHM_TEST_STRESS_ROUNDS_H
#define NTSHM_TEST_STRESS_ROUNDS_H

#ifdef NT_TEST_FULL
#    define NT_ROUNDS(brief, full) (full)
#else
#    define NT_ROUNDS(brief, full) (brief)
#endif

#endif
