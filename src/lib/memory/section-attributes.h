/* SPDX-License-Identifier: MIT */
/*
 * Which PAGE_ value and which SEC_ flags make a section, and of what: one table (1.1 to 1.18,
 * 1.50, 14.17). Pure; section.c asks it before anything else.
 */
#ifndef NT_LIB_MEMORY_SECTION_ATTRIBUTES_H
#define NT_LIB_MEMORY_SECTION_ATTRIBUTES_H

#include <stdbool.h>

#include <windows.h>
#include <winternl.h>

/* 14.17: the pair is one flag, kept in an image section's attributes beside SEC_FILE. */
static inline bool nt_attributes_are_no_execute(ULONG attributes)
{
    return (attributes & SEC_IMAGE_NO_EXECUTE) == SEC_IMAGE_NO_EXECUTE;
}

/** nt_section_protection_writes() - views of a section of this PAGE_ value can write to it */
static inline bool nt_section_protection_writes(ULONG protection)
{
    return protection == PAGE_READWRITE || protection == PAGE_EXECUTE_READWRITE;
}

/**
 * nt_section_check_attributes() - may these flags and this protection make a section?
 * @has_file:       it shows a file, not the page file
 * @ret_attributes: what the section keeps: SEC_FILE in the place of SEC_COMMIT and SEC_RESERVE
 *                  for a file (1.12, 1.13), SEC_FILE and SEC_IMAGE for an image (1.16)
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_6 for flags that do not go together, or not
 * with the protection; STATUS_INVALID_PAGE_PROTECTION; STATUS_INVALID_FILE_FOR_SECTION for an
 * image without a file (1.14).
 */
NTSTATUS nt_section_check_attributes(ULONG attributes, ULONG protection, bool has_file,
                                     ULONG *ret_attributes);

/** nt_section_are_kept() - attributes and a protection that a section can have kept */
bool nt_section_are_kept(ULONG attributes, ULONG protection);

/** nt_section_told_attributes() - what NtQuerySection says of kept attributes (1.16) */
static inline ULONG nt_section_told_attributes(ULONG attributes)
{
    return attributes & SEC_IMAGE ? attributes & ~(ULONG)SEC_NOCACHE : attributes;
}

#endif
