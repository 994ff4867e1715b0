// SPDX-License-Identifier: MIT
/*
 * DuplicateHandle with another process: into it, out of it, and closing what it has.
 */
#include "api/duplicate_process_kit.h"

#ifndef _WIN32
#    include <ntshm/ntshm.h>
#endif

#define SAME DUPLICATE_SAME_ACCESS
#define GONE (100000ul + ERROR_INVALID_HANDLE)

/* What is copied out of a process, or closed in it, takes a thread of it that does so. */
CHILD(partner)
{
#ifndef _WIN32
    ok_succeeds(ntshm_service_start());
#endif
    return do_orders();
}

static void partner_begin(struct partner *partner)
{
    partner_begin_as(partner, "partner");
}

/* --- into another process ------------------------------------------------------------------- */

TEST(a_section_is_pushed, "12.7 12.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy;
    volatile uint32_t *words = map_words(section);
    struct partner partner;

    partner_begin(&partner);
    copy = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    words[0] = 77;
    ok_eq(partner_ask(&partner, "read", copy), 77);
    ok_eq(partner_ask(&partner, "write", copy), 1);
    ok_eq(words[0], 1234);
    ok_eq(partner_ask(&partner, "flags", copy), 0);
    ok_eq(partner_ask(&partner, "close", copy), 1);
    ok_eq(partner_ask(&partner, "close", copy), GONE);
    partner_end(&partner);
    drop(section, words);
}

TEST(a_pushed_handle_carries_what_was_asked, "12.8 12.9 12.13")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE), reader, nothing, wide;
    struct partner partner;

    partner_begin(&partner);
    reader = copy_between(SELF, section, partner.process, FILE_MAP_READ, FALSE, 0);
    nothing = copy_between(SELF, section, partner.process, 0, FALSE, 0);
    wide = copy_between(SELF, section, partner.process, FILE_MAP_ALL_ACCESS, FALSE, 0);
    ok_eq(partner_ask(&partner, "rights", reader), SECTION_MAP_READ);
    ok_eq(partner_ask(&partner, "rights", nothing), 0);
    ok_eq(partner_ask(&partner, "rights", wide),
          SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE);
    ok_eq(partner_ask(&partner, "write", reader), 100000 + ERROR_ACCESS_DENIED);
    partner_end(&partner);
    drop(section, NULL);
}

/* Beyond what the source has, the object's descriptor decides; a new object's grants its maker all.
 */
TEST(a_pushed_handle_may_carry_more_than_its_source, "12.10 12.11 12.12")
{
    const wchar_t *names[] = {NULL, L_("more")};
    struct partner partner;

    partner_begin(&partner);
    for (size_t i = 0; i < 2; i++) {
        HANDLE section = new_section(names[i], PAGE_EXECUTE_READWRITE, PAGE);
        HANDLE reader = with_rights(section, SECTION_MAP_READ), copy;

        copy = copy_between(SELF, reader, partner.process, FILE_MAP_ALL_ACCESS, FALSE, 0);
        ok_eq(partner_ask(&partner, "rights", copy),
              SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE);
        ok_eq(partner_ask(&partner, "close", copy), 1);
        drop(reader, NULL);
        drop(section, NULL);
    }
    partner_end(&partner);
}

TEST(a_pushed_handle_is_inheritable_when_that_was_asked, "12.24")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy;
    struct partner partner;

    partner_begin(&partner);
    copy = copy_between(SELF, section, partner.process, 0, TRUE, SAME);
    ok_eq(partner_ask(&partner, "flags", copy), HANDLE_FLAG_INHERIT);
    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    copy = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "flags", copy), 0);
    partner_end(&partner);
    drop(section, NULL);
}

TEST(a_pushed_event_is_the_same_event, "12.7")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), copy;
    struct partner partner;

    partner_begin(&partner);
    copy = copy_between(SELF, event, partner.process, 0, FALSE, SAME);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_eq(partner_ask(&partner, "set", copy), 1);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    partner_end(&partner);
    drop(event, NULL);
}

