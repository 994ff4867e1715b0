// SPDX-License-Identifier: MIT
/*
 * DuplicateHandle with another process, where Linux shows: targets that stand still, that have no
 * service thread, that are forked.
 */
#ifndef _WIN32
#    include "api/duplicate_process_kit.h"

#    include <signal.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

#    include "api/large_pool_linux.h"

#    define SAME DUPLICATE_SAME_ACCESS

CHILD(plain)
{
    return do_orders();
}

/* Nothing runs in the target for what is put into it. */
TEST(a_stopped_process_is_given_handles, "12.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copies[40];
    struct partner partner;

    partner_begin_as(&partner, "plain");
    ok_eq(kill((pid_t)partner.child.pid, SIGSTOP), 0);
    for (size_t i = 0; i < 40; i++)
        copies[i] = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    ok_eq(kill((pid_t)partner.child.pid, SIGCONT), 0);
    for (size_t i = 0; i < 40; i++) {
        ok_eq(partner_ask(&partner, "write", copies[i]), 1);
        if (i > 0)
            ok((uintptr_t)copies[i] > (uintptr_t)copies[i - 1]);
    }
    partner_end(&partner);
    drop(section, NULL);
}

TEST(without_a_service_thread_nothing_is_taken_out, "12.25")
{
    HANDLE copy = SELF, theirs;
    struct partner partner;

    partner_begin_as(&partner, "plain");
    theirs = partner_make(&partner, "section");
    ok_fails(DuplicateHandle(partner.process, theirs, SELF, &copy, 0, FALSE, SAME),
             ERROR_NOT_SUPPORTED);
    ok_fails(DuplicateHandle(partner.process, theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE),
             ERROR_NOT_SUPPORTED);
    ok_eq(partner_ask(&partner, "flags", theirs), 0);
    partner_end(&partner);
}

/* What came read-only stays so, though the descriptor grants more; a named one is asked for again.
 */
TEST(an_unnamed_section_that_came_read_only_stays_so, "12.10")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy;
    struct partner partner;

    partner_begin_as(&partner, "plain");
    copy = copy_between(SELF, section, partner.process, FILE_MAP_READ, FALSE, 0);
    ok_eq(partner_ask(&partner, "widen", copy), 100000 + ERROR_ACCESS_DENIED);
    ok_eq(partner_ask(&partner, "read", copy), 0);
    copy = copy_between(SELF, section, partner.process, FILE_MAP_ALL_ACCESS, FALSE, 0);
    ok_eq(partner_ask(&partner, "widen", copy), 1);
    drop(section, NULL);
    section = new_section(L_("widened"), PAGE_READWRITE, PAGE);
    copy = copy_between(SELF, section, partner.process, FILE_MAP_READ, FALSE, 0);
    ok_eq(partner_ask(&partner, "widen", copy), 1);
    partner_end(&partner);
    drop(section, NULL);
}

/* The promise to delete a file is the process's that made it. */
TEST(a_file_is_deleted_by_who_opened_it, "")
{
    char path[512];
    struct partner partner;
    HANDLE file, copy;

    snprintf(path, sizeof(path), "%s/deleted", test_dir());
    file = CreateFileA(path, GENERIC_WRITE | DELETE, FILE_SHARE_READ, NULL, CREATE_NEW,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    require(file != INVALID_HANDLE_VALUE);
    partner_begin_as(&partner, "plain");
    copy = copy_between(SELF, file, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "close", copy), 1);
    ok_eq(access(path, F_OK), 0);
    copy = copy_between(SELF, file, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "position", copy), 0);
    drop(file, NULL);
    ok_eq(access(path, F_OK), -1);
    ok_eq(partner_ask(&partner, "position", copy), 0);
    partner_end(&partner);
}

