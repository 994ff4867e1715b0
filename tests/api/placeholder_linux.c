// SPDX-License-Identifier: MIT
/*
 * Placeholders beside what Linux programs do: fork, mappings of their own, and what placeholders
 * cost the kernel.
 */
#ifndef _WIN32
#    include <errno.h>
#    include <stdio.h>
#    include <sys/mman.h>

#    include "api/placeholder_kit.h"

#    ifndef MAP_FIXED_NOREPLACE
#        define MAP_FIXED_NOREPLACE 0x100000
#    endif

/* Of how many mappings the kernel makes these pages. */
static unsigned mappings_of(const char *base, SIZE_T n_pages)
{
    uintptr_t first = (uintptr_t)base, behind = first + n_pages * PAGE;
    unsigned long start, end;
    unsigned n = 0;
    char line[512];
    FILE *file = fopen("/proc/self/maps", "re");

    require(file != NULL);
    while (fgets(line, sizeof(line), file))
        n += sscanf(line, "%lx-%lx", &start, &end) == 2 && start < behind && end > first;
    fclose(file);
    return n;
}

TEST(an_empty_placeholder_is_one_mapping_however_it_is_split, "5.37 5.47")
{
    char *base = new_placeholder(256);

    ok_eq(mappings_of(base, 256), 1);
    for (SIZE_T i = 0; i < 255; i++)
        preserve_pages(base + i * PAGE, 1);
    ok_eq(mappings_of(base, 256), 1);
    for (SIZE_T i = 1; i < 256; i += 2)
        replace_pages(base + i * PAGE, 1);
    for (SIZE_T i = 1; i < 256; i += 2)
        preserve_pages(base + i * PAGE, 1);
    ok_eq(mappings_of(base, 256), 1);
    coalesce_pages(base, 256);
    ok_eq(mappings_of(base, 256), 1);
    release(base);
}

TEST(others_cannot_map_into_a_placeholder, "5.60")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *base = new_placeholder(16);

    for (unsigned turn = 0; turn < 3; turn++) {
        for (SIZE_T i = 0; i < 16; i += 5) {
            void *mapped = mmap(base + i * PAGE, PAGE, PROT_READ,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

            ok(mapped == MAP_FAILED && errno == EEXIST, "%p, errno %d", mapped, errno);
        }
        if (turn == 0)
            view_pages(section, base, 0, 16);
        if (turn == 1)
            restore_view(base);
    }
    release(base);
    drop(section, NULL);
}

TEST(what_others_mapped_is_no_placeholder, "5.15 5.53 5.56")
{
    char *place = (char *)free_place(3 * GRANULE);
    char *foreign = (char *)mmap(place + GRANULE, GRANULE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    ok_ptr_eq(foreign, place + GRANULE);
    foreign[0] = 'f';
    placeholder_at(place, 16);
    placeholder_at(place + 2 * GRANULE, 16);
    ok_fails(allocate2(foreign, GRANULE, PLACEHOLDER, PAGE_NOACCESS), ERROR_INVALID_ADDRESS);
    ok_fails(allocate2(foreign, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_ADDRESS);
    ok_status(nt_free(place, 3 * GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok(!NT_SUCCESS(nt_free(foreign, PAGE, PRESERVE)));
    ok_eq(foreign[0], 'f');
    release(place);
    release(place + 2 * GRANULE);
    ok_eq(munmap(foreign, GRANULE), 0);
}

/* --- fork
 * ----------------------------------------------------------------------------------------- */

struct window {
    char *base;
    HANDLE section;
};

/* In a forked child: the same window, and its own from now on. */
static int use_window(void *context)
{
    const struct window *window = (const struct window *)context;
    char *base = window->base;

    ok_layout(base, "P4 M4 V8");
    ok_eq(base[4 * PAGE], 'p');
    base[4 * PAGE] = 'c';
    base[8 * PAGE] = 'c';
    replace_pages(base, 4);
    preserve_pages(base + 4 * PAGE, 4);
    restore_view(base + 8 * PAGE);
    ok_layout(base, "M4 P4 P8");
    coalesce_pages(base + 4 * PAGE, 12);
    ok_layout(base, "M4 P12");
    release(base + 4 * PAGE);
    release(base);
    ok_layout(base, "F16");
    return 0;
}

TEST(a_forked_child_has_the_window_too, "5.30 5.34 5.47")
{
    struct window window = {.section = new_section(NULL, PAGE_READWRITE, 8 * PAGE)};
    char *base = window.base = new_placeholder(16);
    struct test_child child;

    preserve_pages(base, 4);
    preserve_pages(base + 4 * PAGE, 4);
    replace_pages(base + 4 * PAGE, 4);
    view_pages(window.section, base + 8 * PAGE, 0, 8);
    base[4 * PAGE] = base[8 * PAGE] = 'p';
    require(test_child_fork(&child, use_window, &window));
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_layout(base, "P4 M4 V8");
    ok_eq(base[4 * PAGE], 'p');
    ok_eq(base[8 * PAGE], 'c'); /* the section is one */
    release(base);
    release(base + 4 * PAGE);
    drop(window.section, base + 8 * PAGE);
}

/* --- system calls write there
 * --------------------------------------------------------------------- */

TEST(the_kernel_writes_into_what_replaced_a_placeholder, "5.6 5.19")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    char *base = new_placeholder(8);
    FILE *file = fopen("/dev/zero", "re");

    require(file != NULL);
    preserve_pages(base, 4);
    replace_pages(base, 4);
    view_pages(section, base + 4 * PAGE, 0, 4);
    base[0] = base[4 * PAGE] = 1;
    /* Unbuffered: one read(2) over both. */
    setvbuf(file, NULL, _IONBF, 0);
    ok_eq(fread(base, 1, 8 * PAGE, file), 8 * PAGE);
    ok(all_bytes(base, 0, 8 * PAGE));
    fclose(file);
    release(base);
    drop(section, base + 4 * PAGE);
}
#endif
