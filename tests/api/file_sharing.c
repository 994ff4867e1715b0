// SPDX-License-Identifier: MIT
/*
 * Sharing between openers, in one process and in two, and deletion under their eyes.
 */
#include "api/file_kit.h"

#include <stdio.h>

static const DWORD accesses[] = {GENERIC_READ,
                                 GENERIC_WRITE,
                                 GENERIC_READ | GENERIC_WRITE,
                                 DELETE,
                                 GENERIC_READ | DELETE,
                                 FILE_EXECUTE,
                                 FILE_APPEND_DATA,
                                 FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                                 0};
#define N_ACCESSES (sizeof(accesses) / sizeof(accesses[0]))

/* What of FILE_SHARE_ another handle must offer to one with this access. */
static DWORD needs(DWORD access)
{
    return (access & (GENERIC_READ | FILE_EXECUTE) ? FILE_SHARE_READ : 0) |
           (access & (GENERIC_WRITE | FILE_APPEND_DATA) ? FILE_SHARE_WRITE : 0) |
           (access & DELETE ? FILE_SHARE_DELETE : 0);
}

/* Handles that do none of the three neither offer nor need anything. */
static bool agree(DWORD access, DWORD share, DWORD other_access, DWORD other_share)
{
    if (!needs(access) || !needs(other_access))
        return true;
    return !(needs(access) & ~other_share) && !(needs(other_access) & ~share);
}

/* All second opens against one that is there. */
static unsigned check_seconds(const char *path, DWORD access, DWORD share)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < N_ACCESSES; i++) {
        for (DWORD other = 0; other <= SHARE_ANY; other++) {
            bool want = agree(access, share, accesses[i], other);
            HANDLE file = file_open(path, accesses[i], other, OPEN_EXISTING);
            DWORD error = file == INVALID_HANDLE_VALUE ? GetLastError() : 0;

            if (error != (want ? 0 : ERROR_SHARING_VIOLATION)) {
                test_note("%x/%x then %x/%x: error %u", (unsigned)access, (unsigned)share,
                          (unsigned)accesses[i], (unsigned)other, (unsigned)error);
                wrong++;
            }
            if (file != INVALID_HANDLE_VALUE)
                CloseHandle(file);
        }
    }
    return wrong;
}

TEST(two_handles_agree_when_each_offers_what_the_other_does, "")
{
    const char *path = file_make(in_dir("matrix"), 10);

    for (unsigned i = 0; i < N_ACCESSES; i++) {
        for (DWORD share = 0; share <= SHARE_ANY; share++) {
            HANDLE file = file_must_open(path, accesses[i], share);

            ok_eq(check_seconds(path, accesses[i], share), 0);
            CloseHandle(file);
        }
    }
}

