/* SPDX-License-Identifier: MIT */
/*
 * blackbox.h: a flight recorder for GPU work that outlives the device and the process.
 *
 * A program puts a *black box* into a named file mapping that is also a Direct3D 12 heap, and
 * brackets its GPU work in named passes. The GPU itself writes a marker word when a pass starts
 * and another when it ends (WriteBufferImmediate, MARKER_IN and MARKER_OUT). When the device is
 * lost, or the program is killed with SIGKILL in the middle of GPU work, another process that has
 * the mapping open reads from it which passes finished and which one was in flight, by name.
 * `ntshm blackbox watch NAME` is such a process, `ntshm blackbox read NAME|FILE` prints what it
 * finds.
 *
 * The first half of this file is the layout: what lies in the section, for anybody who writes a
 * reader. The second half is the recorder's interface, exported by libntshm-d3d12.
 *
 * Rules of the layout
 *   - Little-endian, fixed widths, no pointers. Every offset counts from the start of the section.
 *   - The header gives place, count and entry size of each table: a reader takes nothing for
 *     granted, checks that each table lies inside [0, meta_size), and skips what it does not know
 *     at the end of an entry.
 *   - A dump file is the section as it was, byte for byte; whoever saved it filled the `saved_`
 *     fields, which are 0 in a live section.
 *   - The recorder can die between any two instructions. So each record is written before the
 *     store that makes it visible: the header before `magic`, a name before its `length`, a
 *     marker before its `sequence`, a list record while its `generation` is odd. A record whose
 *     word is not there yet is not there.
 *   - The GPU writes two words only, marker_in and marker_out of a list record. The CPU writes
 *     them once, to 0, before the record is used; and never again.
 *   - The recorder reads nothing back: scribbling on the section fools its readers, not it.
 */
#ifndef NTSHM_BLACKBOX_H
#define NTSHM_BLACKBOX_H

#include <windows.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- the layout --------------------------------------------------------------------------- */

#define NTSHM_BLACKBOX_MAGIC       "NTSHMBB" /* eight bytes with the NUL */
#define NTSHM_BLACKBOX_VERSION     1u
#define NTSHM_BLACKBOX_HEADER_SIZE 4096u

/*
 * A marker value, as the GPU writes it: which marker of its list (1, 2, 3 ... as recorded), and
 * the name of the pass. It carries its name so that it can be read even when the ring has gone
 * round since the list was recorded. Ordinal 0 with the list's own name means that the list has
 * started and no pass has; the word 0 means that it has not started.
 */
#define NTSHM_BLACKBOX_NAME_BITS   14u
#define NTSHM_BLACKBOX_MAX_NAMES   (1u << NTSHM_BLACKBOX_NAME_BITS) /* number 0 is no name */
#define NTSHM_BLACKBOX_MAX_ORDINAL (UINT32_MAX >> NTSHM_BLACKBOX_NAME_BITS)
#define NTSHM_BLACKBOX_VALUE(ordinal, name) \
    ((uint32_t)(ordinal) << NTSHM_BLACKBOX_NAME_BITS | (uint32_t)(name))
#define NTSHM_BLACKBOX_VALUE_ORDINAL(value) ((uint32_t)(value) >> NTSHM_BLACKBOX_NAME_BITS)
#define NTSHM_BLACKBOX_VALUE_NAME(value)    ((uint32_t)(value) & (NTSHM_BLACKBOX_MAX_NAMES - 1u))

/* Limits of a valid box; a reader refuses what is above. */
#define NTSHM_BLACKBOX_MIN_MARKERS          65536u /* what ntshm_blackbox_create makes at least */
#define NTSHM_BLACKBOX_MAX_MARKERS          (1u << 20)
#define NTSHM_BLACKBOX_MAX_LISTS            16384u
#define NTSHM_BLACKBOX_MAX_QUEUES           64u
#define NTSHM_BLACKBOX_MAX_SUBMISSIONS      65536u
#define NTSHM_BLACKBOX_MAX_ENTRY            4096u        /* bytes of one table entry */
#define NTSHM_BLACKBOX_MAX_META             (128u << 20) /* bytes of header and tables */

