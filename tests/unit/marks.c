// SPDX-License-Identifier: MIT
/*
 * lib/file/marks: what one description tells the others, and the two that must not miss each other.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/file/io.h"
#include "lib/file/marks.h"
#include "os/file.h"
#include "os/os.h"

static int open_it(int flags)
{
    char path[512];
    int fd = -1;

    snprintf(path, sizeof(path), "%s/marked", test_dir());
    require(nt_os_file_open(path, flags | O_CREAT, 0600, &fd) == 0);
    return fd;
}

static unsigned seen(int fd, unsigned marks)
{
    unsigned found = ~0u;

    ok_eq(nt_marks_probe(fd, marks, &found), 0);
    return found;
}

TEST(marks_are_seen_by_others_one_by_one, "")
{
    int one = open_it(O_RDONLY), two = open_it(O_RDWR);

    ok_eq(seen(two, NT_MARK_ALL), 0);
    for (unsigned mark = 1; mark < NT_MARK_ALL; mark <<= 1) {
        ok_eq(nt_marks_set(one, mark), 0);
        ok_eq(seen(two, NT_MARK_ALL), mark);
        ok_eq(seen(two, mark), mark);
        ok_eq(seen(two, NT_MARK_ALL & ~mark), 0);
        ok_eq(seen(one, NT_MARK_ALL), 0); /* its own */
        ok_eq(nt_marks_clear(one, mark), 0);
    }
    ok_eq(seen(two, NT_MARK_ALL), 0);
    nt_os_close(one);
    nt_os_close(two);
}

TEST(every_set_of_marks_is_told_exactly, "")
{
    int one = open_it(O_RDONLY), two = open_it(O_RDONLY);
    unsigned wrong = 0;

    for (unsigned marks = 0; marks <= NT_MARK_ALL; marks += 7) {
        nt_marks_set(one, marks);
        wrong += seen(two, NT_MARK_ALL) != marks;
        wrong += seen(two, 0x555) != (marks & 0x555);
        nt_marks_clear(one, marks);
    }
    ok_eq(wrong, 0);
    nt_os_close(one);
    nt_os_close(two);
}

TEST(marks_of_several_descriptions_add_up_and_go_with_each, "")
{
    int one = open_it(O_RDONLY), two = open_it(O_RDONLY), three = open_it(O_RDONLY);

    ok_eq(nt_marks_set(one, NT_MARK_READS | NT_MARK_DATA_SECTION), 0);
    ok_eq(nt_marks_set(two, NT_MARK_READS | NT_MARK_WRITES), 0);
    ok_eq(seen(three, NT_MARK_ALL), NT_MARK_READS | NT_MARK_WRITES | NT_MARK_DATA_SECTION);
    ok_eq(seen(one, NT_MARK_ALL), NT_MARK_READS | NT_MARK_WRITES);
    nt_os_close(two);
    ok_eq(seen(three, NT_MARK_ALL), NT_MARK_READS | NT_MARK_DATA_SECTION);
    nt_os_close(one);
    ok_eq(seen(three, NT_MARK_ALL), 0);
    nt_os_close(three);
}

TEST(who_cannot_read_bears_no_marks_but_sees_them, "")
{
    char path[512];
    int reader = open_it(O_RDONLY), writer = open_it(O_WRONLY), name = -1;

    snprintf(path, sizeof(path), "%s/marked", test_dir());
    ok_eq(nt_os_file_open(path, O_PATH, 0, &name), 0);
    ok_eq(nt_marks_set(writer, NT_MARK_WRITES), -EBADF);
    ok_eq(nt_marks_set(reader, NT_MARK_READS), 0);
    ok_eq(seen(writer, NT_MARK_ALL), NT_MARK_READS);
    ok_eq(seen(name, NT_MARK_ALL), 0); /* it can only name the file */
    nt_os_close(reader);
    nt_os_close(writer);
    nt_os_close(name);
}

static int lock_error;

static int fail_locks(enum nt_os_call call)
{
    return call == NT_OS_LOCK ? lock_error : 0;
}

TEST(file_systems_without_locks_are_no_error_and_others_are, "")
{
    static const int missing[] = {ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL};
    int fd = open_it(O_RDONLY);
    unsigned found = 9;

    nt_os_set_fault(fail_locks);
    for (unsigned i = 0; i < 4; i++) {
        lock_error = missing[i];
        ok_eq(nt_marks_set(fd, NT_MARK_READS), 0);
        ok_eq(nt_marks_probe(fd, NT_MARK_ALL, &found), 0);
        ok_eq(found, 0);
        ok_eq(nt_marks_begin_shrink(fd), 0);
    }
    lock_error = EIO;
    ok_eq(nt_marks_set(fd, NT_MARK_READS), -EIO);
    ok_eq(nt_marks_probe(fd, NT_MARK_ALL, &found), -EIO);
    ok_eq(nt_marks_begin_shrink(fd), -EIO);
    ok_eq(nt_marks_set_section(fd, NT_MARK_DATA_SECTION), -EIO);
    nt_os_set_fault(NULL);
    nt_os_close(fd);
}

