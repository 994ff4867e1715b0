// SPDX-License-Identifier: MIT
/*
 * The names of a directory or a tree; see name-list.h. Directories are read one after the other;
 * what comes and goes meanwhile is there or not, and nothing else: a name that is gone when it is
 * asked for is left out.
 */
#include "tool/names/name-list.h"

#include <fnmatch.h>
#include <ntstatus.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <winternl.h>

#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/names/scan.h"
#include "tool/kit/text.h"

#define DEEPEST 64

/* --- one entry -------------------------------------------------------------------------------- */

static struct nt_name_entry *add(struct nt_names *names)
{
    if (names->n == names->room) {
        size_t room = names->room ? 2 * names->room : 64;
        struct nt_name_entry *at = reallocarray(names->at, room, sizeof(*at));

        if (!at)
            return NULL;
        names->at = at;
        names->room = room;
    }
    memset(&names->at[names->n], 0, sizeof(*names->at));
    return &names->at[names->n++];
}

static void count_committed(struct nt_name_entry *entry)
{
    const struct ntshm_name_description *is = &entry->is;
    HANDLE section;

    if (strcmp(entry->type, "Section") != 0 || (is->attributes & (SEC_FILE | SEC_IMAGE)))
        return;
    if (!(is->attributes & SEC_RESERVE)) {
        entry->committed = is->bytes;
        entry->has_committed = true;
    } else if (is->allowed & SECTION_MAP_READ) {
        section = nt_name_open_as(entry->name, SECTION_MAP_READ);
        entry->has_committed = section && nt_name_committed(section, is->bytes, &entry->committed);
        CloseHandle(section);
    }
}

/* Return: false when it is gone. */
static bool describe(struct nt_name_entry *entry)
{
    entry->is.size = sizeof(entry->is);
    entry->told = ntshm_describe_name(entry->name, &entry->is);
    if (entry->told)
        count_committed(entry);
    return entry->told || GetLastError() != ERROR_FILE_NOT_FOUND;
}

/* --- directories ------------------------------------------------------------------------------ */

/* Is it one of the directories that are always there? */
static bool is_base(const char *path)
{
    const char *end = strncmp(path, "\\Sessions\\", 10) == 0 ? strchr(path + 10, '\\') : NULL;

    return strcmp(path, "Global") == 0 || strcmp(path, "Local") == 0 ||
           strcmp(path, "\\BaseNamedObjects") == 0 ||
           (end && strcmp(end, "\\BaseNamedObjects") == 0);
}

/* What is always there is nobody's; one of somebody's directories may have the same name. */
static bool is_furniture(const char *path, const char *name, const char *type)
{
    return strcmp(type, "SymbolicLink") == 0 ||
           (strcmp(type, "Directory") == 0 && strcmp(name, "Session") == 0 && is_base(path));
}

static bool is_wanted(const struct nt_names_query *query, const struct nt_name_entry *entry)
{
    if (query->type && strcasecmp(query->type, entry->type) != 0)
        return false;
    return !query->match ||
           fnmatch(query->match, strchr(query->match, '\\') ? entry->name : entry->leaf,
                   FNM_NOESCAPE) == 0;
}

static DWORD read_directory(const struct nt_names_query *query, const char *path, unsigned depth,
                            struct nt_names *names);

