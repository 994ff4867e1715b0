/* SPDX-License-Identifier: MIT */
/*
 * winnt.h - the types and constants that user mode and the Nt layer share: characters,
 * strings, access rights, page protections, allocation and section flags.
 *
 * WCHAR is wchar_t, 32 bits on Linux, so that L"..." and the wcs functions of the C library
 * work. This is the one stated difference from the layout of Windows.
 */
#ifndef NTSHM_WINNT_H
#define NTSHM_WINNT_H

#include "minwindef.h"
#include "guiddef.h"

#ifndef VOID
#    define VOID void
#endif
#ifndef NTAPI
#    define NTAPI
#endif
#ifndef NTSYSAPI
#    define NTSYSAPI
#endif
#ifndef NTSYSCALLAPI
#    define NTSYSCALLAPI
#endif
#ifndef WINBASEAPI
#    define WINBASEAPI
#endif
#ifndef WINADVAPI
#    define WINADVAPI
#endif
#ifndef WINUSERAPI
#    define WINUSERAPI
#endif
#define DECLSPEC_IMPORT
#define DECLSPEC_NOVTABLE
#define DECLSPEC_NOTHROW
#define DECLSPEC_SELECTANY __attribute__((__weak__))
#define DECLSPEC_NORETURN  __attribute__((__noreturn__))
#define DECLSPEC_ALIGN(n)  __attribute__((__aligned__(n)))
#define DECLSPEC_UUID(x)
#define DECLSPEC_DEPRECATED                __attribute__((__deprecated__))

#define UNREFERENCED_PARAMETER(p)          ((void)(p))
#define DBG_UNREFERENCED_PARAMETER(p)      ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))

#ifdef __cplusplus
#    define EXTERN_C    extern "C"
#    define C_ASSERT(e) static_assert((e), "C_ASSERT")
#else
#    define EXTERN_C    extern
#    define C_ASSERT(e) _Static_assert((e), "C_ASSERT")
#endif

/* GCC and clang know unnamed members; NONAMELESSUNION asks for the named forms as in the SDK. */
#ifdef NONAMELESSUNION
#    define DUMMYUNIONNAME  u
#    define DUMMYSTRUCTNAME s
#else
#    define DUMMYUNIONNAME
#    define DUMMYSTRUCTNAME
#endif

#define FIELD_OFFSET(type, field)               ((LONG)offsetof(type, field))
#define RTL_FIELD_SIZE(type, field)             (sizeof(((type *)0)->field))
#define CONTAINING_RECORD(address, type, field) ((type *)((char *)(address)-offsetof(type, field)))
#define ARRAYSIZE(a)                            (sizeof(a) / sizeof((a)[0]))

/* ---- characters and numbers ---- */

typedef void *PVOID;
typedef char CHAR, *PCHAR;
typedef int16_t SHORT, *PSHORT;
typedef int32_t LONG, *PLONG;
typedef unsigned char UCHAR, *PUCHAR;
typedef uint16_t USHORT, *PUSHORT;
typedef uint32_t ULONG, *PULONG;
typedef int64_t LONGLONG, *PLONGLONG;
typedef uint64_t ULONGLONG, *PULONGLONG;
typedef uint64_t DWORDLONG, *PDWORDLONG;
typedef BYTE BOOLEAN, *PBOOLEAN;
typedef BYTE FCHAR;

/*
 * NTSHM_WIDE - stands behind the declaration of every function that takes or gives WCHARs
 *
 * WCHAR is wchar_t, whatever its width: a unit compiled with -fshort-wchar is linked with the
 * function's 16-bit twin, so that units of both widths can be parts of one program.
 */
#if __SIZEOF_WCHAR_T__ == 2
/* clang-format off */
#    define NTSHM_WIDE(name) __asm__("ntshm16_" #name)
/* clang-format on */
#else
#    define NTSHM_WIDE(name)
#endif

typedef wchar_t WCHAR, *PWCHAR, *LPWCH, *PWCH;
typedef const WCHAR *LPCWCH, *PCWCH;
typedef WCHAR *NWPSTR, *LPWSTR, *PWSTR;
typedef const WCHAR *LPCWSTR, *PCWSTR;
typedef PWSTR *PZPWSTR;
typedef const PWSTR *PCZPWSTR;

typedef CHAR *LPCH, *PCH;
typedef const CHAR *LPCCH, *PCCH;
typedef CHAR *NPSTR, *LPSTR, *PSTR;
typedef const CHAR *LPCSTR, *PCSTR;

