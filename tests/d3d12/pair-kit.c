// SPDX-License-Identifier: MIT
/*
 * See pair.h: the two sides, how B comes to its handles, and the rounds.
 */
#include "d3d12/pair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

uint64_t pair_random(void)
{
    uint64_t value = 0;
    ssize_t n;

    do
        n = getrandom(&value, sizeof(value), 0);
    while (n < 0 && errno == EINTR);
    require(n == sizeof(value));
    return value;
}

/* --- names ------------------------------------------------------------------------------------ */

/* "ALIAS\TEXT", in one place for each text. */
static const wchar_t *in_space(const wchar_t *alias, const wchar_t *text, wchar_t path[static 400])
{
    wcscpy(path, alias);
    wcscat(path, L"\\");
    return wcscat(path, text);
}

static const wchar_t *name_of(const struct pair *pair, unsigned which, wchar_t path[static 400])
{
    const wchar_t *name = which ? L_("pair-fence") : L_("pair-memory");

    if (pair->way == PAIR_NAMED)
        return name;
    if (pair->way == PAIR_IN_SPACE)
        return in_space(pair->is_b ? L_("theirs") : L_("mine"), name, path);
    return NULL;
}

/* A boundary that everybody is within. */
static HANDLE new_boundary(void)
{
    static const SID everyone = {.Revision = SID_REVISION,
                                 .SubAuthorityCount = 1,
                                 .IdentifierAuthority = {{0, 0, 0, 0, 0, 1}}};
    HANDLE boundary = CreateBoundaryDescriptorW(L_("boundary"), 0);

    require(boundary != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, (PSID)(uintptr_t)&everyone));
    return boundary;
}

static void enter_space(struct pair *pair)
{
    HANDLE boundary;

    if (pair->way != PAIR_IN_SPACE)
        return;
    boundary = new_boundary();
    pair->space = pair->is_b ? OpenPrivateNamespaceW(boundary, L_("theirs"))
                             : CreatePrivateNamespaceW(NULL, boundary, L_("mine"));
    require(pair->space != NULL, "error %u", (unsigned)GetLastError());
    DeleteBoundaryDescriptor(boundary);
}

/* --- the board -------------------------------------------------------------------------------- */

static void open_board(struct pair *pair)
{
    pair->board_section = kit_section(4096, L_("board"));
    pair->board = MapViewOfFile(pair->board_section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    /* They count: of two sets of an event before anybody looks only one would be seen. */
    pair->to_a = CreateSemaphoreW(NULL, 0, 1000, L_("to-a"));
    pair->to_b = CreateSemaphoreW(NULL, 0, 1000, L_("to-b"));
    require(pair->board && pair->to_a && pair->to_b);
}

void pair_tell(struct pair *pair)
{
    ok_succeeds(ReleaseSemaphore(pair->is_b ? pair->to_a : pair->to_b, 1, NULL));
}

void pair_hear(struct pair *pair)
{
    HANDLE both[2] = {pair->is_b ? pair->to_b : pair->to_a, pair->b.hProcess};
    DWORD result = WaitForMultipleObjects(pair->is_b ? 1 : 2, both, FALSE,
                                          (DWORD)(PAIR_WAIT * test_slowness()));

    require(result == WAIT_OBJECT_0, "the other side: %u", (unsigned)result);
}

/* --- memory ----------------------------------------------------------------------------------- */

static D3D12_RESOURCE_DESC memory_desc(const struct pair *pair)
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(PAIR_SIZE);

    if (pair_is_texture(pair)) {
        desc.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D;
        desc.Width = 64;
        desc.Height = PAIR_SIZE / 256;
        desc.Format = DXGI_FORMAT_R8G8B8A8_UINT;
        desc.Layout = pair->object == PAIR_ROWS ? D3D12_TEXTURE_LAYOUT_ROW_MAJOR
                                                : D3D12_TEXTURE_LAYOUT_UNKNOWN;
    }
    if (pair->object == PAIR_ROWS || pair->object == PAIR_EXISTING || pair->object == PAIR_FENCE)
        desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    return desc;
}

static void place(struct pair *pair)
{
    const D3D12_RESOURCE_DESC desc = memory_desc(pair);

    ok_hr(ID3D12Device_CreatePlacedResource(pair->kit.device, pair->heap, 0, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&pair->memory),
          S_OK);
    require(pair->memory != NULL);
}

/* The heap on the file mapping of that name, which A makes. */
static void open_existing(struct pair *pair)
{
    HANDLE section = pair->is_b ? OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, L_("pair-section"))
                                : kit_section(64 * KIB, L_("pair-section"));

    require(section != NULL, "error %u", (unsigned)GetLastError());
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(pair->kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&pair->heap),
          S_OK);
    require(pair->heap != NULL);
    /* A keeps the name until B has been there. */
    if (pair->is_b || pair->object == PAIR_EXISTING)
        CloseHandle(section);
    else
        pair->handles[0] = section;
    place(pair);
}