/* Takes @leaf. */
static DWORD take(const struct nt_names_query *query, const char *path, unsigned depth, char *leaf,
                  const char *type, struct nt_names *names)
{
    size_t at = names->n, length = strlen(path);
    struct nt_name_entry *entry = leaf ? add(names) : NULL;
    bool deep, wanted;
    DWORD error = 0;

    if (!entry || asprintf(&entry->name, "%s%s%s", path,
                           length > 0 && path[length - 1] != '\\' ? "\\" : "", leaf) < 0) {
        names->n = at;
        free(leaf);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    entry->leaf = entry->name + strlen(entry->name) - strlen(leaf);
    free(leaf);
    entry->depth = depth;
    snprintf(entry->type, sizeof(entry->type), "%s", type);
    deep = query->deep && strcmp(type, "Directory") == 0 && depth < DEEPEST;
    wanted = is_wanted(query, entry);
    if ((deep || wanted) && describe(entry)) {
        if (deep)
            error = read_directory(query, entry->name, depth + 1, names);
        if (wanted || names->n > at + 1)
            return error == ERROR_NOT_ENOUGH_MEMORY ? error : 0; /* a closed one is not an error */
    }
    free(names->at[at].name);
    names->n = at;
    return error == ERROR_NOT_ENOUGH_MEMORY ? error : 0;
}

static char *take_text(const UNICODE_STRING *string)
{
    return nt_name_utf8(string->Buffer, string->Length / sizeof(wchar_t));
}

/* Of an answer, which ends with an entry of zeros. */
static DWORD take_all(const struct nt_names_query *query, const char *path, unsigned depth,
                      const OBJECT_DIRECTORY_INFORMATION *entries, struct nt_names *names)
{
    DWORD error = 0;

    for (; error == 0 && entries->Name.Buffer; entries++) {
        char *leaf = take_text(&entries->Name), *type = take_text(&entries->TypeName);

        if (leaf && type && is_furniture(path, leaf, type)) {
            free(leaf);
        } else if (type) {
            error = take(query, path, depth, leaf, type, names);
        } else {
            free(leaf);
            error = ERROR_NOT_ENOUGH_MEMORY;
        }
        free(type);
    }
    return error;
}

static DWORD read_directory(const struct nt_names_query *query, const char *path, unsigned depth,
                            struct nt_names *names)
{
    const ULONG size = 1u << 20;
    OBJECT_DIRECTORY_INFORMATION *answer = malloc(size);
    HANDLE directory = answer ? nt_name_open_directory(path, DIRECTORY_QUERY) : NULL;
    NTSTATUS status = STATUS_MORE_ENTRIES;
    ULONG context = 0, length;
    DWORD error = 0;

    if (!directory) {
        error = answer ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY;
        free(answer);
        return error;
    }
    while (error == 0 && status == STATUS_MORE_ENTRIES) {
        status =
            NtQueryDirectoryObject(directory, answer, size, FALSE, context == 0, &context, &length);
        if (NT_SUCCESS(status) && status != STATUS_NO_MORE_ENTRIES)
            error = take_all(query, path, depth, answer, names);
        else if (status != STATUS_NO_MORE_ENTRIES)
            error = RtlNtStatusToDosError(status);
    }
    CloseHandle(directory);
    free(answer);
    return error;
}

/* "Global" and "Local" at the top of a tree. */
static DWORD read_root(const struct nt_names_query *query, const char *path, struct nt_names *names)
{
    struct nt_name_entry *entry = NULL;

    if (query->deep) {
        entry = add(names);
        if (!entry || !(entry->name = strdup(path)))
            return ERROR_NOT_ENOUGH_MEMORY;
        entry->leaf = entry->name;
        snprintf(entry->type, sizeof(entry->type), "Directory");
        describe(entry);
    }
    return read_directory(query, path, query->deep ? 1 : 0, names);
}

/* --- who holds them --------------------------------------------------------------------------- */

static void count_handles(struct nt_names *names)
{
    struct nt_lease_count *leases = calloc(names->n ? names->n : 1, sizeof(*leases));

    for (size_t i = 0; leases && i < names->n; i++)
        leases[i].inode = names->at[i].told ? names->at[i].is.lease_inode : 0;
    if (leases && names->n > 0 && nt_scan_leases(leases, names->n, &names->hidden) == 0) {
        for (size_t i = 0; i < names->n; i++) {
            struct nt_name_entry *entry = &names->at[i];
            const struct nt_lease_count *lease =
                nt_scan_find(leases, names->n, entry->told ? entry->is.lease_inode : 0);

            entry->handles = lease ? lease->handles : 0;
            entry->holders = lease ? lease->holders : 0;
        }
    }
    free(leases);
}

DWORD nt_names_read(const struct nt_names_query *query, struct nt_names *ret_names)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    DWORD error = 0;

    *ret_names = (struct nt_names){.at = NULL};
    if (!ntshm_broker_statistics(&statistics))
        return GetLastError() == ERROR_FILE_NOT_FOUND ? 0 : GetLastError();
    ret_names->running = true;
    if (query->path)
        error = read_directory(query, query->path, 0, ret_names);
    else
        error = read_root(query, "Global", ret_names);
    if (error == 0 && !query->path && nt_name_session() != 0)
        error = read_root(query, "Local", ret_names);
    if (error == 0)
        count_handles(ret_names);
    return error;
}

