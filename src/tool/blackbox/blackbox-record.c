// SPDX-License-Identifier: MIT
/*
 * `ntshm blackbox record`: the recorder of the demo, a program as an engine would be.
 *
 * Two queues, two lists in flight on the main one, seven passes a frame, all of them real copies
 * on the device. When the watcher says so, the next frame is the last: its lighting pass copies
 * the whole source over the target in the section, which takes long enough to be torn. Nothing
 * here pretends: the recorder does not know when it will be killed, and in the other round it
 * removes its device while the copy runs.
 *
 * --control leaves out what the demo stands on, so that the demo's own proof must fail:
 * no-marker-out ends no pass, copied-heap gives the GPU a copy of the section.
 */
#define COBJMACROS
#include <windows.h>
#include <initguid.h>
#include <d3d12.h>

#include "ntshm/blackbox.h"
#include "ntshm/d3d12.h"
#include "tool/blackbox/blackbox-demo.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SCRATCH_SIZE     (1u << 20)
#define FRAMES_IN_FLIGHT 2u
#define WAIT_MS          60000u

enum control {
    CONTROL_NONE,
    CONTROL_NO_MARKER_OUT,
    CONTROL_COPIED_HEAP,
};

struct record_options {
    const char *name;
    const char *file; /* that the section shows, or NULL for the page file */
    uint64_t target_size;
    bool remove;
    enum control control;
};

struct frame {
    ID3D12CommandAllocator *allocators[2]; /* main, streaming */
    ID3D12GraphicsCommandList2 *lists[2];
    struct ntshm_blackbox_list *marks[2];
    uint64_t fence_value;
};

struct recorder {
    const struct record_options *options;
    ID3D12Device5 *device;
    ID3D12CommandQueue *queues[2];
    ID3D12Fence *fences[2];
    uint32_t queue_numbers[2];
    HANDLE event;
    HANDLE section;
    unsigned char *view; /* of the section, as the watcher sees it */
    HANDLE shadow;       /* control: what the heap is instead */
    struct ntshm_blackbox *box;
    ID3D12Resource *source;  /* new words */
    ID3D12Resource *scratch; /* what the ordinary passes copy to */
    ID3D12Resource *texture; /* what the streaming list copies to */
    ID3D12Resource *payload; /* the box's payload as a buffer */
    struct frame frames[FRAMES_IN_FLIGHT];
    uint64_t n_frames;
};

/* Says what failed and leaves: the recorder is a process of its own. */
static void must(HRESULT hr, const char *what)
{
    if (FAILED(hr)) {
        nt_tool_error("recorder: %s: 0x%08x", what, (unsigned)hr);
        exit(NT_TOOL_FAILED);
    }
}

static void say(const char *line)
{
    printf("%s\n", line);
    fflush(stdout);
}

static volatile struct nt_demo_mailbox *mailbox(const struct recorder *recorder)
{
    return (volatile void *)(recorder->view + ntshm_blackbox_payload_offset(recorder->box));
}

/* --- making everything ------------------------------------------------------------------------ */

static ID3D12Resource *make_buffer(struct recorder *recorder, uint64_t size, bool upload)
{
    D3D12_HEAP_PROPERTIES heap = {.Type =
                                      upload ? D3D12_HEAP_TYPE_UPLOAD : D3D12_HEAP_TYPE_DEFAULT};
    D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                .Width = size,
                                .Height = 1,
                                .DepthOrArraySize = 1,
                                .MipLevels = 1,
                                .SampleDesc = {1, 0},
                                .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};
    ID3D12Resource *buffer = NULL;

    must(ID3D12Device5_CreateCommittedResource(recorder->device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
                                               upload ? D3D12_RESOURCE_STATE_GENERIC_READ
                                                      : D3D12_RESOURCE_STATE_COMMON,
                                               NULL, &IID_ID3D12Resource, (void **)&buffer),
         "CreateCommittedResource");
    return buffer;
}

