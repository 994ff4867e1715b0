// SPDX-License-Identifier: MIT
/*
 * The first and only program that the virtual machine of tools/vm-check starts by itself. It
 * mounts what tests need, says what the kernel is and what it lacks, runs the programs that
 * /vm/programs lists, one after the other, and ends the machine. Static, without the library:
 * nothing here depends on what is being tested.
 *
 * A line of /vm/programs is a name, a program and its arguments, between blanks; of
 * /vm/environment, a variable. Everything goes to the console; what the host looks for begins
 * with "vm: ".
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <linux/userfaultfd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_LINES 64
#define MAX_WORDS 16

static unsigned passed, failed;

static void check(bool good, const char *what)
{
    printf("%s  %s\n", good ? "pass" : "FAIL", what);
    passed += good;
    failed += !good;
}

/* --- the kernel --------------------------------------------------------------------- */

static void mount_at(const char *type, const char *place, const char *options)
{
    mkdir(place, 0755);
    if (mount(type, place, type, MS_NOSUID, options))
        printf("vm: cannot mount %s: %s\n", place, strerror(errno));
}

static void prepare(void)
{
    mount_at("devtmpfs", "/dev", "");
    mount_at("proc", "/proc", "");
    mount_at("sysfs", "/sys", "");
    mount_at("tmpfs", "/tmp", "mode=1777");
    mount_at("tmpfs", "/run", "");
    mount_at("tmpfs", "/dev/shm", "mode=1777");
    mount_at("devpts", "/dev/pts", "ptmxmode=0666");
    mount_at("cgroup2", "/sys/fs/cgroup", "");
    if (symlink("/proc/self/fd", "/dev/fd") || chdir("/root"))
        printf("vm: %s\n", strerror(errno));
    for (int fd = 0; fd < 3; fd++)
        dup2(open("/dev/console", O_RDWR), fd);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        printf("vm: %s: %s\n", path, strerror(errno));
    close(fd);
}

/* As on a server: many descriptors, and nobody traces who is not his child. */
static void set_limits(void)
{
    struct rlimit limit = {1048576, 1048576};

    write_text("/proc/sys/fs/nr_open", "1048576");
    write_text("/proc/sys/fs/file-max", "4000000");
    if (setrlimit(RLIMIT_NOFILE, &limit))
        printf("vm: RLIMIT_NOFILE: %s\n", strerror(errno));
    write_text("/proc/sys/kernel/yama/ptrace_scope", "1");
}

/* The loopback device, for tests that lay a socket of the network into somebody's hands. */
static void raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        printf("vm: lo: %s\n", strerror(errno));
    close(fd);
}

/* The numbers of the kernel that has them; older headers do not. */
struct procmap_query {
    uint64_t size, flags, address, rest[13];
};
struct pm_scan_arg {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, masks[4];
};
#define QUERY_PROCMAP _IOWR('f', 17, struct procmap_query)
#define SCAN_PAGEMAP  _IOWR('f', 16, struct pm_scan_arg)
#define PEERPIDFD     77
#define NOEXEC_SEAL   0x0008u

static bool has_procmap_query(void)
{
    struct procmap_query query = {.size = sizeof(query), .flags = 0x10};
    int fd = open("/proc/self/maps", O_RDONLY);
    bool has = ioctl(fd, QUERY_PROCMAP, &query) == 0;

    close(fd);
    return has;
}

static bool has_pagemap_scan(void)
{
    struct pm_scan_arg scan = {.size = sizeof(scan)};
    int fd = open("/proc/self/pagemap", O_RDONLY);
    bool has = ioctl(fd, SCAN_PAGEMAP, &scan) >= 0 || errno != ENOTTY;

    close(fd);
    return has;
}

static bool has_noexec_seal(void)
{
    int fd = (int)syscall(SYS_memfd_create, "probe", NOEXEC_SEAL);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool has_peer_pidfd(void)
{
    int pair[2], pidfd;
    socklen_t size = sizeof(pidfd);
    bool has = socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 &&
               getsockopt(pair[0], SOL_SOCKET, PEERPIDFD, &pidfd, &size) == 0;

    close(pair[0]);
    close(pair[1]);
    return has;
}

/* Asynchronous write protection, bit 15 of what userfaultfd can do. */
static bool has_asynchronous_write_protection(void)
{
    struct uffdio_api api = {.api = UFFD_API, .features = 1ull << 15};
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    bool has = fd >= 0 && ioctl(fd, UFFDIO_API, &api) == 0;

    if (fd >= 0)
        close(fd);
    return has;
}

static bool has_path(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The point of this machine is what it lacks: with all of it there, nothing would be shown. */
static void check_kernel(void)
{
    struct utsname name;

    uname(&name);
    printf("vm: kernel %s %s\n", name.release, name.version);
    check(!has_procmap_query(), "no PROCMAP_QUERY: mappings come from the text of maps");
    check(!has_pagemap_scan(), "no PAGEMAP_SCAN: pages come from the pagemap itself");
    check(!has_asynchronous_write_protection(), "no asynchronous write protection");
    check(!has_noexec_seal(), "no MFD_NOEXEC_SEAL");
    check(!has_peer_pidfd(), "no SO_PEERPIDFD");
    check(has_path("/proc/self/clear_refs"), "soft-dirty bits can be cleared");
    check(has_path("/sys/devices/system/node/node1"), "there are two NUMA nodes");
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    printf("vm: end kernel %d\n", failed ? 1 : 0);
}

/* --- programs ----------------------------------------------------------------------- */

/* The lines of a file; they stay. */
static size_t read_lines(const char *path, char **lines)
{
    FILE *file = fopen(path, "r");
    size_t count = 0, size = 0;
    char *line = NULL;

    while (file && count < MAX_LINES && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        lines[count++] = line;
        line = NULL;
        size = 0;
    }
    if (file)
        fclose(file);
    return count;
}

/* A child of a program that ended is ours to wait for too. */
static int wait_for(pid_t child)
{
    int status;

    for (;;) {
        pid_t ended = waitpid(-1, &status, 0);

        if (ended == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (ended < 0 && errno != EINTR)
            return 127;
    }
}

static void run(char *line)
{
    char *words[MAX_WORDS + 1] = {NULL};
    size_t count = 0;
    pid_t child;

    for (char *word = strtok(line, " "); word && count < MAX_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    if (count < 2)
        return;
    printf("vm: begin %s\n", words[0]);
    child = fork();
    if (child == 0) {
        setsid();
        execv(words[1], words + 1);
        printf("%s: %s\n", words[1], strerror(errno));
        _exit(127);
    }
    printf("vm: end %s %d\n", words[0], child < 0 ? 127 : wait_for(child));
}

int main(void)
{
    char *lines[MAX_LINES];
    size_t count;

    prepare();
    set_limits();
    raise_loopback();
    printf("vm: up\nvm: begin kernel\n");
    check_kernel();
    count = read_lines("/vm/environment", lines);
    for (size_t i = 0; i < count; i++)
        putenv(lines[i]);
    count = read_lines("/vm/programs", lines);
    for (size_t i = 0; i < count; i++)
        run(lines[i]);
    printf("vm: done\n");
    sync();
    reboot(RB_AUTOBOOT); /* the host ends the machine then */
    return 0;
}