TEST(a_pushed_handle_keeps_the_name, "2.6 11.27")
{
    HANDLE section = new_section(L_("kept"), PAGE_READWRITE, PAGE), copy;
    struct partner partner;

    partner_begin(&partner);
    copy = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    drop(section, NULL);
    section = open_section(L_("kept"), FILE_MAP_READ);
    drop(section, NULL);
    ok_eq(partner_ask(&partner, "write", copy), 1);
    section = open_section(L_("kept"), FILE_MAP_READ);
    drop(section, NULL);
    ok_eq(partner_ask(&partner, "close", copy), 1);
    check_open_fails(L_("kept"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    partner_end(&partner);
}

/* What nobody ever used is gone with its process. */
TEST(an_unused_pushed_handle_goes_with_its_process, "11.27")
{
    HANDLE section = new_section(L_("unused"), PAGE_READWRITE, PAGE);
    struct partner partner;

    partner_begin(&partner);
    copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    drop(section, NULL);
    section = open_section(L_("unused"), FILE_MAP_READ);
    drop(section, NULL);
    partner_kill(&partner);
    ok(test_until(!(section = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("unused"))) ||
                      !CloseHandle(section),
                  SECOND));
}

TEST(the_pseudo_handle_of_the_process_is_pushed_as_a_real_one, "12.18")
{
    struct partner partner;
    HANDLE copy;

    partner_begin(&partner);
    copy = copy_between(SELF, SELF, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "process", copy), GetCurrentProcessId());
    copy = copy_between(SELF, partner.process, partner.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "process", copy), (unsigned long)partner.child.pid);
    partner_end(&partner);
}

TEST(a_pushed_file_shares_its_position, "12.7")
{
    char path[512];
    struct partner partner;
    HANDLE file, copy;
    DWORD done;

    snprintf(path, sizeof(path), "%s/pushed", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0,
                       NULL);
    require(file != INVALID_HANDLE_VALUE);
    partner_begin(&partner);
    copy = copy_between(SELF, file, partner.process, 0, FALSE, SAME);
    ok_succeeds(WriteFile(file, "hello", 5, &done, NULL));
    ok_eq(partner_ask(&partner, "position", copy), 5);
    ok_eq(SetFilePointer(file, 2, NULL, FILE_BEGIN), 2);
    ok_eq(partner_ask(&partner, "position", copy), 2);
    partner_end(&partner);
    drop(file, NULL);
}

TEST(the_source_is_closed_when_it_is_pushed_away, "12.20 12.21")
{
    const DWORD options = SAME | DUPLICATE_CLOSE_SOURCE;
    const DWORD protect = HANDLE_FLAG_PROTECT_FROM_CLOSE;
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy;
    DWORD flags = 0;
    struct partner partner;

    partner_begin(&partner);
    copy = copy_between(SELF, section, partner.process, 0, FALSE, options);
    ok_fails(GetHandleInformation(section, &flags), ERROR_INVALID_HANDLE);
    ok_eq(partner_ask(&partner, "write", copy), 1);

    section = new_section(NULL, PAGE_READWRITE, PAGE);
    ok_succeeds(SetHandleInformation(section, protect, protect));
    copy = copy_between(SELF, section, partner.process, 0, FALSE, options);
    ok_succeeds(GetHandleInformation(section, &flags));
    ok_eq(flags, protect);
    ok_eq(partner_ask(&partner, "flags", copy), 0);
    ok_succeeds(SetHandleInformation(section, protect, 0));
    drop(section, NULL);
    partner_end(&partner);
}

TEST(the_source_is_closed_also_when_the_copy_is_refused, "12.11 12.14 12.21")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy = SELF;
    struct partner partner;
    DWORD flags;

    partner_begin(&partner);
    /* Wine 8 takes no notice of bits that mean nothing. */
    todo_wine ok_fails(DuplicateHandle(SELF, section, partner.process, &copy, ~(DWORD)0, FALSE,
                                       DUPLICATE_CLOSE_SOURCE),
                       ERROR_ACCESS_DENIED);
    ok_fails(GetHandleInformation(section, &flags), ERROR_INVALID_HANDLE);
    partner_end(&partner);
}

TEST(what_is_no_handle_is_not_pushed, "12.15")
{
    HANDLE closed, copy = SELF;
    struct partner partner;

    partner_begin(&partner);
    closed = new_section(NULL, PAGE_READWRITE, PAGE);
    drop(closed, NULL);
    ok_status(NtDuplicateObject(SELF, closed, partner.process, &copy, 0, 0, SAME),
              STATUS_INVALID_HANDLE);
    ok_ptr_eq(copy, NULL);
    ok_status(NtDuplicateObject(SELF, NULL, partner.process, &copy, 0, 0, SAME),
              STATUS_INVALID_HANDLE);
    partner_end(&partner);
}