/* header.state */
#define NTSHM_BLACKBOX_RECORDING            1u /* the recorder is at work, or died at it */
#define NTSHM_BLACKBOX_REMOVED              2u /* it has noticed that its device was removed */
#define NTSHM_BLACKBOX_CLOSED               3u /* closed by ntshm_blackbox_close: nothing is lost */

/* header.saved_reason, in a dump */
#define NTSHM_BLACKBOX_SAVED_DEATH          1u /* the recorder's process ended without closing the box */
#define NTSHM_BLACKBOX_SAVED_REMOVED        2u /* its device was removed */
#define NTSHM_BLACKBOX_SAVED_ASKED          3u /* somebody asked for a copy */

struct ntshm_blackbox_table {
    uint64_t offset;     /* from the start of the section, a multiple of 64 */
    uint32_t count;      /* entries */
    uint32_t entry_size; /* bytes, a multiple of 8 */
};

/* At offset 0. Everything up to `passes_dropped` is constant once magic is there, but state. */
struct ntshm_blackbox_header {
    char magic[8];            /* 0x000: NTSHM_BLACKBOX_MAGIC, stored last */
    uint32_t version;         /* 0x008: NTSHM_BLACKBOX_VERSION */
    uint32_t header_size;     /* 0x00c: NTSHM_BLACKBOX_HEADER_SIZE */
    uint64_t total_size;      /* 0x010: bytes, payload included */
    uint64_t meta_size;       /* 0x018: bytes of header and tables; the payload starts there */
    uint64_t payload_size;    /* 0x020: bytes for the program's own use */
    uint64_t created_unix_ns; /* 0x028: CLOCK_REALTIME */
    uint64_t created_mono_ns; /* 0x030: CLOCK_MONOTONIC, the clock of every time_ns below */
    uint32_t pid;             /* 0x038: the recorder, as it sees itself */
    uint32_t state;           /* 0x03c: NTSHM_BLACKBOX_RECORDING ... */
    uint64_t pid_start;       /* 0x040: field 22 of /proc/PID/stat: tells a reused pid */
    uint32_t removed_reason;  /* 0x048: HRESULT of GetDeviceRemovedReason, 0 while none */
    uint32_t reserved0;       /* 0x04c */
    char driver[128];         /* 0x050: the adapter, UTF-8, padded with NUL */
    char program[128];        /* 0x0d0: the recorder's name, likewise */
    struct ntshm_blackbox_table names;       /* 0x150: struct ntshm_blackbox_name */
    struct ntshm_blackbox_table queues;      /* 0x160: struct ntshm_blackbox_queue_record */
    struct ntshm_blackbox_table lists;       /* 0x170: struct ntshm_blackbox_list_record */
    struct ntshm_blackbox_table submissions; /* 0x180: struct ntshm_blackbox_submission, a ring */
    struct ntshm_blackbox_table markers;     /* 0x190: struct ntshm_blackbox_marker, a ring */
    uint64_t reserved1[12];                  /* 0x1a0 */
    /* Counters, only ever growing. */
    uint64_t n_markers;      /* 0x200: markers recorded; the newest has this sequence */
    uint64_t n_submissions;  /* 0x208: submissions noted */
    uint64_t n_lists;        /* 0x210: recordings begun */
    uint64_t passes_dropped; /* 0x218: begin_pass calls that found no room */
    uint64_t names_dropped;  /* 0x220: names that found no room; such passes have name 0 */
    uint64_t reserved2[59];  /* 0x228 */
    /* Filled by whoever saves a dump. */
    uint64_t saved_unix_ns; /* 0x400: CLOCK_REALTIME; 0 in a live section */
    uint32_t saved_reason;  /* 0x408: NTSHM_BLACKBOX_SAVED_DEATH ... */
    uint32_t saved_by_pid;  /* 0x40c */
};

/* Entry i is name number i; number 0 is not used. Never changes once its length is there. */
struct ntshm_blackbox_name {
    uint32_t length; /* 0x00: bytes of text, stored last; 0: not there (yet) */
    char text[60];   /* 0x04: UTF-8, cut at a character when longer; not terminated */
};

/* A queue that the recorder submits to. There when its name is not 0. */
struct ntshm_blackbox_queue_record {
    uint32_t name;             /* 0x00: stored last */
    uint32_t type;             /* 0x04: D3D12_COMMAND_LIST_TYPE */
    uint64_t submitted;        /* 0x08: fence value that ends what was submitted last */
    uint64_t completed;        /* 0x10: fence value that the recorder saw last */
    uint64_t passes_submitted; /* 0x18: passes in all lists submitted */
    uint64_t passes_completed; /* 0x20: passes in the lists behind `completed`; stored after it */
    uint64_t reserved[3];      /* 0x28 */
};

