// SPDX-License-Identifier: MIT
/*
 * How much there may be: mappings, descriptors, memory, huge pages.
 */
#include "tool/machine/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tool/kit/text.h"

#define FEW_MAPS 65530u /* the kernel's own default */
#define FEW_FDS  4096u
#define LITTLE   (UINT64_C(64) << 20)

static uint64_t number_in(const char *path)
{
    char text[32];

    return strtoull(nt_doctor_read(path, text, sizeof(text)), NULL, 10);
}

/* A line of /proc/meminfo, in its own unit; 0 when there is none. */
static uint64_t meminfo(const char *key)
{
    FILE *file = fopen("/proc/meminfo", "re");
    size_t length = strlen(key);
    uint64_t value = 0;
    char line[128];

    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            value = strtoull(line + length + 1, NULL, 10);
    if (file)
        fclose(file);
    return value;
}

static void check_maps(struct nt_doctor *doctor)
{
    uint64_t most = number_in("/proc/sys/vm/max_map_count");
    char number[32];

    nt_text_number(most, number);
    if (most < FEW_MAPS)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "mappings", "sysctl vm.max_map_count=262144",
                      "%s in a process: each view and each change of protection takes some",
                      number);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "mappings", NULL, "%s in a process", number);
}

static void check_fds(struct nt_doctor *doctor)
{
    struct rlimit limit = {0, 0};
    char number[2][32];

    getrlimit(RLIMIT_NOFILE, &limit);
    nt_text_number(limit.rlim_cur, number[0]);
    nt_text_number(limit.rlim_max, number[1]);
    if (limit.rlim_max == RLIM_INFINITY)
        strcpy(number[1], "any number");
    if (limit.rlim_cur == RLIM_INFINITY)
        strcpy(number[0], "any number");
    if (limit.rlim_max < FEW_FDS)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "descriptors",
                      "raise the hard limit: ulimit -Hn, LimitNOFILE=, limits.conf",
                      "%s at most: a broker keeps two or three for each name", number[1]);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "descriptors", NULL, "%s, and up to %s when needed",
                      number[0], number[1]);
}

/* What the cgroup of this process may still have; UINT64_MAX without a limit. */
static uint64_t cgroup_room(void)
{
    char text[4096], path[4400], value[32];
    const char *line = nt_doctor_read("/proc/self/cgroup", text, sizeof(text));
    uint64_t most, now;

    line = strncmp(line, "0::", 3) == 0 ? line : strstr(line, "\n0::");
    if (!line)
        return UINT64_MAX;
    line = strstr(line, "0::") + 3;
    snprintf(path, sizeof(path), "/sys/fs/cgroup%.*s/memory.max", (int)strcspn(line, "\n"), line);
    nt_doctor_read(path, value, sizeof(value));
    if (value[0] < '0' || value[0] > '9')
        return UINT64_MAX;
    most = strtoull(value, NULL, 10);
    strcpy(strrchr(path, '/'), "/memory.current");
    now = number_in(path);
    return most > now ? most - now : 0;
}

static void check_memory(struct nt_doctor *doctor)
{
    uint64_t free_bytes = meminfo("MemAvailable") * 1024, room = cgroup_room();
    char size[2][32];

    nt_output_size(free_bytes, size[0]);
    if (room != UINT64_MAX)
        nt_output_size(room, size[1]);
    if (free_bytes < LITTLE || room < LITTLE)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "memory", "end something, or raise memory.max",
                      "%s are left%s", room < free_bytes ? size[1] : size[0],
                      room < free_bytes ? " in this cgroup" : "");
    else if (room != UINT64_MAX)
        nt_doctor_say(doctor, NT_HEALTH_OK, "memory", NULL,
                      "%s available, %s more in this cgroup before its limit", size[0], size[1]);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "memory", NULL, "%s available", size[0]);
    if (number_in("/proc/sys/vm/overcommit_memory") == 2) {
        uint64_t limit = meminfo("CommitLimit"), used = meminfo("Committed_AS");

        nt_output_size(limit > used ? (limit - used) * 1024 : 0, size[0]);
        nt_doctor_say(doctor, NT_HEALTH_OK, "overcommit", NULL,
                      "off: %s can still be committed by all processes together", size[0]);
    }
}

static void check_huge_pages(struct nt_doctor *doctor)
{
    uint64_t total = meminfo("HugePages_Total"), free_pages = meminfo("HugePages_Free");
    uint64_t more = number_in("/proc/sys/vm/nr_overcommit_hugepages");
    char size[32];

    nt_output_size(meminfo("Hugepagesize") * 1024, size);
    if (meminfo("Hugepagesize") == 0)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "large pages", NULL,
                      "this kernel has none: SEC_LARGE_PAGES and MEM_LARGE_PAGES are refused");
    else if (total + more == 0)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "large pages",
                      "sysctl vm.nr_hugepages=N, where somebody wants them",
                      "none of %s are set aside: SEC_LARGE_PAGES and MEM_LARGE_PAGES are refused",
                      size);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "large pages", NULL,
                      "%llu of %s are free, of %llu; up to %llu more on demand",
                      (unsigned long long)free_pages, size, (unsigned long long)total,
                      (unsigned long long)more);
}

void nt_doctor_limits(struct nt_doctor *doctor)
{
    check_maps(doctor);
    check_fds(doctor);
    check_memory(doctor);
    check_huge_pages(doctor);
}