/* Memory of large pages is known by itself over there, where nobody has the privilege. */
TEST(a_section_of_large_pages_is_pushed, "12.7")
{
    SIZE_T page = GetLargePageMinimum();
    HANDLE section, copy, reader;
    volatile uint32_t *words;
    struct partner partner;

    large_pool_begin(1);
    require(large_pool_allow(true));
    section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
                           PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0, (DWORD)page, NULL);
    require(section != NULL);
    words = map_words(section);
    words[0] = 77;
    partner_begin_as(&partner, "plain");
    copy = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    reader = copy_between(SELF, section, partner.process, FILE_MAP_READ, FALSE, 0);
    ok_eq(partner_ask(&partner, "read", copy), 77);
    ok_eq(partner_ask(&partner, "write", copy), 1);
    ok_eq(words[0], 1234);
    ok_eq(partner_ask(&partner, "read", reader), 1234);
    ok_eq(partner_ask(&partner, "write", reader), 100000 + ERROR_ACCESS_DENIED);
    partner_end(&partner);
    drop(section, words);
    large_pool_end();
}

/* A value of a mailbox is asked of the broker; one that it has not given is no handle. */
TEST(values_that_nobody_gave_are_no_handles, "12.4")
{
    static const uintptr_t values[] = {0x2000000, 0x2000004, 0x7FFFFFFC, 0xFFFFFFFC, 0x80000000};
    HANDLE section = new_section(L_("broker"), PAGE_READWRITE, PAGE);
    DWORD flags;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ok_fails(GetHandleInformation((HANDLE)values[i], &flags), ERROR_INVALID_HANDLE);
        ok_fails(CloseHandle((HANDLE)values[i]), ERROR_INVALID_HANDLE);
    }
    drop(section, NULL);
}

/* What was given to the parent is the parent's; what the parent has used its child has too. */
TEST(a_fork_has_what_its_parent_has_used, "12.26")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), used, unused;
    volatile uint32_t *words = map_words(section);
    struct partner partner;
    DWORD flags = 1;
    int status = -1;
    pid_t pid;

    partner_begin_as(&partner, "plain");
    used = copy_between(SELF, section, SELF, 0, FALSE, SAME);
    unused = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    pid = fork();
    if (pid == 0) {
        volatile uint32_t *view = (volatile uint32_t *)MapViewOfFile(used, FILE_MAP_WRITE, 0, 0, 0);

        if (!view)
            _exit(1);
        view[0] = 5;
        _exit(GetHandleInformation(unused, &flags) ? 2 : 0);
    }
    require(pid > 0);
    while (waitpid(pid, &status, 0) < 0)
        ;
    ok_eq(status, 0);
    ok_eq(words[0], 5);
    ok_eq(partner_ask(&partner, "flags", unused), 0);
    partner_end(&partner);
    drop(used, NULL);
    drop(section, words);
}

/* --- many at once --------------------------------------------------------------------------- */

#    define THREADS 4
#    define HANDLES 50

static HANDLE given[HANDLES];

static void use(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < HANDLES; i++) {
        void *view = MapViewOfFile(given[i], FILE_MAP_WRITE, 0, 0, 0);

        ok(view != NULL, "handle %u: error %u", i, (unsigned)GetLastError());
        if (view)
            ok_succeeds(UnmapViewOfFile(view));
    }
}

/* Each of the threads may be the first to use a handle. */
CHILD(threads)
{
    struct test_thread threads[THREADS];
    char line[64];
    unsigned long long value;

    test_say("ready");
    for (unsigned i = 0; i < HANDLES; i++) {
        require(test_hear(line, sizeof(line), SECOND) && sscanf(line, "%llx", &value) == 1);
        given[i] = (HANDLE)(uintptr_t)value;
    }
    for (unsigned i = 0; i < THREADS; i++)
        test_thread_start(&threads[i], use, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        test_thread_join(&threads[i]);
    for (unsigned i = 0; i < HANDLES; i++) {
        ok_succeeds(CloseHandle(given[i]));
        ok_fails(CloseHandle(given[i]), ERROR_INVALID_HANDLE);
    }
    return 0;
}

TEST(several_threads_meet_at_a_given_handle, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy;
    struct partner partner;

    partner_begin_as(&partner, "threads");
    for (unsigned i = 0; i < HANDLES; i++) {
        copy = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
        test_child_write_line(&partner.child, "%llx", (unsigned long long)(uintptr_t)copy);
    }
    ok_eq(test_child_wait(&partner.child, SECOND), 0);
    ok_succeeds(CloseHandle(partner.process));
    drop(section, NULL);
}
#endif