/* list_record.state */
#define NTSHM_BLACKBOX_LIST_FREE      0u /* finished; its record will be used again */
#define NTSHM_BLACKBOX_LIST_OPEN      1u /* recorded, not submitted yet */
#define NTSHM_BLACKBOX_LIST_SUBMITTED 2u /* submitted; done when its queue's completed says so */

/*
 * One recording of one command list, from ntshm_blackbox_begin_list on. A program that records a
 * list anew each frame has several of these alive at once. Each has its own two words, on a cache
 * line of their own, so that any number of lists on any number of queues run at the same time.
 */
struct ntshm_blackbox_list_record {
    uint32_t marker_in;      /* 0x00: GPU: marker value of the newest pass that has started */
    uint32_t marker_out;     /* 0x04: GPU: marker value of the newest end of a pass */
    uint32_t generation;     /* 0x08: odd while the record is being (re)used; 0: never used */
    uint32_t name;           /* 0x0c: the list's name */
    uint32_t state;          /* 0x10: NTSHM_BLACKBOX_LIST_FREE ... */
    uint32_t n_ordinals;     /* 0x14: markers recorded so far; the ring may be one ahead */
    uint32_t queue;          /* 0x18: index into queues, once submitted */
    uint32_t n_executions;   /* 0x1c: how often it was submitted */
    uint64_t fence_value;    /* 0x20: its queue's value behind the last submission */
    uint64_t first_sequence; /* 0x28: sequence of its first marker, 0 before */
    uint64_t time_ns;        /* 0x30: when the recording began */
    uint64_t reserved;       /* 0x38 */
};

/* One ExecuteCommandLists for one list. Submission n is entry n modulo the count. */
struct ntshm_blackbox_submission {
    uint64_t sequence;    /* 0x00: 1, 2, 3 ...; stored last */
    uint32_t queue;       /* 0x08: index into queues */
    uint32_t list;        /* 0x0c: index into lists */
    uint32_t generation;  /* 0x10: of the list record at that time */
    uint32_t n_passes;    /* 0x14: in the list */
    uint64_t fence_value; /* 0x18: the queue signals it behind the list */
    uint64_t time_ns;     /* 0x20 */
    uint64_t reserved[3]; /* 0x28 */
};

/* marker.kind */
#define NTSHM_BLACKBOX_BEGIN 1u
#define NTSHM_BLACKBOX_END   2u

/*
 * One marker as recorded by the CPU: the history that gives the GPU's two words their meaning.
 * Marker n is entry n modulo the count (a power of two). check is NTSHM_BLACKBOX_CHECK of the
 * other fields, so that an entry that two laps of the ring wrote at once is recognized.
 */
struct ntshm_blackbox_marker {
    uint64_t sequence;   /* 0x00: 1, 2, 3 ...; 0 while being written */
    uint32_t list;       /* 0x08: index into lists */
    uint32_t generation; /* 0x0c: of the list record */
    uint32_t value;      /* 0x10: NTSHM_BLACKBOX_VALUE(ordinal, name) */
    uint16_t kind;       /* 0x14: NTSHM_BLACKBOX_BEGIN or NTSHM_BLACKBOX_END */
    uint16_t check;      /* 0x16 */
    uint64_t time_ns;    /* 0x18: when it was recorded (not: executed) */
};

/* The check of a marker entry. */
static inline uint16_t ntshm_blackbox_check(const struct ntshm_blackbox_marker *marker)
{
    uint64_t mix = marker->sequence * 0x9e3779b97f4a7c15u;

    mix ^= ((uint64_t)marker->list << 32 | marker->generation) * 0xc2b2ae3d27d4eb4fu;
    mix ^= ((uint64_t)marker->value << 16 | marker->kind) * 0x165667b19e3779f9u;
    mix ^= marker->time_ns * 0xd6e8feb86659fd93u;
    mix ^= mix >> 32;
    return (uint16_t)(mix ^ mix >> 16);
}

/* --- the recorder ------------------------------------------------------------------------- */

