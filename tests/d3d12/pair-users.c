// SPDX-License-Identifier: MIT
/*
 * Three users at the broker of a whole machine: Alice shares a buffer and a fence with Bob and
 * nobody else, by a security descriptor. Bob reads what Alice's device wrote and signals back;
 * Carol gets neither by name, nor from a namespace whose boundary she is not within, nor what has
 * no descriptor for others at all.
 */
#include "broker/kit.h"
#include "d3d12/pair.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sddl.h>

#define BROKER  63001u
#define ALICE   63002u
#define BOB     63003u
#define CAROL   63004u
#define GROUP   63010u

#define MS      60000
#define SIZE    (64 * KIB)
#define FOR_BOB "D:(A;;GA;;;S-1-22-1-63002)(A;;GA;;;S-1-22-1-63003)"

static const uint32_t mark = 0xa11ceb0bu;

struct guest {
    struct kit kit;
    ID3D12Resource *buffer; /* shared */
    ID3D12Fence *fence;
    HANDLE handles[8];
    unsigned n_handles;
    HANDLE space;
};

/* The text as wide characters, in one of four places. */
static const wchar_t *wide(const char *text)
{
    static wchar_t places[4][300];
    static unsigned turn;
    wchar_t *place = places[turn++ % 4];
    size_t n = 0;

    for (; text[n] && n < 299; n++)
        place[n] = (unsigned char)text[n];
    place[n] = 0;
    return place;
}

static PSECURITY_DESCRIPTOR parse(const char *sddl)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    ok_succeeds(ConvertStringSecurityDescriptorToSecurityDescriptorA(sddl, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    return descriptor;
}

static HANDLE boundary_of(const char *sid_text)
{
    HANDLE boundary = CreateBoundaryDescriptorA("d3d12-users", 0);
    PSID sid = NULL;

    require(boundary != NULL && ConvertStringSidToSidA(sid_text, &sid));
    ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, sid));
    LocalFree(sid);
    return boundary;
}

static HRESULT enter_space(struct guest *guest, const char *alias, const char *sid)
{
    HANDLE boundary = boundary_of(sid);

    guest->space = OpenPrivateNamespaceA(boundary, alias);
    DeleteBoundaryDescriptor(boundary);
    return guest->space ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}

static HRESULT create_space(struct guest *guest, const char *alias, const char *sid,
                            const char *sddl)
{
    HANDLE boundary = boundary_of(sid);
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes),
                                      .lpSecurityDescriptor = sddl ? parse(sddl) : NULL};

    guest->space = CreatePrivateNamespaceA(&attributes, boundary, alias);
    LocalFree(attributes.lpSecurityDescriptor);
    DeleteBoundaryDescriptor(boundary);
    return guest->space ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}

/* --- what each can be told to do -------------------------------------------------------------- */

static void make(struct guest *guest)
{
    const D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_DEFAULT};
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(SIZE);

    ok_hr(ID3D12Device_CreateCommittedResource(
              guest->kit.device, &properties, D3D12_HEAP_FLAG_SHARED, &desc,
              D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, (void **)&guest->buffer),
          S_OK);
    ok_hr(ID3D12Device_CreateFence(guest->kit.device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                   (void **)&guest->fence),
          S_OK);
    require(guest->buffer && guest->fence);
}

static HRESULT share(struct guest *guest, const char *what, const char *name, const char *sddl)
{
    PSECURITY_DESCRIPTOR descriptor = sddl ? parse(sddl) : NULL;
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes),
                                      .lpSecurityDescriptor = descriptor};
    bool is_fence = strcmp(what, "fence") == 0;
    HANDLE handle = NULL;
    HRESULT hr = ID3D12Device_CreateSharedHandle(guest->kit.device,
                                                 is_fence ? (ID3D12DeviceChild *)guest->fence
                                                          : (ID3D12DeviceChild *)guest->buffer,
                                                 &attributes, GENERIC_ALL, wide(name), &handle);

    LocalFree(descriptor);
    if (hr == S_OK)
        guest->handles[guest->n_handles++] = handle;
    return hr;
}

static HRESULT open_named(struct guest *guest, const char *what, const char *name)
{
    bool is_fence = strcmp(what, "fence") == 0;
    HANDLE handle = NULL;
    HRESULT hr =
        ID3D12Device_OpenSharedHandleByName(guest->kit.device, wide(name), GENERIC_ALL, &handle);

    if (FAILED(hr)) {
        ok_ptr_eq(handle, NULL);
        return hr;
    }
    hr = is_fence ? ID3D12Device_OpenSharedHandle(guest->kit.device, handle, &IID_ID3D12Fence,
                                                  (void **)&guest->fence)
                  : ID3D12Device_OpenSharedHandle(guest->kit.device, handle, &IID_ID3D12Resource,
                                                  (void **)&guest->buffer);
    ok_succeeds(CloseHandle(handle));
    return hr;
}