static void make_queue(struct recorder *recorder, unsigned i, D3D12_COMMAND_LIST_TYPE type,
                       const char *name)
{
    D3D12_COMMAND_QUEUE_DESC desc = {.Type = type};

    must(ID3D12Device5_CreateCommandQueue(recorder->device, &desc, &IID_ID3D12CommandQueue,
                                          (void **)&recorder->queues[i]),
         "CreateCommandQueue");
    must(ID3D12Device5_CreateFence(recorder->device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                   (void **)&recorder->fences[i]),
         "CreateFence");
    must(ntshm_blackbox_add_queue(recorder->box, name, type, recorder->fences[i],
                                  &recorder->queue_numbers[i]),
         "ntshm_blackbox_add_queue");
    for (unsigned f = 0; f < FRAMES_IN_FLIGHT; f++) {
        struct frame *frame = &recorder->frames[f];

        must(ID3D12Device5_CreateCommandAllocator(recorder->device, type,
                                                  &IID_ID3D12CommandAllocator,
                                                  (void **)&frame->allocators[i]),
             "CreateCommandAllocator");
        must(ID3D12Device5_CreateCommandList(recorder->device, 0, type, frame->allocators[i], NULL,
                                             &IID_ID3D12GraphicsCommandList2,
                                             (void **)&frame->lists[i]),
             "CreateCommandList");
        must(ID3D12GraphicsCommandList2_Close(frame->lists[i]), "Close");
    }
}

/* The section under its name, and the box in it. */
/* Of the page file, or of a new file: nobody has to save that one. */
static HANDLE make_section(const char *path, uint64_t size, const wchar_t *name)
{
    HANDLE file = INVALID_HANDLE_VALUE;
    HANDLE section;

    if (path) {
        DeleteFileA(path); /* what an earlier run left; most often nothing */
        file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                           NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (file == INVALID_HANDLE_VALUE)
            must(HRESULT_FROM_WIN32(GetLastError()), path);
    }
    section = CreateFileMappingFromApp(file, NULL, PAGE_READWRITE, size, name);
    if (!section)
        must(HRESULT_FROM_WIN32(GetLastError()), "CreateFileMappingFromApp");
    if (path)
        CloseHandle(file);
    return section;
}

static void make_box(struct recorder *recorder)
{
    struct ntshm_blackbox_desc desc = {.size = sizeof(desc),
                                       .n_lists = NT_DEMO_LISTS,
                                       .payload_size =
                                           NT_DEMO_TARGET_OFFSET + recorder->options->target_size,
                                       .program = "ntshm blackbox demo"};
    bool copied = recorder->options->control == CONTROL_COPIED_HEAP;
    uint64_t size = ntshm_blackbox_section_size(&desc);
    wchar_t name[256];

    mbstowcs(name, recorder->options->name, NT_ARRAY_SIZE(name) - 1);
    name[NT_ARRAY_SIZE(name) - 1] = 0;
    recorder->section = make_section(recorder->options->file, size, name);
    recorder->view = MapViewOfFile(recorder->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (!recorder->view)
        must(HRESULT_FROM_WIN32(GetLastError()), "MapViewOfFile");
    if (copied) {
        recorder->shadow =
            CreateFileMappingFromApp(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, size, NULL);
        if (!recorder->shadow)
            must(HRESULT_FROM_WIN32(GetLastError()), "CreateFileMappingFromApp");
    }
    must(ntshm_blackbox_create((ID3D12Device3 *)recorder->device,
                               copied ? recorder->shadow : recorder->section, &desc,
                               &recorder->box),
         "ntshm_blackbox_create");
}

static void make_buffers(struct recorder *recorder)
{
    uint64_t size = recorder->options->target_size;
    uint32_t *target = (uint32_t *)(void *)((unsigned char *)ntshm_blackbox_payload(recorder->box) +
                                            NT_DEMO_TARGET_OFFSET);
    D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                .Width = NT_DEMO_TARGET_OFFSET + size,
                                .Height = 1,
                                .DepthOrArraySize = 1,
                                .MipLevels = 1,
                                .SampleDesc = {1, 0},
                                .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
                                .Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER};
    uint32_t *words = NULL;

    recorder->source = make_buffer(recorder, size, true);
    recorder->scratch = make_buffer(recorder, SCRATCH_SIZE, false);
    recorder->texture = make_buffer(recorder, SCRATCH_SIZE, false);
    must(ID3D12Device5_CreatePlacedResource(recorder->device, ntshm_blackbox_heap(recorder->box),
                                            ntshm_blackbox_payload_offset(recorder->box), &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&recorder->payload),
         "CreatePlacedResource");
    must(ID3D12Resource_Map(recorder->source, 0, NULL, (void **)&words), "Map");
    for (uint64_t i = 0; i < size / 4; i++) {
        words[i] = nt_demo_new_word(i);
        target[i] = nt_demo_old_word(i);
    }
    ID3D12Resource_Unmap(recorder->source, 0, NULL);
}

static void make_device(struct recorder *recorder)
{
    must(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5,
                           (void **)&recorder->device),
         "no Direct3D 12 device (is there a Vulkan driver?)");
    recorder->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!recorder->event)
        must(HRESULT_FROM_WIN32(GetLastError()), "CreateEvent");
}