/* The same declarations as in <d3d12.h>, so that a reader of the layout needs no Direct3D. */
typedef struct ID3D12Device3 ID3D12Device3;
typedef struct ID3D12Fence ID3D12Fence;
typedef struct ID3D12GraphicsCommandList2 ID3D12GraphicsCommandList2;
typedef struct ID3D12Heap ID3D12Heap;

/* A black box being recorded; and one recording of a list in it. Private to the library. */
struct ntshm_blackbox;
struct ntshm_blackbox_list;

/* How big a box is, and what its header tells. Zero is a good value for everything but size. */
struct ntshm_blackbox_desc {
    uint32_t size;         /* sizeof(struct ntshm_blackbox_desc) */
    uint32_t n_markers;    /* ring; a power of two, 65536 to 2^20; 0: 65536 */
    uint32_t n_lists;      /* recordings alive at once; 0: 1024 */
    uint32_t reserved;     /* 0 */
    uint64_t payload_size; /* bytes for the program's own use, behind the tables */
    const char *program;   /* UTF-8; NULL: the process's name */
    const char *driver;    /* UTF-8; NULL: what the device says of itself */
};

/**
 * ntshm_blackbox_section_size() - how big a section a box needs
 * @desc: as for ntshm_blackbox_create
 *
 * Return: bytes, a multiple of 64 KiB; 0 for a wrong @desc.
 */
uint64_t ntshm_blackbox_section_size(const struct ntshm_blackbox_desc *desc);

/**
 * ntshm_blackbox_create() - make a black box in a section
 * @device:  opens the section as a heap; kept by a reference
 * @section: handle from CreateFileMapping, readable and writable, all zero, at least
 *           ntshm_blackbox_section_size() bytes; may be closed afterwards, but a *name* lives only
 *           as long as some handle does, so keep it (or have a keeper keep it)
 * @desc:    sizes and texts, copied
 * @ret_box: the box; ntshm_blackbox_close() ends it
 *
 * Return: S_OK; E_INVALIDARG for a wrong @desc or a section too small or not writable;
 * HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS) when there is something in the section already;
 * DXGI_ERROR_UNSUPPORTED when the driver cannot use the section's own memory or has no
 * marker writes; E_OUTOFMEMORY; the device's error.
 */
HRESULT ntshm_blackbox_create(ID3D12Device3 *device, HANDLE section,
                              const struct ntshm_blackbox_desc *desc,
                              struct ntshm_blackbox **ret_box);

/**
 * ntshm_blackbox_close() - end a box in good order
 * @box: NULL is allowed; every list of it is ended too
 *
 * The section then says that nothing was lost (unless the device was removed). The GPU must be
 * done with every list of the box.
 */
void ntshm_blackbox_close(struct ntshm_blackbox *box);

/**
 * ntshm_blackbox_heap() - the heap that the section is
 *
 * For placing buffers in the payload: its first byte is at heap offset
 * ntshm_blackbox_payload_offset(), a multiple of 64 KiB. Borrowed; AddRef to keep it.
 */
ID3D12Heap *ntshm_blackbox_heap(struct ntshm_blackbox *box);

/** ntshm_blackbox_payload_offset() - where the payload starts in section and heap */
uint64_t ntshm_blackbox_payload_offset(const struct ntshm_blackbox *box);

/** ntshm_blackbox_payload() - the payload in this process, writable, until the box is closed */
void *ntshm_blackbox_payload(struct ntshm_blackbox *box);

/**
 * ntshm_blackbox_add_queue() - tell of a queue
 * @name:      UTF-8
 * @type:      D3D12_COMMAND_LIST_TYPE, for the reader
 * @fence:     what the program signals on that queue behind its submissions, with growing
 *             values; kept by a reference
 * @ret_queue: its number, for ntshm_blackbox_submit
 *
 * Return: S_OK; E_INVALIDARG; E_OUTOFMEMORY when there are NTSHM_BLACKBOX_MAX_QUEUES already.
 */
HRESULT ntshm_blackbox_add_queue(struct ntshm_blackbox *box, const char *name, uint32_t type,
                                 ID3D12Fence *fence, uint32_t *ret_queue);

