// SPDX-License-Identifier: MIT
/*
 * File systems: each is mounted by a child in a mount name space of its own, on the case's
 * directory, so that nothing stays. What docs/DEVIATIONS.md says of a file system as measured is
 * measured here.
 */
#ifndef _WIN32
#    include "api/section_kit.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <linux/loop.h>
#    include <sched.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <sys/ioctl.h>
#    include <sys/mount.h>
#    include <sys/resource.h>
#    include <sys/stat.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <winioctl.h>

#    define MIB    (1u << 20)

/* What a child answers when the machine does not let it mount. */
#    define CANNOT 77

/* --- mounting ------------------------------------------------------------------------------- */

static void make_folder(const char *name)
{
    require(mkdir(path_of(name), 0755) == 0 || errno == EEXIST, "%s: errno %d", name, errno);
}

/* A name space whose mounts nobody else sees; false where that is not allowed. */
static bool enter_own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool mount_at(const char *type, const char *source, const char *name, unsigned long flags,
                     const char *options)
{
    make_folder(name);
    if (mount(source, path_of(name), type, flags, options) == 0)
        return true;
    test_note("mounting %s: errno %d", type, errno);
    return false;
}

/* Runs @child in a process of its own; skips the case when it could not mount. */
static void in_own_mounts(const char *child)
{
    struct test_child process;
    int code;

    if (geteuid() != 0)
        skip("only root may mount");
    require(test_child_start(&process, child));
    code = test_child_wait(&process, SOON);
    if (code == CANNOT)
        skip("this machine does not mount that");
    ok_eq(code, 0);
}

/* The case's directory; longer-lived paths than path_of()'s. */
static char parent_dir[400];

static const char *in_parent(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", parent_dir, name);
    return path;
}

static HANDLE open_at(const char *path, DWORD access, DWORD disposition)
{
    HANDLE file = CreateFileA(path, access, SHARE_ALL, NULL, disposition, 0, NULL);

    require(file != INVALID_HANDLE_VALUE, "%s: error %u", path, (unsigned)GetLastError());
    return file;
}

static void write_words(HANDLE file, DWORD size)
{
    uint32_t *words = (uint32_t *)malloc(size);
    DWORD done = 0;

    require(words != NULL);
    for (DWORD i = 0; i < size / 4; i++)
        words[i] = i;
    ok_succeeds(WriteFile(file, words, size, &done, NULL));
    ok_eq(done, size);
    free(words);
}

/* --- what every file system must do --------------------------------------------------------- */

static void check_coherence(const char *path)
{
    HANDLE file = open_at(path, READ_WRITE, CREATE_ALWAYS);
    HANDLE other = open_at(path, READ_WRITE, OPEN_EXISTING);
    HANDLE section;
    volatile uint32_t *words;
    OVERLAPPED at = {.Offset = 40};
    uint32_t word = 4711;
    DWORD done;

    write_words(file, 65536);
    section = file_section(file, PAGE_READWRITE, 0);
    words = map_words(section);
    ok_eq(words[10], 10);
    ok_succeeds(WriteFile(other, &word, 4, &done, &at));
    ok_eq(words[10], 4711);
    words[10] = 42;
    ok_succeeds(ReadFile(other, &word, 4, &done, &at));
    ok_eq(word, 42);
    ok_succeeds(FlushViewOfFile((const void *)words, 0));
    ok_succeeds(FlushFileBuffers(file));
    drop(section, words);
    drop(file, NULL);
    drop(other, NULL);
}

/* Marks and locks: truncation of a mapped file, sharing, ranges. */
static void check_locks(const char *path)
{
    HANDLE file = open_at(path, READ_WRITE, OPEN_EXISTING);
    HANDLE other = open_at(path, READ_WRITE | DELETE, OPEN_EXISTING);
    HANDLE section = file_section(file, PAGE_READONLY, 0);
    LARGE_INTEGER end = {.QuadPart = 100};
    FILE_DISPOSITION_INFO disposition = {TRUE};

    ok_succeeds(SetFilePointerEx(other, end, NULL, FILE_BEGIN));
    ok_fails(SetEndOfFile(other), ERROR_USER_MAPPED_FILE);
    ok_fails(
        SetFileInformationByHandle(other, FileDispositionInfo, &disposition, sizeof(disposition)),
        ERROR_ACCESS_DENIED);
    drop(section, NULL);
    ok_succeeds(LockFile(file, 10, 0, 10, 0));
    ok_fails(LockFile(other, 15, 0, 10, 0), ERROR_LOCK_VIOLATION);
    drop(file, NULL);
    ok_succeeds(LockFile(other, 15, 0, 10, 0));
    drop(other, NULL);
    other = CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok_ptr_eq(CreateFileA(path, GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL),
              INVALID_HANDLE_VALUE);
    ok_error(ERROR_SHARING_VIOLATION);
    drop(other, NULL);
}