#ifdef UNICODE
#    ifndef NTSHM_TCHAR_DEFINED
#        define NTSHM_TCHAR_DEFINED
typedef WCHAR TCHAR, *PTCHAR;
#    endif
typedef LPWSTR LPTCH, PTCH, PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#    define __TEXT(quote) L##quote
#else
#    ifndef NTSHM_TCHAR_DEFINED
#        define NTSHM_TCHAR_DEFINED
typedef char TCHAR, *PTCHAR;
#    endif
typedef LPSTR LPTCH, PTCH, PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#    define __TEXT(quote) quote
#endif
#define TEXT(quote) __TEXT(quote)

typedef HANDLE *PHANDLE, *LPHANDLE;
typedef LONG HRESULT;
typedef DWORD LCID;
typedef DWORD ACCESS_MASK, *PACCESS_MASK;
typedef PVOID PSECURITY_DESCRIPTOR;
typedef PVOID PSID;
typedef DWORD SECURITY_INFORMATION, *PSECURITY_INFORMATION;

#define DECLARE_HANDLE(name) \
    struct name##__ {        \
        int unused;          \
    };                       \
    typedef struct name##__ *name

#define MAXCHAR     0x7f
#define MAXSHORT    0x7fff
#define MAXLONG     0x7fffffff
#define MAXUCHAR    0xff
#define MAXUSHORT   0xffff
#define MAXULONG    0xffffffff
#define MAXDWORD    0xffffffff
#define MAXLONGLONG ((LONGLONG)0x7fffffffffffffff)

typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    } DUMMYSTRUCTNAME;
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    } DUMMYSTRUCTNAME;
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _LUID {
    DWORD LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

/* ---- access rights ---- */

#define DELETE                   0x00010000
#define READ_CONTROL             0x00020000
#define WRITE_DAC                0x00040000
#define WRITE_OWNER              0x00080000
#define SYNCHRONIZE              0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000F0000
#define STANDARD_RIGHTS_READ     READ_CONTROL
#define STANDARD_RIGHTS_WRITE    READ_CONTROL
#define STANDARD_RIGHTS_EXECUTE  READ_CONTROL
#define STANDARD_RIGHTS_ALL      0x001F0000
#define SPECIFIC_RIGHTS_ALL      0x0000FFFF
#define ACCESS_SYSTEM_SECURITY   0x01000000
#define MAXIMUM_ALLOWED          0x02000000
#define GENERIC_READ             0x80000000
#define GENERIC_WRITE            0x40000000
#define GENERIC_EXECUTE          0x20000000
#define GENERIC_ALL              0x10000000

typedef struct _GENERIC_MAPPING {
    ACCESS_MASK GenericRead;
    ACCESS_MASK GenericWrite;
    ACCESS_MASK GenericExecute;
    ACCESS_MASK GenericAll;
} GENERIC_MAPPING, *PGENERIC_MAPPING;

#define SECTION_QUERY                0x0001
#define SECTION_MAP_WRITE            0x0002
#define SECTION_MAP_READ             0x0004
#define SECTION_MAP_EXECUTE          0x0008
#define SECTION_EXTEND_SIZE          0x0010
#define SECTION_MAP_EXECUTE_EXPLICIT 0x0020
#define SECTION_ALL_ACCESS                                                             \
    (STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_WRITE | SECTION_MAP_READ | \
     SECTION_MAP_EXECUTE | SECTION_EXTEND_SIZE)
#define SESSION_QUERY_ACCESS  0x0001
#define SESSION_MODIFY_ACCESS 0x0002

#define MUTANT_QUERY_STATE    0x0001
#define MUTANT_ALL_ACCESS     (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | MUTANT_QUERY_STATE)
#define TIMER_QUERY_STATE     0x0001
#define TIMER_MODIFY_STATE    0x0002
#define TIMER_ALL_ACCESS      (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)

typedef struct _IO_COUNTERS {
    ULONGLONG ReadOperationCount;
    ULONGLONG WriteOperationCount;
    ULONGLONG OtherOperationCount;
    ULONGLONG ReadTransferCount;
    ULONGLONG WriteTransferCount;
    ULONGLONG OtherTransferCount;
} IO_COUNTERS, *PIO_COUNTERS;

/* --- jobs (jobapi2.h) ------------------------------------------------------------------------ */

#define JOB_OBJECT_ASSIGN_PROCESS                   0x0001
#define JOB_OBJECT_SET_ATTRIBUTES                   0x0002
#define JOB_OBJECT_QUERY                            0x0004
#define JOB_OBJECT_TERMINATE                        0x0008
#define JOB_OBJECT_SET_SECURITY_ATTRIBUTES          0x0010
#define JOB_OBJECT_IMPERSONATE                      0x0020
#define JOB_OBJECT_ALL_ACCESS                       (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3F)

/* LimitFlags. Those that a job here keeps are named in jobapi2.h. */
#define JOB_OBJECT_LIMIT_WORKINGSET                 0x00000001
#define JOB_OBJECT_LIMIT_PROCESS_TIME               0x00000002
#define JOB_OBJECT_LIMIT_JOB_TIME                   0x00000004
#define JOB_OBJECT_LIMIT_ACTIVE_PROCESS             0x00000008
#define JOB_OBJECT_LIMIT_AFFINITY                   0x00000010
#define JOB_OBJECT_LIMIT_PRIORITY_CLASS             0x00000020
#define JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME          0x00000040
#define JOB_OBJECT_LIMIT_SCHEDULING_CLASS           0x00000080
#define JOB_OBJECT_LIMIT_PROCESS_MEMORY             0x00000100
#define JOB_OBJECT_LIMIT_JOB_MEMORY                 0x00000200
#define JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION 0x00000400
#define JOB_OBJECT_LIMIT_BREAKAWAY_OK               0x00000800
#define JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK        0x00001000
#define JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE          0x00002000
#define JOB_OBJECT_LIMIT_SUBSET_AFFINITY            0x00004000
#define JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS          0x000000ff
#define JOB_OBJECT_EXTENDED_LIMIT_VALID_FLAGS       0x00007fff

typedef enum _JOBOBJECTINFOCLASS {
    JobObjectBasicAccountingInformation = 1,
    JobObjectBasicLimitInformation,
    JobObjectBasicProcessIdList,
    JobObjectBasicUIRestrictions,
    JobObjectSecurityLimitInformation,
    JobObjectEndOfJobTimeInformation,
    JobObjectAssociateCompletionPortInformation,
    JobObjectBasicAndIoAccountingInformation,
    JobObjectExtendedLimitInformation,
    JobObjectJobSetInformation,
    JobObjectGroupInformation,
    JobObjectNotificationLimitInformation,
    JobObjectLimitViolationInformation,
    JobObjectGroupInformationEx,
    JobObjectCpuRateControlInformation,
    JobObjectCompletionFilter,
    JobObjectCompletionCounter
} JOBOBJECTINFOCLASS;

typedef struct _JOBOBJECT_BASIC_ACCOUNTING_INFORMATION {
    LARGE_INTEGER TotalUserTime; /* 100 ns units */
    LARGE_INTEGER TotalKernelTime;
    LARGE_INTEGER ThisPeriodTotalUserTime;
    LARGE_INTEGER ThisPeriodTotalKernelTime;
    DWORD TotalPageFaultCount;
    DWORD TotalProcesses;
    DWORD ActiveProcesses;
    DWORD TotalTerminatedProcesses;
} JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, *PJOBOBJECT_BASIC_ACCOUNTING_INFORMATION;

typedef struct _JOBOBJECT_BASIC_LIMIT_INFORMATION {
    LARGE_INTEGER PerProcessUserTimeLimit;
    LARGE_INTEGER PerJobUserTimeLimit;
    DWORD LimitFlags;
    SIZE_T MinimumWorkingSetSize;
    SIZE_T MaximumWorkingSetSize;
    DWORD ActiveProcessLimit;
    ULONG_PTR Affinity;
    DWORD PriorityClass;
    DWORD SchedulingClass;
} JOBOBJECT_BASIC_LIMIT_INFORMATION, *PJOBOBJECT_BASIC_LIMIT_INFORMATION;

typedef struct _JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
    JOBOBJECT_BASIC_LIMIT_INFORMATION BasicLimitInformation;
    IO_COUNTERS IoInfo;
    SIZE_T ProcessMemoryLimit;
    SIZE_T JobMemoryLimit;
    SIZE_T PeakProcessMemoryUsed;
    SIZE_T PeakJobMemoryUsed;
} JOBOBJECT_EXTENDED_LIMIT_INFORMATION, *PJOBOBJECT_EXTENDED_LIMIT_INFORMATION;

typedef struct _JOBOBJECT_BASIC_PROCESS_ID_LIST {
    DWORD NumberOfAssignedProcesses;
    DWORD NumberOfProcessIdsInList;
    ULONG_PTR ProcessIdList[1];
} JOBOBJECT_BASIC_PROCESS_ID_LIST, *PJOBOBJECT_BASIC_PROCESS_ID_LIST;

typedef struct _JOBOBJECT_BASIC_UI_RESTRICTIONS {
    DWORD UIRestrictionsClass;
} JOBOBJECT_BASIC_UI_RESTRICTIONS, *PJOBOBJECT_BASIC_UI_RESTRICTIONS;
#define EVENT_MODIFY_STATE                0x0002
#define EVENT_ALL_ACCESS                  (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)

#define SEMAPHORE_MODIFY_STATE            0x0002
#define SEMAPHORE_ALL_ACCESS              (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)