/* Alice's device writes the mark and signals; both only through the queue. */
static HRESULT write_mark(struct guest *guest)
{
    kit_marker(guest->kit.list, ID3D12Resource_GetGPUVirtualAddress(guest->buffer) + 4096, mark,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    ok_hr(ID3D12GraphicsCommandList_Close(guest->kit.list), S_OK);
    kit_execute(guest->kit.queue, guest->kit.list);
    ok_hr(ID3D12CommandQueue_Signal(guest->kit.queue, guest->fence, 1), S_OK);
    return kit_wait(guest->fence, 2) ? S_OK : E_FAIL;
}

static HRESULT read_mark(struct guest *guest)
{
    ID3D12Resource *copy = kit_buffer(guest->kit.device, D3D12_HEAP_TYPE_READBACK, SIZE);
    uint32_t *words = kit_map(copy);

    ok_hr(ID3D12CommandQueue_Wait(guest->kit.queue, guest->fence, 1), S_OK);
    ID3D12GraphicsCommandList_CopyResource(guest->kit.list, copy, guest->buffer);
    kit_run(&guest->kit);
    ok_eq(words[1024], mark);
    ok_hr(ID3D12CommandQueue_Signal(guest->kit.queue, guest->fence, 2), S_OK);
    ok(kit_wait(guest->fence, 2));
    kit_release_last(copy);
    return S_OK;
}

static HRESULT obey(struct guest *guest, char *const words[static 4])
{
    if (strcmp(words[0], "make") == 0)
        make(guest);
    else if (strcmp(words[0], "share") == 0)
        return share(guest, words[1], words[2], words[3]);
    else if (strcmp(words[0], "open") == 0)
        return open_named(guest, words[1], words[2]);
    else if (strcmp(words[0], "write") == 0)
        return write_mark(guest);
    else if (strcmp(words[0], "read") == 0)
        return read_mark(guest);
    else if (strcmp(words[0], "create") == 0)
        return create_space(guest, words[1], words[2], words[3]);
    else
        return enter_space(guest, words[1], words[2]);
    return S_OK;
}

static void leave(struct guest *guest)
{
    while (guest->n_handles > 0)
        ok_succeeds(CloseHandle(guest->handles[--guest->n_handles]));
    if (guest->buffer)
        kit_release_last(guest->buffer);
    if (guest->fence)
        kit_release_last(guest->fence);
    if (guest->space)
        ok_succeeds(ClosePrivateNamespace(guest->space, 0));
    kit_close(&guest->kit);
}

CHILD(pair_guest)
{
    struct guest guest = {.space = NULL};
    gid_t group = (gid_t)atoi(argv[2]);
    char line[512];

    (void)argc;
    kit_become_member((uid_t)atoi(argv[1]), &group, group ? 1 : 0);
    kit_environment();
    kit_open(&guest.kit, D3D12_COMMAND_LIST_TYPE_COPY);
    test_say("ready");
    while (test_hear(line, sizeof(line), MS) && strcmp(line, "bye") != 0) {
        char *words[4] = {NULL};
        char *next = line;

        for (size_t i = 0; i < 4 && next; i++)
            words[i] = strsep(&next, " ");
        test_say("%08x", (unsigned)obey(&guest, words));
    }
    leave(&guest);
    return 0;
}

/* --- the case --------------------------------------------------------------------------------- */

static void start(struct test_child *child, unsigned uid, unsigned group)
{
    char uid_text[16], group_text[16];

    snprintf(uid_text, sizeof(uid_text), "%u", uid);
    snprintf(group_text, sizeof(group_text), "%u", group);
    require(test_child_start(child, "pair_guest", uid_text, group_text));
    require(test_child_expect(child, "ready", MS));
}

static void finish(struct test_child *child)
{
    test_child_write_line(child, "bye");
    ok_eq(test_child_wait(child, MS), 0);
}

static void tell(struct test_child *child, const char *line)
{
    test_child_write_line(child, "%s", line);
}

static void told(struct test_child *child, const char *line, HRESULT want)
{
    char answer[64] = "";

    require(test_child_read_line(child, answer, sizeof(answer), MS), "%s", line);
    ok((uint32_t)strtoul(answer, NULL, 16) == (uint32_t)want, "%s: %s instead of %08x", line,
       answer, (unsigned)want);
}

static void do_it(struct test_child *child, const char *line, HRESULT want)
{
    tell(child, line);
    told(child, line, want);
}

TEST_DEADLINE(a_descriptor_lets_one_in_and_keeps_the_third_out, "D12.6 D12.7 11.8", 300)
{
    static const char *const members[] = {"--global-group=63010", NULL};
    struct test_child alice, bob, carol;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, members);
    start(&alice, ALICE, GROUP);
    start(&bob, BOB, 0);
    start(&carol, CAROL, 0);

    do_it(&alice, "make", S_OK);
    do_it(&alice, "share buffer Global\\d3d-buffer " FOR_BOB, S_OK);
    do_it(&alice, "share fence Global\\d3d-fence " FOR_BOB, S_OK);
    do_it(&alice, "share buffer Global\\d3d-mine", S_OK);
    do_it(&alice, "share buffer Local\\d3d-mine D:(A;;GA;;;WD)", S_OK);

    do_it(&carol, "open buffer Global\\d3d-buffer", E_ACCESSDENIED);
    do_it(&carol, "open fence Global\\d3d-fence", E_ACCESSDENIED);
    do_it(&bob, "open buffer Global\\d3d-mine", E_ACCESSDENIED);
    /* Another user's session. */
    do_it(&bob, "open buffer Local\\d3d-mine", HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    do_it(&bob, "open buffer Global\\d3d-buffer", S_OK);
    do_it(&bob, "open fence Global\\d3d-fence", S_OK);

    /* Through the memory and the fence alone. */
    tell(&bob, "read");
    tell(&alice, "write");
    told(&bob, "read", S_OK);
    told(&alice, "write", S_OK);

    finish(&carol);
    finish(&bob);
    finish(&alice);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/*
 * What llvmpipe exports has a header that whoever holds it can write, and that the driver believes:
 * from another user it is refused, whatever the descriptor says.
 */
TEST_DEADLINE(exported_memory_of_another_user_is_refused, "D12.6 D5.6", 300)
{
    static const char *const members[] = {"--global-group=63010", NULL};
    struct test_child alice, bob, again;
    struct kit_broker broker;

    kit_need_root();
    pair_choose_kind("export");
    kit_broker_start_system(&broker, "machine", BROKER, members);
    start(&alice, ALICE, GROUP);
    start(&again, ALICE, 0);
    start(&bob, BOB, 0);
    do_it(&alice, "make", S_OK);
    do_it(&alice, "share buffer Global\\d3d-buffer " FOR_BOB, S_OK);
    do_it(&again, "open buffer Global\\d3d-buffer", S_OK);
    do_it(&bob, "open buffer Global\\d3d-buffer", E_ACCESSDENIED);
    finish(&bob);
    finish(&again);
    finish(&alice);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* A namespace of another user's boundary is closed to all that is not within it. */
TEST_DEADLINE(a_namespace_of_another_user_is_refused, "D12.7 11.38 11.42", 300)
{
    struct test_child alice, carol;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, NULL);
    start(&alice, ALICE, 0);
    start(&carol, CAROL, 0);
    do_it(&alice, "make", S_OK);
    do_it(&carol, "make", S_OK);
    do_it(&alice, "create mine S-1-22-1-63002", S_OK);
    do_it(&alice, "share buffer mine\\b D:(A;;GA;;;WD)", S_OK);
    do_it(&carol, "create hers S-1-22-1-63002", E_ACCESSDENIED);
    do_it(&carol, "enter hers S-1-22-1-63002", E_ACCESSDENIED);
    /* There is no such place for her. */
    do_it(&carol, "share buffer hers\\b", DXGI_ERROR_INVALID_CALL);
    do_it(&carol, "open buffer hers\\b", HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    finish(&carol);
    finish(&alice);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* A namespace that all may enter and only Alice may fill: protected, as the page says. */
TEST_DEADLINE(a_protected_namespace_takes_nothing, "D12.7 11.42 11.51 13.41", 300)
{
    struct test_child alice, carol;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, NULL);
    start(&alice, ALICE, 0);
    start(&carol, CAROL, 0);
    do_it(&alice, "make", S_OK);
    do_it(&carol, "make", S_OK);
    do_it(&alice, "create mine S-1-1-0 D:(A;;GA;;;S-1-22-1-63002)(A;;GR;;;WD)", S_OK);
    do_it(&alice, "share buffer mine\\all D:(A;;GA;;;WD)", S_OK);
    do_it(&alice, "share fence mine\\own", S_OK);
    do_it(&carol, "enter theirs S-1-1-0", S_OK);
    do_it(&carol, "share buffer theirs\\new", E_ACCESSDENIED);
    do_it(&carol, "share fence theirs\\all", DXGI_ERROR_NAME_ALREADY_EXISTS);
    do_it(&carol, "open fence theirs\\own", E_ACCESSDENIED);
    finish(&carol);
    start(&carol, CAROL, 0);
    do_it(&carol, "enter theirs S-1-1-0", S_OK);
    do_it(&carol, "open buffer theirs\\all", S_OK);
    finish(&carol);
    finish(&alice);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
