// SPDX-License-Identifier: MIT
/*
 * Making and closing a black box: the section is laid out, opened as a heap, and a buffer over the
 * tables is placed in it, so that the GPU can write the marker words where every process that has
 * the name open reads them (facts D2.5, D15.2). The header's magic is stored last: until then
 * nobody takes the section for a black box.
 */
#include "d3d12/blackbox/blackbox.h"
#include "ntshm/d3d12.h"
#include "util/macro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the layout is little-endian");
_Static_assert(sizeof(struct ntshm_blackbox_header) == 0x410, "header");
_Static_assert(offsetof(struct ntshm_blackbox_header, names) == 0x150, "header");
_Static_assert(offsetof(struct ntshm_blackbox_header, n_markers) == 0x200, "header");
_Static_assert(offsetof(struct ntshm_blackbox_header, saved_unix_ns) == 0x400, "header");
_Static_assert(sizeof(struct ntshm_blackbox_name) == 64, "name");
_Static_assert(sizeof(struct ntshm_blackbox_queue_record) == 64, "queue");
_Static_assert(sizeof(struct ntshm_blackbox_list_record) == 64, "list");
_Static_assert(sizeof(struct ntshm_blackbox_submission) == 64, "submission");
_Static_assert(sizeof(struct ntshm_blackbox_marker) == 32, "marker");

#define GRANULE       65536u
#define N_SUBMISSIONS 4096u
#define DEFAULT_LISTS 1024u
#define MAX_PAYLOAD   (1ull << 46)

static uint64_t place(struct ntshm_blackbox_table *table, uint64_t offset, uint32_t count,
                      uint32_t entry_size)
{
    *table = (struct ntshm_blackbox_table){offset, count, entry_size};
    return nt_align_up(offset + (uint64_t)count * entry_size, 64);
}

/* The sizes and tables of a header, or false for a description that cannot be. */
static bool lay_out(const struct ntshm_blackbox_desc *desc, struct ntshm_blackbox_header *header)
{
    uint32_t n_markers, n_lists;
    uint64_t end = NTSHM_BLACKBOX_HEADER_SIZE;

    if (!desc || desc->size != sizeof(*desc) || desc->reserved != 0)
        return false;
    n_markers = desc->n_markers ? desc->n_markers : NTSHM_BLACKBOX_MIN_MARKERS;
    n_lists = desc->n_lists ? desc->n_lists : DEFAULT_LISTS;
    if (n_markers < NTSHM_BLACKBOX_MIN_MARKERS || n_markers > NTSHM_BLACKBOX_MAX_MARKERS ||
        !nt_is_aligned(n_markers, n_markers) || n_lists > NTSHM_BLACKBOX_MAX_LISTS ||
        desc->payload_size > MAX_PAYLOAD)
        return false;

    *header = (struct ntshm_blackbox_header){.version = NTSHM_BLACKBOX_VERSION,
                                             .header_size = NTSHM_BLACKBOX_HEADER_SIZE};
    end = place(&header->queues, end, NTSHM_BLACKBOX_MAX_QUEUES,
                sizeof(struct ntshm_blackbox_queue_record));
    end = place(&header->lists, end, n_lists, sizeof(struct ntshm_blackbox_list_record));
    end = place(&header->submissions, end, N_SUBMISSIONS, sizeof(struct ntshm_blackbox_submission));
    end = place(&header->markers, end, n_markers, sizeof(struct ntshm_blackbox_marker));
    end = place(&header->names, end, NTSHM_BLACKBOX_MAX_NAMES, sizeof(struct ntshm_blackbox_name));
    header->meta_size = nt_align_up(end, GRANULE);
    header->payload_size = nt_align_up(desc->payload_size, GRANULE);
    header->total_size = header->meta_size + header->payload_size;
    return true;
}

NT_EXPORT uint64_t ntshm_blackbox_section_size(const struct ntshm_blackbox_desc *desc)
{
    struct ntshm_blackbox_header header;

    return lay_out(desc, &header) ? header.total_size : 0;
}

/* --- what the header tells of this process ------------------------------------------------ */

static uint64_t unix_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Reads a small file of /proc/self; "" when that fails. */
static void read_self(const char *path, char *buffer, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t length = 0;

    if (file) {
        length = fread(buffer, 1, size - 1, file);
        fclose(file);
    }
    buffer[length] = 0;
}

