// SPDX-License-Identifier: MIT
/*
 * Users and groups by name and by number; see accounts.h.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "os/accounts.h"
#include "os/fault.h"
#include "util/macro.h"

#define FIRST_ROOM 1024u
#define MOST_ROOM  (16u << 20) /* a group may have very many members */

/* What is asked, and what comes back. */
struct question {
    const char *name; /* NULL: by number */
    uint32_t number;
    char *answer_name; /* may be NULL */
    uint32_t answer, answer_group;
};

static int keep_name(struct question *question, const char *name)
{
    size_t length = strlen(name);

    if (!question->answer_name)
        return 0;
    if (length >= NT_OS_ACCOUNT_NAME_SIZE)
        return -EIO;
    memcpy(question->answer_name, name, length + 1);
    return 0;
}

static int ask_user(struct question *question, char *room, size_t size)
{
    struct passwd user, *found = NULL;
    int error;

    error = question->name ? getpwnam_r(question->name, &user, room, size, &found)
                           : getpwuid_r(question->number, &user, room, size, &found);
    if (error || !found)
        return error ? -error : -ENOENT;
    question->answer = found->pw_uid;
    question->answer_group = found->pw_gid;
    return keep_name(question, found->pw_name);
}

static int ask_group(struct question *question, char *room, size_t size)
{
    struct group group, *found = NULL;
    int error;

    error = question->name ? getgrnam_r(question->name, &group, room, size, &found)
                           : getgrgid_r(question->number, &group, room, size, &found);
    if (error || !found)
        return error ? -error : -ENOENT;
    question->answer = found->gr_gid;
    return keep_name(question, found->gr_name);
}

/* The manual gives several errors besides success for what is not there. */
static int plain_error(int error)
{
    switch (error) {
    case -ESRCH:
    case -EBADF:
    case -EPERM:
        return -ENOENT;
    case -ERANGE: /* with all the room that there is */
        return -EIO;
    default:
        return error;
    }
}

static int ask(int (*question_of)(struct question *, char *, size_t), struct question *question)
{
    int cancel, error;

    NT_OS_FAULT(NT_OS_ACCOUNT);
    cancel = nt_os_hold_cancel();
    for (size_t size = FIRST_ROOM;;) {
        char *room = malloc(size);

        error = room ? question_of(question, room, size) : -ENOMEM;
        free(room);
        if (error == -ERANGE && size < MOST_ROOM)
            size *= 4;
        else if (error != -EINTR)
            break;
    }
    nt_os_allow_cancel(cancel);
    return plain_error(error);
}

int nt_os_user_name(uint32_t uid, char name[static NT_OS_ACCOUNT_NAME_SIZE])
{
    return ask(ask_user, &(struct question){.number = uid, .answer_name = name});
}

int nt_os_group_name(uint32_t gid, char name[static NT_OS_ACCOUNT_NAME_SIZE])
{
    return ask(ask_group, &(struct question){.number = gid, .answer_name = name});
}

static int number_of(int (*question_of)(struct question *, char *, size_t), const char *name,
                     uint32_t *ret_number)
{
    struct question question = {.name = name};
    int error = ask(question_of, &question);

    if (!error)
        *ret_number = question.answer;
    return error;
}

int nt_os_user_number(const char *name, uint32_t *ret_uid)
{
    return number_of(ask_user, name, ret_uid);
}

int nt_os_group_number(const char *name, uint32_t *ret_gid)
{
    return number_of(ask_group, name, ret_gid);
}

/* getgrouplist() tells how many there are when there is no room for them. */
static int list_groups(const char *name, gid_t gid, uint32_t **ret_groups, size_t *ret_n)
{
    NT_CLEANUP(nt_freep) gid_t *groups = NULL;
    int room = 32, n;

    _Static_assert(sizeof(gid_t) == sizeof(uint32_t), "a group is 32 bits");
    for (;; room = n > room ? n : room * 2) {
        free(groups);
        groups = malloc((size_t)room * sizeof(*groups));
        if (!groups)
            return -ENOMEM;
        n = room;
        if (getgrouplist(name, gid, groups, &n) >= 0)
            break;
        if (room > (int)(MOST_ROOM / sizeof(*groups)))
            return -EIO;
    }
    *ret_n = (size_t)n;
    *ret_groups = NT_STEAL(groups);
    return 0;
}

int nt_os_user_groups(uint32_t uid, uint32_t *ret_gid, uint32_t **ret_groups, size_t *ret_n)
{
    char name[NT_OS_ACCOUNT_NAME_SIZE];
    struct question question = {.number = uid, .answer_name = name};
    int cancel, error;

    error = ask(ask_user, &question);
    if (error)
        return error;
    cancel = nt_os_hold_cancel();
    error = list_groups(name, question.answer_group, ret_groups, ret_n);
    nt_os_allow_cancel(cancel);
    if (!error)
        *ret_gid = question.answer_group;
    return error;
}