/* --- a frame ------------------------------------------------------------------------ */

static void transition(ID3D12GraphicsCommandList2 *list, ID3D12Resource *buffer,
                       D3D12_RESOURCE_STATES before, D3D12_RESOURCE_STATES after)
{
    D3D12_RESOURCE_BARRIER barrier = {
        .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
        .Transition = {buffer, D3D12_RESOURCE_BARRIER_ALL_SUBRESOURCES, before, after}};

    ID3D12GraphicsCommandList2_ResourceBarrier(list, 1, &barrier);
}

/* The nonce goes by the GPU's hands: section, scratch, section. */
static void echo_mailbox(struct recorder *recorder, ID3D12GraphicsCommandList2 *list)
{
    transition(list, recorder->payload, D3D12_RESOURCE_STATE_COMMON,
               D3D12_RESOURCE_STATE_COPY_SOURCE);
    ID3D12GraphicsCommandList2_CopyBufferRegion(list, recorder->scratch, 0, recorder->payload,
                                                offsetof(struct nt_demo_mailbox, nonce), 4);
    transition(list, recorder->payload, D3D12_RESOURCE_STATE_COPY_SOURCE,
               D3D12_RESOURCE_STATE_COPY_DEST);
    transition(list, recorder->scratch, D3D12_RESOURCE_STATE_COPY_DEST,
               D3D12_RESOURCE_STATE_COPY_SOURCE);
    ID3D12GraphicsCommandList2_CopyBufferRegion(
        list, recorder->payload, offsetof(struct nt_demo_mailbox, reply), recorder->scratch, 0, 4);
    transition(list, recorder->scratch, D3D12_RESOURCE_STATE_COPY_SOURCE,
               D3D12_RESOURCE_STATE_COPY_DEST);
    transition(list, recorder->payload, D3D12_RESOURCE_STATE_COPY_DEST,
               D3D12_RESOURCE_STATE_COMMON);
}

static void record_pass(struct recorder *recorder, ID3D12GraphicsCommandList2 *list, unsigned pass,
                        bool last)
{
    if (pass == NT_DEMO_ECHO_PASS) {
        echo_mailbox(recorder, list);
    } else if (pass == NT_DEMO_TORN_PASS && last) {
        transition(list, recorder->payload, D3D12_RESOURCE_STATE_COMMON,
                   D3D12_RESOURCE_STATE_COPY_DEST);
        ID3D12GraphicsCommandList2_CopyBufferRegion(list, recorder->payload, NT_DEMO_TARGET_OFFSET,
                                                    recorder->source, 0,
                                                    recorder->options->target_size);
        transition(list, recorder->payload, D3D12_RESOURCE_STATE_COPY_DEST,
                   D3D12_RESOURCE_STATE_COMMON);
    } else {
        ID3D12GraphicsCommandList2_CopyBufferRegion(list, recorder->scratch, 65536u * pass,
                                                    recorder->source, 65536u * pass, 65536);
    }
}

static void end_pass(const struct recorder *recorder, struct ntshm_blackbox_list *marks)
{
    if (recorder->options->control != CONTROL_NO_MARKER_OUT)
        ntshm_blackbox_end_pass(marks);
}

static void begin_list(struct recorder *recorder, struct frame *frame, unsigned i, const char *name)
{
    ntshm_blackbox_end_list(frame->marks[i]);
    frame->marks[i] = NULL;
    must(ID3D12CommandAllocator_Reset(frame->allocators[i]), "Reset of an allocator");
    must(ID3D12GraphicsCommandList2_Reset(frame->lists[i], frame->allocators[i], NULL),
         "Reset of a list");
    must(ntshm_blackbox_begin_list(recorder->box, frame->lists[i], name, &frame->marks[i]),
         "ntshm_blackbox_begin_list");
}

static void record_frame(struct recorder *recorder, struct frame *frame, bool last)
{
    static const char *const passes[NT_DEMO_N_PASSES] = {NT_DEMO_PASSES};
    ID3D12GraphicsCommandList2 *list = frame->lists[0];

    begin_list(recorder, frame, 0, frame == &recorder->frames[0] ? "even frame" : "odd frame");
    transition(list, recorder->scratch, D3D12_RESOURCE_STATE_COMMON,
               D3D12_RESOURCE_STATE_COPY_DEST);
    for (unsigned pass = 0; pass < NT_DEMO_N_PASSES; pass++) {
        ntshm_blackbox_begin_pass(frame->marks[0], passes[pass]);
        record_pass(recorder, list, pass, last);
        end_pass(recorder, frame->marks[0]);
    }
    must(ID3D12GraphicsCommandList2_Close(list), "Close");

    begin_list(recorder, frame, 1, "upload");
    ntshm_blackbox_begin_pass(frame->marks[1], "texture upload");
    ID3D12GraphicsCommandList2_CopyBufferRegion(frame->lists[1], recorder->texture, 0,
                                                recorder->source, 0, 65536);
    end_pass(recorder, frame->marks[1]);
    must(ID3D12GraphicsCommandList2_Close(frame->lists[1]), "Close");
}

