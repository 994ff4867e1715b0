// SPDX-License-Identifier: MIT
/*
 * What the machine cannot hold is refused when it is made, as on Windows; and what Linux refuses
 * to execute, and a disk that is full. These ask for the limits of Linux, some of them as root.
 */
#ifndef _WIN32
#    include "api/section_kit.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/mount.h>
#    include <sys/prctl.h>
#    include <sys/resource.h>
#    include <sys/stat.h>
#    include <sys/vfs.h>
#    include <unistd.h>

#    define MIB (1ull << 20)
#    define GIB (1ull << 30)

/* A line of /proc/meminfo, in bytes. */
static uint64_t meminfo(const char *name)
{
    FILE *file = fopen("/proc/meminfo", "re");
    unsigned long long kb = 0;
    char line[256];

    require(file != NULL);
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, name, strlen(name)) == 0)
            kb = strtoull(line + strlen(name), NULL, 10);
    }
    fclose(file);
    return kb * 1024;
}

static HANDLE memory(DWORD flags, uint64_t size)
{
    return try_section(INVALID_HANDLE_VALUE, PAGE_READWRITE | flags, size);
}

static HANDLE named_memory(const wchar_t *name, DWORD flags, uint64_t size)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | flags,
                              (DWORD)(size >> 32), (DWORD)size, name);
}

/* --- the commit limit ------------------------------------------------------------------------ */

