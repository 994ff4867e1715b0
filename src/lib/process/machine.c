// SPDX-License-Identifier: MIT
/*
 * The machine's memory and this process's part of it; see machine.h.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>

#include "lib/memory/commit-texts.h"
#include "lib/process/machine.h"
#include "os/file.h"
#include "os/os.h"
#include "os/system.h"

static uint64_t bytes(const char *text, const char *name)
{
    return nt_commit_field(text, name, 0);
}

bool nt_machine_memory(struct nt_machine_memory *ret_memory)
{
    struct nt_machine_memory memory = {0};
    char text[8192], rule[16];

    *ret_memory = memory;
    if (nt_os_read_text("/proc/meminfo", text, sizeof(text)) < 0)
        return false;
    memory.total = bytes(text, "MemTotal:");
    memory.available = bytes(text, "MemAvailable:");
    memory.committed = bytes(text, "Committed_AS:");
    memory.cached = bytes(text, "Cached:");
    memory.kernel_paged = bytes(text, "SReclaimable:");
    memory.kernel_nonpaged = bytes(text, "SUnreclaim:");
    memory.commit_limit = memory.total + bytes(text, "SwapTotal:");
    /* Only the strict rule has a limit that the kernel itself keeps. */
    if (nt_os_read_text("/proc/sys/vm/overcommit_memory", rule, sizeof(rule)) == 0 &&
        rule[0] == '2')
        memory.commit_limit = bytes(text, "CommitLimit:");
    memory.commit_available = nt_commit_machine_room(text, rule);
    *ret_memory = memory;
    return memory.total != 0;
}

/* How many entries of a directory are @prefix and a number. */
static uint32_t count_numbered(const char *path, const char *prefix)
{
    size_t length = strlen(prefix);
    struct dirent *entry;
    uint32_t count = 0;
    DIR *directory;
    int fd;

    if (nt_os_file_open(path, O_RDONLY | O_DIRECTORY, 0, &fd) < 0)
        return 0;
    directory = fdopendir(fd);
    if (!directory) {
        nt_os_close(fd);
        return 0;
    }
    while ((entry = readdir(directory)) != NULL)
        count += strncmp(entry->d_name, prefix, length) == 0 && entry->d_name[length] >= '0' &&
                 entry->d_name[length] <= '9';
    closedir(directory);
    return count;
}

/* Where the kernel lists its blocks of memory; what it keeps for itself is not in MemTotal. */
uint64_t nt_machine_installed(void)
{
    struct nt_machine_memory memory;
    uint64_t installed = 0;
    char text[64];

    nt_machine_memory(&memory);
    if (nt_os_read_text("/sys/devices/system/memory/block_size_bytes", text, sizeof(text)) == 0)
        installed =
            strtoull(text, NULL, 16) * count_numbered("/sys/devices/system/memory", "memory");
    return installed > memory.total ? installed : memory.total;
}

/* Fields 10 and 12 of /proc/PID/stat, where the second field is a name in parentheses. */
static uint64_t faults_in(const char *stat)
{
    unsigned long long minor = 0, major = 0;
    const char *state = strrchr(stat, ')');

    if (state)
        sscanf(state + 1, " %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu", &minor, &major);
    return minor + major;
}

bool nt_process_memory_of(pid_t pid, struct nt_process_memory *ret_memory)
{
    char path[32], text[4096];

    memset(ret_memory, 0, sizeof(*ret_memory));
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (nt_os_read_text(path, text, sizeof(text)) < 0)
        return false;
    ret_memory->faults = faults_in(text);
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    if (nt_os_read_text(path, text, sizeof(text)) < 0)
        return false;
    ret_memory->resident = bytes(text, "VmRSS:");
    ret_memory->peak_resident = bytes(text, "VmHWM:");
    ret_memory->private_writable = bytes(text, "VmData:") + bytes(text, "VmStk:");
    ret_memory->page_tables = bytes(text, "VmPTE:");
    ret_memory->address_space = bytes(text, "VmSize:");
    if (ret_memory->peak_resident < ret_memory->resident)
        ret_memory->peak_resident = ret_memory->resident;
    return true;
}

bool nt_process_memory(struct nt_process_memory *ret_memory)
{
    struct rusage usage = {0};

    if (!nt_process_memory_of(getpid(), ret_memory))
        return false;
    getrusage(RUSAGE_SELF, &usage);
    ret_memory->faults = (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
    return true;
}

void nt_machine_counts(struct nt_machine_counts *ret_counts)
{
    char text[128], *slash;

    memset(ret_counts, 0, sizeof(*ret_counts));
    ret_counts->processes = count_numbered("/proc", "");
    if (nt_os_read_text("/proc/loadavg", text, sizeof(text)) == 0) {
        slash = strchr(text, '/');
        if (slash)
            ret_counts->threads = (uint32_t)strtoul(slash + 1, NULL, 10);
    }
    if (nt_os_read_text("/proc/sys/fs/file-nr", text, sizeof(text)) == 0)
        ret_counts->files = (uint32_t)strtoul(text, NULL, 10);
}

bool nt_process_is_traced(void)
{
    char text[4096];

    return nt_os_read_text("/proc/self/status", text, sizeof(text)) == 0 &&
           nt_commit_field(text, "TracerPid:", 0) != 0;
}
