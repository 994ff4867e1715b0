// SPDX-License-Identifier: MIT
/*
 * What VirtualQuery and GetMappedFileName tell of memory that this library did not make: programs
 * and libraries, stacks, heaps, mappings of others.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <fcntl.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/auxv.h>
#    include <sys/mman.h>
#    include <unistd.h>

#    include <psapi.h>

static void told(const volatile void *address, DWORD state, DWORD protect, DWORD type)
{
    MEMORY_BASIC_INFORMATION info;

    require(VirtualQuery((const void *)address, &info, sizeof(info)) == sizeof(info));
    ok_eq(info.State, state);
    ok_eq(info.Protect, protect);
    ok_eq(info.Type, type);
}

static void *allocation_of(const volatile void *address)
{
    MEMORY_BASIC_INFORMATION info;

    require(VirtualQuery((const void *)address, &info, sizeof(info)) == sizeof(info));
    return info.AllocationBase;
}

static char zeroes[20 * 4096];

TEST(a_program_is_one_image, "8.1 8.15")
{
    const volatile char *const parts[] = {(const char *)(uintptr_t)told, "a constant",
                                          zeroes + 10 * PAGE};
    MEMORY_BASIC_INFORMATION info;
    const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);

    told(parts[0], MEM_COMMIT, PAGE_EXECUTE_READ, MEM_IMAGE);
    told(parts[1], MEM_COMMIT, PAGE_READONLY, MEM_IMAGE);
    told(parts[2], MEM_COMMIT, PAGE_READWRITE, MEM_IMAGE);
    for (unsigned i = 0; i < 3; i++)
        ok_ptr_eq(allocation_of(parts[i]), allocation_of(parts[0]));
    ok_mem_eq(allocation_of(parts[0]), "\177ELF", 4);
    /* The same for what else is loaded, the kernel's own code included. */
    told((const char *)(uintptr_t)getauxval, MEM_COMMIT, PAGE_EXECUTE_READ, MEM_IMAGE);
    ok_mem_eq(allocation_of((const char *)(uintptr_t)getauxval), "\177ELF", 4);
    if (vdso) {
        require(VirtualQuery(vdso, &info, sizeof(info)) == sizeof(info));
        ok_eq(info.Type, MEM_IMAGE);
        ok_ptr_eq(info.AllocationBase, vdso);
        ok_eq(info.AllocationProtect, PAGE_EXECUTE_WRITECOPY);
    }
}

static void look_at_stack(void *context)
{
    char local[3] = {0};
    const char *stack = local;

    (void)context;
    told(stack, MEM_COMMIT, PAGE_READWRITE, MEM_PRIVATE);
    /* Below it is what the thread must not touch. */
    while ((uint64_t)stack > (uint64_t)allocation_of(local))
        stack = (const char *)allocation_of(local);
    told(stack - 1, MEM_RESERVE, 0, MEM_PRIVATE);
}

TEST(stacks_and_heaps_are_private, "8.1")
{
    struct test_thread thread;
    char *block = malloc(100);
    char local = 0;

    require(block != NULL);
    told(block, MEM_COMMIT, PAGE_READWRITE, MEM_PRIVATE);
    told(&local, MEM_COMMIT, PAGE_READWRITE, MEM_PRIVATE);
    if (test_slowness() == 1) { /* a sanitizer makes stacks its own way */
        test_thread_start(&thread, look_at_stack, NULL);
        test_thread_join(&thread);
    }
    free(block);
}

TEST(mappings_of_others_are_told_as_they_are, "8.1 8.9")
{
    int fd = memfd_create("others", MFD_CLOEXEC);
    char *shared, *copied, *closed;

    require(fd >= 0 && ftruncate(fd, 4 * PAGE) == 0);
    shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    copied = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    closed = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE, fd, 0);
    require(shared != MAP_FAILED && copied != MAP_FAILED && closed != MAP_FAILED);
    told(shared + PAGE, MEM_COMMIT, PAGE_READWRITE, MEM_MAPPED);
    told(copied + PAGE, MEM_COMMIT, PAGE_WRITECOPY, MEM_MAPPED);
    told(closed + PAGE, MEM_COMMIT, PAGE_NOACCESS, MEM_MAPPED);
    ok_ptr_eq(allocation_of(shared + 3 * PAGE), shared);
    munmap(shared, 4 * PAGE);
    munmap(copied, 4 * PAGE);
    munmap(closed, 4 * PAGE);
    close(fd);
}

/* The file is named where it is now for a view of ours, and as the kernel tells it for others. */
TEST(mapped_files_are_named, "8.31")
{
    char path[600], moved[600], name[600], *theirs;
    HANDLE file, mapping;
    void *view;
    int fd;

    snprintf(path, sizeof(path), "%s/mapped \xC3\xA4", test_dir());
    snprintf(moved, sizeof(moved), "%s/moved", test_dir());
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0 && ftruncate(fd, 2 * PAGE) == 0);
    theirs = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    file = CreateFileA(path, GENERIC_READ | DELETE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       0, NULL);
    mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    view = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    require(theirs != MAP_FAILED && view != NULL);
    ok_eq(GetMappedFileNameA(GetCurrentProcess(), theirs + PAGE, name, sizeof(name)), strlen(path));
    ok_str_eq(name, path);
    ok_eq(GetMappedFileNameA(GetCurrentProcess(), view, name, sizeof(name)), strlen(path));
    ok_str_eq(name, path);
    require(rename(path, moved) == 0);
    ok_eq(GetMappedFileNameA(GetCurrentProcess(), view, name, sizeof(name)), strlen(moved));
    ok_str_eq(name, moved);
    require(unlink(moved) == 0);
    ok_eq(GetMappedFileNameA(GetCurrentProcess(), view, name, sizeof(name)), strlen(moved));
    ok_str_eq(name, moved);
    ok_eq(GetMappedFileNameA(GetCurrentProcess(), theirs, name, sizeof(name)), strlen(moved));
    ok_str_eq(name, moved);
    ok_succeeds(CloseHandle(file));
    drop(mapping, view);
    munmap(theirs, 2 * PAGE);
    close(fd);
    /* The program's own file, from any of its pages. */
    ok(GetMappedFileNameA(GetCurrentProcess(), zeroes + 10 * PAGE, name, sizeof(name)) > 0);
    ok(strstr(name, "ntshm-test-api") != NULL, "%s", name);
}
#endif