/**
 * ntshm_blackbox_begin_list() - begin to mark a command list
 * @list:     just created or reset; kept by a reference
 * @name:     UTF-8, what the reader calls the list
 * @ret_list: this recording; give it back with ntshm_blackbox_end_list()
 *
 * Records one WriteBufferImmediate that makes the list's words start afresh at each execution.
 * Any thread; a recording itself belongs to one thread at a time, as the command list does.
 *
 * Return: S_OK; E_INVALIDARG; E_OUTOFMEMORY when all records are taken by lists that have not
 * finished; DXGI_ERROR_DEVICE_REMOVED once ntshm_blackbox_poll has said so.
 */
HRESULT ntshm_blackbox_begin_list(struct ntshm_blackbox *box, ID3D12GraphicsCommandList2 *list,
                                  const char *name, struct ntshm_blackbox_list **ret_list);

/**
 * ntshm_blackbox_begin_pass() - the commands that follow belong to the pass @name
 * @name: UTF-8; each different name is kept once in the section, up to 16383 names of 60 bytes
 *
 * Costs one WriteBufferImmediate of one word, MARKER_IN. Passes nest, 32 deep.
 *
 * Return: S_OK; S_FALSE when there was no room for another name (the pass is marked without one);
 * HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS) when it is too deep or the list is full (it can have
 * NTSHM_BLACKBOX_MAX_ORDINAL markers): then no marker is written, and its ntshm_blackbox_end_pass()
 * writes none either.
 */
HRESULT ntshm_blackbox_begin_pass(struct ntshm_blackbox_list *list, const char *name);

/**
 * ntshm_blackbox_end_pass() - the innermost pass ends here
 *
 * Costs one WriteBufferImmediate of one word, MARKER_OUT.
 *
 * Return: S_OK; S_FALSE for the end of a pass that was not marked; E_UNEXPECTED when none is open.
 */
HRESULT ntshm_blackbox_end_pass(struct ntshm_blackbox_list *list);

/**
 * ntshm_blackbox_submit() - note that lists are about to be executed; call it right before
 * @queue:       from ntshm_blackbox_add_queue
 * @lists:       the recordings, in order; command lists without marks are left out
 * @fence_value: what the queue will signal to its fence behind them; greater than all before
 *
 * Every execution of a marked list must be noted, or its record is used again too early. A list
 * may be executed any number of times, on one queue at a time. Looks at the fences too, as
 * ntshm_blackbox_poll does.
 *
 * Return: S_OK; E_INVALIDARG (nothing is noted).
 */
HRESULT ntshm_blackbox_submit(struct ntshm_blackbox *box, uint32_t queue,
                              struct ntshm_blackbox_list *const *lists, uint32_t n_lists,
                              uint64_t fence_value);

/**
 * ntshm_blackbox_end_list() - a recording will not be executed again (reset, release)
 * @list: NULL is allowed; not to be used afterwards
 *
 * Its record lives on until the queue's fence has passed its last execution.
 */
void ntshm_blackbox_end_list(struct ntshm_blackbox_list *list);

/**
 * ntshm_blackbox_poll() - carry the fences' values into the section
 *
 * Call it where the program waits for a frame; it is a read of each fence and a few stores.
 *
 * Return: S_OK; the device's removed reason, which is also put into the section. Completed values
 * then stay what they were: a removed device's fences all read UINT64_MAX and prove nothing.
 */
HRESULT ntshm_blackbox_poll(struct ntshm_blackbox *box);

/**
 * ntshm_blackbox_start_keeper() - have somebody there who outlives this process
 * @name: the section's name, UTF-8, as for CreateFileMappingA
 * @dump: file to save to, UTF-8; a relative path counts from the current directory
 *
 * Starts `ntshm blackbox watch` in a session of its own and returns when it has opened the name,
 * which from then on lives as long as the keeper. It saves @dump when this process ends without
 * having closed the box or when the box says that the device was removed, and then ends. The tool
 * is looked for at NTSHM_TOOL_PATH, else near this library and along PATH.
 *
 * Return: S_OK; E_INVALIDARG; HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) when there is no tool;
 * HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE) when the keeper ended before it was ready (no such
 * name, not a box); HRESULT_FROM_WIN32(ERROR_TIMEOUT) when it was not ready in 20 seconds;
 * E_OUTOFMEMORY.
 */
HRESULT ntshm_blackbox_start_keeper(const char *name, const char *dump);

#ifdef __cplusplus
}
#endif

#endif
