/* SPDX-License-Identifier: MIT */
/*
 * The names of a directory, or of a whole tree, with what the broker and /proc know of each.
 * Nothing is opened but sections whose pages are only reserved, for a moment, to count those that
 * are committed; and no broker is started.
 */
#ifndef NT_TOOL_NAME_LIST_H
#define NT_TOOL_NAME_LIST_H

#include <json-c/json.h>
#include <ntshm/ntshm.h>
#include <stdbool.h>

struct nt_name_entry {
    char *name;       /* UTF-8 as it is, as commands take it: Global\x, Local\x, \a\path */
    const char *leaf; /* its last part, inside */
    char type[24];    /* "Section", ... */
    unsigned depth;   /* in a tree */
    bool told;        /* what follows is known; else who asks may not know it */
    struct ntshm_name_description is;
    bool has_committed;
    uint64_t committed;        /* section of memory: bytes */
    unsigned handles, holders; /* nt_scan_leases() */
};

struct nt_names {
    struct nt_name_entry *at; /* a directory before what it holds */
    size_t n, room;
    bool running;    /* a broker answered */
    unsigned hidden; /* processes whose handles could not be counted */
};

/* What is asked for. */
struct nt_names_query {
    const char *path;  /* a directory; NULL: Global and the caller's Local */
    bool deep;         /* what is in its directories too */
    const char *type;  /* only these, without heeding case; NULL: all */
    const char *match; /* only whose name matches, as a shell's pattern; NULL: all */
};

/**
 * nt_names_read() - see above
 *
 * Return: 0; a Windows error of the directory. nt_names_deinit() in every case.
 */
DWORD nt_names_read(const struct nt_names_query *query, struct nt_names *ret_names);
void nt_names_deinit(struct nt_names *names);

enum nt_names_order { NT_BY_NAME, NT_BY_SIZE, NT_BY_USED, NT_BY_HANDLES, NT_BY_AGE };
/** nt_names_sort() - the largest, the most, the youngest first; a tree is not sorted */
void nt_names_sort(struct nt_names *names, enum nt_names_order order);

/** nt_name_entry_json() - everything that is known of one; NULL without memory */
struct json_object *nt_name_entry_json(const struct nt_names *names,
                                       const struct nt_name_entry *entry);

/** nt_name_user() - "alice", or "1000" where no account has the number; @text has 64 bytes */
const char *nt_name_user(uint32_t uid, char *text);

#endif