static void make_committed(struct pair *pair)
{
    const D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_DEFAULT};
    const D3D12_RESOURCE_DESC desc = memory_desc(pair);
    D3D12_HEAP_FLAGS flags = D3D12_HEAP_FLAG_SHARED;

    if (pair->object == PAIR_ROWS)
        flags |= D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreateCommittedResource(pair->kit.device, &properties, flags, &desc,
                                               D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&pair->memory),
          S_OK);
    require(pair->memory != NULL);
}

static void make_heap(struct pair *pair)
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);

    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device_CreateHeap(pair->kit.device, &desc, &IID_ID3D12Heap, (void **)&pair->heap),
          S_OK);
    require(pair->heap != NULL);
    place(pair);
}

static void make_memory(struct pair *pair)
{
    if (pair->object == PAIR_HEAP)
        make_heap(pair);
    else if (pair->object == PAIR_EXISTING || pair->object == PAIR_FENCE)
        open_existing(pair);
    else
        make_committed(pair);
}

static HANDLE share(struct pair *pair, void *object, unsigned which)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes), .bInheritHandle = TRUE};
    wchar_t path[400];
    HANDLE handle = NULL;
    DWORD flags = 0;

    ok_hr(ID3D12Device_CreateSharedHandle(pair->kit.device, object,
                                          pair->way == PAIR_INHERITED ? &attributes : NULL,
                                          GENERIC_ALL, name_of(pair, which, path), &handle),
          S_OK);
    require(handle != NULL);
    /* A handle is an index of a table like any other's, no descriptor in disguise. */
    ok_eq((uintptr_t)handle % 4, 0);
    ok(GetHandleInformation(handle, &flags));
    ok_eq(flags, pair->way == PAIR_INHERITED ? HANDLE_FLAG_INHERIT : 0);
    return handle;
}

static void share_both(struct pair *pair)
{
    void *memory = pair->heap ? (void *)pair->heap : (void *)pair->memory;

    if (pair->object != PAIR_FENCE)
        pair->handles[0] = share(pair, memory, 0);
    ok_hr(ID3D12Device_CreateFence(pair->kit.device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                   (void **)&pair->fence),
          S_OK);
    require(pair->fence != NULL);
    pair->handles[1] = share(pair, pair->fence, 1);
}

/* What is behind the @which-th handle; B's handle is closed at once (D13.4). */
static void *open_shared(struct pair *pair, unsigned which, REFIID riid)
{
    HANDLE handle = pair->handles[which];
    wchar_t path[400];
    void *object = NULL;

    if (pair->way == PAIR_NAMED || pair->way == PAIR_IN_SPACE)
        ok_hr(ID3D12Device_OpenSharedHandleByName(pair->kit.device, name_of(pair, which, path),
                                                  GENERIC_ALL, &handle),
              S_OK);
    ok_hr(ID3D12Device_OpenSharedHandle(pair->kit.device, handle, riid, &object), S_OK);
    require(object != NULL);
    ok_succeeds(CloseHandle(handle));
    pair->handles[which] = NULL;
    return object;
}

static void open_memory(struct pair *pair)
{
    D3D12_RESOURCE_DESC desc, expected = memory_desc(pair);

    if (pair->object == PAIR_FENCE) {
        open_existing(pair);
    } else if (pair->object == PAIR_HEAP || pair->object == PAIR_EXISTING) {
        pair->heap = open_shared(pair, 0, &IID_ID3D12Heap);
        place(pair);
    } else {
        pair->memory = open_shared(pair, 0, &IID_ID3D12Resource);
        desc = ID3D12Resource_GetDesc(pair->memory);
        ok_eq(desc.Dimension, expected.Dimension);
        ok_eq(desc.Width, expected.Width);
        ok_eq(desc.Height, expected.Height);
        ok_eq(desc.Format, expected.Format);
        ok_eq(desc.Layout, expected.Layout);
    }
    pair->fence = open_shared(pair, 1, &IID_ID3D12Fence);
}

/* --- A and B ---------------------------------------------------------------------------------- */

static void start_b(struct pair *pair)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char program[MAX_PATH], line[MAX_PATH + 256];

    require(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    snprintf(
        line, sizeof(line), "\"%s\" --child pair_b %d %d %d %u %d %d %llu %llu", program,
        (int)pair->object, (int)pair->way, (int)pair->fault, (unsigned)pair->rounds, pair->b_writes,
        (int)pair->end,
        (unsigned long long)(uintptr_t)(pair->way == PAIR_INHERITED ? pair->handles[0] : NULL),
        (unsigned long long)(uintptr_t)(pair->way == PAIR_INHERITED ? pair->handles[1] : NULL));
    require(CreateProcessA(NULL, line, NULL, NULL, pair->way == PAIR_INHERITED, 0, NULL, NULL,
                           &startup, &pair->b),
            "error %u", (unsigned)GetLastError());
    ok_succeeds(CloseHandle(pair->b.hThread));
}

static void give_handles(struct pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        HANDLE copy = NULL;

        if (pair->way != PAIR_DUPLICATED || (i == 0 && pair->object == PAIR_FENCE))
            continue;
        require(DuplicateHandle(GetCurrentProcess(), pair->handles[i], pair->b.hProcess, &copy, 0,
                                FALSE, DUPLICATE_SAME_ACCESS),
                "error %u", (unsigned)GetLastError());
        atomic_store(&pair->board->handles[i], (uint64_t)(uintptr_t)copy);
    }
    pair_tell(pair);
}