#define DUPLICATE_CLOSE_SOURCE            0x00000001
#define DUPLICATE_SAME_ACCESS             0x00000002

#define PROCESS_TERMINATE                 0x0001
#define PROCESS_CREATE_THREAD             0x0002
#define PROCESS_VM_OPERATION              0x0008
#define PROCESS_VM_READ                   0x0010
#define PROCESS_VM_WRITE                  0x0020
#define PROCESS_DUP_HANDLE                0x0040
#define PROCESS_CREATE_PROCESS            0x0080
#define PROCESS_SET_QUOTA                 0x0100
#define PROCESS_SET_INFORMATION           0x0200
#define PROCESS_QUERY_INFORMATION         0x0400
#define PROCESS_SUSPEND_RESUME            0x0800
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000
#define PROCESS_SET_LIMITED_INFORMATION   0x2000
#define PROCESS_ALL_ACCESS                (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)

#define THREAD_TERMINATE                  0x0001
#define THREAD_SUSPEND_RESUME             0x0002
#define THREAD_GET_CONTEXT                0x0008
#define THREAD_SET_CONTEXT                0x0010
#define THREAD_SET_INFORMATION            0x0020
#define THREAD_QUERY_INFORMATION          0x0040
#define THREAD_SET_THREAD_TOKEN           0x0080
#define THREAD_IMPERSONATE                0x0100
#define THREAD_DIRECT_IMPERSONATION       0x0200
#define THREAD_SET_LIMITED_INFORMATION    0x0400
#define THREAD_QUERY_LIMITED_INFORMATION  0x0800
#define THREAD_RESUME                     0x1000
#define THREAD_ALL_ACCESS                 (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)

#define FILE_READ_DATA                    0x0001
#define FILE_WRITE_DATA                   0x0002
#define FILE_APPEND_DATA                  0x0004
#define FILE_EXECUTE                      0x0020
#define FILE_READ_ATTRIBUTES              0x0080
#define FILE_WRITE_ATTRIBUTES             0x0100
#define FILE_READ_EA                      0x0008
#define FILE_WRITE_EA                     0x0010
#define FILE_ALL_ACCESS                   (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x1FF)
#define FILE_GENERIC_READ \
    (STANDARD_RIGHTS_READ | FILE_READ_DATA | FILE_READ_ATTRIBUTES | FILE_READ_EA | SYNCHRONIZE)
#define FILE_GENERIC_WRITE                                                             \
    (STANDARD_RIGHTS_WRITE | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | \
     FILE_APPEND_DATA | SYNCHRONIZE)
#define FILE_GENERIC_EXECUTE \
    (STANDARD_RIGHTS_EXECUTE | FILE_READ_ATTRIBUTES | FILE_EXECUTE | SYNCHRONIZE)

#define FILE_LIST_DIRECTORY                0x0001
#define FILE_ADD_FILE                      0x0002
#define FILE_ADD_SUBDIRECTORY              0x0004
#define FILE_TRAVERSE                      0x0020
#define FILE_DELETE_CHILD                  0x0040

#define FILE_SHARE_READ                    0x00000001
#define FILE_SHARE_WRITE                   0x00000002
#define FILE_SHARE_DELETE                  0x00000004
#define FILE_SHARE_VALID_FLAGS             0x00000007

#define FILE_ATTRIBUTE_READONLY            0x00000001
#define FILE_ATTRIBUTE_HIDDEN              0x00000002
#define FILE_ATTRIBUTE_SYSTEM              0x00000004
#define FILE_ATTRIBUTE_DIRECTORY           0x00000010
#define FILE_ATTRIBUTE_ARCHIVE             0x00000020
#define FILE_ATTRIBUTE_DEVICE              0x00000040
#define FILE_ATTRIBUTE_NORMAL              0x00000080
#define FILE_ATTRIBUTE_TEMPORARY           0x00000100
#define FILE_ATTRIBUTE_SPARSE_FILE         0x00000200
#define FILE_ATTRIBUTE_REPARSE_POINT       0x00000400
#define FILE_ATTRIBUTE_COMPRESSED          0x00000800
#define FILE_ATTRIBUTE_OFFLINE             0x00001000
#define FILE_ATTRIBUTE_NOT_CONTENT_INDEXED 0x00002000
#define FILE_ATTRIBUTE_ENCRYPTED           0x00004000

#define IO_REPARSE_TAG_SYMLINK             0xA000000C
#define COMPRESSION_FORMAT_NONE            0x0000

typedef struct FILE_ID_128 {
    BYTE Identifier[16];
} FILE_ID_128, *PFILE_ID_128;

/* ---- pages, allocations, sections ---- */

