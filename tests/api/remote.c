// SPDX-License-Identifier: MIT
/*
 * Memory of another process: views and allocations made there, questions about it, and bytes of it.
 * Each finding is made on both sides: what this process is told, and what the other one finds.
 */
#include "api/remote_kit.h"

#include <string.h>

#include <psapi.h>

#define OPERATE (PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION)
#define WORK    (OPERATE | PROCESS_VM_READ | PROCESS_VM_WRITE)

/* The other side finds what this side is told of it. */
static void check_same(struct target *target, const void *address)
{
    MEMORY_BASIC_INFORMATION there = look_in(target, address), told;

    memset(&told, 0, sizeof(told));
    ok_eq(VirtualQueryEx(target->process, address, &told, sizeof(told)), sizeof(told));
    ok_ptr_eq(told.BaseAddress, there.BaseAddress);
    ok_ptr_eq(told.AllocationBase, there.AllocationBase);
    ok_eq(told.AllocationProtect, there.AllocationProtect);
    ok_eq(told.RegionSize, there.RegionSize);
    ok_eq(told.State, there.State);
    ok_eq(told.Protect, there.Protect);
    ok_eq(told.Type, there.Type);
}

/* --- views ---------------------------------------------------------------------------------- */

TEST(view_in_another_process_is_there, "3.29 3.32")
{
    struct target target = new_target(OPERATE);
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    volatile uint32_t *here = map_words(section);
    char *there;

    here[0] = 0x600DF00D;
    here[GRANULE / 4] = 0x12345678;
    there = map_in(&target, section, 0, PAGE_READWRITE);
    require(there != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((uintptr_t)there % GRANULE, 0);
    ok_eq(word_of(&target, there), 0x600DF00D);
    ok_eq(word_of(&target, there + GRANULE), 0x12345678);
    put_word(&target, there + PAGE, 0xABCD);
    ok_eq(here[PAGE / 4], 0xABCD);
    ok_eq(look_in(&target, there).Type, MEM_MAPPED);
    ok_eq(look_in(&target, there).RegionSize, 2 * GRANULE);
    check_same(&target, there);

    ok_succeeds(UnmapViewOfFile2(target.process, there, 0));
    ok_eq(look_in(&target, there).State, MEM_FREE);
    ok_fails(UnmapViewOfFile2(target.process, there, 0), ERROR_INVALID_ADDRESS);
    drop(section, here);
    end_target(&target);
}

TEST(view_in_another_process_takes_place_offset_and_protection, "3.32")
{
    struct target target = new_target(OPERATE);
    HANDLE section = new_section(NULL, PAGE_READWRITE, 3 * GRANULE);
    volatile uint32_t *here = map_words(section);
    char *place = allocate_in(&target, 8 * GRANULE, MEM_RESERVE, PAGE_NOACCESS);
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)GRANULE};
    SIZE_T size = PAGE + 1, all = 0;
    PVOID base;

    here[GRANULE / 4] = 77;
    base = place;
    ok_status(NtMapViewOfSection(section, target.process, &base, 0, 0, NULL, &all, ViewUnmap, 0,
                                 PAGE_READONLY),
              STATUS_CONFLICTING_ADDRESSES);
    ok_succeeds(VirtualFreeEx(target.process, place, 0, MEM_RELEASE));
    ok_status(NtMapViewOfSection(section, target.process, &base, 0, 0, &offset, &size, ViewUnmap, 0,
                                 PAGE_READONLY),
              STATUS_SUCCESS);
    ok_ptr_eq(base, place);
    ok_eq(size, 2 * PAGE);
    ok_eq(word_of(&target, base), 77);
    ok_eq(look_in(&target, base).Protect, PAGE_READONLY);
    check_same(&target, base);
    check_same(&target, (char *)base + 2 * PAGE);
    ok_status(NtUnmapViewOfSection(target.process, base), STATUS_SUCCESS);
    drop(section, here);
    end_target(&target);
}