TEST(nothing_is_pushed_into_what_has_ended, "12.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy = SELF;
    struct partner partner;

    partner_begin(&partner);
    test_child_kill(&partner.child);
    ok_fails(DuplicateHandle(SELF, section, partner.process, &copy, 0, FALSE, SAME),
             ERROR_ACCESS_DENIED);
    /* For Wine it has no handles any more. */
    todo_wine ok_fails(DuplicateHandle(partner.process, (HANDLE)4, SELF, &copy, 0, FALSE, SAME),
                       ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(partner.process));
    drop(section, NULL);
}

/* --- out of another process ----------------------------------------------------------------- */

TEST(a_section_is_taken_out, "12.7 12.25")
{
    volatile uint32_t *words;
    HANDLE theirs, copy;
    struct partner partner;

    partner_begin(&partner);
    theirs = partner_make(&partner, "section");
    copy = copy_between(partner.process, theirs, SELF, 0, FALSE, SAME);
    words = map_words(copy);
    words[0] = 99;
    ok_eq(partner_ask(&partner, "read", theirs), 99);
    ok_eq(partner_ask(&partner, "write", theirs), 1);
    ok_eq(words[0], 1234);
    partner_end(&partner);
    ok_eq(words[0], 1234);
    drop(copy, words);
}

TEST(what_is_taken_out_carries_what_was_asked, "12.8 12.9 12.24")
{
    HANDLE theirs, copy;
    struct partner partner;
    DWORD flags = 9;

    partner_begin(&partner);
    theirs = partner_make(&partner, "inheritable");
    copy = copy_between(partner.process, theirs, SELF, FILE_MAP_READ, FALSE, 0);
    ok_rights(copy, SECTION_MAP_READ);
    ok_succeeds(GetHandleInformation(copy, &flags));
    ok_eq(flags, 0);
    drop(copy, NULL);
    copy = copy_between(partner.process, theirs, SELF, SECTION_QUERY, TRUE, 0);
    ok_rights(copy, SECTION_QUERY);
    ok_succeeds(GetHandleInformation(copy, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    drop(copy, NULL);
    partner_end(&partner);
}

TEST(there_and_back_is_the_same_object, "12.30")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), other, there, back;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), event_there, event_back;
    struct partner partner;

    other = new_section(NULL, PAGE_READWRITE, PAGE);
    partner_begin(&partner);
    there = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    back = copy_between(partner.process, there, SELF, 0, FALSE, SAME);
    ok_succeeds(CompareObjectHandles(section, back));
    ok_fails(CompareObjectHandles(other, back), ERROR_NOT_SAME_OBJECT);
    event_there = copy_between(SELF, event, partner.process, 0, FALSE, SAME);
    event_back = copy_between(partner.process, event_there, SELF, 0, FALSE, SAME);
    ok_succeeds(CompareObjectHandles(event, event_back));
    ok_fails(CompareObjectHandles(event, back), ERROR_NOT_SAME_OBJECT);
    partner_end(&partner);
    drop(section, NULL);
    drop(other, NULL);
    drop(back, NULL);
    drop(event, NULL);
    drop(event_back, NULL);
}

TEST(the_source_is_closed_over_there, "12.21")
{
    const DWORD options = SAME | DUPLICATE_CLOSE_SOURCE;
    HANDLE theirs, copy;
    struct partner partner;

    partner_begin(&partner);
    theirs = partner_make(&partner, "section");
    copy = copy_between(partner.process, theirs, SELF, 0, FALSE, options);
    ok_eq(partner_ask(&partner, "flags", theirs), GONE);
    drop(copy, map_words(copy));
    theirs = partner_make(&partner, "protected");
    copy = copy_between(partner.process, theirs, SELF, 0, FALSE, options);
    ok_eq(partner_ask(&partner, "flags", theirs), HANDLE_FLAG_PROTECT_FROM_CLOSE);
    drop(copy, NULL);
    partner_end(&partner);
}