TEST(section_that_the_machine_cannot_hold_is_refused, "1.43")
{
    uint64_t size = 4 * meminfo("MemTotal:") + 4 * meminfo("SwapTotal:");
    HANDLE section;

    ok_fails(memory(0, size), ERROR_COMMITMENT_LIMIT);
    ok_fails(memory(SEC_COMMIT, size), ERROR_COMMITMENT_LIMIT);
    ok_fails(named_memory(L_("huge"), 0, size), ERROR_COMMITMENT_LIMIT);
    check_open_fails(L_("huge"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    ok_fails(memory(0, 0x7ffffffffffe0000), ERROR_COMMITMENT_LIMIT);
    /* Reserved memory is no promise. */
    section = memory(SEC_RESERVE, size);
    ok_succeeds(section);
    drop(section, NULL);
    section = named_memory(L_("huge"), SEC_RESERVE, size);
    ok_succeeds(section);
    drop(section, NULL);
    /* And what was refused does not count. */
    section = memory(0, 64 * MIB);
    ok_succeeds(section);
    drop(section, NULL);
}

/* Others may take memory meanwhile, so one look that finds nothing gone is enough. */
static bool reserved_sections_are_cheap(void)
{
    HANDLE sections[16];
    uint64_t before = meminfo("MemAvailable:");
    bool cheap;

    for (unsigned i = 0; i < ARRAYSIZE(sections); i++) {
        sections[i] = i % 2 ? memory(SEC_RESERVE, 16ull << 40)
                            : named_memory(i ? NULL : L_("wide"), SEC_RESERVE, 16ull << 40);
        ok_succeeds(sections[i]);
        ok_eq(section_size(sections[i]), 16ull << 40);
    }
    cheap = meminfo("MemAvailable:") + 256 * MIB > before;
    for (unsigned i = 0; i < ARRAYSIZE(sections); i++)
        drop(sections[i], NULL);
    return cheap;
}

TEST(reserved_sections_of_16_tib_are_cheap, "1.5")
{
    ok(test_until(reserved_sections_are_cheap(), 10000));
}

/* Promises add up although nobody has touched anything, and are given back. */
TEST(untouched_sections_count, "1.43")
{
    enum { MAX = 64 };
    HANDLE sections[MAX] = {NULL};
    uint64_t part = meminfo("MemAvailable:") / 8;
    unsigned n = 0;

    while (n < MAX && (sections[n] = memory(0, part)))
        n++;
    ok(n >= 4 && n <= 9, "%u eighths of the memory were promised", n);
    ok_error(ERROR_COMMITMENT_LIMIT);
    for (unsigned i = 0; i < n; i++)
        drop(sections[i], NULL);
    for (unsigned i = 0; i < 3; i++) {
        sections[i] = memory(0, part);
        ok_succeeds(sections[i]);
    }
    for (unsigned i = 0; i < 3; i++)
        drop(sections[i], NULL);
}

/* What was promised long ago counts as long as nobody has touched it. */
TEST(untouched_sections_count_after_a_while, "1.43")
{
    enum { MAX = 16 };
    HANDLE sections[MAX] = {NULL};
    uint64_t part = (meminfo("MemAvailable:") + meminfo("SwapFree:")) / 4;
    unsigned n = 0;

    while (n < MAX && (sections[n] = memory(0, part))) {
        n++;
        Sleep(120); /* the next one looks at the machine again */
    }
    ok(n >= 2 && n <= 5, "%u quarters of the memory were promised", n);
    for (unsigned i = 0; i < n; i++)
        drop(sections[i], NULL);
}

TEST(commitment_that_fails_keeps_no_promise, "1.43 6.3")
{
    uint64_t part = meminfo("MemAvailable:") / 8 / PAGE * PAGE;
    HANDLE section = memory(SEC_RESERVE, part);
    void *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    struct rlimit before, limit;

    require(view != NULL && getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = MIB;
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (unsigned i = 0; i < 32; i++)
        ok_fails(VirtualAlloc(view, part, MEM_COMMIT, PAGE_READWRITE), ERROR_COMMITMENT_LIMIT);
    require(setrlimit(RLIMIT_FSIZE, &before) == 0);
    ok_ptr_eq(VirtualAlloc(view, part, MEM_COMMIT, PAGE_READWRITE), view);
    drop(section, view);
}

/* A view that copies is promised memory for all of it, and gives it back when it is not made. */
TEST(view_that_is_not_made_keeps_no_promise, "3.47 3.22")
{
    uint64_t part = meminfo("MemAvailable:") / 8 / PAGE * PAGE;
    HANDLE section = memory(SEC_RESERVE, part);
    void *taken = VirtualAlloc(NULL, PAGE, MEM_RESERVE, PAGE_NOACCESS), *view;

    require(section != NULL && taken != NULL);
    for (unsigned i = 0; i < 32; i++)
        ok_fails(MapViewOfFileEx(section, FILE_MAP_COPY, 0, 0, 0, taken), ERROR_INVALID_ADDRESS);
    view = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    ok_succeeds(view);
    drop(section, view);
    ok_succeeds(VirtualFree(taken, 0, MEM_RELEASE));
}

/* Small ones are only counted until it is worth a look. */
TEST(many_small_sections_count_too, "1.43")
{
    uint64_t part = 15 * MIB, limit = meminfo("MemAvailable:") + meminfo("SwapFree:");
    /* Others may set memory free meanwhile. */
    unsigned n = 0, whole = (unsigned)(limit / part), most = whole + whole / 2 + 64;
    HANDLE *sections = (HANDLE *)calloc(most, sizeof(*sections));

    require(sections != NULL);
    while (n < most && (sections[n] = memory(0, part)))
        n++;
    ok(n < most, "%u of 15 MiB", n);
    ok(n > whole / 2, "%u of 15 MiB", n);
    ok_error(ERROR_COMMITMENT_LIMIT);
    for (unsigned i = 0; i < n; i++)
        drop(sections[i], NULL);
    free(sections);
}

TEST(view_keeps_the_promise, "1.43")
{
    uint64_t size = meminfo("MemAvailable:") / 4 * 3 / 4096 * 4096;
    HANDLE section = memory(0, size);
    void *view;

    require(section != NULL, "error %u", (unsigned)GetLastError());
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL);
    drop(section, NULL);
    ok_fails(memory(0, size), ERROR_COMMITMENT_LIMIT);
    drop(NULL, view);
    section = memory(0, size);
    ok_succeeds(section);
    drop(section, NULL);
}

/* --- a memory cgroup ------------------------------------------------------------------------- */

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t n = -1;

    if (fd < 0)
        return false;
    do
        n = write(fd, text, strlen(text));
    while (n < 0 && errno == EINTR);
    close(fd);
    return n == (ssize_t)strlen(text);
}

/* The directory of this process's memory cgroup, where another can be made below it. */
static bool find_group(char *path, size_t size, int *ret_version)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[512], wanted[512] = "";

    *ret_version = 0;
    while (file && fgets(line, sizeof(line), file)) {
        const char *text = strrchr(line, ':');
        bool first = strstr(line, ":memory:") != NULL;

        line[strcspn(line, "\n")] = '\0';
        if (first || (strncmp(line, "0::", 3) == 0 && !*ret_version)) {
            *ret_version = first ? 1 : 2;
            snprintf(wanted, sizeof(wanted), "%s", text + 1);
        }
    }
    if (file)
        fclose(file);
    snprintf(path, size, "/sys/fs/cgroup%s%s", *ret_version == 1 ? "/memory" : "", wanted);
    return *ret_version != 0;
}