#define PAGE_NOACCESS                  0x01
#define PAGE_READONLY                  0x02
#define PAGE_READWRITE                 0x04
#define PAGE_WRITECOPY                 0x08
#define PAGE_EXECUTE                   0x10
#define PAGE_EXECUTE_READ              0x20
#define PAGE_EXECUTE_READWRITE         0x40
#define PAGE_EXECUTE_WRITECOPY         0x80
#define PAGE_GUARD                     0x100
#define PAGE_NOCACHE                   0x200
#define PAGE_WRITECOMBINE              0x400
#define PAGE_REVERT_TO_FILE_MAP        0x80000000
#define PAGE_TARGETS_NO_UPDATE         0x40000000
#define PAGE_TARGETS_INVALID           0x40000000

#define MEM_COMMIT                     0x00001000
#define MEM_RESERVE                    0x00002000
#define MEM_REPLACE_PLACEHOLDER        0x00004000
#define MEM_RESERVE_PLACEHOLDER        0x00040000
#define MEM_RESET                      0x00080000
#define MEM_TOP_DOWN                   0x00100000
#define MEM_WRITE_WATCH                0x00200000
#define WRITE_WATCH_FLAG_RESET         0x00000001
#define MEM_PHYSICAL                   0x00400000
#define MEM_ROTATE                     0x00800000
#define MEM_DIFFERENT_IMAGE_BASE_OK    0x00800000
#define MEM_RESET_UNDO                 0x01000000
#define MEM_LARGE_PAGES                0x20000000
#define MEM_4MB_PAGES                  0x80000000
#define MEM_64K_PAGES                  (MEM_LARGE_PAGES | MEM_PHYSICAL)
#define MEM_UNMAP_WITH_TRANSIENT_BOOST 0x00000001
#define MEM_COALESCE_PLACEHOLDERS      0x00000001
#define MEM_PRESERVE_PLACEHOLDER       0x00000002
#define MEM_DECOMMIT                   0x00004000
#define MEM_RELEASE                    0x00008000
#define MEM_FREE                       0x00010000
#define MEM_PRIVATE                    0x00020000
#define MEM_MAPPED                     0x00040000
#define MEM_IMAGE                      0x01000000

#define SEC_NO_CHANGE                  0x00400000
#define SEC_FILE                       0x00800000
#define SEC_IMAGE                      0x01000000
#define SEC_PROTECTED_IMAGE            0x02000000
#define SEC_RESERVE                    0x04000000
#define SEC_COMMIT                     0x08000000
#define SEC_NOCACHE                    0x10000000
#define SEC_WRITECOMBINE               0x40000000
#define SEC_LARGE_PAGES                0x80000000
#define SEC_IMAGE_NO_EXECUTE           (SEC_IMAGE | SEC_NOCACHE)

typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
#if __SIZEOF_POINTER__ == 8
    WORD PartitionId;
#endif
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;

typedef struct _MEM_ADDRESS_REQUIREMENTS {
    PVOID LowestStartingAddress;
    PVOID HighestEndingAddress;
    SIZE_T Alignment;
} MEM_ADDRESS_REQUIREMENTS, *PMEM_ADDRESS_REQUIREMENTS;

#define MEM_EXTENDED_PARAMETER_GRAPHICS            0x00000001
#define MEM_EXTENDED_PARAMETER_NONPAGED            0x00000002
#define MEM_EXTENDED_PARAMETER_ZERO_PAGES_OPTIONAL 0x00000004
#define MEM_EXTENDED_PARAMETER_NONPAGED_LARGE      0x00000008
#define MEM_EXTENDED_PARAMETER_NONPAGED_HUGE       0x00000010
#define MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES    0x00000020
#define MEM_EXTENDED_PARAMETER_EC_CODE             0x00000040
#define MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY ((DWORD64)1 << 63)

typedef enum MEM_EXTENDED_PARAMETER_TYPE {
    MemExtendedParameterInvalidType = 0,
    MemExtendedParameterAddressRequirements,
    MemExtendedParameterNumaNode,
    MemExtendedParameterPartitionHandle,
    MemExtendedParameterUserPhysicalHandle,
    MemExtendedParameterAttributeFlags,
    MemExtendedParameterImageMachine,
    MemExtendedParameterMax
} MEM_EXTENDED_PARAMETER_TYPE,
    *PMEM_EXTENDED_PARAMETER_TYPE;

#define MEM_EXTENDED_PARAMETER_TYPE_BITS 8

typedef struct DECLSPEC_ALIGN(8) MEM_EXTENDED_PARAMETER {
    __extension__ struct {
        __extension__ DWORD64 Type : MEM_EXTENDED_PARAMETER_TYPE_BITS;
        __extension__ DWORD64 Reserved : 64 - MEM_EXTENDED_PARAMETER_TYPE_BITS;
    } DUMMYSTRUCTNAME;
    __extension__ union {
        DWORD64 ULong64;
        PVOID Pointer;
        SIZE_T Size;
        HANDLE Handle;
        DWORD ULong;
    } DUMMYUNIONNAME;
} MEM_EXTENDED_PARAMETER, *PMEM_EXTENDED_PARAMETER;