TEST(a_handle_is_closed_over_there, "12.16")
{
    HANDLE theirs, pushed, section = new_section(NULL, PAGE_READWRITE, PAGE);
    struct partner partner;

    partner_begin(&partner);
    theirs = partner_make(&partner, "section");
    /* Wine 8 closes it and says that it did not. */
    todo_wine ok_succeeds(
        DuplicateHandle(partner.process, theirs, SELF, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
    ok_eq(partner_ask(&partner, "flags", theirs), GONE);
    /* Also one that lies there unused. */
    pushed = copy_between(SELF, section, partner.process, 0, FALSE, SAME);
    todo_wine ok_succeeds(
        DuplicateHandle(partner.process, pushed, SELF, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
    ok_eq(partner_ask(&partner, "flags", pushed), GONE);
    /* The target counts for nothing; Wine 8 wants one. */
    theirs = partner_make(&partner, "section");
    todo_wine
    {
        ok_succeeds(
            DuplicateHandle(partner.process, theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
        ok_eq(partner_ask(&partner, "flags", theirs), GONE);
    }
    partner_end(&partner);
    drop(section, NULL);
}

TEST(what_is_no_handle_over_there_is_not_taken_out, "12.15")
{
    HANDLE copy = SELF, theirs;
    struct partner partner;

    partner_begin(&partner);
    theirs = partner_make(&partner, "section");
    ok_eq(partner_ask(&partner, "close", theirs), 1);
    ok_status(NtDuplicateObject(partner.process, theirs, SELF, &copy, 0, 0, SAME),
              STATUS_INVALID_HANDLE);
    ok_ptr_eq(copy, NULL);
    partner_end(&partner);
}

TEST(between_two_others_and_within_one, "12.7")
{
    HANDLE theirs, there, again;
    struct partner one, two;

    partner_begin(&one);
    partner_begin(&two);
    theirs = partner_make(&one, "section");
    there = copy_between(one.process, theirs, two.process, 0, FALSE, SAME);
    ok_eq(partner_ask(&one, "write", theirs), 1);
    ok_eq(partner_ask(&two, "read", there), 1234);
    again = copy_between(one.process, theirs, one.process, FILE_MAP_READ, FALSE, 0);
    ok_eq(partner_ask(&one, "rights", again), SECTION_MAP_READ);
    partner_end(&one);
    ok_eq(partner_ask(&two, "read", there), 1234);
    partner_end(&two);
}

/* --- what may not be ------------------------------------------------------------------------ */

TEST(both_processes_must_be_open_for_it, "12.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy = NULL, narrow, theirs;
    struct partner partner;

    partner_begin(&partner);
    theirs = partner_make(&partner, "section");
    narrow = OpenProcess(PROCESS_ALL_ACCESS & ~(DWORD)PROCESS_DUP_HANDLE, FALSE,
                         (DWORD)partner.child.pid);
    require(narrow != NULL);
    ok_fails(DuplicateHandle(SELF, section, narrow, &copy, 0, FALSE, SAME), ERROR_ACCESS_DENIED);
    ok_fails(DuplicateHandle(narrow, theirs, SELF, &copy, 0, FALSE, SAME), ERROR_ACCESS_DENIED);
    ok_fails(DuplicateHandle(section, theirs, SELF, &copy, 0, FALSE, SAME), ERROR_INVALID_HANDLE);
    ok_fails(DuplicateHandle(SELF, section, section, &copy, 0, FALSE, SAME), ERROR_INVALID_HANDLE);
    ok_ptr_eq(copy, NULL);
    ok_eq(partner_ask(&partner, "flags", theirs), 0);
    drop(narrow, NULL);
    narrow = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)partner.child.pid);
    copy = copy_between(SELF, section, narrow, 0, FALSE, SAME);
    ok_eq(partner_ask(&partner, "flags", copy), 0);
    drop(narrow, NULL);
    partner_end(&partner);
    drop(section, NULL);
}

/* A real handle to the calling process is as good as the pseudo handle. */
TEST(a_real_handle_to_oneself_is_oneself, "12.18 12.30")
{
    HANDLE self = copy_between(SELF, SELF, SELF, 0, FALSE, SAME), copy, thread, again;
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    copy = copy_between(self, section, self, 0, FALSE, SAME);
    ok((uintptr_t)copy < 0x10000, "%p", copy);
    ok_succeeds(CompareObjectHandles(section, copy));
    ok_eq(GetProcessId(self), GetCurrentProcessId());
    ok_succeeds(CompareObjectHandles(self, SELF));
    ok_succeeds(CompareObjectHandles(SELF, self));
    thread = copy_between(SELF, GetCurrentThread(), SELF, 0, FALSE, SAME);
    ok_succeeds(CompareObjectHandles(thread, GetCurrentThread()));
    ok_fails(CompareObjectHandles(thread, SELF), ERROR_NOT_SAME_OBJECT);
    again = copy_between(SELF, SELF, SELF, 0, FALSE, SAME | DUPLICATE_CLOSE_SOURCE);
    ok_succeeds(CompareObjectHandles(self, again));
    drop(again, NULL);
    drop(thread, NULL);
    drop(copy, NULL);
    drop(self, NULL);
    drop(section, NULL);
}