TEST(sharing_holds_between_processes, "")
{
    const char *path = file_make(in_dir("processes"), 10);
    struct file_peer peer;
    HANDLE file;

    peer_start(&peer);
    ok_eq(peer_open(&peer, path, READ, SHARE_READ, OPEN_EXISTING, 0), 0);
    ok_file_fails(path, WRITE, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, WRITE, SHARE_ANY, CREATE_ALWAYS, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, READ, SHARE_NONE, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_opens(path, READ, SHARE_READ, OPEN_EXISTING);
    ok_fails(DeleteFileA(path), ERROR_SHARING_VIOLATION);
    ok_eq(peer_close(&peer), 0);
    ok_eq(file_length(path), 10);

    file = file_must_open(path, BOTH, SHARE_NONE);
    ok_eq(peer_open(&peer, path, READ, SHARE_ANY, OPEN_EXISTING, 0), ERROR_SHARING_VIOLATION);
    ok_eq(peer_delete(&peer, path), ERROR_SHARING_VIOLATION);
    CloseHandle(file);
    ok_eq(peer_open(&peer, path, READ, SHARE_NONE, OPEN_EXISTING, 0), 0);
    peer_end(&peer);
    ok_file_opens(path, BOTH, SHARE_NONE, OPEN_EXISTING);
}

TEST(a_killed_process_shares_everything_again, "")
{
    const char *path = file_make(in_dir("killed"), 10);
    struct file_peer peer;

    peer_start(&peer);
    ok_eq(peer_open(&peer, path, BOTH, SHARE_NONE, OPEN_EXISTING, 0), 0);
    ok_file_fails(path, READ, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    peer_kill(&peer);
    ok_file_opens(path, BOTH, SHARE_NONE, OPEN_EXISTING);
}

TEST(copies_keep_the_sharing_until_the_last_one_closes, "")
{
    const char *path = file_make(in_dir("copies"), 10);
    HANDLE file = file_must_open(path, READ, SHARE_NONE), copy = NULL;

    require(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                            DUPLICATE_SAME_ACCESS));
    CloseHandle(file);
    ok_file_fails(path, READ, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    CloseHandle(copy);
    ok_file_opens(path, READ, SHARE_NONE, OPEN_EXISTING);
}

TEST(making_a_file_empty_is_writing, "")
{
    const char *path = file_make(in_dir("emptied"), 10);
    HANDLE reader = file_must_open(path, READ, FILE_SHARE_READ | FILE_SHARE_DELETE);

    ok_file_fails(path, WRITE, SHARE_ANY, CREATE_ALWAYS, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, WRITE, SHARE_ANY, TRUNCATE_EXISTING, ERROR_SHARING_VIOLATION);
    if (!test_on_wine()) /* which looks at the rights that were asked for only */
        ok_file_fails(path, READ, SHARE_ANY, CREATE_ALWAYS, ERROR_SHARING_VIOLATION);
    ok_eq(file_length(path), 10);
    CloseHandle(reader);
}

/* --- deletion ------------------------------------------------------------------------------ */

TEST(a_file_is_deleted_when_all_share_deletion, "")
{
    const char *path = file_make(in_dir("deleted"), 10);
    HANDLE file = file_must_open(path, READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
    char byte = 0;
    DWORD done = 0;

    ok_fails(DeleteFileA(path), ERROR_SHARING_VIOLATION);
    CloseHandle(file);
    file = file_must_open(path, READ, SHARE_ANY);
    ok_succeeds(DeleteFileA(path));
    ok_succeeds(ReadFile(file, &byte, 1, &done, NULL)); /* who has it open goes on */
    ok_eq(done, 1);
    CloseHandle(file);
    ok_fails(DeleteFileA(path), ERROR_FILE_NOT_FOUND);
    ok_fails(DeleteFileA(in_dir("no/file")), ERROR_PATH_NOT_FOUND);
}

/* --- races --------------------------------------------------------------------------------- */

#define ROUNDS 150

/* Opens so that nobody else may, ROUNDS times, each time as soon as it can. */
CHILD(excluder)
{
    unsigned collisions = 0;

    (void)argc;
    test_say("ready");
    for (unsigned i = 0; i < ROUNDS; i++) {
        HANDLE file;
        char line[8];

        if (!test_hear(line, sizeof(line), SOON))
            return 1;
        file = file_open(argv[1], BOTH, SHARE_NONE, OPEN_EXISTING);
        if (file == INVALID_HANDLE_VALUE) {
            ok_error(ERROR_SHARING_VIOLATION);
            collisions++;
        }
        test_say("%s", file == INVALID_HANDLE_VALUE ? "lost" : "won");
        if (!test_hear(line, sizeof(line), SOON))
            return 1;
        if (file != INVALID_HANDLE_VALUE)
            CloseHandle(file);
        test_say("closed");
    }
    ok(collisions <= ROUNDS);
    return 0;
}

static bool won(struct test_child *child)
{
    char line[16] = "";

    test_child_read_line(child, line, sizeof(line), SOON);
    return line[0] == 'w';
}

TEST(of_two_racing_openers_exactly_one_gets_it, "")
{
    const char *path = file_make(in_dir("race"), 10);
    unsigned both = 0, none = 0;
    struct test_child a, b;

    require(test_child_start(&a, "excluder", path) && test_child_start(&b, "excluder", path));
    test_child_expect(&a, "ready", SOON);
    test_child_expect(&b, "ready", SOON);
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned winners;

        test_child_write_line(i % 2 ? &a : &b, "go");
        test_child_write_line(i % 2 ? &b : &a, "go");
        winners = (unsigned)won(&a) + (unsigned)won(&b);
        both += winners == 2;
        none += winners == 0;
        test_child_write_line(&a, "close");
        test_child_write_line(&b, "close");
        test_child_expect(&a, "closed", SOON);
        test_child_expect(&b, "closed", SOON);
    }
    ok_eq(both, 0);
    ok_eq(none, 0);
    ok_eq(test_child_wait(&a, SOON), 0);
    ok_eq(test_child_wait(&b, SOON), 0);
}