static void check_holes(const char *path)
{
    HANDLE file = open_at(path, READ_WRITE, CREATE_ALWAYS);
    FILE_ALLOCATED_RANGE_BUFFER in, out[4];
    LARGE_INTEGER end = {.QuadPart = 8 * MIB};
    FILE_ZERO_DATA_INFORMATION zero;
    DWORD done = 0;

    write_words(file, MIB);
    ok_succeeds(SetFilePointerEx(file, end, NULL, FILE_BEGIN));
    ok_succeeds(SetEndOfFile(file));
    in.FileOffset.QuadPart = 0;
    in.Length.QuadPart = 8 * MIB;
    ok_succeeds(DeviceIoControl(file, FSCTL_QUERY_ALLOCATED_RANGES, &in, sizeof(in), out,
                                sizeof(out), &done, NULL));
    ok_eq(done, sizeof(*out));
    ok_eq(out[0].Length.QuadPart, MIB);
    zero.FileOffset.QuadPart = 0;
    zero.BeyondFinalZero.QuadPart = MIB;
    ok_succeeds(
        DeviceIoControl(file, FSCTL_SET_ZERO_DATA, &zero, sizeof(zero), NULL, 0, &done, NULL));
    ok_succeeds(DeviceIoControl(file, FSCTL_QUERY_ALLOCATED_RANGES, &in, sizeof(in), out,
                                sizeof(out), &done, NULL));
    ok_eq(done, 0);
    drop(file, NULL);
}

static void check_moves(const char *path, const char *to)
{
    HANDLE file = open_at(path, READ_WRITE, CREATE_ALWAYS);

    write_words(file, 4096);
    drop(file, NULL);
    ok_succeeds(CopyFileA(path, to, FALSE));
    ok_fails(MoveFileExA(path, to, 0), ERROR_ALREADY_EXISTS);
    ok_succeeds(ReplaceFileA(to, path, NULL, 0, NULL, NULL));
    ok_fails(DeleteFileA(path), ERROR_FILE_NOT_FOUND);
    ok_succeeds(DeleteFileA(to));
}

/* A section that must make its file longer than the disk is leaves nothing behind. */
static void check_full_disk(const char *path)
{
    HANDLE file = open_at(path, READ_WRITE, CREATE_ALWAYS);
    LARGE_INTEGER size;
    HANDLE section;

    write_words(file, 4096);
    ok_fails(section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 64 * MIB, NULL),
             ERROR_DISK_FULL);
    drop(section, NULL);
    ok_succeeds(GetFileSizeEx(file, &size));
    ok_eq(size.QuadPart, 4096);
    /* What was tried is free again: 64 pages can still be had. */
    section = file_section(file, PAGE_READWRITE, 64 * 4096);
    drop(section, NULL);
    drop(file, NULL);
    ok_succeeds(DeleteFileA(path));
}

/* --- tmpfs ---------------------------------------------------------------------------------- */

CHILD(on_tmpfs)
{
    if (!enter_own_mounts())
        return CANNOT;
    snprintf(parent_dir, sizeof(parent_dir), "%s", test_dir());
    if (!mount_at("tmpfs", "none", "mount", 0, "size=16m"))
        return CANNOT;
    check_coherence(in_parent("mount/file"));
    check_locks(in_parent("mount/file"));
    check_holes(in_parent("mount/file"));
    check_moves(in_parent("mount/file"), in_parent("mount/other"));
    check_full_disk(in_parent("mount/full"));
    ok_eq(umount2(in_parent("mount"), MNT_DETACH), 0);
    return 0;
}

TEST(tmpfs_does_everything, "1.36 16.1 16.7 16.29 16.30")
{
    in_own_mounts("on_tmpfs");
}

