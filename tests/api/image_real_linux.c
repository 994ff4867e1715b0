// SPDX-License-Identifier: MIT
/*
 * Real DLLs, as Debian's cross compiler, its zlib and Wine bring them, against what objdump reads
 * out of the files: every byte of every section, its protection, and each base relocation, in a
 * view at the preferred base and in one that is elsewhere.
 */
#ifndef _WIN32
#    include <glob.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>

#    include "api/image_support.h"
#    include "api/section_kit.h"

#    define OBJDUMP     "x86_64-w64-mingw32-objdump"
#    define MAX_PARTS   96
#    define MAX_ENTRIES 20000

/* What objdump says of a file. */
struct listing {
    uint64_t base;
    unsigned n_parts, n_entries;
    struct {
        uint64_t address, offset, size;
        bool has_contents, writable, executable;
    } parts[MAX_PARTS];
    struct {
        uint32_t rva;
        unsigned width;
    } entries[MAX_ENTRIES];
};

static struct listing listing;

/* What it prints, in a file: reading a pipe would be cut short by a signal. */
static FILE *objdump(const char *option, const char *path)
{
    char command[1200];
    FILE *stream;

    snprintf(command, sizeof(command), OBJDUMP " %s '%s' > '%s'", option, path,
             path_of("objdump.txt"));
    /* NOLINTNEXTLINE(cert-env33-c): the paths are the test's own */
    ok_eq(system(command), 0);
    stream = fopen(path_of("objdump.txt"), "re");
    require(stream != NULL, "objdump says nothing");
    return stream;
}

static void list_parts(const char *path)
{
    FILE *stream = objdump("-h", path);
    char line[512], flags[512], name[64];

    while (fgets(line, sizeof(line), stream)) {
        unsigned long long size, address, offset;
        unsigned index;

        if (sscanf(line, " %u %63s %llx %llx %*x %llx", &index, name, &size, &address, &offset) !=
            5)
            continue;
        require(index == listing.n_parts && index < MAX_PARTS &&
                fgets(flags, sizeof(flags), stream));
        listing.parts[index].address = address;
        listing.parts[index].offset = offset;
        listing.parts[index].size = size;
        listing.parts[index].has_contents = strstr(flags, "CONTENTS") != NULL;
        listing.parts[index].writable = strstr(flags, "READONLY") == NULL;
        listing.parts[index].executable = strstr(flags, "CODE") != NULL;
        listing.n_parts++;
    }
    fclose(stream);
}

static void list_entries(const char *path)
{
    FILE *stream = objdump("-p", path);
    char line[512], kind[32];

    while (fgets(line, sizeof(line), stream)) {
        unsigned long long base;
        unsigned rva;

        if (sscanf(line, "ImageBase %llx", &base) == 1)
            listing.base = base;
        if (sscanf(line, " reloc %*u offset %*x [%x] %31s", &rva, kind) != 2 ||
            strcmp(kind, "ABSOLUTE") == 0)
            continue;
        require(listing.n_entries < MAX_ENTRIES, "too many relocations");
        ok(strcmp(kind, "DIR64") == 0 || strcmp(kind, "HIGHLOW") == 0, "%s", kind);
        listing.entries[listing.n_entries].rva = rva;
        listing.entries[listing.n_entries].width = strcmp(kind, "DIR64") == 0 ? 8 : 4;
        listing.n_entries++;
    }
    fclose(stream);
}

static unsigned char *read_file(const char *path, size_t *ret_size)
{
    FILE *stream = fopen(path, "re");
    unsigned char *bytes;
    long size = -1;

    if (stream && fseek(stream, 0, SEEK_END) == 0)
        size = ftell(stream);
    require(size > 0, "%s is not read", path);
    rewind(stream);
    bytes = malloc((size_t)size);
    require(bytes && fread(bytes, 1, (size_t)size, stream) == (size_t)size);
    fclose(stream);
    *ret_size = (size_t)size;
    return bytes;
}