static void drop_handles(struct pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        if (pair->handles[i])
            ok_succeeds(CloseHandle(pair->handles[i]));
        pair->handles[i] = NULL;
    }
}

void pair_open_a(struct pair *pair)
{
    open_board(pair);
    enter_space(pair);
    kit_open(&pair->kit, D3D12_COMMAND_LIST_TYPE_COPY);
    make_memory(pair);
    share_both(pair);
    pair_make_own(pair);
    start_b(pair);
    give_handles(pair);
    pair_hear(pair);
    /* B has both open: the handles are of no use any more. */
    drop_handles(pair);
}

void pair_open_b(struct pair *pair, char **argv)
{
    *pair = (struct pair){.is_b = true,
                          .object = (enum pair_object)atoi(argv[1]),
                          .way = (enum pair_way)atoi(argv[2]),
                          .fault = (enum pair_fault)atoi(argv[3]),
                          .rounds = (uint32_t)atoi(argv[4]),
                          .b_writes = atoi(argv[5]) != 0,
                          .end = (enum pair_end)atoi(argv[6])};
    open_board(pair);
    pair_hear(pair);
    for (unsigned i = 0; i < 2; i++)
        pair->handles[i] =
            (HANDLE)(uintptr_t)(pair->way == PAIR_DUPLICATED ? atomic_load(&pair->board->handles[i])
                                                             : strtoull(argv[7 + i], NULL, 10));
    enter_space(pair);
    kit_open(&pair->kit, D3D12_COMMAND_LIST_TYPE_COPY);
    open_memory(pair);
    pair_make_own(pair);
    atomic_store(&pair->board->memory_kind, pair_kind(pair->memory));
    pair_tell(pair);
}

static void release_all(struct pair *pair)
{
    void *objects[] = {pair->patterns, pair->mark, pair->memory, pair->heap, pair->fence};

    for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        if (objects[i])
            kit_release_last(objects[i]);
    }
    kit_close(&pair->kit);
    if (pair->space)
        ok_succeeds(ClosePrivateNamespace(pair->space, 0));
    UnmapViewOfFile(pair->board);
    CloseHandle(pair->board_section);
    CloseHandle(pair->to_a);
    CloseHandle(pair->to_b);
}

/* B's end, which is a good one unless it was killed. */
static void await_b(struct pair *pair)
{
    DWORD code = 0;

    if (!ok_eq(WaitForSingleObject(pair->b.hProcess, (DWORD)(PAIR_WAIT * test_slowness())),
               WAIT_OBJECT_0))
        TerminateProcess(pair->b.hProcess, 99);
    ok_succeeds(GetExitCodeProcess(pair->b.hProcess, &code));
    if (!atomic_load(&pair->board->killed))
        ok_eq(code, 0);
    ok_succeeds(CloseHandle(pair->b.hProcess));
}

void pair_close(struct pair *pair)
{
    if (!pair->is_b)
        await_b(pair);
    release_all(pair);
}

void pair_kill_b(struct pair *pair)
{
    atomic_store(&pair->board->killed, 1);
    ok_succeeds(TerminateProcess(pair->b.hProcess, 99));
    ok_eq(WaitForSingleObject(pair->b.hProcess, (DWORD)(PAIR_WAIT * test_slowness())),
          WAIT_OBJECT_0);
}

/* --- kinds of memory -------------------------------------------------------------------------- */

UINT pair_kind(void *child)
{
    UINT kind = 0;

    ok_hr(ntshm_d3d12_get_memory_kind(child, &kind), S_OK);
    return kind;
}

const char *pair_kind_name(UINT kind)
{
    switch (kind) {
    case NTSHM_D3D12_MEMORY_EXPORT:
        return "exported by the driver";
    case NTSHM_D3D12_MEMORY_MEMFD:
        return "memfd, imported by address";
    case NTSHM_D3D12_MEMORY_DMABUF:
        return "memfd, imported as a dma-buf";
    case NTSHM_D3D12_MEMORY_SECTION:
        return "section of the application";
    default:
        return "not shared";
    }
}

void pair_choose_kind(const char *kind)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device;
    ID3D12Heap *heap = NULL;
    HRESULT hr;

    desc.Flags = D3D12_HEAP_FLAG_SHARED;

    kit_environment();
    if (strcmp(kind, "any") == 0)
        return;
    setenv("NTSHM_D3D12_SHARE", kind, 1);
    device = kit_device();
    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)device, &adapter), S_OK);
    hr = ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap);
    if (heap)
        kit_release_last(heap);
    kit_release_last(device);
    /* The CPU driver must have the other two. */
    if (hr == DXGI_ERROR_UNSUPPORTED &&
        (strcmp(kind, "dmabuf") == 0 || !strstr(adapter.driver_name, "llvmpipe")))
        skip("%s has no memory of the kind %s", adapter.device_name, kind);
    require(hr == S_OK, "0x%08x", (unsigned)hr);
}