CHILD(on_small_tmpfs)
{
    if (!enter_own_mounts())
        return CANNOT;
    snprintf(parent_dir, sizeof(parent_dir), "%s", test_dir());
    if (!mount_at("tmpfs", "none", "mount", 0, "size=1m"))
        return CANNOT;
    check_full_disk(in_parent("mount/full"));
    ok_eq(umount2(in_parent("mount"), MNT_DETACH), 0);
    return 0;
}

TEST(a_section_larger_than_a_small_disk_leaves_nothing, "1.36")
{
    in_own_mounts("on_small_tmpfs");
}

/* --- ext4 ----------------------------------------------------------------------------------- */

static bool run_quietly(const char *program, const char *first, const char *second)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, 1);
        dup2(null, 2);
        execlp(program, program, first, second, (char *)NULL);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A loop device over @image that goes with its last user; -1 without one. */
static int loop_over(const char *image, char *device, size_t size)
{
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int image_fd = open(image, O_RDWR | O_CLOEXEC);
    int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
    struct loop_info64 info = {.lo_flags = LO_FLAGS_AUTOCLEAR};
    int fd = -1;

    snprintf(device, size, "/dev/loop%d", number);
    if (number >= 0 && image_fd >= 0)
        fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd >= 0 &&
        (ioctl(fd, LOOP_SET_FD, image_fd) < 0 || ioctl(fd, LOOP_SET_STATUS64, &info) < 0)) {
        close(fd);
        fd = -1;
    }
    if (control >= 0)
        close(control);
    if (image_fd >= 0)
        close(image_fd);
    return fd;
}