static void execute(struct recorder *recorder, struct frame *frame, unsigned i)
{
    ID3D12CommandList *list = (ID3D12CommandList *)frame->lists[i];
    HRESULT hr;

    must(ntshm_blackbox_submit(recorder->box, recorder->queue_numbers[i], &frame->marks[i], 1,
                               recorder->n_frames),
         "ntshm_blackbox_submit");
    ID3D12CommandQueue_ExecuteCommandLists(recorder->queues[i], 1, &list);
    hr = ID3D12CommandQueue_Signal(recorder->queues[i], recorder->fences[i], recorder->n_frames);
    /* The list runs already, so the device may be gone by now; who waits for the frame is told. */
    if (hr != DXGI_ERROR_DEVICE_REMOVED)
        must(hr, "Signal");
}

/* The streaming list first, on its own queue; the frame waits for it as an engine's would. */
static void submit_frame(struct recorder *recorder, struct frame *frame)
{
    frame->fence_value = ++recorder->n_frames;
    execute(recorder, frame, 1);
    must(ID3D12CommandQueue_Wait(recorder->queues[0], recorder->fences[1], recorder->n_frames),
         "Wait");
    execute(recorder, frame, 0);
}

/* Waits until the main queue is behind @value; the removed reason when the device is gone. */
static HRESULT wait_frame(struct recorder *recorder, uint64_t value)
{
    if (ID3D12Fence_GetCompletedValue(recorder->fences[0]) < value) {
        must(ID3D12Fence_SetEventOnCompletion(recorder->fences[0], value, recorder->event),
             "SetEventOnCompletion");
        if (WaitForSingleObject(recorder->event, WAIT_MS) != WAIT_OBJECT_0)
            must(HRESULT_FROM_WIN32(ERROR_TIMEOUT), "a frame does not finish");
    }
    return ntshm_blackbox_poll(recorder->box);
}

/* Control: what a heap that is only a copy would have to do, after each frame. */
static void carry_copy(struct recorder *recorder)
{
    uint64_t offset = ntshm_blackbox_payload_offset(recorder->box);
    volatile struct nt_demo_mailbox *own = mailbox(recorder);
    const struct nt_demo_mailbox *copy = ntshm_blackbox_payload(recorder->box);

    if (recorder->options->control != CONTROL_COPIED_HEAP)
        return;
    memcpy(recorder->view, (unsigned char *)ntshm_blackbox_payload(recorder->box) - offset, offset);
    own->reply = copy->reply;
}

/* Where the Vulkan validation layer is loaded, nothing that it dislikes counts as a proof. */
static void check_validation(struct recorder *recorder)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};

    must(ntshm_d3d12_get_adapter((ID3D12Device *)recorder->device, &adapter),
         "ntshm_d3d12_get_adapter");
    if (adapter.validation_errors > 0)
        must(E_FAIL, "the validation layer has found errors");
}

/* --- the end ------------------------------------------------------------------------ */

/* In its own thread: removes the device once the big copy has begun to arrive. */
static void *remove_device(void *argument)
{
    struct recorder *recorder = argument;
    const volatile uint32_t *first =
        (const volatile void *)((unsigned char *)ntshm_blackbox_payload(recorder->box) +
                                NT_DEMO_TARGET_OFFSET);

    while (*first != nt_demo_new_word(0))
        sched_yield();
    ID3D12Device5_RemoveDevice(recorder->device);
    return NULL;
}

/* The frame with the big copy. Killed here, or without a device behind it, or too slow. */
static void run_last_frame(struct recorder *recorder)
{
    struct frame *frame = &recorder->frames[recorder->n_frames % FRAMES_IN_FLIGHT];
    pthread_t thread;
    char line[64];
    HRESULT hr;

    record_frame(recorder, frame, true);
    if (recorder->options->remove && pthread_create(&thread, NULL, remove_device, recorder) != 0)
        must(E_OUTOFMEMORY, "pthread_create");
    submit_frame(recorder, frame);
    hr = wait_frame(recorder, frame->fence_value);
    if (recorder->options->remove) {
        pthread_join(thread, NULL);
        /* A copy that was complete before the removal is seen as such by the watcher. */
        hr = ntshm_blackbox_poll(recorder->box);
    }
    carry_copy(recorder);
    snprintf(line, sizeof(line), hr == S_OK ? "finished" : "removed 0x%08x", (unsigned)hr);
    say(line);
}

