// SPDX-License-Identifier: MIT
/*
 * The table of section attributes; see section-attributes.h.
 */
#include <ntstatus.h>

#include "lib/memory/section-attributes.h"
#include "util/macro.h"

/*
 * Flags that say what a section is. What modifies any section (how its pages are cached, that
 * nobody changes them) stands in `with`: a subset of it may be added. Whatever is not in a row
 * does not go together; SEC_FILE is said by us and never by a caller (1.11).
 */
static const struct row {
    ULONG is;
    ULONG with;
    NTSTATUS page_file; /* STATUS_SUCCESS: the flags are kept as they are (1.5) */
    NTSTATUS file;      /* STATUS_SUCCESS: @keeps and the modifiers are kept (1.12, 1.13) */
    ULONG keeps;
} rows[] = {
    {SEC_COMMIT, SEC_NOCACHE | SEC_WRITECOMBINE | SEC_NO_CHANGE, STATUS_SUCCESS, STATUS_SUCCESS,
     SEC_FILE},
    {SEC_RESERVE, SEC_NOCACHE | SEC_WRITECOMBINE | SEC_NO_CHANGE, STATUS_SUCCESS, STATUS_SUCCESS,
     SEC_FILE},
    /* 1.16, 14.17: SEC_NOCACHE beside it makes SEC_IMAGE_NO_EXECUTE. 1.50: no SEC_NO_CHANGE. */
    {SEC_IMAGE, SEC_NOCACHE, STATUS_INVALID_FILE_FOR_SECTION, STATUS_SUCCESS, SEC_FILE | SEC_IMAGE},
    /* 1.9, 1.10, 7.50: with SEC_COMMIT and the page file only. */
    {SEC_COMMIT | SEC_LARGE_PAGES, SEC_NOCACHE | SEC_WRITECOMBINE | SEC_NO_CHANGE, STATUS_SUCCESS,
     STATUS_INVALID_PARAMETER_6, 0},
};

#define MODIFIERS (SEC_NOCACHE | SEC_WRITECOMBINE | SEC_NO_CHANGE)

static const struct row *find_row(ULONG attributes)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(rows); i++) {
        if ((attributes & ~(ULONG)MODIFIERS) == rows[i].is &&
            !(attributes & MODIFIERS & ~rows[i].with))
            return &rows[i];
    }
    return NULL;
}

/* 1.1, 1.2: exactly one of the six constants. */
static bool is_valid_protection(ULONG protection)
{
    switch (protection) {
    case PAGE_READONLY:
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        return true;
    default:
        return false;
    }
}

NTSTATUS nt_section_check_attributes(ULONG attributes, ULONG protection, bool has_file,
                                     ULONG *ret_attributes)
{
    const struct row *row = find_row(attributes);
    const ULONG cached = SEC_NOCACHE | SEC_WRITECOMBINE;
    NTSTATUS status;

    /* 1.15, 1.51: the flags before the protection. A page is cached in one way. */
    if (!row || (attributes & cached) == cached)
        return STATUS_INVALID_PARAMETER_6;
    if (has_file && !NT_SUCCESS(row->file))
        return row->file;
    if (!is_valid_protection(protection))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (nt_attributes_are_no_execute(attributes) && protection != PAGE_READONLY)
        return STATUS_INVALID_PARAMETER_6;
    status = has_file ? row->file : row->page_file;
    if (NT_SUCCESS(status))
        *ret_attributes = has_file ? row->keeps | (attributes & MODIFIERS) : attributes;
    return status;
}

bool nt_section_are_kept(ULONG attributes, ULONG protection)
{
    bool has_file = attributes & SEC_FILE;
    ULONG asked = attributes & ~(ULONG)SEC_FILE, kept;

    if (has_file && !(asked & SEC_IMAGE))
        asked |= SEC_COMMIT;
    return NT_SUCCESS(nt_section_check_attributes(asked, protection, has_file, &kept)) &&
           kept == attributes;
}