/* Mounts a new ext4 of 16 MiB on "mount"; false where there is no mkfs.ext4 or loop device. */
static bool mount_ext4(void)
{
    int fd = open(in_parent("image"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char device[32];
    bool mounted;

    require(fd >= 0 && ftruncate(fd, 16 * MIB) == 0);
    close(fd);
    if (!run_quietly("mkfs.ext4", "-q", in_parent("image"))) {
        test_note("no mkfs.ext4");
        return false;
    }
    fd = loop_over(in_parent("image"), device, sizeof(device));
    if (fd < 0) {
        test_note("no loop device: errno %d", errno);
        return false;
    }
    mounted = mount_at("ext4", device, "mount", 0, NULL);
    close(fd);
    return mounted;
}

CHILD(on_ext4)
{
    if (!enter_own_mounts())
        return CANNOT;
    snprintf(parent_dir, sizeof(parent_dir), "%s", test_dir());
    if (!mount_ext4())
        return CANNOT;
    check_coherence(in_parent("mount/file"));
    check_locks(in_parent("mount/file"));
    check_holes(in_parent("mount/file"));
    check_moves(in_parent("mount/file"), in_parent("mount/other"));
    check_full_disk(in_parent("mount/full"));
    ok(test_until(umount2(in_parent("mount"), 0) == 0, SOON), "errno %d", errno);
    return 0;
}

TEST(ext4_does_everything, "1.36 16.1 16.7 16.29 16.30")
{
    in_own_mounts("on_ext4");
}

/* --- overlayfs ------------------------------------------------------------------------------ */

static bool mount_overlay(void)
{
    char options[2048];

    /* An overlay wants folders of another file system than an overlay. */
    if (!mount_at("tmpfs", "none", "layers", 0, "size=16m"))
        return false;
    make_folder("layers/lower");
    make_folder("layers/upper");
    make_folder("layers/work");
    snprintf(options, sizeof(options),
             "lowerdir=%s/layers/lower,upperdir=%s/layers/upper,"
             "workdir=%s/layers/work",
             parent_dir, parent_dir, parent_dir);
    {
        HANDLE file = open_at(in_parent("layers/lower/low"), READ_WRITE, CREATE_ALWAYS);

        write_words(file, 65536);
        drop(file, NULL);
    }
    return mount_at("overlay", "none", "mount", 0, options);
}

/*
 * A file of the lower layer is copied up when it is first opened for writing. Handles and views
 * from before show the lower file for ever: not coherent with what is written then, and marks made
 * before are on the other file too.
 */
static void check_before_copy_up(const char *path)
{
    HANDLE reader = open_at(path, GENERIC_READ, OPEN_EXISTING);
    HANDLE section = file_section(reader, PAGE_READONLY, 0);
    const volatile uint32_t *words =
        (const volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    HANDLE writer = open_at(path, READ_WRITE, OPEN_EXISTING);
    HANDLE late = open_at(path, GENERIC_READ, OPEN_EXISTING);
    OVERLAPPED at = {.Offset = 40};
    uint32_t word = 4711;
    DWORD done;

    require(words != NULL);
    ok_eq(words[10], 10);
    ok_succeeds(WriteFile(writer, &word, 4, &done, &at));
    ok_eq(words[10], 10); /* not coherent */
    ok_succeeds(ReadFile(late, &word, 4, &done, &at));
    ok_eq(word, 4711);
    drop(section, words);
    section = file_section(late, PAGE_READONLY, 0);
    words = (const volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(words != NULL);
    word = 4712;
    ok_succeeds(WriteFile(writer, &word, 4, &done, &at));
    ok_eq(words[10], 4712); /* after the copy-up: coherent */
    drop(section, words);
    drop(reader, NULL);
    drop(writer, NULL);
    drop(late, NULL);
}

CHILD(on_overlay)
{
    if (!enter_own_mounts())
        return CANNOT;
    snprintf(parent_dir, sizeof(parent_dir), "%s", test_dir());
    if (!mount_overlay())
        return CANNOT;
    check_before_copy_up(in_parent("mount/low"));
    check_coherence(in_parent("mount/file"));
    check_locks(in_parent("mount/file"));
    check_holes(in_parent("mount/file"));
    check_moves(in_parent("mount/file"), in_parent("mount/other"));
    ok_eq(umount2(in_parent("mount"), MNT_DETACH), 0);
    ok_eq(umount2(in_parent("layers"), MNT_DETACH), 0);
    return 0;
}

TEST(overlayfs_is_coherent_from_the_copy_up_on, "16.30")
{
    in_own_mounts("on_overlay");
}

/* --- read-only ------------------------------------------------------------------------------ */

CHILD(on_read_only)
{
    HANDLE file, section;
    char *path;

    if (!enter_own_mounts())
        return CANNOT;
    snprintf(parent_dir, sizeof(parent_dir), "%s", test_dir());
    make_folder("mount");
    file = open_at(in_parent("mount/file"), READ_WRITE, CREATE_ALWAYS);
    write_words(file, 65536);
    drop(file, NULL);
    if (mount(in_parent("mount"), in_parent("mount"), NULL, MS_BIND, NULL) < 0 ||
        mount(NULL, in_parent("mount"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
        return CANNOT;
    path = strdup(in_parent("mount/file"));
    require(path != NULL);
    ok_ptr_eq(CreateFileA(path, GENERIC_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL),
              INVALID_HANDLE_VALUE);
    ok_error(ERROR_WRITE_PROTECT);
    ok_ptr_eq(CreateFileA(in_parent("mount/new"), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL),
              INVALID_HANDLE_VALUE);
    ok_error(ERROR_WRITE_PROTECT);
    ok_fails(DeleteFileA(path), ERROR_WRITE_PROTECT);
    ok_fails(MoveFileA(path, in_parent("mount/other")), ERROR_WRITE_PROTECT);
    ok_fails(CopyFileA(path, in_parent("mount/other"), FALSE), ERROR_WRITE_PROTECT);
    ok_fails(CreateHardLinkA(in_parent("mount/other"), path, NULL), ERROR_WRITE_PROTECT);
    /* Reading, mapping and locking for sharing work. */
    file = open_at(path, GENERIC_READ, OPEN_EXISTING);
    section = file_section(file, PAGE_READONLY, 0);
    {
        const volatile uint32_t *words =
            (const volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
        OVERLAPPED at = {.Offset = 0};

        require(words != NULL);
        ok_eq(words[77], 77);
        ok_succeeds(LockFileEx(file, LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at));
        ok_fails(LockFile(file, 10, 0, 1, 0), ERROR_ACCESS_DENIED);
        drop(section, words);
    }
    drop(file, NULL);
    free(path);
    ok_eq(umount2(in_parent("mount"), MNT_DETACH), 0);
    return 0;
}

TEST(a_read_only_file_system_is_write_protected, "16.15")
{
    in_own_mounts("on_read_only");
}

/* --- between file systems ------------------------------------------------------------------- */

CHILD(on_two)
{
    HANDLE file;

    if (!enter_own_mounts())
        return CANNOT;
    snprintf(parent_dir, sizeof(parent_dir), "%s", test_dir());
    if (!mount_at("tmpfs", "none", "mount", 0, "size=1m"))
        return CANNOT;
    make_folder("folder");
    file = open_at(in_parent("file"), READ_WRITE, CREATE_ALWAYS);
    write_words(file, 4096);
    drop(file, NULL);
    ok_fails(MoveFileExA(in_parent("file"), in_parent("mount/file"), 0), ERROR_NOT_SAME_DEVICE);
    ok_fails(MoveFileA(in_parent("folder"), in_parent("mount/folder")), ERROR_NOT_SAME_DEVICE);
    ok_fails(CreateHardLinkA(in_parent("mount/file"), in_parent("file"), NULL),
             ERROR_NOT_SAME_DEVICE);
    ok_succeeds(MoveFileExA(in_parent("file"), in_parent("mount/file"),
                            MOVEFILE_COPY_ALLOWED | MOVEFILE_WRITE_THROUGH));
    ok_fails(DeleteFileA(in_parent("file")), ERROR_FILE_NOT_FOUND);
    /* A copy that does not fit leaves neither a part nor takes the source away. */
    file = open_at(in_parent("large"), READ_WRITE, CREATE_ALWAYS);
    write_words(file, 4 * MIB);
    drop(file, NULL);
    ok_fails(CopyFileA(in_parent("large"), in_parent("mount/large"), FALSE), ERROR_DISK_FULL);
    ok_fails(MoveFileA(in_parent("large"), in_parent("mount/large")), ERROR_DISK_FULL);
    ok_fails(DeleteFileA(in_parent("mount/large")), ERROR_FILE_NOT_FOUND);
    ok_succeeds(DeleteFileA(in_parent("large")));
    /* A source that cannot be deleted stays. */
    ok_eq(mount(NULL, in_parent("mount"), NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    ok_succeeds(MoveFileExA(in_parent("mount/file"), in_parent("file"), MOVEFILE_COPY_ALLOWED));
    ok(GetFileAttributesA(in_parent("mount/file")) != INVALID_FILE_ATTRIBUTES);
    ok_succeeds(DeleteFileA(in_parent("file")));
    ok_eq(umount2(in_parent("mount"), MNT_DETACH), 0);
    return 0;
}

TEST(files_move_between_file_systems_by_copy, "")
{
    in_own_mounts("on_two");
}

/* --- limits --------------------------------------------------------------------------------- */

static int with_a_limit(void *argument)
{
    struct rlimit limit = {.rlim_cur = MIB, .rlim_max = MIB};
    HANDLE file, section;
    LARGE_INTEGER end = {.QuadPart = 2 * MIB}, size;
    FILE_END_OF_FILE_INFO information;

    (void)argument;
    /* SIGXFSZ would end the process. */
    signal(SIGXFSZ, SIG_DFL);
    file = open_at(path_of("large"), READ_WRITE, CREATE_ALWAYS);
    write_words(file, 3 * MIB);
    drop(file, NULL);
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    file = open_at(path_of("limited"), READ_WRITE, CREATE_ALWAYS);
    write_words(file, 4096);
    ok_fails(section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 2 * MIB, NULL),
             ERROR_DISK_FULL);
    drop(section, NULL);
    ok_succeeds(SetFilePointerEx(file, end, NULL, FILE_BEGIN));
    ok_fails(SetEndOfFile(file), ERROR_DISK_FULL);
    information.EndOfFile = end;
    ok_fails(SetFileInformationByHandle(file, FileEndOfFileInfo, &information, sizeof(information)),
             ERROR_DISK_FULL);
    ok_succeeds(GetFileSizeEx(file, &size));
    ok_eq(size.QuadPart, 4096);
    section = file_section(file, PAGE_READWRITE, MIB);
    drop(section, NULL);
    drop(file, NULL);
    ok_fails(CopyFileA(path_of("large"), path_of("copy"), FALSE), ERROR_DISK_FULL);
    ok_fails(DeleteFileA(path_of("copy")), ERROR_FILE_NOT_FOUND);
    return 0;
}

TEST(a_limit_of_file_size_is_a_full_disk_and_no_signal, "1.36")
{
    struct test_child child;

    require(test_child_fork(&child, with_a_limit, NULL));
    ok_eq(test_child_wait(&child, SOON), 0);
}
#endif
