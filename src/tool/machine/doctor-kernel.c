// SPDX-License-Identifier: MIT
/*
 * The kernel's calls that the library stands on, each tried: what a container's filter forbids is
 * there and does not work.
 */
#include "tool/machine/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROC_MAGIC     0x9fa0
#define USER_MODE_ONLY 1
#define WP_ASYNC       (1u << 15)
#define WP_UNPOPULATED (1u << 13)
#ifndef SYS_futex_waitv
#    define SYS_futex_waitv 449
#endif

static void check_version(struct nt_doctor *doctor)
{
    unsigned major = 0, minor = 0;
    struct utsname name;

    if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) < 2)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "kernel", NULL, "its version cannot be told");
    else if (major < 6 || (major == 6 && minor < 1))
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "kernel", "use Linux 6.1 or later",
                      "Linux %s is older than what is tested", name.release);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "kernel", NULL, "Linux %s", name.release);
}

/* The value of hidepid= of the mount at /proc; 0 for none. */
static unsigned hidden(void)
{
    FILE *mounts = fopen("/proc/self/mounts", "re");
    char line[1024], *option;
    unsigned value = 0;

    while (mounts && fgets(line, sizeof(line), mounts)) {
        if (strncmp(line, "proc /proc ", 11) != 0)
            continue;
        option = strstr(line, "hidepid=");
        value = !option                                    ? 0
                : strncmp(option + 8, "invisible", 9) == 0 ? 2
                                                           : (unsigned)atoi(option + 8);
    }
    if (mounts)
        fclose(mounts);
    return value;
}

static void check_proc(struct nt_doctor *doctor)
{
    struct statfs system;
    char path[64];
    int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    if (fd < 0 || statfs("/proc", &system) < 0 || system.f_type != PROC_MAGIC)
        nt_doctor_say(doctor, NT_HEALTH_BAD, "/proc", "mount -t proc proc /proc",
                      "it is not mounted: descriptors cannot be opened with fewer rights");
    else if (hidden() > 0 && geteuid() != 0)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "/proc", "mount it with hidepid=0, or ask as root",
                      "it is mounted with hidepid: 'ntshm holders' does not see other users");
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "/proc", NULL, "mounted%s",
                      access("/proc/self/pagemap", R_OK) == 0 ? "" : ", without pagemap");
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)getpid());
    if (fd >= 0 && access(path, F_OK) < 0)
        nt_doctor_say(doctor, NT_HEALTH_BAD, "/proc", "mount it in this process's pid namespace",
                      "it is another pid namespace's");
}

/* What fails when memory is made as a section's is; NULL: nothing. */
static const char *try_memfd(void)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    int fd = (int)syscall(SYS_memfd_create, "ntshm-doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    const char *failed = NULL;
    char path[40];
    int again;

    if (fd < 0)
        return "memfd_create";
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (ftruncate(fd, 65536) < 0)
        failed = "ftruncate";
    else if (fchmod(fd, 0600) < 0)
        failed = "fchmod";
    else if (fcntl(fd, F_ADD_SEALS, seals) < 0)
        failed = "F_ADD_SEALS";
    else if ((again = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        failed = "opening it again, read-only";
    else
        close(again);
    close(fd);
    return failed;
}

static void check_memfd(struct nt_doctor *doctor)
{
    const char *failed = try_memfd();
    char text[32];

    if (failed)
        nt_doctor_say(doctor, NT_HEALTH_BAD, "memfd",
                      "allow memfd_create and sealing (a container's seccomp filter?)", "%s: %s",
                      failed, strerror(errno));
    else if (atoi(nt_doctor_read("/proc/sys/vm/memfd_noexec", text, sizeof(text))) >= 2)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "memfd", "sysctl vm.memfd_noexec=0",
                      "sections work, but not those that are executable");
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "memfd", NULL,
                      "memory is made, sealed and opened again");
}

static bool has_async_watch(void)
{
    struct uffdio_api api = {.api = UFFD_API, .features = WP_ASYNC | WP_UNPOPULATED};
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | USER_MODE_ONLY);
    bool works = fd >= 0 && ioctl(fd, UFFDIO_API, &api) == 0;

    if (fd >= 0)
        close(fd);
    return works;
}

/* A page that was just written has its soft-dirty bit where the kernel keeps them. */
static bool has_soft_dirty(void)
{
    volatile char here = 1;
    uint64_t entry = 0;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    off_t at = (off_t)((uintptr_t)&here / (uintptr_t)sysconf(_SC_PAGESIZE) * sizeof(entry));
    bool works = fd >= 0 && pread(fd, &entry, sizeof(entry), at) == (ssize_t)sizeof(entry) &&
                 (entry >> 55 & 1) && access("/proc/self/clear_refs", W_OK) == 0;

    if (fd >= 0)
        close(fd);
    return works;
}

static void check_watch(struct nt_doctor *doctor)
{
    if (has_async_watch())
        nt_doctor_say(doctor, NT_HEALTH_OK, "write watch", NULL, "userfaultfd records writes");
    else if (has_soft_dirty())
        nt_doctor_say(doctor, NT_HEALTH_OK, "write watch", NULL,
                      "by soft-dirty bits: more is told than was written (userfaultfd does it "
                      "exactly from Linux 6.7 on)");
    else
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "write watch",
                      "Linux 6.7, or a kernel with CONFIG_MEM_SOFT_DIRTY; allow userfaultfd",
                      "neither userfaultfd nor soft-dirty bits: MEM_WRITE_WATCH is refused");
}

static void check_processes(struct nt_doctor *doctor)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    char text[16];
    int scope = atoi(nt_doctor_read("/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text)));

    if (fd < 0)
        nt_doctor_say(doctor, NT_HEALTH_BAD, "pidfd", "allow pidfd_open (a seccomp filter?)",
                      "pidfd_open: %s: nobody can wait for a process", strerror(errno));
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "pidfd", NULL, "processes can be waited for");
    if (fd >= 0)
        close(fd);
    if (scope >= 2 && geteuid() != 0)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "Yama", "sysctl kernel.yama.ptrace_scope=1",
                      "ptrace_scope is %d: ReadProcessMemory of other processes is refused", scope);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "Yama", NULL, "ptrace_scope is %d%s", scope,
                      scope == 1 && geteuid() != 0
                          ? ": ReadProcessMemory reaches this user's child processes only"
                          : "");
}

static void check_futex(struct nt_doctor *doctor)
{
    if (syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) < 0 && errno == ENOSYS)
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "futex_waitv",
                      "Linux 5.16 or later; allow it in seccomp filters",
                      "it is not there: waits for several objects look each millisecond");
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "futex_waitv", NULL, "waits for several objects sleep");
}

void nt_doctor_kernel(struct nt_doctor *doctor)
{
    check_version(doctor);
    check_proc(doctor);
    check_memfd(doctor);
    check_futex(doctor);
    check_processes(doctor);
    check_watch(doctor);
}
