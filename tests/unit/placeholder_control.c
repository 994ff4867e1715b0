// SPDX-License-Identifier: MIT
/*
 * The control of placeholder_owned.c: the same race, with a seam that unmaps what it is about to
 * map over, as one would do without MAP_FIXED. An intruder must get in, and soon.
 */
#include <sys/mman.h>

#include "harness/test.h"
#include "os/os.h"
#include "unit/placeholder_race.h"

int __real_nt_os_map(void *address, size_t size, int protection, int flags, int fd, uint64_t offset,
                     void **ret_address);
int __wrap_nt_os_map(void *address, size_t size, int protection, int flags, int fd, uint64_t offset,
                     void **ret_address);

int __wrap_nt_os_map(void *address, size_t size, int protection, int flags, int fd, uint64_t offset,
                     void **ret_address)
{
    if ((flags & MAP_FIXED) && !(flags & MAP_FIXED_NOREPLACE))
        munmap(address, size);
    return __real_nt_os_map(address, size, protection, flags, fd, offset, ret_address);
}

TEST_DEADLINE(an_intruder_is_caught_where_the_range_is_free_for_a_moment, "5.60", 120)
{
    struct race_result result = race_run(60000, 1);

    ok(result.n_intruded > 0, "nobody got in during %llu rounds",
       (unsigned long long)result.n_rounds);
}

/* What intruders left behind is not the library's. */
unsigned test_leaks_checked(void)
{
    return TEST_LEAK_ALL & ~(unsigned)TEST_LEAK_MAPPINGS;
}
