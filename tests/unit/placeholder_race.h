/* SPDX-License-Identifier: MIT */
/*
 * Intruders at a placeholder: threads that ask the kernel for addresses inside it, never by force,
 * while others replace its pieces and put them back. As long as the range is owned at every moment
 * none of them gets anything.
 */
#ifndef NT_TESTS_UNIT_PLACEHOLDER_RACE_H
#define NT_TESTS_UNIT_PLACEHOLDER_RACE_H

#include <stdint.h>

struct race_result {
    uint64_t n_rounds;   /* replaced and put back, by all threads */
    uint64_t n_refused;  /* what intruders asked for and did not get */
    uint64_t n_intruded; /* what they got */
    uint64_t n_failures; /* calls of those who replace that failed */
};

/** race_run() - for so long, or until an intruder got in when @until_first says so */
struct race_result race_run(unsigned milliseconds, int until_first);

#endif