/* What a section must show in a view that lies @delta above the preferred base. */
static unsigned char *expected_part(unsigned index, const unsigned char *file, size_t file_size,
                                    uint64_t delta)
{
    uint64_t size = listing.parts[index].size;
    uint64_t start = listing.parts[index].address - listing.base;
    unsigned char *bytes = calloc(1, size + 1);

    require(bytes != NULL);
    if (listing.parts[index].has_contents) {
        require(listing.parts[index].offset + size <= file_size);
        memcpy(bytes, file + listing.parts[index].offset, size);
    }
    for (unsigned i = 0; i < listing.n_entries; i++) {
        uint64_t rva = listing.entries[i].rva;
        unsigned carry = 0;

        if (rva < start || rva + listing.entries[i].width > start + size)
            continue;
        for (unsigned k = 0; k < listing.entries[i].width; k++) {
            unsigned sum = bytes[rva - start + k] + (unsigned)(delta >> 8 * k & 0xFF) + carry;

            bytes[rva - start + k] = (unsigned char)sum;
            carry = sum >> 8;
        }
    }
    return bytes;
}

static ULONG expected_protect(unsigned index)
{
    if (listing.parts[index].executable)
        return listing.parts[index].writable ? PAGE_EXECUTE_WRITECOPY : PAGE_EXECUTE_READ;
    return listing.parts[index].writable ? PAGE_WRITECOPY : PAGE_READONLY;
}

static void check_view(const char *path, const unsigned char *view, const unsigned char *file,
                       size_t file_size)
{
    uint64_t delta = (uint64_t)view - listing.base;

    for (unsigned i = 0; i < listing.n_parts; i++) {
        const unsigned char *at = view + (listing.parts[i].address - listing.base);
        unsigned char *want = expected_part(i, file, file_size, delta);
        MEMORY_BASIC_INFORMATION info;

        require(VirtualQuery(at, &info, sizeof(info)));
        if (!ok_eq(info.Protect, expected_protect(i)) ||
            !ok_mem_eq(at, want, listing.parts[i].size))
            test_note("%s, section %u", path, i);
        ok_eq(info.Type, MEM_IMAGE);
        ok_ptr_eq(info.AllocationBase, view);
        free(want);
    }
}

static void check_library(const char *path)
{
    size_t size;
    unsigned char *bytes = read_file(path, &size), *first, *second;
    HANDLE file, section;
    NTSTATUS status;

    memset(&listing, 0, sizeof(listing));
    list_parts(path);
    list_entries(path);
    ok(listing.n_parts > 0 && listing.base != 0, "%s", path);
    file = CreateFileA(path, GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "%s: error %u", path, (unsigned)GetLastError());
    section = file_section(file, PAGE_READONLY | SEC_IMAGE, 0);
    drop(file, NULL);
    first = map_image(section, &status);
    ok_eq(status == STATUS_SUCCESS, (uint64_t)first == listing.base);
    second = map_image(section, &status);
    ok_status(status, STATUS_IMAGE_NOT_AT_BASE);
    check_view(path, first, bytes, size);
    check_view(path, second, bytes, size);
    drop(NULL, first);
    drop(section, second);
    free(bytes);
}

/* Every file of @pattern, at most @limit of them; how many there were. */
static unsigned check_all(const char *pattern, unsigned limit)
{
    unsigned n = 0;
    glob_t found;

    if (glob(pattern, GLOB_BRACE, NULL, &found) == 0) {
        for (; n < found.gl_pathc && n < limit; n++)
            check_library(found.gl_pathv[n]);
        globfree(&found);
    }
    return n;
}

static void need_objdump(void)
{
    /* NOLINTNEXTLINE(cert-env33-c): whether a program of that name is there */
    if (system("command -v " OBJDUMP " >/dev/null") != 0)
        skip("no " OBJDUMP " (package binutils-mingw-w64-x86-64)");
}

TEST_DEADLINE(libraries_of_the_compiler, "14.1 14.2 14.5 14.7 14.10 14.16", 120)
{
    need_objdump();
    if (check_all("/usr/lib/gcc/x86_64-w64-mingw32/*-win32/*.dll", 8) == 0)
        skip("no libraries of a compiler for Windows");
}

TEST_DEADLINE(libraries_of_both_widths, "14.1 14.2 14.5 14.14 14.16", 120)
{
    need_objdump();
    if (check_all("/usr/{i686,x86_64}-w64-mingw32/lib/zlib1.dll", 2) != 2)
        skip("no zlib for Windows (package libz-mingw-w64)");
}

TEST_DEADLINE(libraries_of_wine, "14.1 14.2 14.5 14.16", 120)
{
    need_objdump();
    if (check_all("/usr/lib/*/wine/x86_64-windows/"
                  "{kernel32,psapi,version,ws2_32,gdi32,combase,winhttp}.dll",
                  7) == 0)
        skip("no libraries of Wine (package libwine)");
}
#endif