/* The lock that fails half-way leaves none of the others. */
static int passing_locks;

static int fail_later_locks(enum nt_os_call call)
{
    return call == NT_OS_LOCK && passing_locks-- == 0 ? EIO : 0;
}

TEST(marks_are_set_all_or_none, "")
{
    int one = open_it(O_RDONLY), two = open_it(O_RDONLY);

    passing_locks = 2; /* three runs: the third fails */
    nt_os_set_fault(fail_later_locks);
    ok_eq(nt_marks_set(one, 1u << 0 | 1u << 2 | 1u << 4), -EIO);
    nt_os_set_fault(NULL);
    ok_eq(seen(two, NT_MARK_ALL), 0);
    nt_os_close(one);
    nt_os_close(two);
}

TEST(a_foreign_lock_over_everything_is_no_mark, "")
{
    int one = open_it(O_RDWR), two = open_it(O_RDWR);

    ok_eq(nt_os_file_lock(one, F_RDLCK, 0, 0, false), 0);
    ok_eq(seen(two, NT_MARK_ALL), 0);
    ok_eq(nt_marks_set(two, NT_MARK_READS), 0);
    ok_eq(nt_marks_clear(two, NT_MARK_READS), 0);
    ok_eq(nt_os_file_lock(one, F_WRLCK, 0, 0, false), 0);
    ok_eq(nt_marks_set(two, NT_MARK_READS), -EAGAIN);
    nt_os_close(one);
    nt_os_close(two);
}

/* --- sections and shrinking ---------------------------------------------------------------- */

TEST(a_section_refuses_to_be_cut, "16.1")
{
    int one = open_it(O_RDONLY), two = open_it(O_RDWR);

    ok_eq(nt_marks_set_section(one, NT_MARK_DATA_SECTION), 0);
    ok_eq(nt_marks_begin_shrink(two), -EBUSY);
    ok_eq(seen(one, NT_MARK_SHRINKS), 0);
    ok_eq(nt_marks_clear(one, NT_MARK_DATA_SECTION), 0);
    ok_eq(nt_marks_set_section(one, NT_MARK_IMAGE_SECTION), 0);
    ok_eq(nt_marks_begin_shrink(two), -ETXTBSY);
    nt_os_close(one);
    ok_eq(nt_marks_begin_shrink(two), 0);
    nt_marks_end_shrink(two);
    nt_os_close(two);
}

static _Atomic bool made;

static void make_section(void *arg)
{
    ok_eq(nt_marks_set_section(*(int *)arg, NT_MARK_DATA_SECTION), 0);
    atomic_store(&made, true);
}

TEST(a_section_waits_for_the_end_of_a_cut, "16.1")
{
    int one = open_it(O_RDONLY), two = open_it(O_RDWR);
    struct test_thread thread;

    ok_eq(nt_marks_begin_shrink(two), 0);
    test_thread_start(&thread, make_section, &one);
    ok(test_until(seen(two, NT_MARK_DATA_SECTION) != 0, 20000));
    for (int i = 0; i < 20; i++)
        test_pause();
    ok(!atomic_load(&made));
    nt_marks_end_shrink(two);
    test_thread_join(&thread);
    ok(atomic_load(&made));
    ok_eq(nt_marks_begin_shrink(two), -EBUSY);
    nt_os_close(one);
    nt_os_close(two);
}

/* Cut and map at once: never a section that saw a size which did not hold. */
#define RACES 400

static void cut_and_grow(void *arg)
{
    int fd = *(int *)arg;

    for (int i = 0; i < RACES; i++) {
        ok(nt_os_file_resize(fd, 8192) == 0);
        if (nt_marks_begin_shrink(fd) == 0) {
            ok(nt_os_file_resize(fd, 100) == 0);
            nt_marks_end_shrink(fd);
        }
    }
}

TEST(the_size_that_a_section_sees_holds, "16.1 16.5")
{
    int one = open_it(O_RDWR), two = open_it(O_RDWR);
    struct test_thread thread;
    unsigned shorter = 0;

    test_thread_start(&thread, cut_and_grow, &two);
    for (int i = 0; i < RACES; i++) {
        uint64_t before = 0, after = 0;

        ok(nt_marks_set_section(one, NT_MARK_DATA_SECTION) == 0);
        nt_os_file_size(one, &before);
        nt_marks_pause(20000);
        nt_os_file_size(one, &after);
        shorter += after < before;
        nt_marks_clear(one, NT_MARK_DATA_SECTION);
    }
    test_thread_join(&thread);
    ok_eq(shorter, 0);
    nt_os_close(one);
    nt_os_close(two);
}

/* Between the question how long the file is and the answer's use somebody maps it, longer. */
static int mapper = -1;

