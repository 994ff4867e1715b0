// SPDX-License-Identifier: MIT
/*
 * A black box on a real device, and a reader of it; see boxtest.h.
 */
#include "tool/boxtest.h"

#include <stdlib.h>

static void open_box(struct boxtest *test, const struct ntshm_blackbox_desc *desc)
{
    require(test->section != NULL, "error %u", (unsigned)GetLastError());
    test->view = MapViewOfFile(test->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    require(test->view != NULL);
    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)test->device, test->section, desc, &test->box),
          S_OK);
    require(test->box != NULL);
}

void boxtest_open_on(struct boxtest *test, ID3D12Device5 *device,
                     const struct ntshm_blackbox_desc *desc)
{
    *test = (struct boxtest){.device = device,
                             .section = kit_section(ntshm_blackbox_section_size(desc), NULL)};
    open_box(test, desc);
}

void boxtest_open(struct boxtest *test, const struct ntshm_blackbox_desc *desc)
{
    boxtest_open_on(test, kit_device(), desc);
    test->owns_device = true;
}

void boxtest_open_named(struct boxtest *test, ID3D12Device5 *device, const char *name,
                        const struct ntshm_blackbox_desc *desc)
{
    uint64_t size = ntshm_blackbox_section_size(desc);

    *test =
        (struct boxtest){.device = device,
                         .section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                                       (DWORD)(size >> 32), (DWORD)size, name)};
    open_box(test, desc);
}

void boxtest_look(struct boxtest *test, const char *name)
{
    *test = (struct boxtest){.section = OpenFileMappingA(FILE_MAP_READ, FALSE, name)};
    require(test->section != NULL, "error %u", (unsigned)GetLastError());
    test->view = MapViewOfFile(test->section, FILE_MAP_READ, 0, 0, 0);
    require(test->view != NULL);
}

void boxtest_close(struct boxtest *test)
{
    nt_blackbox_report_deinit(&test->report);
    free(test->meta);
    ntshm_blackbox_close(test->box);
    ok(UnmapViewOfFile(test->view));
    ok(CloseHandle(test->section));
    if (test->owns_device)
        kit_release_last(test->device);
}

void boxtest_read(struct boxtest *test)
{
    uint64_t size = boxtest_header(test)->meta_size;
    char why[NT_BLACKBOX_WHY] = "";

    nt_blackbox_report_deinit(&test->report);
    free(test->meta);
    test->meta = malloc(size);
    require(test->meta != NULL);
    memcpy(test->meta, test->view, size);
    require(nt_blackbox_parse(test->meta, size, boxtest_header(test)->total_size, &test->report,
                              why) == 0,
            "%s", why);
}

const char *boxtest_name(struct boxtest *test, uint32_t number)
{
    return nt_blackbox_name_of(&test->report, number, test->text);
}

const char *boxtest_newest_name(struct boxtest *test)
{
    struct ntshm_blackbox_marker marker = {0};

    for (uint64_t back = 0; back < 4; back++) /* the newest may be half written */
        if (nt_blackbox_marker_of(&test->report, test->report.newest - back, &marker))
            break;
    return boxtest_name(test, NTSHM_BLACKBOX_VALUE_NAME(marker.value));
}

volatile struct ntshm_blackbox_header *boxtest_header(struct boxtest *test)
{
    return (volatile struct ntshm_blackbox_header *)(void *)test->view;
}

volatile struct ntshm_blackbox_list_record *boxtest_list(struct boxtest *test, uint32_t i)
{
    struct ntshm_blackbox_list_record *records =
        (void *)(test->view + boxtest_header(test)->lists.offset);

    return &records[i];
}