CHILD(confined)
{
    HANDLE section;

    (void)argc, (void)argv;
    test_say("ready");
    require(test_hear((char[64]){0}, 64, 30000));
    ok_fails(memory(0, 512 * MIB), ERROR_COMMITMENT_LIMIT);
    ok_fails(named_memory(L_("confined"), 0, 512 * MIB), ERROR_COMMITMENT_LIMIT);
    section = memory(0, 32 * MIB);
    ok_succeeds(section);
    drop(section, NULL);
    section = memory(SEC_RESERVE, 512 * MIB);
    ok_succeeds(section);
    drop(section, NULL);
    return 0;
}

TEST(section_that_the_cgroup_cannot_hold_is_refused, "1.43")
{
    char parent[600], group[700], path[800], pid[32];
    struct test_child child;
    int version;

    if (!find_group(parent, sizeof(parent), &version))
        skip("no memory cgroups");
    snprintf(group, sizeof(group), "%s/ntshm-test-%d", parent, (int)getpid());
    if (mkdir(group, 0755) < 0)
        skip("no cgroup can be made in %s", parent);
    snprintf(path, sizeof(path), "%s/%s", group,
             version == 2 ? "memory.max" : "memory.limit_in_bytes");
    if (!write_text(path, "268435456")) {
        rmdir(group);
        skip("no limit can be set in %s", group);
    }
    require(test_child_start(&child, "confined", NULL));
    test_child_expect(&child, "ready", SOON);
    snprintf(pid, sizeof(pid), "%ld", child.pid);
    snprintf(path, sizeof(path), "%s/cgroup.procs", group);
    if (ok(write_text(path, pid), "%s: %s", path, strerror(errno)))
        test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, SOON), 0);
    ok(test_until(rmdir(group) == 0, SOON));
}

/* --- strict ----------------------------------------------------------------------------------- */

/* Bytes of memory behind the descriptors of the sections of this process. */
static uint64_t allocated(void)
{
    uint64_t sum = 0;

    for (int fd = 3; fd < 64; fd++) {
        char path[64], name[256];
        struct stat info;
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        n = readlink(path, name, sizeof(name) - 1);
        if (n < 0)
            continue;
        name[n] = '\0';
        if (strncmp(name, "/memfd:ntshm (", 14) == 0 && fstat(fd, &info) == 0)
            sum += (uint64_t)info.st_blocks * 512;
    }
    return sum;
}