/* MemExtendedParameterPartitionHandle: one partition, the system's, is all there is. */
#define MEMORY_CURRENT_PARTITION_HANDLE ((HANDLE)(LONG_PTR)-1)
#define MEMORY_SYSTEM_PARTITION_HANDLE  ((HANDLE)(LONG_PTR)-2)

/* SetProcessWorkingSetSizeEx */
#define QUOTA_LIMITS_HARDWS_MIN_ENABLE  0x00000001
#define QUOTA_LIMITS_HARDWS_MIN_DISABLE 0x00000002
#define QUOTA_LIMITS_HARDWS_MAX_ENABLE  0x00000004
#define QUOTA_LIMITS_HARDWS_MAX_DISABLE 0x00000008

#define NUMA_NO_PREFERRED_NODE          ((DWORD)-1)

/* A processor, and processors: in groups of 64, by their number. */
typedef struct _PROCESSOR_NUMBER {
    WORD Group;
    BYTE Number;
    BYTE Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    WORD Group;
    WORD Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

#define MAXIMUM_WAIT_OBJECTS       64
#define MAXIMUM_SUSPEND_COUNT      0x7F
#define TLS_MINIMUM_AVAILABLE      64
#define FLS_MAXIMUM_AVAILABLE      4080

#define THREAD_BASE_PRIORITY_LOWRT 15
#define THREAD_BASE_PRIORITY_MAX   2
#define THREAD_BASE_PRIORITY_MIN   (-2)
#define THREAD_BASE_PRIORITY_IDLE  (-15)

/*
 * What threads of one process synchronise with. Programs hold these structures and hand out
 * pointers to them; what stands in them is the functions' own (synchapi.h).
 */
typedef struct _RTL_CRITICAL_SECTION_DEBUG {
    WORD Type;
    WORD CreatorBackTraceIndex;
    struct _RTL_CRITICAL_SECTION *CriticalSection;
    LIST_ENTRY ProcessLocksList;
    DWORD EntryCount;
    DWORD ContentionCount;
    DWORD Flags;
    WORD CreatorBackTraceIndexHigh;
    WORD SpareWORD;
} RTL_CRITICAL_SECTION_DEBUG, *PRTL_CRITICAL_SECTION_DEBUG;

typedef struct _RTL_CRITICAL_SECTION {
    PRTL_CRITICAL_SECTION_DEBUG DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION;

typedef struct _RTL_SRWLOCK {
    PVOID Ptr;
} RTL_SRWLOCK, *PRTL_SRWLOCK;

typedef struct _RTL_CONDITION_VARIABLE {
    PVOID Ptr;
} RTL_CONDITION_VARIABLE, *PRTL_CONDITION_VARIABLE;

typedef union _RTL_RUN_ONCE {
    PVOID Ptr;
} RTL_RUN_ONCE, *PRTL_RUN_ONCE;

typedef struct _RTL_BARRIER {
    DWORD Reserved1;
    DWORD Reserved2;
    ULONG_PTR Reserved3[2];
    DWORD Reserved4;
    DWORD Reserved5;
} RTL_BARRIER, *PRTL_BARRIER;

#define RTL_SRWLOCK_INIT \
    {                    \
        0                \
    }
#define RTL_CONDITION_VARIABLE_INIT \
    {                               \
        0                           \
    }
#define RTL_CONDITION_VARIABLE_LOCKMODE_SHARED 0x1
#define RTL_RUN_ONCE_INIT \
    {                     \
        0                 \
    }
#define RTL_RUN_ONCE_CHECK_ONLY                     0x1u
#define RTL_RUN_ONCE_ASYNC                          0x2u
#define RTL_RUN_ONCE_INIT_FAILED                    0x4u
#define RTL_RUN_ONCE_CTX_RESERVED_BITS              2
#define RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO     0x01000000
#define RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN      0x02000000
#define RTL_CRITICAL_SECTION_FLAG_STATIC_INIT       0x04000000
#define RTL_CRITICAL_SECTION_ALL_FLAG_BITS          0xFF000000
#define RTL_CRITICAL_SECTION_DEBUG_FLAG_STATIC_INIT 0x00000001

typedef VOID(NTAPI *PAPCFUNC)(ULONG_PTR Parameter);
typedef VOID(NTAPI *PFLS_CALLBACK_FUNCTION)(PVOID lpFlsData);

#define PROCESSOR_ARCHITECTURE_INTEL   0
#define PROCESSOR_ARCHITECTURE_ARM     5
#define PROCESSOR_ARCHITECTURE_IA64    6
#define PROCESSOR_ARCHITECTURE_AMD64   9
#define PROCESSOR_ARCHITECTURE_ARM64   12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xFFFF
#define PROCESSOR_INTEL_PENTIUM        586
#define PROCESSOR_AMD_X8664            8664

/* ---- exceptions ---- */

#define EXCEPTION_NONCONTINUABLE       0x1
#define EXCEPTION_UNWINDING            0x2
#define EXCEPTION_EXIT_UNWIND          0x4
#define EXCEPTION_STACK_INVALID        0x8
#define EXCEPTION_NESTED_CALL          0x10
#define EXCEPTION_TARGET_UNWIND        0x20
#define EXCEPTION_COLLIDED_UNWIND      0x40
#define EXCEPTION_UNWIND               0x66
#define EXCEPTION_MAXIMUM_PARAMETERS   15

/* ExceptionInformation[0] of an access violation and of an in-page error. */
#define EXCEPTION_READ_FAULT           0
#define EXCEPTION_WRITE_FAULT          1
#define EXCEPTION_EXECUTE_FAULT        8

/*
 * What happened. For EXCEPTION_ACCESS_VIOLATION and EXCEPTION_IN_PAGE_ERROR ExceptionInformation
 * has the kind of access and the address; for the latter also the NTSTATUS of the failed read.
 */
typedef struct _EXCEPTION_RECORD {
    DWORD ExceptionCode;
    DWORD ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    DWORD NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct DECLSPEC_ALIGN(16) _M128A {
    ULONGLONG Low;
    LONGLONG High;
} M128A, *PM128A;

#if defined(__x86_64__)

#    define CONTEXT_AMD64           0x100000
#    define CONTEXT_CONTROL         (CONTEXT_AMD64 | 0x1)
#    define CONTEXT_INTEGER         (CONTEXT_AMD64 | 0x2)
#    define CONTEXT_SEGMENTS        (CONTEXT_AMD64 | 0x4)
#    define CONTEXT_FLOATING_POINT  (CONTEXT_AMD64 | 0x8)
#    define CONTEXT_DEBUG_REGISTERS (CONTEXT_AMD64 | 0x10)
#    define CONTEXT_FULL            (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)
#    define CONTEXT_ALL             (CONTEXT_FULL | CONTEXT_SEGMENTS | CONTEXT_DEBUG_REGISTERS)

typedef struct DECLSPEC_ALIGN(16) _XMM_SAVE_AREA32 {
    WORD ControlWord;
    WORD StatusWord;
    BYTE TagWord;
    BYTE Reserved1;
    WORD ErrorOpcode;
    DWORD ErrorOffset;
    WORD ErrorSelector;
    WORD Reserved2;
    DWORD DataOffset;
    WORD DataSelector;
    WORD Reserved3;
    DWORD MxCsr;
    DWORD MxCsr_Mask;
    M128A FloatRegisters[8];
    M128A XmmRegisters[16];
    BYTE Reserved4[96];
} XMM_SAVE_AREA32, *PXMM_SAVE_AREA32;

/* The registers of a thread; ContextFlags says which groups of them are filled. */
typedef struct DECLSPEC_ALIGN(16) _CONTEXT {
    DWORD64 P1Home;
    DWORD64 P2Home;
    DWORD64 P3Home;
    DWORD64 P4Home;
    DWORD64 P5Home;
    DWORD64 P6Home;
    DWORD ContextFlags;
    DWORD MxCsr;
    WORD SegCs;
    WORD SegDs;
    WORD SegEs;
    WORD SegFs;
    WORD SegGs;
    WORD SegSs;
    DWORD EFlags;
    DWORD64 Dr0;
    DWORD64 Dr1;
    DWORD64 Dr2;
    DWORD64 Dr3;
    DWORD64 Dr6;
    DWORD64 Dr7;
    DWORD64 Rax;
    DWORD64 Rcx;
    DWORD64 Rdx;
    DWORD64 Rbx;
    DWORD64 Rsp;
    DWORD64 Rbp;
    DWORD64 Rsi;
    DWORD64 Rdi;
    DWORD64 R8;
    DWORD64 R9;
    DWORD64 R10;
    DWORD64 R11;
    DWORD64 R12;
    DWORD64 R13;
    DWORD64 R14;
    DWORD64 R15;
    DWORD64 Rip;
    __extension__ union {
        XMM_SAVE_AREA32 FltSave;
        XMM_SAVE_AREA32 FloatSave;
        __extension__ struct {
            M128A Header[2];
            M128A Legacy[8];
            M128A Xmm0;
            M128A Xmm1;
            M128A Xmm2;
            M128A Xmm3;
            M128A Xmm4;
            M128A Xmm5;
            M128A Xmm6;
            M128A Xmm7;
            M128A Xmm8;
            M128A Xmm9;
            M128A Xmm10;
            M128A Xmm11;
            M128A Xmm12;
            M128A Xmm13;
            M128A Xmm14;
            M128A Xmm15;
        } DUMMYSTRUCTNAME;
    } DUMMYUNIONNAME;
    M128A VectorRegister[26];
    DWORD64 VectorControl;
    DWORD64 DebugControl;
    DWORD64 LastBranchToRip;
    DWORD64 LastBranchFromRip;
    DWORD64 LastExceptionToRip;
    DWORD64 LastExceptionFromRip;
} CONTEXT, *PCONTEXT;

#else
#    include "ntshm/context.h"
#endif

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PCONTEXT ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

/* Returns EXCEPTION_CONTINUE_EXECUTION or EXCEPTION_CONTINUE_SEARCH. */
typedef LONG(NTAPI *PVECTORED_EXCEPTION_HANDLER)(struct _EXCEPTION_POINTERS *ExceptionInfo);

/*
 * The statuses that Win32 programs see are DWORDs here, as in the SDK. <ntstatus.h> defines
 * them again as NTSTATUS, in whichever order the two are included; WIN32_NO_STATUS leaves
 * these out.
 */
#if !defined(WIN32_NO_STATUS) && !defined(NTSHM_NTSTATUS_H)
#    define STATUS_WAIT_0                   ((DWORD)0x00000000)
#    define STATUS_ABANDONED_WAIT_0         ((DWORD)0x00000080)
#    define STATUS_USER_APC                 ((DWORD)0x000000C0)
#    define STATUS_TIMEOUT                  ((DWORD)0x00000102)
#    define STATUS_PENDING                  ((DWORD)0x00000103)
#    define STATUS_GUARD_PAGE_VIOLATION     ((DWORD)0x80000001)
#    define STATUS_DATATYPE_MISALIGNMENT    ((DWORD)0x80000002)
#    define STATUS_ACCESS_VIOLATION         ((DWORD)0xC0000005)
#    define STATUS_IN_PAGE_ERROR            ((DWORD)0xC0000006)
#    define STATUS_INVALID_HANDLE           ((DWORD)0xC0000008)
#    define STATUS_INVALID_PARAMETER        ((DWORD)0xC000000D)
#    define STATUS_NO_MEMORY                ((DWORD)0xC0000017)
#    define STATUS_ILLEGAL_INSTRUCTION      ((DWORD)0xC000001D)
#    define STATUS_NONCONTINUABLE_EXCEPTION ((DWORD)0xC0000025)
#endif

/* Bit operators for a C++ enumeration whose values are flags. */
#ifdef __cplusplus
extern "C++" {
template <class E> struct ntshm_enum_bits {
    typedef __underlying_type(E) type;
};
}
#    define DEFINE_ENUM_FLAG_OPERATORS(E)                                            \
        extern "C++" {                                                               \
        inline constexpr E operator|(E a, E b) noexcept                              \
        {                                                                            \
            return E(((ntshm_enum_bits<E>::type)a) | ((ntshm_enum_bits<E>::type)b)); \
        }                                                                            \
        inline constexpr E operator&(E a, E b) noexcept                              \
        {                                                                            \
            return E(((ntshm_enum_bits<E>::type)a) & ((ntshm_enum_bits<E>::type)b)); \
        }                                                                            \
        inline constexpr E operator^(E a, E b) noexcept                              \
        {                                                                            \
            return E(((ntshm_enum_bits<E>::type)a) ^ ((ntshm_enum_bits<E>::type)b)); \
        }                                                                            \
        inline constexpr E operator~(E a) noexcept                                   \
        {                                                                            \
            return E(~((ntshm_enum_bits<E>::type)a));                                \
        }                                                                            \
        inline E &operator|=(E &a, E b) noexcept                                     \
        {                                                                            \
            return a = a | b;                                                        \
        }                                                                            \
        inline E &operator&=(E &a, E b) noexcept                                     \
        {                                                                            \
            return a = a & b;                                                        \
        }                                                                            \
        inline E &operator^=(E &a, E b) noexcept                                     \
        {                                                                            \
            return a = a ^ b;                                                        \
        }                                                                            \
        }
#else
#    define DEFINE_ENUM_FLAG_OPERATORS(E)
#endif

#include "ntimage.h"

#include "ntshm/winnt-more.h"
#include "ntshm/winnt-security.h"
#include "ntshm/winnt-token.h"
#include "ntshm/winnt-well-known.h"

#endif