static void run(struct recorder *recorder)
{
    bool told = false;

    for (;;) {
        struct frame *frame = &recorder->frames[recorder->n_frames % FRAMES_IN_FLIGHT];

        must(wait_frame(recorder, frame->fence_value), "the device was removed too early");
        carry_copy(recorder);
        if (!told && recorder->n_frames >= FRAMES_IN_FLIGHT) {
            say("ready");
            told = true;
        }
        if (mailbox(recorder)->command == NT_DEMO_LAST)
            break;
        record_frame(recorder, frame, false);
        submit_frame(recorder, frame);
    }
    must(wait_frame(recorder, recorder->n_frames), "the device was removed too early");
    carry_copy(recorder);
    check_validation(recorder);
    run_last_frame(recorder);
    check_validation(recorder);
}

static void release(void *object)
{
    if (object)
        IUnknown_Release((IUnknown *)object);
}

/* Gives everything back: a recorder whose device was removed can still end in good order. */
static void take_down(struct recorder *recorder)
{
    for (unsigned f = 0; f < FRAMES_IN_FLIGHT; f++)
        for (unsigned i = 0; i < 2; i++) {
            ntshm_blackbox_end_list(recorder->frames[f].marks[i]);
            release(recorder->frames[f].lists[i]);
            release(recorder->frames[f].allocators[i]);
        }
    release(recorder->payload);
    release(recorder->texture);
    release(recorder->scratch);
    release(recorder->source);
    ntshm_blackbox_close(recorder->box);
    for (unsigned i = 0; i < 2; i++) {
        release(recorder->queues[i]);
        release(recorder->fences[i]);
    }
    release(recorder->device);
    UnmapViewOfFile(recorder->view);
    CloseHandle(recorder->event);
    CloseHandle(recorder->section);
    if (recorder->shadow)
        CloseHandle(recorder->shadow);
}

/* --- the command -------------------------------------------------------------------- */

static const struct argp_option options[] = {
    {"control", 'c', "WHAT", 0, "no-marker-out or copied-heap", 0},
    {"file", 'f', "PATH", 0, "a new file that the section shows", 0},
    {"name", 'N', "NAME", 0, "of the section", 0},
    {"remove", 'r', NULL, 0, "remove the device in the last frame", 0},
    {"size", 's', "BYTES", 0, "of the copy that will be torn", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct record_options *record = state->input;

    switch (key) {
    case 'c':
        if (strcmp(argument, "no-marker-out") == 0)
            record->control = CONTROL_NO_MARKER_OUT;
        else if (strcmp(argument, "copied-heap") == 0)
            record->control = CONTROL_COPIED_HEAP;
        else
            argp_error(state, "'%s' is no control", argument);
        return 0;
    case 'f':
        record->file = argument;
        return 0;
    case 'N':
        record->name = argument;
        return 0;
    case 'r':
        record->remove = true;
        return 0;
    case 's':
        record->target_size = strtoull(argument, NULL, 10);
        return 0;
    case ARGP_KEY_END:
        if (!record->name || record->target_size < SCRATCH_SIZE || record->target_size % 65536)
            argp_error(state, "it takes a name, and a size of whole 64 KiB");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int nt_tool_blackbox_record(int argc, char **argv)
{
    static const struct argp argp = {options, parse, NULL, "The recorder of the demo.",
                                     NULL,    NULL,  NULL};
    struct record_options record = {0};
    struct recorder recorder = {.options = &record};
    char byte;

    argp_parse(&argp, argc, argv, 0, NULL, &record);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    make_device(&recorder);
    make_box(&recorder);
    make_queue(&recorder, 0, D3D12_COMMAND_LIST_TYPE_DIRECT, NT_DEMO_MAIN_QUEUE);
    make_queue(&recorder, 1, D3D12_COMMAND_LIST_TYPE_COPY, NT_DEMO_COPY_QUEUE);
    make_buffers(&recorder);
    run(&recorder);
    /* Alive, perhaps without its device, until the watcher has seen enough. */
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    take_down(&recorder);
    return NT_TOOL_OK;
}