CHILD(strict)
{
    HANDLE section = memory(0, 16 * MIB), named;

    (void)argc, (void)argv;
    require(section != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(allocated(), 16 * MIB);
    named = named_memory(L_("strict"), 0, 32 * MIB);
    require(named != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(allocated(), 48 * MIB);
    ok_fails(memory(0, 4 * meminfo("MemTotal:")), ERROR_COMMITMENT_LIMIT);
    drop(named, NULL);
    drop(section, NULL);
    return 0;
}

TEST(strict_commit_allocates_at_once, "1.43")
{
    struct test_child child;

    setenv("NTSHM_COMMIT", "strict", 1);
    require(test_child_start(&child, "strict", NULL));
    ok_eq(test_child_wait(&child, SOON), 0);
}

/* --- limits on files ---------------------------------------------------------------------------
 */

/* The limit stands from the start, as ulimit -f makes it: it is looked at again for large sizes. */
CHILD(limited)
{
    HANDLE file = open_file("limited", READ_WRITE, SHARE_ALL), section;

    (void)argc, (void)argv;
    check_section_fails(file, PAGE_READWRITE, 2 * MIB, ERROR_DISK_FULL);
    ok_eq(length_of("limited"), 4096);
    ok_fails(memory(0, 2 * MIB), ERROR_COMMITMENT_LIMIT);
    ok_fails(memory(SEC_RESERVE, 1ull << 40), ERROR_COMMITMENT_LIMIT); /* its map is that large */
    section = file_section(file, PAGE_READWRITE, 64 * 1024);
    drop(section, NULL);
    ok_eq(length_of("limited"), 64 * 1024);
    drop(file, NULL);
    return 0;
}

TEST(file_size_limit_is_an_error, "1.34 1.43")
{
    const struct rlimit low = {1 << 20, RLIM_INFINITY};
    struct test_child child;

    drop(new_file("limited", READ_WRITE, 4096), NULL);
    require(setrlimit(RLIMIT_FSIZE, &low) == 0);
    require(test_child_start(&child, "limited", NULL));
    ok_eq(test_child_wait(&child, SOON), 0);
}

/* A small file system of our own; the case is skipped where none can be mounted. */
static const char *small_disk(const char *options, unsigned long flags)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/disk", test_dir());
    require(mkdir(path, 0755) == 0);
    if (mount("none", path, "tmpfs", flags, options) < 0) {
        int error = errno;

        rmdir(path);
        skip("no file system can be mounted: %s", strerror(error));
    }
    return path;
}

static void end_disk(const char *path)
{
    ok(test_until(umount(path) == 0, SOON), "%s", strerror(errno));
    rmdir(path);
}

static uint64_t free_blocks(const char *path)
{
    struct statfs info;

    require(statfs(path, &info) == 0);
    return info.f_bfree;
}

TEST(full_disk_leaves_no_section_and_no_longer_file, "1.34")
{
    const char *disk = small_disk("size=1m", 0);
    HANDLE file = new_file("disk/full", READ_WRITE, 4096);
    uint64_t before = free_blocks(disk);
    HANDLE section;

    check_section_fails(file, PAGE_READWRITE, 2 * MIB, ERROR_DISK_FULL);
    ok_eq(length_of("disk/full"), 4096);
    ok_eq(free_blocks(disk), before);
    ok_fails(CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 2 << 20, L_("full")),
             ERROR_DISK_FULL);
    check_open_fails(L_("full"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    /* What is there is there: the extension is real. */
    section = file_section(file, PAGE_READWRITE, 512 * 1024);
    ok_eq(before - free_blocks(disk), 127);
    drop(section, NULL);
    drop(file, NULL);
    end_disk(disk);
}

TEST(full_disk_does_not_extend, "1.34")
{
    const char *disk = small_disk("size=1m", 0);
    HANDLE file = new_file("disk/extend", READ_WRITE, 4096), section = NULL;
    LARGE_INTEGER size = {.QuadPart = 2 << 20};

    require(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_COMMIT,
                            file) == STATUS_SUCCESS);
    ok_status(NtExtendSection(section, &size), STATUS_DISK_FULL);
    ok_eq(section_size(section), 4096);
    ok_eq(length_of("disk/extend"), 4096);
    drop(section, NULL);
    drop(file, NULL);
    end_disk(disk);
}

/* --- what may not be executed ------------------------------------------------------------------
 */

TEST(file_where_nothing_is_executed, "1.60")
{
    const char *disk = small_disk("size=1m", MS_NOEXEC);
    HANDLE file = new_file("disk/code", ALL_KINDS, 4096), section;

    check_section_fails(file, PAGE_EXECUTE_READ, 0, ERROR_ACCESS_DENIED);
    check_section_fails(file, PAGE_EXECUTE_READWRITE, 0, ERROR_ACCESS_DENIED);
    check_section_fails(file, PAGE_EXECUTE_WRITECOPY, 0, ERROR_ACCESS_DENIED);
    section = file_section(file, PAGE_READWRITE, 0);
    drop(section, NULL);
    drop(file, NULL);
    end_disk(disk);
}

#    ifndef PR_SET_MDWE
#        define PR_SET_MDWE              65
#        define PR_MDWE_REFUSE_EXEC_GAIN 1
#    endif

TEST(process_that_refuses_to_execute_what_it_writes, "1.60")
{
    HANDLE file = new_file("mdwe", ALL_KINDS, 4096), section;
    void *view;

    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L) < 0)
        skip("no PR_SET_MDWE: %s", strerror(errno));
    check_section_fails(INVALID_HANDLE_VALUE, PAGE_EXECUTE_READWRITE, 4096, ERROR_ACCESS_DENIED);
    check_section_fails(INVALID_HANDLE_VALUE, PAGE_EXECUTE_WRITECOPY, 4096, ERROR_ACCESS_DENIED);
    check_section_fails(file, PAGE_EXECUTE_READWRITE, 0, ERROR_ACCESS_DENIED);
    section = file_section(file, PAGE_EXECUTE_READ, 0);
    view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0);
    ok_succeeds(view);
    drop(section, view);
    drop(file, NULL);
}
#endif