/* Field 22 of /proc/self/stat; the second field is in parentheses and may hold anything. */
static uint64_t own_start_time(void)
{
    char stat[1024];
    char *field;

    read_self("/proc/self/stat", stat, sizeof(stat));
    field = strrchr(stat, ')');
    for (int i = 2; field && i < 22; i++)
        field = strchr(field + 1, ' ');
    return field ? strtoull(field + 1, NULL, 10) : 0;
}

static void set_text(char *field, size_t size, const char *text)
{
    memcpy(field, text, nt_blackbox_text_length(text, size));
}

/* "GPU, driver information" of our own devices. */
static void name_driver(ID3D12Device3 *device, char *text, size_t size)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};

    if (FAILED(ntshm_d3d12_get_adapter((ID3D12Device *)device, &adapter)))
        snprintf(text, size, "unknown");
    else
        snprintf(text, size, "%.100s, %.60s %.60s", adapter.device_name, adapter.driver_name,
                 adapter.driver_info);
}

static void tell_origin(struct ntshm_blackbox_header *header, ID3D12Device3 *device,
                        const struct ntshm_blackbox_desc *desc)
{
    char text[256];

    header->created_unix_ns = unix_now_ns();
    header->created_mono_ns = nt_blackbox_now_ns();
    header->pid = (uint32_t)getpid();
    header->pid_start = own_start_time();
    if (desc->driver) {
        set_text(header->driver, sizeof(header->driver), desc->driver);
    } else {
        name_driver(device, text, sizeof(text));
        set_text(header->driver, sizeof(header->driver), text);
    }
    if (desc->program) {
        set_text(header->program, sizeof(header->program), desc->program);
    } else {
        read_self("/proc/self/comm", text, sizeof(text));
        text[strcspn(text, "\n")] = 0;
        set_text(header->program, sizeof(header->program), text);
    }
}

/* --- section, heap and buffer --------------------------------------------------------------- */

/* Maps the section and checks that it is big enough and that nothing is in it. */
static HRESULT map_section(struct ntshm_blackbox *box, HANDLE section, uint64_t size)
{
    MEMORY_BASIC_INFORMATION info;

    box->view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (!box->view)
        return GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? E_OUTOFMEMORY : E_INVALIDARG;
    if (!VirtualQuery(box->view, &info, sizeof(info)) || info.RegionSize < size)
        return E_INVALIDARG;
    for (size_t i = 0; i < NTSHM_BLACKBOX_HEADER_SIZE; i++)
        if (box->view[i])
            return HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS);
    return S_OK;
}

static bool device_can_mark(ID3D12Device3 *device)
{
    D3D12_FEATURE_DATA_EXISTING_HEAPS heaps = {0};
    D3D12_FEATURE_DATA_D3D12_OPTIONS3 options = {0};

    return SUCCEEDED(ID3D12Device3_CheckFeatureSupport(device, D3D12_FEATURE_EXISTING_HEAPS, &heaps,
                                                       sizeof(heaps))) &&
           heaps.Supported &&
           SUCCEEDED(ID3D12Device3_CheckFeatureSupport(device, D3D12_FEATURE_D3D12_OPTIONS3,
                                                       &options, sizeof(options))) &&
           options.WriteBufferImmediateSupportFlags != D3D12_COMMAND_LIST_SUPPORT_FLAG_NONE;
}

/* The heap over the section, and the buffer over header and tables that the markers go to. */
static HRESULT open_heap(struct ntshm_blackbox *box, HANDLE section)
{
    D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                .Width = box->layout.meta_size,
                                .Height = 1,
                                .DepthOrArraySize = 1,
                                .MipLevels = 1,
                                .SampleDesc = {1, 0},
                                .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
                                .Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER};
    HRESULT hr;

    if (!device_can_mark(box->device))
        return DXGI_ERROR_UNSUPPORTED;
    hr = ID3D12Device3_OpenExistingHeapFromFileMapping(box->device, section, &IID_ID3D12Heap,
                                                       (void **)&box->heap);
    if (FAILED(hr))
        return hr;
    hr = ID3D12Device3_CreatePlacedResource(box->device, box->heap, 0, &desc,
                                            D3D12_RESOURCE_STATE_COPY_DEST, NULL,
                                            &IID_ID3D12Resource, (void **)&box->buffer);
    if (SUCCEEDED(hr))
        box->address = ID3D12Resource_GetGPUVirtualAddress(box->buffer);
    return hr;
}

