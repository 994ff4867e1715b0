// SPDX-License-Identifier: MIT
/*
 * What files do that only Linux has: descriptors behind handles, links, FIFOs, signals, fork, and
 * locks of programs that do not know this library.
 */
#ifndef _WIN32
#    include "api/file_kit.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <io.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/resource.h>
#    include <sys/stat.h>
#    include <sys/wait.h>
#    include <unistd.h>

/* --- names --------------------------------------------------------------------------------- */

TEST(one_file_has_one_name_in_utf8_and_in_wide_text, "")
{
    static const wchar_t plain[] = L"\U0001F600", pair[] = {0xD83D, 0xDE00, 0},
                         lone[] = {0xD83D, L'x', 0};
    wchar_t path[1024];
    HANDLE file;

    file_make(in_dir("\xF0\x9F\x98\x80"), 3);
    swprintf(path, 1024, L"%hs/%ls", test_dir(), plain);
    file = CreateFileW(path, READ, SHARE_ANY, NULL, OPEN_EXISTING, 0, NULL);
    ok_ptr_ne(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
    swprintf(path, 1024, L"%hs/", test_dir());
    wcscat(path, pair);
    ok_eq(GetFileAttributesW(path), FILE_ATTRIBUTE_ARCHIVE);
    swprintf(path, 1024, L"%hs/", test_dir());
    wcscat(path, lone);
    SetLastError(0);
    ok_eq(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
    ok_error(ERROR_INVALID_NAME);
    ok_file_fails(in_dir("\xff"), WRITE, SHARE_ANY, CREATE_NEW, ERROR_NO_UNICODE_TRANSLATION);
}

TEST(there_are_no_drives_and_case_counts, "")
{
    ok_file_fails("C:\\x", READ, SHARE_ANY, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
    ok_file_fails("\\\\?\\c:\\x", WRITE, SHARE_ANY, CREATE_ALWAYS, ERROR_PATH_NOT_FOUND);
    file_make(in_dir("Case"), 1);
    ok(file_exists(in_dir("Case")));
    ok(!file_exists(in_dir("case")));
}

TEST(names_too_long_are_told_so, "")
{
    char leaf[300];

    memset(leaf, 'x', sizeof(leaf));
    leaf[sizeof(leaf) - 1] = '\0';
    ok_file_fails(in_dir(leaf), WRITE, SHARE_ANY, CREATE_NEW, ERROR_FILENAME_EXCED_RANGE);
}

TEST(links_are_followed_when_opened_and_deleted_themselves, "")
{
    const char *target = file_make(in_dir("target"), 7), *link = in_dir("link");
    HANDLE file;

    require(symlink(target, link) == 0);
    ok_eq(file_length(link), 7);
    ok_eq(GetFileAttributesA(link), FILE_ATTRIBUTE_REPARSE_POINT);
    file = CreateFileA(link, 0, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    ok_ptr_ne(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
    ok_succeeds(DeleteFileA(link));
    ok_eq(file_length(target), 7);

    require(symlink(in_dir("nowhere"), link) == 0);
    ok_file_fails(link, READ, SHARE_ANY, OPEN_EXISTING, ERROR_FILE_NOT_FOUND);
    ok_file_fails(link, WRITE, SHARE_ANY, OPEN_ALWAYS, ERROR_FILE_NOT_FOUND);
    ok_succeeds(DeleteFileA(link));
    require(symlink(link, link) == 0);
    ok_file_fails(link, READ, SHARE_ANY, OPEN_EXISTING, ERROR_CANT_RESOLVE_FILENAME);
    ok_succeeds(DeleteFileA(link));
}

/* As far as the umask lets who may read it execute it. */
TEST(a_copy_of_a_program_can_be_executed, "")
{
    const char *from = file_make(in_dir("program"), 5), *to = in_dir("copy");
    struct stat copied;
    mode_t mask = umask(027);

    ok(chmod(from, 0755) == 0);
    ok_succeeds(CopyFileA(from, to, TRUE));
    umask(mask);
    require(stat(to, &copied) == 0);
    ok_eq(copied.st_mode & 0777, 0750);
    ok(chmod(from, 0600) == 0);
    ok_succeeds(CopyFileA(from, to, FALSE));
    require(stat(to, &copied) == 0);
    ok_eq(copied.st_mode & 0777, 0600);
}

static mode_t mode_of(const char *path)
{
    struct stat stat_of;

    require(stat(path, &stat_of) == 0);
    return stat_of.st_mode & 0777;
}

TEST(a_replacement_is_to_others_what_the_old_file_was, "")
{
    const char *old = file_make(in_dir("old"), 5), *new = file_make(in_dir("new"), 6);

    ok(chmod(old, 0640) == 0 && chmod(new, 0604) == 0);
    ok_succeeds(ReplaceFileA(old, new, NULL, 0, NULL, NULL));
    ok_eq(mode_of(old), 0640);
}

/* Who could write it goes on to be able; only of a file that nobody could nothing is known. */
TEST(clearing_read_only_changes_no_other_permission, "")
{
    const char *path = file_make(in_dir("file"), 5);

    ok(chmod(path, 0460) == 0);
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
    ok_eq(mode_of(path), 0460);
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_READONLY));
    ok_eq(mode_of(path), 0440);
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
    ok_eq(mode_of(path), 0640);
}

TEST(a_name_is_cut_between_characters, "")
{
    HANDLE file = file_must_open(file_make(in_dir("file"), 5), BOTH, SHARE_ANY);
    const size_t head = offsetof(FILE_NAME_INFORMATION, FileName);
    union {
        FILE_NAME_INFORMATION name;
        unsigned char bytes[64];
    } answer;
    IO_STATUS_BLOCK io;

    memset(&answer, 0xCC, sizeof(answer));
    ok_status(NtQueryInformationFile(file, &io, &answer, (ULONG)(head + sizeof(WCHAR) + 3),
                                     FileNameInformation),
              STATUS_BUFFER_OVERFLOW);
    ok_eq(io.Information, head + sizeof(WCHAR));
    ok_eq(answer.name.FileName[0], L'/');
    ok_eq(answer.bytes[head + sizeof(WCHAR)], 0xCC);
    CloseHandle(file);
}

TEST(delete_on_close_follows_a_rename, "")
{
    const char *before = in_dir("before"), *after = in_dir("after");
    HANDLE file =
        CreateFileA(before, BOTH, SHARE_ANY, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);

    require(file != INVALID_HANDLE_VALUE);
    require(rename(before, after) == 0);
    file_make(before, 1); /* another file has the old name */
    CloseHandle(file);
    ok(!file_exists(after));
    ok(file_exists(before));
}

/* --- descriptors --------------------------------------------------------------------------- */

TEST(a_descriptor_has_one_handle_with_its_rights, "")
{
    int fd = open(file_make(in_dir("fd"), 10), O_RDONLY | O_CLOEXEC);
    HANDLE file = (HANDLE)_get_osfhandle(fd);
    DWORD done = 0;
    char byte = 0;

    require(fd >= 0 && file != INVALID_HANDLE_VALUE);
    ok_ptr_eq((HANDLE)_get_osfhandle(fd), file);
    ok_succeeds(ReadFile(file, &byte, 1, &done, NULL));
    ok_eq(lseek(fd, 0, SEEK_CUR), 1); /* one position */
    ok_fails(WriteFile(file, "x", 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_eq(GetFileSize(file, NULL), 10);
    close(fd);
    ok_fails(ReadFile(file, &byte, 1, &done, NULL), ERROR_INVALID_HANDLE);

    ok_eq(_get_osfhandle(fd), -1);
    ok_eq(errno, EBADF);
    ok_eq(_get_osfhandle(-1), -1);
    CloseHandle(file);
}

TEST(a_descriptor_that_means_another_file_gets_another_handle, "")
{
    int fd = open(file_make(in_dir("first"), 10), O_RDONLY | O_CLOEXEC);
    int other = open(file_make(in_dir("second"), 20), O_RDWR | O_CLOEXEC);
    HANDLE file = (HANDLE)_get_osfhandle(fd);

    ok_eq(GetFileSize(file, NULL), 10);
    require(dup3(other, fd, O_CLOEXEC) == fd);
    file = (HANDLE)_get_osfhandle(fd);
    ok_eq(GetFileSize(file, NULL), 20);
    ok_succeeds(SetEndOfFile(file));
    ok_succeeds(CloseHandle(file)); /* the descriptor stays */
    ok_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ok_ptr_ne((HANDLE)_get_osfhandle(fd), INVALID_HANDLE_VALUE);
    ok_succeeds(CloseHandle((HANDLE)_get_osfhandle(fd)));
    close(fd);
    close(other);
}

TEST(a_handle_passes_over_to_a_descriptor, "")
{
    const char *path = file_make(in_dir("over"), 10);
    HANDLE file = file_must_open(path, BOTH, SHARE_READ);
    int fd = _open_osfhandle((intptr_t)file, 0);
    char byte = 0;

    require(fd > 2);
    file_seek(file, 5);
    ok_eq(read(fd, &byte, 1), 1);
    ok_eq(byte, 5);
    ok_ptr_eq((HANDLE)_get_osfhandle(fd), file);
    ok_file_fails(path, WRITE, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    close(fd);
    ok_file_opens(path, WRITE, SHARE_NONE, OPEN_EXISTING);
    CloseHandle(file);
    ok_eq(_open_osfhandle(-1, 0), -1);
    ok_eq(errno, EBADF);
}

TEST(a_doomed_file_loses_its_name_when_a_descriptor_gets_it, "")
{
    const char *path = in_dir("doomed");
    HANDLE file =
        CreateFileA(path, BOTH, SHARE_ANY, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    int fd = _open_osfhandle((intptr_t)file, 0);

    require(fd > 2);
    ok(!file_exists(path));
    ok_eq(write(fd, "x", 1), 1);
    close(fd);
    CloseHandle(file);
}

TEST(a_closed_standard_stream_has_no_handle, "")
{
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
    HANDLE file;

    close(0);
    ok_ptr_eq(GetStdHandle(STD_INPUT_HANDLE), NULL);
    /* What is opened then does not become the standard input. */
    file = file_must_open(file_make(in_dir("not-0"), 1), READ, SHARE_ANY);
    ok_eq(fcntl(0, F_GETFD), -1);
    CloseHandle(file);
    if (saved >= 0) {
        dup2(saved, 0);
        close(saved);
    }
}

/* --- pipes --------------------------------------------------------------------------------- */

TEST(a_pipe_without_a_reader_is_an_error_and_no_signal, "")
{
    int fds[2];
    HANDLE writer;
    DWORD done = 9;

    require(pipe2(fds, O_CLOEXEC) == 0);
    writer = (HANDLE)_get_osfhandle(fds[1]);
    ok_eq(GetFileType(writer), FILE_TYPE_PIPE);
    close(fds[0]);
    ok_fails(WriteFile(writer, "x", 1, &done, NULL), ERROR_NO_DATA);
    ok_eq(done, 0);
    CloseHandle(writer);
    close(fds[1]);
}

TEST(a_pipe_gives_what_there_is_and_then_breaks, "")
{
    int fds[2];
    HANDLE reader;
    DWORD done = 0;
    char text[8] = "";

    require(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
    reader = (HANDLE)_get_osfhandle(fds[0]);
    require(write(fds[1], "abc", 3) == 3);
    ok_succeeds(ReadFile(reader, text, sizeof(text), &done, NULL));
    ok_eq(done, 3);
    close(fds[1]);
    ok_fails(ReadFile(reader, text, sizeof(text), &done, NULL), ERROR_BROKEN_PIPE);
    CloseHandle(reader);
    close(fds[0]);
}

TEST(asking_about_a_fifo_does_not_wait_for_its_other_end, "")
{
    const char *path = in_dir("fifo");
    HANDLE file;

    require(mkfifo(path, 0600) == 0);
    file = file_must_open(path, 0, SHARE_ANY);
    ok_eq(GetFileType(file), FILE_TYPE_PIPE);
    CloseHandle(file);
    ok_succeeds(DeleteFileA(path));
}

/* --- limits -------------------------------------------------------------------------------- */

TEST(the_file_size_limit_is_a_full_disk_and_no_signal, "")
{
    const char *path = file_make(in_dir("limit"), 1000);
    struct rlimit limit = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY);
    static char bytes[8192];
    DWORD done = 9;

    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ok_succeeds(WriteFile(file, bytes, sizeof(bytes), &done, NULL)); /* what fits */
    ok_eq(done, 4096);
    ok_fails(WriteFile(file, bytes, 1, &done, NULL), ERROR_DISK_FULL);
    ok_eq(done, 0);
    file_seek(file, 8192);
    ok_fails(WriteFile(file, bytes, 1, &done, NULL), ERROR_DISK_FULL);
    ok_fails(SetEndOfFile(file), ERROR_DISK_FULL);
    ok_eq(file_length(path), 4096);
    file_seek(file, 10);
    ok_succeeds(SetEndOfFile(file));
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    CloseHandle(file);
}

/* Memory has no smaller limit than what a position can say. */
TEST(a_position_beyond_all_numbers_is_refused, "")
{
    const int64_t last = INT64_MAX;
    int fd = memfd_create("far", MFD_CLOEXEC);
    HANDLE file = (HANDLE)_get_osfhandle(fd);

    require(fd >= 0 && file != INVALID_HANDLE_VALUE);
    require(lseek(fd, last, SEEK_SET) == last);
    SetLastError(0);
    ok_eq(SetFilePointer(file, 1, NULL, FILE_CURRENT), INVALID_SET_FILE_POINTER);
    ok_error(ERROR_INVALID_PARAMETER);
    ok_eq(lseek(fd, 0, SEEK_CUR), last);
    CloseHandle(file);
    close(fd);
}

/* What is mapped is not made longer by a call that could also make it shorter. */
TEST(a_mapped_file_gets_room_when_it_is_made_longer, "16.3")
{
    const char *path = file_make(in_dir("longer"), 4096);
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY);
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    struct stat info;

    require(section != NULL);
    file_seek(file, 1 << 20);
    ok_succeeds(SetEndOfFile(file));
    ok(stat(path, &info) == 0 && info.st_size == 1 << 20);
    ok(info.st_blocks * 512 >= 1 << 20);
    ok_succeeds(CloseHandle(section));
    CloseHandle(file);
}

/* What somebody else than root sees of a file of mode 0222; 0, or which step went wrong. */
static int use_write_only(const char *path)
{
    HANDLE file;
    DWORD done = 0;

    if (setgid(65534) < 0 || setuid(65534) < 0)
        return 10;
    file = file_open(path, WRITE, SHARE_NONE, OPEN_EXISTING);
    if (file == INVALID_HANDLE_VALUE)
        return 11;
    if (!WriteFile(file, "x", 1, &done, NULL) || !SetEndOfFile(file) || !CloseHandle(file))
        return 12;
    file = file_open(path, WRITE, SHARE_NONE, TRUNCATE_EXISTING);
    if (file == INVALID_HANDLE_VALUE || file_length(path) != 0)
        return 16;
    if (!WriteFile(file, "x", 1, &done, NULL) || !CloseHandle(file))
        return 17;
    if (file_open(path, BOTH, SHARE_NONE, OPEN_EXISTING) != INVALID_HANDLE_VALUE ||
        GetLastError() != ERROR_ACCESS_DENIED)
        return 13;
    if (file_open(path, MAXIMUM_ALLOWED, SHARE_ANY, OPEN_EXISTING) != INVALID_HANDLE_VALUE ||
        GetLastError() != ERROR_ACCESS_DENIED)
        return 14;
    return file_length(path) == 1 ? 0 : 15;
}

/* Such a file bears no marks of who writes it; all else works. */
TEST(a_file_that_may_be_written_but_not_read_is_opened, "")
{
    char folder[] = "/tmp/ntshm-write-only-XXXXXX", path[64];
    int status = 0;
    pid_t child;

    if (geteuid() != 0)
        skip("needs root, to become somebody else");
    require(mkdtemp(folder) && chmod(folder, 0711) == 0);
    snprintf(path, sizeof(path), "%s/file", folder);
    file_make(path, 10);
    ok(chmod(path, 0222) == 0);
    child = fork();
    if (child == 0)
        _exit(use_write_only(path));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    ok_eq(status, 0);
    ok(unlink(path) == 0 && rmdir(folder) == 0);
}

/* --- fork ---------------------------------------------------------------------------------- */

static int close_inherited(void *arg)
{
    return CloseHandle(*(HANDLE *)arg) ? 0 : 1;
}

/* A child's copy of a handle neither ends the parent's sharing nor keeps its promise. */
TEST(a_forked_childs_close_changes_nothing_for_its_parent, "")
{
    const char *path = in_dir("forked");
    HANDLE file =
        CreateFileA(path, BOTH, SHARE_NONE, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    struct test_child child;

    require(file != INVALID_HANDLE_VALUE);
    require(test_child_fork(&child, close_inherited, &file));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok(file_exists(path));
    ok_file_fails(path, READ, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    CloseHandle(file);
    ok(!file_exists(path));
}

static int wait_for_a_line(void *arg)
{
    char line[8];

    (void)arg;
    test_say("here");
    return test_hear(line, sizeof(line), SOON) ? 0 : 1;
}

TEST(a_forked_child_does_not_keep_the_sharing_of_a_closed_handle, "")
{
    const char *path = file_make(in_dir("kept"), 1);
    HANDLE file = file_must_open(path, BOTH, SHARE_NONE);
    struct test_child child;

    require(test_child_fork(&child, wait_for_a_line, NULL));
    test_child_expect(&child, "here", SOON);
    CloseHandle(file);
    ok_file_opens(path, BOTH, SHARE_NONE, OPEN_EXISTING);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, SOON), 0);
}

/* A lock is the handle's, not the description's, of which the child has a copy. */
TEST(a_forked_child_does_not_keep_the_locks_of_a_closed_handle, "")
{
    const char *path = file_make(in_dir("locked"), 100);
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY), other;
    struct test_child child;

    ok_succeeds(LockFile(file, 10, 0, 10, 0));
    require(test_child_fork(&child, wait_for_a_line, NULL));
    test_child_expect(&child, "here", SOON);
    other = file_must_open(path, BOTH, SHARE_ANY);
    ok_fails(LockFile(other, 15, 0, 1, 0), ERROR_LOCK_VIOLATION);
    CloseHandle(file);
    ok_succeeds(LockFile(other, 15, 0, 1, 0));
    CloseHandle(other);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, SOON), 0);
}

/* --- foreign programs ---------------------------------------------------------------------- */

/* A lock from the beginning to infinity lies over our marks too; it is none of them. */
TEST(a_foreign_lock_over_the_whole_file_is_no_mark, "")
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    const char *path = file_make(in_dir("foreign"), 100);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    HANDLE file;

    require(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0);
    file = file_must_open(path, READ, SHARE_NONE);
    file_seek(file, 0);
    CloseHandle(file);
    ok_file_opens(path, WRITE, SHARE_NONE, CREATE_ALWAYS);

    lock.l_type = F_WRLCK;
    require(fcntl(fd, F_OFD_SETLK, &lock) == 0);
    ok_file_fails(path, READ, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_opens(path, 0, SHARE_ANY, OPEN_EXISTING);
    close(fd);
    ok_file_opens(path, READ, SHARE_ANY, OPEN_EXISTING);
}
#endif
