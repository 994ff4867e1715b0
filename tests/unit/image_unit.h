/* SPDX-License-Identifier: MIT */
/*
 * Images for the unit tests: made of bytes (api/image_kit.h), laid out by the library, without
 * handles and names.
 */
#ifndef NT_TESTS_UNIT_IMAGE_UNIT_H
#define NT_TESTS_UNIT_IMAGE_UNIT_H

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/image_kit.h"
#include "lib/memory/image-parts.h"

#define PAGE     0x1000u
#define READS    IMAGE_SCN_MEM_READ
#define WRITES   IMAGE_SCN_MEM_WRITE
#define EXECUTES IMAGE_SCN_MEM_EXECUTE

/* The bytes of the last image, and its base relocations. */
extern struct image_file file;
extern unsigned char table[64];

/* Code, data with one pointer to relocate, and the table. No test uses the preferred base. */
#define POINTER_AT 0x3010u
#define TABLE_AT   0x4000u
#define NOWHERE    0x7FFFFFFF0000ull /* behind what a program may use */
struct image_spec movable(void);

/* A memfd that holds these bytes. */
int file_of_bytes(void);
/* nt_image_new() of them; and of what @spec describes, where the case ends without one. */
NTSTATUS make(bool no_execute, struct nt_image **ret_image, int *ret_layout);
void make_spec(const struct image_spec *spec, struct nt_image **ret_image, int *ret_layout);

#endif
