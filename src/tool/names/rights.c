// SPDX-License-Identifier: MIT
/*
 * Rights in words; see rights.h.
 */
#include "tool/names/rights.h"

#include <stdio.h>
#include <string.h>

#include "util/macro.h"

struct right {
    ACCESS_MASK bit;
    const char *constant, *word;
};

#define MOST 8 /* rights of a type */

struct kind_words {
    const char *type;
    struct right rights[MOST]; /* up to the first without a bit */
};

static const struct kind_words kinds[] = {
    [NT_KIND_SECTION] = {"Section",
                         {{0x01, "SECTION_QUERY", "query"},
                          {0x02, "SECTION_MAP_WRITE", "map write"},
                          {0x04, "SECTION_MAP_READ", "map read"},
                          {0x08, "SECTION_MAP_EXECUTE", "map execute"},
                          {0x10, "SECTION_EXTEND_SIZE", "extend size"}}},
    [NT_KIND_EVENT] = {"Event",
                       {{0x1, "EVENT_QUERY_STATE", "query state"},
                        {0x2, "EVENT_MODIFY_STATE", "modify state"}}},
    [NT_KIND_DIRECTORY] = {"Directory",
                           {{0x1, "DIRECTORY_QUERY", "query"},
                            {0x2, "DIRECTORY_TRAVERSE", "traverse"},
                            {0x4, "DIRECTORY_CREATE_OBJECT", "create object"},
                            {0x8, "DIRECTORY_CREATE_SUBDIRECTORY", "create subdirectory"}}},
    [NT_KIND_MUTANT] = {"Mutant", {{0x1, "MUTANT_QUERY_STATE", "query state"}}},
    [NT_KIND_SEMAPHORE] = {"Semaphore",
                           {{0x1, "SEMAPHORE_QUERY_STATE", "query state"},
                            {0x2, "SEMAPHORE_MODIFY_STATE", "modify state"}}},
    [NT_KIND_TIMER] = {"Timer",
                       {{0x1, "TIMER_QUERY_STATE", "query state"},
                        {0x2, "TIMER_MODIFY_STATE", "modify state"}}},
    [NT_KIND_JOB] = {"Job",
                     {{0x01, "JOB_OBJECT_ASSIGN_PROCESS", "assign process"},
                      {0x02, "JOB_OBJECT_SET_ATTRIBUTES", "set attributes"},
                      {0x04, "JOB_OBJECT_QUERY", "query"},
                      {0x08, "JOB_OBJECT_TERMINATE", "terminate"},
                      {0x10, "JOB_OBJECT_SET_SECURITY_ATTRIBUTES", "set security attributes"},
                      {0x20, "JOB_OBJECT_IMPERSONATE", "impersonate"}}},
    [NT_KIND_D3D12] = {"DxgkSharedResource",
                       {{0x1, "0x00000001", "0x1"}, {0x2, "0x00000002", "0x2"}}},
};

/* Of every type. */
static const struct right standard[] = {
    {DELETE, "DELETE", "delete"},
    {READ_CONTROL, "READ_CONTROL", "read control"},
    {WRITE_DAC, "WRITE_DAC", "write dac"},
    {WRITE_OWNER, "WRITE_OWNER", "write owner"},
    {SYNCHRONIZE, "SYNCHRONIZE", "synchronize"},
    {ACCESS_SYSTEM_SECURITY, "ACCESS_SYSTEM_SECURITY", "system security"},
    {MAXIMUM_ALLOWED, "MAXIMUM_ALLOWED", "maximum allowed"},
    {GENERIC_ALL, "GENERIC_ALL", "generic all"},
    {GENERIC_EXECUTE, "GENERIC_EXECUTE", "generic execute"},
    {GENERIC_WRITE, "GENERIC_WRITE", "generic write"},
    {GENERIC_READ, "GENERIC_READ", "generic read"},
};

enum nt_kind nt_rights_kind(const char *type)
{
    if (strcmp(type, "DxgkSharedSyncObject") == 0)
        return NT_KIND_D3D12;
    for (size_t i = 1; i < NT_ARRAY_SIZE(kinds); i++)
        if (kinds[i].type && strcmp(kinds[i].type, type) == 0)
            return (enum nt_kind)i;
    return (enum nt_kind)0;
}

/* NULL: the bit has no name. */
static const struct right *find(enum nt_kind kind, ACCESS_MASK bit)
{
    for (size_t i = 0; (size_t)kind < NT_ARRAY_SIZE(kinds) && i < MOST; i++)
        if (kinds[kind].rights[i].bit == bit)
            return &kinds[kind].rights[i];
    for (size_t i = 0; i < NT_ARRAY_SIZE(standard); i++)
        if (standard[i].bit == bit)
            return &standard[i];
    return NULL;
}

static size_t add(char *text, size_t used, const char *word)
{
    int n = snprintf(text + used, NT_RIGHTS_TEXT - used, "%s%s", used ? ", " : "", word);

    return used + (size_t)n < NT_RIGHTS_TEXT ? used + (size_t)n : NT_RIGHTS_TEXT - 1;
}

ACCESS_MASK nt_rights_by_name(enum nt_kind kind, const char *name)
{
    for (unsigned i = 0; i < 32; i++) {
        const struct right *right = find(kind, 1u << i);

        if (right && (strcmp(right->word, name) == 0 || strcmp(right->constant, name) == 0))
            return right->bit;
    }
    return 0;
}

const char *nt_rights_text(enum nt_kind kind, ACCESS_MASK mask, char *text)
{
    ACCESS_MASK all = kind ? nt_kind_rights(kind)->all : 0, unknown = 0;
    size_t used = 0;
    char number[16];

    if (mask == 0)
        return strcpy(text, "none");
    if (all && (mask & all) == all) {
        used = add(text, used, "all");
        mask &= ~all;
    }
    for (unsigned i = 0; i < 32; i++) {
        const struct right *right = find(kind, mask & (1u << i));

        if ((mask & (1u << i)) && right)
            used = add(text, used, right->word);
        else
            unknown |= mask & (1u << i);
    }
    if (unknown) {
        snprintf(number, sizeof(number), "0x%x", (unsigned)unknown);
        add(text, used, number);
    }
    return text;
}

struct json_object *nt_rights_json(enum nt_kind kind, ACCESS_MASK mask)
{
    struct json_object *array = json_object_new_array();
    char number[16];

    for (unsigned i = 0; array && i < 32; i++) {
        const struct right *right = find(kind, mask & (1u << i));

        if (!(mask & (1u << i)))
            continue;
        snprintf(number, sizeof(number), "0x%08x", 1u << i);
        json_object_array_add(array, json_object_new_string(right ? right->constant : number));
    }
    return array;
}