void nt_names_deinit(struct nt_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->at[i].name);
    free(names->at);
    *names = (struct nt_names){.at = NULL};
}

/* --- order ------------------------------------------------------------------------------------ */

static uint64_t weight(const struct nt_name_entry *entry, enum nt_names_order order)
{
    switch (order) {
    case NT_BY_SIZE:
        return entry->is.bytes;
    case NT_BY_USED:
        return entry->is.memory_used;
    case NT_BY_HANDLES:
        return entry->handles;
    case NT_BY_AGE: /* the youngest first */
        return entry->told ? UINT64_MAX - entry->is.age_ns : 0;
    default:
        return 0;
    }
}

static int compare(const void *a, const void *b, void *order)
{
    const struct nt_name_entry *left = a, *right = b;
    uint64_t wl = weight(left, *(enum nt_names_order *)order);
    uint64_t wr = weight(right, *(enum nt_names_order *)order);

    return wl != wr ? (wl < wr) - (wl > wr) : strcmp(left->name, right->name);
}

void nt_names_sort(struct nt_names *names, enum nt_names_order order)
{
    if (names->n > 1)
        qsort_r(names->at, names->n, sizeof(*names->at), compare, &order);
}

/* --- telling ---------------------------------------------------------------------------------- */

const char *nt_name_user(uint32_t uid, char *text)
{
    static struct {
        bool known;
        uint32_t uid;
        char text[64];
    } last; /* most objects of a list have one owner */
    struct passwd entry, *found = NULL;
    char buffer[4096];

    if (last.known && last.uid == uid)
        return strcpy(text, last.text);
    if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) == 0 && found && found->pw_name)
        nt_text_clean(found->pw_name, strlen(found->pw_name), text, 64);
    else
        snprintf(text, 64, "%u", (unsigned)uid);
    last.known = true;
    last.uid = uid;
    strcpy(last.text, text);
    return text;
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_section(struct json_object *object, const struct nt_name_entry *entry)
{
    add_number(object, "bytes", entry->is.bytes);
    if (entry->has_committed)
        add_number(object, "committed_bytes", entry->committed);
    if (entry->is.memory_inode)
        add_number(object, "used_bytes", entry->is.memory_used);
}

static void add_told(struct json_object *object, const struct nt_names *names,
                     const struct nt_name_entry *entry)
{
    char text[64];

    if (strcmp(entry->type, "Section") == 0)
        add_section(object, entry);
    if (entry->is.lease_inode) {
        add_number(object, "handles", entry->handles);
        add_number(object, "holders", entry->holders);
        json_object_object_add(object, "handles_complete",
                               json_object_new_boolean(names->hidden == 0));
        json_object_object_add(object, "owner",
                               json_object_new_string(nt_name_user(entry->is.owner, text)));
        add_number(object, "owner_uid", entry->is.owner);
    }
    if (entry->is.creator)
        add_number(object, "creator_pid", entry->is.creator);
    add_number(object, "session", entry->is.session);
    if (entry->is.age_ns)
        json_object_object_add(object, "age_seconds",
                               json_object_new_double((double)entry->is.age_ns / 1e9));
    snprintf(text, sizeof(text), "0x%08x", (unsigned)entry->is.allowed);
    json_object_object_add(object, "allowed", json_object_new_string(text));
}

struct json_object *nt_name_entry_json(const struct nt_names *names,
                                       const struct nt_name_entry *entry)
{
    struct json_object *object = json_object_new_object();
    size_t size = 3 * strlen(entry->name) + 4;
    char *clean = malloc(size);

    if (object && clean) {
        json_object_object_add(
            object, "name",
            json_object_new_string(nt_text_clean(entry->name, strlen(entry->name), clean, size)));
        json_object_object_add(object, "type", json_object_new_string(entry->type));
        json_object_object_add(object, "readable", json_object_new_boolean(entry->told));
        if (entry->told)
            add_told(object, names, entry);
    }
    free(clean);
    return object;
}