/* --- the box -------------------------------------------------------------------------------- */

static void free_box(struct ntshm_blackbox *box)
{
    for (uint32_t i = 0; i < box->n_queues; i++) {
        ID3D12Fence_Release(box->queues[i].fence);
        free(box->queues[i].batches);
    }
    for (uint32_t i = 0; box->lists && i < box->n_lists; i++)
        if (box->lists[i].commands)
            ID3D12GraphicsCommandList2_Release(box->lists[i].commands);
    if (box->buffer)
        ID3D12Resource_Release(box->buffer);
    if (box->heap)
        ID3D12Heap_Release(box->heap);
    if (box->view)
        UnmapViewOfFile(box->view);
    ID3D12Device3_Release(box->device);
    nt_blackbox_names_deinit(&box->names);
    pthread_mutex_destroy(&box->lock);
    free(box->lists);
    free(box);
}

/* Everything the box keeps in its own memory. */
static bool init_box(struct ntshm_blackbox *box)
{
    const struct ntshm_blackbox_header *layout = &box->layout;
    struct ntshm_blackbox_list_record *records;

    box->header = (struct ntshm_blackbox_header *)box->view;
    box->markers = (struct ntshm_blackbox_marker *)(box->view + layout->markers.offset);
    box->submissions = (struct ntshm_blackbox_submission *)(box->view + layout->submissions.offset);
    if (nt_blackbox_names_init(&box->names,
                               (struct ntshm_blackbox_name *)(box->view + layout->names.offset)))
        return false;
    box->lists = calloc(layout->lists.count, sizeof(*box->lists));
    if (!box->lists)
        return false;
    box->n_lists = layout->lists.count;
    records = (struct ntshm_blackbox_list_record *)(box->view + layout->lists.offset);
    for (uint32_t i = box->n_lists; i-- > 0;) {
        box->lists[i] = (struct ntshm_blackbox_list){
            .box = box, .record = &records[i], .index = i, .next = box->free};
        box->free = &box->lists[i];
    }
    return true;
}

/* Puts the header in place; from the last store on the section is a black box. */
static void publish_header(struct ntshm_blackbox *box)
{
    uint64_t magic;

    memcpy(box->header, &box->layout, sizeof(box->layout));
    box->header->state = NTSHM_BLACKBOX_RECORDING;
    memcpy(&magic, NTSHM_BLACKBOX_MAGIC, sizeof(magic));
    nt_blackbox_publish((uint64_t *)(void *)box->header->magic, magic);
}

NT_EXPORT HRESULT ntshm_blackbox_create(ID3D12Device3 *device, HANDLE section,
                                        const struct ntshm_blackbox_desc *desc,
                                        struct ntshm_blackbox **ret_box)
{
    struct ntshm_blackbox_header layout;
    struct ntshm_blackbox *box;
    HRESULT hr;

    if (!device || !ret_box || !lay_out(desc, &layout))
        return E_INVALIDARG;
    box = calloc(1, sizeof(*box));
    if (!box)
        return E_OUTOFMEMORY;
    pthread_mutex_init(&box->lock, NULL);
    box->device = device;
    ID3D12Device3_AddRef(device);
    box->layout = layout;
    hr = map_section(box, section, layout.total_size);
    if (SUCCEEDED(hr))
        hr = open_heap(box, section);
    if (SUCCEEDED(hr) && !init_box(box))
        hr = E_OUTOFMEMORY;
    if (FAILED(hr)) {
        free_box(box);
        return hr;
    }
    tell_origin(&box->layout, device, desc);
    publish_header(box);
    *ret_box = box;
    return S_OK;
}

NT_EXPORT void ntshm_blackbox_close(struct ntshm_blackbox *box)
{
    if (!box)
        return;
    /* A removed device stays the last word: its lists will never finish. */
    if (ntshm_blackbox_poll(box) == S_OK)
        nt_blackbox_publish(&box->header->state, NTSHM_BLACKBOX_CLOSED);
    free_box(box);
}

NT_EXPORT ID3D12Heap *ntshm_blackbox_heap(struct ntshm_blackbox *box)
{
    return box->heap;
}

NT_EXPORT uint64_t ntshm_blackbox_payload_offset(const struct ntshm_blackbox *box)
{
    return box->layout.meta_size;
}

NT_EXPORT void *ntshm_blackbox_payload(struct ntshm_blackbox *box)
{
    return box->view + box->layout.meta_size;
}
