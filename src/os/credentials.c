// SPDX-License-Identifier: MIT
/*
 * Capabilities and groups of the calling thread; see credentials.h.
 */
#include "os/credentials.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/system.h"
#include "util/macro.h"

bool nt_os_has_capability(unsigned capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (capability >= 32 * NT_ARRAY_SIZE(data) || syscall(SYS_capget, &header, data) < 0)
        return false;
    return data[capability / 32].effective >> capability % 32 & 1;
}

bool nt_os_is_in_group(gid_t group)
{
    NT_CLEANUP(nt_freep) gid_t *groups = NULL;
    int count = getgroups(0, NULL);

    if (getegid() == group)
        return true;
    if (count <= 0)
        return false;
    groups = malloc((size_t)count * sizeof(*groups));
    count = groups ? getgroups(count, groups) : 0;
    for (int i = 0; i < count; i++) {
        if (groups[i] == group)
            return true;
    }
    return false;
}

int nt_os_large_page_group(gid_t *ret_group)
{
    char text[32];
    int r = nt_os_read_text("/proc/sys/vm/hugetlb_shm_group", text, sizeof(text));

    if (r < 0)
        return r;
    *ret_group = (gid_t)strtoul(text, NULL, 10);
    return 0;
}
