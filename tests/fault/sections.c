// SPDX-License-Identifier: MIT
/*
 * Named sections of files, images, growing, and the look at the machine's memory, when something
 * fails inside: no handle, name, descriptor or mark is left, and the same call works afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/image_kit.h"
#include "fault/kit.h"
#include "harness/test.h"
#include "rtl/status.h"

#define SIZE 0x20000

static HANDLE file = INVALID_HANDLE_VALUE, image = INVALID_HANDLE_VALUE, section;

static HANDLE make_file(const char *name, const void *bytes, DWORD size)
{
    char path[512];
    HANDLE made;
    DWORD n;

    snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    made = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       CREATE_ALWAYS, 0, NULL);
    require(made != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(WriteFile(made, bytes, size, &n, NULL));
    return made;
}

static void open_files(void)
{
    static struct image_file bytes;
    const struct image_spec spec = {
        .n_parts = 1,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .raw_size = 0x200,
                   .characteristics = IMAGE_SCN_MEM_READ | IMAGE_SCN_CNT_INITIALIZED_DATA}}};

    image_build(&spec, &bytes);
    image = make_file("image", bytes.bytes, (DWORD)bytes.size);
    file = make_file("data", &bytes, 4096);
}

static void close_files(void)
{
    ok_succeeds(CloseHandle(file));
    ok_succeeds(CloseHandle(image));
}

static void close_section(void)
{
    ok_succeeds(CloseHandle(section));
    section = NULL;
}

/* The connection stands, so that a walk meets what a section needs and not what a broker does. */
static void greet_broker(void)
{
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("first"));
    require(section != NULL);
    close_section();
}

static uint32_t create(HANDLE from, DWORD protect, DWORD size, const char *name)
{
    section = CreateFileMappingA(from, NULL, protect, 0, size, name);
    return fault_result(section != NULL);
}

static uint32_t run_named_file(void)
{
    return create(file, PAGE_READWRITE, 0, A_("file"));
}

static uint32_t run_named_image(void)
{
    return create(image, PAGE_READONLY | SEC_IMAGE, 0, A_("image"));
}

static uint32_t run_image(void)
{
    return create(image, PAGE_READONLY | SEC_IMAGE, 0, NULL);
}

static uint32_t run_named_reserve(void)
{
    return create(INVALID_HANDLE_VALUE, PAGE_READWRITE | SEC_RESERVE, SIZE, A_("reserve"));
}

static HANDLE kept;

static uint32_t run_open(void)
{
    section = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("kept"));
    return fault_result(section != NULL);
}

TEST(a_named_section_of_a_file_is_made_whole_or_not_at_all, "1.33 1.51")
{
    /* How messages are lost is library.c's to look at. */
    const uint64_t talk =
        FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT);
    const struct fault_call calls[] = {
        {"CreateFileMapping, named file", greet_broker, run_named_file, close_section,
         FAULT_BIT(REOPEN) | FAULT_BIT(STAT) | FAULT_MEMORY, FAULT_BIT(LOCK), talk},
        {"CreateFileMapping, image", NULL, run_image, close_section,
         FAULT_BIT(REOPEN) | FAULT_BIT(MEMFD) | FAULT_BIT(SEAL) | FAULT_MEMORY, FAULT_BIT(LOCK), 0},
        {"CreateFileMapping, named image", greet_broker, run_named_image, close_section,
         FAULT_BIT(REOPEN) | FAULT_BIT(MEMFD) | FAULT_MEMORY, FAULT_BIT(LOCK), talk},
        {"CreateFileMapping, named SEC_RESERVE", greet_broker, run_named_reserve, close_section,
         FAULT_BIT(MMAP) | FAULT_BIT(DUP) | FAULT_MEMORY, 0, talk | FAULT_BIT(STAT)},
    };
    const struct fault_call open = {
        "OpenFileMapping, image", greet_broker, run_open, close_section, FAULT_MEMORY, 0, talk};

    open_files();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    kept = CreateFileMappingA(image, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, A_("kept"));
    require(kept != NULL);
    fault_walk_call(&open);
    ok_succeeds(CloseHandle(kept));
    close_files();
}

/* --- growing -------------------------------------------------------------------------------- */

static uint32_t run_grow(void)
{
    LARGE_INTEGER size = {.QuadPart = SIZE};

    return nt_status_to_win32(NtExtendSection(section, &size));
}

static void renew_section(void)
{
    LARGE_INTEGER size = {.QuadPart = 4096};

    if (section)
        close_section();
    ok_succeeds(SetFilePointerEx(file, size, NULL, FILE_BEGIN));
    ok_succeeds(SetEndOfFile(file));
    require(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_COMMIT,
                            file) == STATUS_SUCCESS);
}

TEST(a_section_grows_or_stays, "1.34")
{
    const struct fault_call call = {.name = "NtExtendSection",
                                    .prepare = renew_section,
                                    .run = run_grow,
                                    .must_meet = FAULT_BIT(STAT) | FAULT_BIT(ALLOCATE)};

    open_files();
    fault_walk_call(&call);
    close_section();
    close_files();
}

/* --- the commit check ----------------------------------------------------------------------- */

static uint32_t run_large(void)
{
    return create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 64 << 20, NULL);
}

/* A text that cannot be read says nothing: it refuses nothing. */
TEST(a_machine_that_tells_nothing_refuses_nothing, "1.43")
{
    const struct fault_call call = {"CreateFileMapping, 64 MiB",
                                    NULL,
                                    run_large,
                                    close_section,
                                    FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL),
                                    FAULT_BIT(READ),
                                    0};

    fault_walk_call(&call);
}