static int map_longer(enum nt_os_call call)
{
    struct flock mark = {.l_type = F_RDLCK, .l_start = (off_t)NT_FILE_MARKS_AT, .l_len = 1};

    if (mapper >= 0 && (call == NT_OS_LOCK || call == NT_OS_FTRUNCATE)) {
        require(fcntl(mapper, F_OFD_SETLK, &mark) == 0 && ftruncate(mapper, 65536) == 0);
        mapper = -1;
    }
    return 0;
}

TEST(a_file_that_grows_is_not_cut_under_a_new_section, "16.1 16.3")
{
    int one = open_it(O_RDWR), two = open_it(O_RDWR);
    struct nt_file *file;
    struct stat stat;

    require(nt_os_file_resize(one, 4096) == 0 && nt_os_file_stat(one, &stat) == 0);
    file = nt_file_new(one);
    require(file != NULL);
    nt_file_set_type(file, &stat);
    mapper = two;
    nt_os_set_fault(map_longer);
    ok_status(nt_file_set_size(file, 8192), STATUS_SUCCESS);
    nt_os_set_fault(NULL);
    ok_eq(mapper, -1);
    ok(nt_os_file_stat(two, &stat) == 0);
    ok_eq(stat.st_size, 65536);
    nt_file_put(file);
    nt_os_close(two);
}

/* Another newcomer stands there at the first look, and has given way at the second. */
static int newcomer = -1;
static unsigned looks;

static int come_and_go(enum nt_os_call call)
{
    struct flock mark = {.l_start = (off_t)NT_FILE_MARKS_AT + 7, .l_len = 1}; /* denies writing */

    if (newcomer < 0 || call != NT_OS_LOCK)
        return 0;
    looks++;
    mark.l_type = looks <= 5 ? F_RDLCK : F_UNLCK;
    require(fcntl(newcomer, F_OFD_SETLK, &mark) == 0);
    return 0;
}

TEST(an_opener_looks_again_when_it_meets_a_newcomer, "")
{
    struct nt_file_request request = {
        .access = FILE_WRITE_DATA,
        .share = FILE_SHARE_VALID_FLAGS,
        .disposition = OPEN_EXISTING,
    };
    struct nt_file *file = NULL;
    ACCESS_MASK access;
    char path[512];

    newcomer = open_it(O_RDONLY);
    snprintf(path, sizeof(path), "%s/marked", test_dir());
    request.path = path;
    looks = 0;
    nt_os_set_fault(come_and_go);
    ok_status(nt_file_open(&request, &file, &access, NULL), STATUS_SUCCESS);
    nt_os_set_fault(NULL);
    ok(looks > 7);
    nt_file_put(file);
    newcomer = nt_os_close(newcomer);
}

/* Somebody finds the new file before its maker has marked it, and shares it with nobody. */
static char found_at[512];

static int find_it_first(enum nt_os_call call)
{
    struct flock marks = {.l_type = F_RDLCK, .l_len = 6}; /* reads to denies deleting */

    marks.l_start = (off_t)NT_FILE_MARKS_AT + 3;
    if (call == NT_OS_LOCK && newcomer < 0) {
        newcomer = open(found_at, O_RDWR | O_CLOEXEC);
        require(newcomer >= 0 && fcntl(newcomer, F_OFD_SETLK, &marks) == 0);
    }
    return 0;
}

TEST(a_new_file_that_somebody_has_found_is_not_taken_back, "")
{
    struct nt_file_request request = {
        .path = found_at,
        .access = FILE_WRITE_DATA,
        .share = FILE_SHARE_VALID_FLAGS,
        .disposition = CREATE_NEW,
    };
    struct nt_file *file = NULL;
    ACCESS_MASK access;

    snprintf(found_at, sizeof(found_at), "%s/found", test_dir());
    newcomer = -1;
    nt_os_set_fault(find_it_first);
    ok_status(nt_file_open(&request, &file, &access, NULL), STATUS_SHARING_VIOLATION);
    nt_os_set_fault(NULL);
    ok_eq(faccessat(AT_FDCWD, found_at, F_OK, 0), 0);
    newcomer = nt_os_close(newcomer);
}

TEST(a_file_of_an_image_can_be_made_longer, "16.3")
{
    int one = open_it(O_RDWR), two = open_it(O_RDONLY);
    struct nt_file *file;
    struct stat stat;

    require(nt_os_file_resize(one, 4096) == 0 && nt_os_file_stat(one, &stat) == 0);
    file = nt_file_new(one);
    require(file != NULL);
    nt_file_set_type(file, &stat);
    ok_eq(nt_marks_set_section(two, NT_MARK_IMAGE_SECTION), 0);
    ok_status(nt_file_set_size(file, 8192), STATUS_SUCCESS);
    ok_status(nt_file_set_size(file, 4096), STATUS_USER_MAPPED_FILE);
    ok(nt_os_file_stat(two, &stat) == 0);
    ok_eq(stat.st_size, 8192);
    nt_file_put(file);
    nt_os_close(two);
}
