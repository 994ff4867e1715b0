/* SPDX-License-Identifier: MIT */
/*
 * What the kernel lets this thread do, asked anew each time: a program may give rights up at any
 * moment. A part of the seam; see os.h for its rules.
 */
#ifndef NT_OS_CREDENTIALS_H
#define NT_OS_CREDENTIALS_H

#include <stdbool.h>
#include <sys/types.h>

/** nt_os_has_capability() - the effective set holds @capability (a CAP_ number) */
bool nt_os_has_capability(unsigned capability);
/** nt_os_is_in_group() - @group is the effective or a supplementary one */
bool nt_os_is_in_group(gid_t group);
/** nt_os_large_page_group() - vm.hugetlb_shm_group: its members may use large pages; or -errno */
int nt_os_large_page_group(gid_t *ret_group);

#endif