TEST(view_in_another_process_outlives_who_made_it_and_the_handle, "3.32 2.6")
{
    struct target target = new_target(OPERATE);
    HANDLE section = new_section(L_("kept"), PAGE_READWRITE, GRANULE);
    volatile uint32_t *here = map_words(section);
    void *there = map_in(&target, section, 0, PAGE_READWRITE);

    here[0] = 5;
    drop(section, here);
    ok_eq(word_of(&target, there), 5);
    /* A view keeps memory and not the name. */
    check_open_fails(L_("kept"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    end_target(&target);
}

TEST(view_in_another_process_needs_the_right_to_it, "3.32 7.58")
{
    struct target target = new_target(PROCESS_QUERY_INFORMATION);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    DWORD old;

    ok_fails(map_in(&target, section, 0, PAGE_READWRITE), ERROR_ACCESS_DENIED);
    ok_fails(UnmapViewOfFile2(target.process, (void *)GRANULE, 0), ERROR_ACCESS_DENIED);
    ok_fails(VirtualAllocEx(target.process, NULL, PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_ACCESS_DENIED);
    ok_fails(VirtualAlloc2(target.process, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE,
                           NULL, 0),
             ERROR_ACCESS_DENIED);
    ok_fails(VirtualFreeEx(target.process, (void *)GRANULE, 0, MEM_RELEASE), ERROR_ACCESS_DENIED);
    ok_fails(VirtualProtectEx(target.process, (void *)GRANULE, PAGE, PAGE_READONLY, &old),
             ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(section));
    end_target(&target);
}

TEST(view_in_another_process_needs_the_rights_to_the_section, "3.32 3.9")
{
    struct target target = new_target(OPERATE);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    HANDLE reader = with_rights(section, SECTION_MAP_READ);
    void *there;

    ok_fails(map_in(&target, reader, 0, PAGE_READWRITE), ERROR_ACCESS_DENIED);
    there = map_in(&target, reader, 0, PAGE_READONLY);
    ok(there != NULL);
    ok_eq(word_of(&target, there), 0);
    ok_fails(map_in(&target, section, 2 * GRANULE, PAGE_READONLY), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(reader));
    ok_succeeds(CloseHandle(section));
    end_target(&target);
}

/* --- allocations ---------------------------------------------------------------------------- */

TEST(memory_of_another_process_is_allocated_and_freed, "7.1 8.29")
{
    struct target target = new_target(WORK);
    char *base = VirtualAllocEx(target.process, NULL, 3 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    DWORD old = 0;

    require(base != NULL);
    ok_eq(look_in(&target, base).State, MEM_RESERVE);
    ok_ptr_eq(VirtualAllocEx(target.process, base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE),
              base + PAGE);
    put_word(&target, base + PAGE, 0xBEEF);
    check_same(&target, base);
    check_same(&target, base + PAGE);
    check_same(&target, base + 2 * PAGE);
    ok_succeeds(VirtualProtectEx(target.process, base + PAGE, PAGE, PAGE_READONLY, &old));
    ok_eq(old, PAGE_READWRITE);
    ok_eq(look_in(&target, base + PAGE).Protect, PAGE_READONLY);
    ok_fails(VirtualProtectEx(target.process, base, PAGE, PAGE_READONLY, &old),
             ERROR_INVALID_ADDRESS);
    ok_fails(VirtualFreeEx(target.process, base, PAGE, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_succeeds(VirtualFreeEx(target.process, base, 0, MEM_RELEASE));
    ok_eq(look_in(&target, base).State, MEM_FREE);
    todo_wine /* another error than in the own process */
    {
        ok_fails(VirtualFreeEx(target.process, base, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    }
    end_target(&target);
}

TEST(nt_layer_allocates_in_another_process, "7.33")
{
    struct target target = new_target(WORK);
    SIZE_T size = PAGE + 1;
    PVOID base = NULL;

    ok_status(NtAllocateVirtualMemory(target.process, &base, 0, &size, MEM_RESERVE | MEM_COMMIT,
                                      PAGE_READWRITE),
              STATUS_SUCCESS);
    ok_eq(size, 2 * PAGE);
    put_word(&target, base, 1);
    size = 0;
    ok_status(NtFreeVirtualMemory(target.process, &base, &size, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(size, 2 * PAGE);
    ok_eq(look_in(&target, base).State, MEM_FREE);
    size = 1;
    base = NULL;
    ok_status(NtAllocateVirtualMemory(NULL, &base, 0, &size, MEM_RESERVE, PAGE_READWRITE),
              STATUS_INVALID_HANDLE);
    end_target(&target);
}

TEST(placeholder_of_another_process_is_replaced_and_restored, "3.32 5.20")
{
    struct target target = new_target(WORK);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *base = VirtualAlloc2(target.process, NULL, 3 * GRANULE,
                               MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0);
    void *view;

    if (!base) { /* Wine 8 knows none */
        ok_succeeds(CloseHandle(section));
        end_target(&target);
        win_skip("no placeholders");
        return;
    }
    ok_succeeds(
        VirtualFreeEx(target.process, base, GRANULE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    view = MapViewOfFile3(section, target.process, base, 0, GRANULE, MEM_REPLACE_PLACEHOLDER,
                          PAGE_READWRITE, NULL, 0);
    ok_ptr_eq(view, base);
    put_word(&target, base, 9);
    check_same(&target, base);
    ok_succeeds(UnmapViewOfFile2(target.process, base, MEM_PRESERVE_PLACEHOLDER));
    check_same(&target, base);
    ok_eq(look_in(&target, base).State, MEM_RESERVE);
    ok_succeeds(
        VirtualFreeEx(target.process, base, 3 * GRANULE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    ok_succeeds(VirtualFreeEx(target.process, base, 0, MEM_RELEASE));
    ok_succeeds(CloseHandle(section));
    end_target(&target);
}

/* --- questions ------------------------------------------------------------------------------ */

TEST(all_memory_of_another_process_is_told, "8.29 8.24")
{
    struct target target = new_target(WORK);
    MEMORY_BASIC_INFORMATION info;
    unsigned n_regions = 0, n_images = 0;
    char *at = NULL;

    while (VirtualQueryEx(target.process, at, &info, sizeof(info))) {
        require(info.RegionSize > 0 && (char *)info.BaseAddress + info.RegionSize > at);
        at = (char *)info.BaseAddress + info.RegionSize;
        n_regions++;
        n_images += info.Type == MEM_IMAGE;
    }
    ok_error(ERROR_INVALID_PARAMETER);
    ok(n_regions > 10, "%u regions", n_regions);
    ok(n_images > 2, "%u images", n_images);
    ok_fails(VirtualQueryEx(target.process, NULL, &info, sizeof(info) - 1), ERROR_BAD_LENGTH);
    end_target(&target);
}

TEST(allocation_and_pages_of_another_process_are_told, "8.29 8.32")
{
    struct target target = new_target(WORK);
    char *base = VirtualAllocEx(target.process, NULL, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    PSAPI_WORKING_SET_EX_INFORMATION pages[2] = {{.VirtualAddress = base},
                                                 {.VirtualAddress = base + PAGE}};
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};

    require(VirtualAllocEx(target.process, base, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE) == base);
    put_word(&target, base, 1);
    todo_wine /* it knows only pages of the process that asks */
    {
        ok_succeeds(K32QueryWorkingSetEx(target.process, pages, sizeof(pages)));
        ok_eq(pages[0].VirtualAttributes.Valid, 1);
        ok_eq(pages[0].VirtualAttributes.Win32Protection, PAGE_READWRITE);
    }
    ok_eq(pages[1].VirtualAttributes.Valid, 0);
    ok_succeeds(K32GetProcessMemoryInfo(target.process, &counters, sizeof(counters)));
    ok(counters.WorkingSetSize > 0);
    end_target(&target);
}

/* --- bytes ---------------------------------------------------------------------------------- */

TEST(bytes_of_another_process_are_read_and_written, "8.29")
{
    struct target target = new_target(WORK);
    char *base = VirtualAllocEx(target.process, NULL, 64 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    static char text[20 * 4096], back[20 * 4096];
    SIZE_T done = 0;

    require(VirtualAllocEx(target.process, base, 20 * PAGE, MEM_COMMIT, PAGE_READWRITE) == base);
    memset(text, 'x', sizeof(text));
    memcpy(text + 10, "abcd", 4);
    ok_succeeds(WriteProcessMemory(target.process, base, text, sizeof(text), &done));
    ok_eq(done, sizeof(text));
    ok_eq(word_of(&target, base + 10), 0x64636261);
    done = 0;
    ok_succeeds(ReadProcessMemory(target.process, base + 5, back, sizeof(back) - 5, &done));
    ok_eq(done, sizeof(back) - 5);
    ok_mem_eq(back, text + 5, sizeof(back) - 5);
    ok_succeeds(ReadProcessMemory(target.process, base, back, 0, NULL));
    end_target(&target);
}

TEST(bytes_that_are_not_all_there_are_a_partial_copy, "8.29")
{
    struct target target = new_target(WORK);
    char *base = VirtualAllocEx(target.process, NULL, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    char bytes[3 * 4096];
    SIZE_T done = 99;

    require(VirtualAllocEx(target.process, base, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE) == base);
    memset(bytes, 0, sizeof(bytes));
    put_word(&target, base + PAGE, 3);
    todo_wine /* it reads what is only reserved, and copies all or nothing */
    {
        ok_fails(ReadProcessMemory(target.process, base + 3 * PAGE, bytes, 16, &done),
                 ERROR_PARTIAL_COPY);
        ok_eq(done, 0);
        ok_fails(ReadProcessMemory(target.process, base, bytes, sizeof(bytes), &done),
                 ERROR_PARTIAL_COPY);
        ok_eq(done, 2 * PAGE);
    }
    ok_eq(bytes[PAGE], 3);
    end_target(&target);
}

TEST(bytes_of_another_process_need_their_rights, "7.58")
{
    struct target target = new_target(PROCESS_QUERY_INFORMATION | PROCESS_VM_OPERATION);
    char byte = 0;

    ok_fails(ReadProcessMemory(target.process, &byte, &byte, 1, NULL), ERROR_ACCESS_DENIED);
    ok_fails(WriteProcessMemory(target.process, &byte, &byte, 1, NULL), ERROR_ACCESS_DENIED);
    ok_fails(ReadProcessMemory(NULL, &byte, &byte, 1, NULL), ERROR_INVALID_HANDLE);
    end_target(&target);
}

TEST(code_of_another_process_is_patched, "8.29")
{
    struct target target = new_target(WORK);
    char *base =
        VirtualAllocEx(target.process, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READ);
    uint32_t word = 0x90909090;
    SIZE_T done = 0;

    if (!base) {
        end_target(&target);
        skip("no code is allowed here");
        return;
    }
    ok_succeeds(WriteProcessMemory(target.process, base + 8, &word, sizeof(word), &done));
    ok_eq(done, sizeof(word));
    ok_eq(word_of(&target, base + 8), word);
    ok_eq(look_in(&target, base).Protect, PAGE_EXECUTE_READ);
    ok_succeeds(FlushInstructionCache(target.process, base, PAGE));
    end_target(&target);
}

TEST(own_bytes_are_read_and_written, "3.31")
{
    char from[8] = "abcdefg", to[8] = "";
    SIZE_T done;

    ok_succeeds(ReadProcessMemory(GetCurrentProcess(), from, to, sizeof(to), &done));
    ok_eq(done, sizeof(to));
    ok_mem_eq(to, from, sizeof(to));
    ok_succeeds(WriteProcessMemory(GetCurrentProcess(), to, "1234567", sizeof(to), &done));
    ok_mem_eq(to, "1234567", sizeof(to));
}

/* --- a process handle that is no process's, and one whose process has ended ------------------ */

TEST(handle_of_something_else_is_no_process, "3.31 12.33")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    HANDLE none[] = {NULL, section, (HANDLE)(uintptr_t)0xDEAD0};

    for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        ok_fails(VirtualAllocEx(none[i], NULL, PAGE, MEM_COMMIT, PAGE_READWRITE),
                 ERROR_INVALID_HANDLE);
        ok_fails(UnmapViewOfFile2(none[i], (void *)GRANULE, 0), ERROR_INVALID_HANDLE);
    }
    ok_succeeds(CloseHandle(section));
}

TEST(own_process_by_number_is_this_process, "3.30")
{
    HANDLE self = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    char *base = VirtualAllocEx(self, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    require(self != NULL && base != NULL);
    base[0] = 1;
    ok_succeeds(VirtualFreeEx(self, base, 0, MEM_RELEASE));
    ok_succeeds(CloseHandle(self));
}

TEST(memory_of_an_ended_process_is_an_error, "3.32")
{
    struct target target = new_target(WORK);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    MEMORY_BASIC_INFORMATION info;
    char byte;

    kill_target(&target);
    ok_fails(VirtualAllocEx(target.process, NULL, PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_ACCESS_DENIED);
    ok_fails(map_in(&target, section, 0, PAGE_READWRITE), ERROR_ACCESS_DENIED);
    ok_eq(VirtualQueryEx(target.process, &byte, &info, sizeof(info)), 0);
    ok(!ReadProcessMemory(target.process, &byte, &byte, 1, NULL));
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(target.process));
}
