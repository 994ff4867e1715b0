# SPDX-License-Identifier: MIT
"""Compare the binary interface of the public headers with that of mingw-w64's.

usage: compare_abi.py INCLUDE-DIRECTORY [--list]

The names are read out of our own headers: every constant, every enumerator, every type, every
member of every structure, every prototype. One C source asks for all of them; it is compiled
natively with our headers and by x86_64-w64-mingw32-gcc with its own, and the numbers are read
from the object files, so nothing is run. Prototypes are declared once more after mingw's
headers: a different one is a compile error.

Values that mingw's headers do not have are pinned here; functions that they do not have are
listed. Our side is compiled with -fshort-wchar. Three controls (a wrong constant, a swapped
member, a wrong prototype) are planted in a copy of our headers and must be found.
"""

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

NATIVE = "gcc"
MINGW = "x86_64-w64-mingw32-gcc"

# What is read. The headers of COM are Microsoft's own and need no comparison.
HEADERS = [
    "basetsd.h", "minwindef.h", "windef.h", "winnt.h", "ntimage.h", "minwinbase.h", "guiddef.h",
    "handleapi.h",
    "errhandlingapi.h", "excpt.h", "memoryapi.h", "synchapi.h", "processthreadsapi.h", "sysinfoapi.h", "systemtopologyapi.h",
    "fileapi.h", "ioapiset.h", "timezoneapi.h", "winioctl.h", "libloaderapi.h", "winbase.h", "winerror.h", "ntstatus.h", "winternl.h",
    "debugapi.h", "fibersapi.h", "heapapi.h", "processenv.h", "profileapi.h", "psapi.h", "realtimeapiset.h",
    "shellapi.h", "stringapiset.h", "winnls.h", "winuser.h", "ntshm/winbase-more.h", "ntshm/winbase-process.h", "ntshm/winnt-more.h",
    "ntshm/winnt-token.h", "ntshm/winnt-well-known.h", "accctrl.h", "aclapi.h", "sddl.h",
    "ntshm/winnt-security.h", "ntshm/securitybase-data.h",
    "ntshm/winternl-security.h",
    "ntshm/winternl-sync.h", "jobapi.h", "jobapi2.h", "namespaceapi.h", "namedpipeapi.h",
]

PROLOGUE = """
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000006
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <winternl.h>
#include <ntstatus.h>
#include <winioctl.h>
#include <stddef.h>
#include <psapi.h>
#include <shellapi.h>
#include <accctrl.h>
#include <aclapi.h>
#include <sddl.h>
"""

# Values that mingw-w64's headers do not have, or have from an older Windows, as Microsoft's
# pages and newer SDKs give them.
PINNED = {
    "MAP_PROCESS": 1,
    "MAP_SYSTEM": 2,
    "DIRECTORY_QUERY": 1,
    "DIRECTORY_TRAVERSE": 2,
    "DIRECTORY_CREATE_OBJECT": 4,
    "DIRECTORY_CREATE_SUBDIRECTORY": 8,
    "DIRECTORY_ALL_ACCESS": 0xF000F,
    "DUPLICATE_SAME_ATTRIBUTES": 4,
    "ERROR_CANT_WAIT": 554,
    "ERROR_INVALID_LABEL": 1299,
    "ERROR_INVALID_LOCK_RANGE": 307,
    "ERROR_NO_WORK_DONE": 235,
    "ERROR_IMAGE_NOT_AT_BASE": 700,
    "ERROR_NOT_SAME_OBJECT": 1656,
    "ERROR_OBJECT_NAME_EXISTS": 698,
    "FACILITY_DXGI": 0x87A,
    "FileCaseSensitiveInfo": 23,
    "FileDispositionInfoEx": 21,
    "FileDispositionInformationEx": 64,
    "FileIdInformation": 59,
    "FileNormalizedNameInfo": 24,
    "FileRenameInfoEx": 22,
    "FileRenameInformationEx": 65,
    "JOB_OBJECT_ALL_ACCESS": 0x1F003F,
    "JOB_OBJECT_IMPERSONATE": 0x20,
    "MaximumFileInfoByHandleClass": 25,
    "MemoryBasicInformation": 0,
    "sizeof MEMORY_INFORMATION_CLASS": 4,
    "MAXUCHAR": 0xFF,
    "MAXUSHORT": 0xFFFF,
    "MAXULONG": 0xFFFFFFFF,
    "MEM_COALESCE_PLACEHOLDERS": 1,
    "MEM_PRESERVE_PLACEHOLDER": 2,
    "MEM_REPLACE_PLACEHOLDER": 0x4000,
    "MEM_RESERVE_PLACEHOLDER": 0x40000,
    "MEM_EXTENDED_PARAMETER_EC_CODE": 0x40,
    "MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY": 1 << 63,
    "MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES": 0x20,
    "MEMORY_CURRENT_PARTITION_HANDLE": 0xFFFFFFFFFFFFFFFF,
    "MEMORY_SYSTEM_PARTITION_HANDLE": 0xFFFFFFFFFFFFFFFE,
    "MemExtendedParameterImageMachine": 6,
    "MemExtendedParameterMax": 7,
    "SEC_NO_CHANGE": 0x400000,
    "WinBuiltinAnyRestrictedPackageSid": 118,
    "SECURITY_MANDATORY_MEDIUM_PLUS_RID": 0x2100,
    "SECURITY_MAX_SID_STRING_CHARACTERS": 187,
    "SYSTEM_ACCESS_FILTER_ACE_TYPE": 0x15,
    "SYSTEM_PROCESS_TRUST_LABEL_ACE_TYPE": 0x14,
    "alignof SE_SID": 4,
    "offset of SE_SID.Buffer": 0,
    "offset of SE_SID.Sid": 0,
    "sizeof PSE_SID": 8,
    "sizeof SE_SID": 68,
    "sizeof SE_SID.Buffer": 68,
    "sizeof SE_SID.Sid": 12,
    "STATUS_NOT_SAME_OBJECT": 0xFFFFFFFFC00001AC,
    "SectionBasicInformation": 0,
    "SectionImageInformation": 1,
    "sizeof LPWINBOOL": 8,
    "sizeof PWINBOOL": 8,
    "sizeof SECTION_INFORMATION_CLASS": 4,
    "sizeof SECTION_BASIC_INFORMATION": 24,
    "alignof SECTION_BASIC_INFORMATION": 8,
    "sizeof PSECTION_BASIC_INFORMATION": 8,
    "offset of SECTION_BASIC_INFORMATION.BaseAddress": 0,
    "sizeof SECTION_BASIC_INFORMATION.BaseAddress": 8,
    "offset of SECTION_BASIC_INFORMATION.Attributes": 8,
    "sizeof SECTION_BASIC_INFORMATION.Attributes": 4,
    "offset of SECTION_BASIC_INFORMATION.Size": 16,
    "sizeof SECTION_BASIC_INFORMATION.Size": 8,
    "offset of MEMORY_BASIC_INFORMATION.PartitionId": 20,
    "sizeof MEMORY_BASIC_INFORMATION.PartitionId": 2,
}

# SECTION_IMAGE_INFORMATION of a 64-bit Windows: the offset and the size of each member.
IMAGE_INFORMATION = {
    "TransferAddress": (0, 8), "ZeroBits": (8, 4), "MaximumStackSize": (16, 8),
    "CommittedStackSize": (24, 8), "SubSystemType": (32, 4), "SubSystemMinorVersion": (36, 2),
    "SubSystemMajorVersion": (38, 2), "SubSystemVersion": (36, 4),
    "MajorOperatingSystemVersion": (40, 2), "MinorOperatingSystemVersion": (42, 2),
    "OperatingSystemVersion": (40, 4), "ImageCharacteristics": (44, 2), "DllCharacteristics": (46, 2),
    "Machine": (48, 2), "ImageContainsCode": (50, 1), "ImageFlags": (51, 1), "LoaderFlags": (52, 4),
    "ImageFileSize": (56, 4), "CheckSum": (60, 4),
}
PINNED.update({"sizeof SECTION_IMAGE_INFORMATION": 64, "alignof SECTION_IMAGE_INFORMATION": 8,
               "sizeof PSECTION_IMAGE_INFORMATION": 8})
for _member, (_offset, _size) in IMAGE_INFORMATION.items():
    PINNED[f"offset of SECTION_IMAGE_INFORMATION.{_member}"] = _offset
    PINNED[f"sizeof SECTION_IMAGE_INFORMATION.{_member}"] = _size

# NtQueryVirtualMemory's structures, which mingw-w64 does not have: (size, alignment) of each, and
# (offset, size) of the members that are no bit fields.
MEMORY_INFORMATION = {
    "MEMORY_WORKING_SET_BLOCK": (8, 8, {"Flags": (0, 8)}),
    "MEMORY_WORKING_SET_INFORMATION": (16, 8, {"NumberOfEntries": (0, 8),
                                               "WorkingSetInfo": (8, 8)}),
    "MEMORY_WORKING_SET_EX_BLOCK": (8, 8, {"Flags": (0, 8)}),
    "MEMORY_WORKING_SET_EX_INFORMATION": (16, 8, {"VirtualAddress": (0, 8),
                                                  "VirtualAttributes": (8, 8)}),
    "MEMORY_SECTION_NAME": (16, 8, {"SectionFileName": (0, 16)}),
    # NtQueryDirectoryObject's.
    "OBJECT_DIRECTORY_INFORMATION": (32, 8, {"Name": (0, 16), "TypeName": (16, 16)}),
    # What one asks objects to wait on, and threads.
    "EVENT_BASIC_INFORMATION": (8, 4, {"EventType": (0, 4), "EventState": (4, 4)}),
    "SEMAPHORE_BASIC_INFORMATION": (8, 4, {"CurrentCount": (0, 4), "MaximumCount": (4, 4)}),
    "MUTANT_BASIC_INFORMATION": (8, 4, {"CurrentCount": (0, 4), "OwnedByCaller": (4, 1),
                                        "AbandonedState": (5, 1)}),
    "TIMER_BASIC_INFORMATION": (16, 8, {"RemainingTime": (0, 8), "TimerState": (8, 1)}),
    "THREAD_BASIC_INFORMATION": (48, 8, {"ExitStatus": (0, 4), "TebBaseAddress": (8, 8),
                                         "ClientId": (16, 16), "AffinityMask": (32, 8),
                                         "Priority": (40, 4), "BasePriority": (44, 4)}),
    "MEMORY_REGION_INFORMATION": (48, 8, {"AllocationBase": (0, 8), "AllocationProtect": (8, 4),
                                          "RegionType": (12, 4), "RegionSize": (16, 8),
                                          "CommitSize": (24, 8), "PartitionId": (32, 8),
                                          "NodePreference": (40, 8)}),
    "MEMORY_IMAGE_INFORMATION": (24, 8, {"ImageBase": (0, 8), "SizeOfImage": (8, 8),
                                         "ImageFlags": (16, 4)}),
}
for _name, (_size, _align, _members) in MEMORY_INFORMATION.items():
    PINNED.update({f"sizeof {_name}": _size, f"alignof {_name}": _align, f"sizeof P{_name}": 8})
    for _member, (_offset, _size) in _members.items():
        PINNED[f"offset of {_name}.{_member}"] = _offset
        PINNED[f"sizeof {_name}.{_member}"] = _size
PINNED.update({
    "MemoryBasicInformation": 0, "MemoryWorkingSetInformation": 1,
    "MemoryMappedFilenameInformation": 2, "MemoryRegionInformation": 3,
    "MemoryWorkingSetExInformation": 4, "MemorySharedCommitInformation": 5,
    "MemoryImageInformation": 6, "MemoryRegionInformationEx": 7,
    "MemoryPrivilegedBasicInformation": 8,
    "EventBasicInformation": 0, "SemaphoreBasicInformation": 0, "ThreadIsTerminated": 20,
    "sizeof EVENT_INFORMATION_CLASS": 4, "sizeof PEVENT_INFORMATION_CLASS": 8,
    "sizeof SEMAPHORE_INFORMATION_CLASS": 4, "sizeof PSEMAPHORE_INFORMATION_CLASS": 8,
    # mingw-w64 says 128, which was the number before Windows 10.
    "FLS_MAXIMUM_AVAILABLE": 4080,
    "PROCESS_SET_LIMITED_INFORMATION": 0x2000, "THREAD_RESUME": 0x1000,
    "CREATE_WAITABLE_TIMER_HIGH_RESOLUTION": 2, "ERROR_MUTANT_LIMIT_EXCEEDED": 587,
    "QUEUE_USER_APC_FLAGS_NONE": 0, "QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC": 1,
    "QUEUE_USER_APC_CALLBACK_DATA_CONTEXT": 0x10000, "sizeof QUEUE_USER_APC_FLAGS": 4,
})

# Types that only prototypes unknown to mingw-w64 use; stand-ins, so that the rest compiles.
STAND_INS = """typedef int SECTION_INHERIT, SECTION_INFORMATION_CLASS, EVENT_TYPE, MEMORY_INFORMATION_CLASS;
typedef int EVENT_INFORMATION_CLASS, SEMAPHORE_INFORMATION_CLASS, MUTANT_INFORMATION_CLASS;
typedef int TIMER_INFORMATION_CLASS, TIMER_TYPE, WAIT_TYPE, QUEUE_USER_APC_FLAGS;
typedef void *PTIMER_APC_ROUTINE;
"""

# Prototypes that are older in mingw-w64 than in the documentation.
NEWER = ["DWORD WINAPI ReclaimVirtualMemory(void const *VirtualAddress, SIZE_T Size);"]

# Words that are no number, or only words for the compiler.
NOT_A_NUMBER = re.compile(
    r"^(CONST|VOID|IN|OUT|OPTIONAL|FAR|NEAR|FORCEINLINE|WINAPI\w*|CALLBACK|APIENTRY|PASCAL|"
    r"NTAPI|NTSYS\w*|DECLSPEC_\w+|EXTERN_C|C_ASSERT|DUMMY\w+|NTSHM_\w+|__\w+|REF\w+|_\w+_|"
    r"DEFINE_\w+|IsEqual\w+|CreateFileMapping|OpenFileMapping|CreateEvent|CreateEventEx|"
    r"OpenEvent|WINAPIV|TEXT|SDDL_\w+|AccFree|SE_\w+_NAME|SECURITY_\w+_AUTHORITY|"
    r"CopyMemory|MoveMemory|FillMemory|ZeroMemory)$")


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"//[^\n]*", " ", text)
    # What is there for other machines only: mingw's headers here are those of one.
    text = re.sub(r"^#elif defined\(__aarch64__\)$.*?^#(?=else|endif|elif)", "#", text,
                  flags=re.M | re.S)
    return text.replace("\\\n", " ")


def read_functions(include):
    """Everything that is called like a function in some header: macros, prototypes, types."""
    names = set()
    for folder in (include, os.path.join(include, "ntshm")):
        for header in os.listdir(folder):
            if header.endswith(".h"):
                with open(os.path.join(folder, header), encoding="utf-8") as file:
                    names.update(re.findall(r"\b(\w+)\(", without_comments(file.read())))
    return names


def read_constants(text, functions):
    """Object-like macros that have a value, and are not another word for a function."""
    for name, value in re.findall(r"^[ ]*#[ ]*define[ ]+(\w+)[ ]+(\S[^\n]*)$", text, re.M):
        if (not NOT_A_NUMBER.match(name) and value.strip() not in functions
                and not value.startswith("{") and not value.startswith("RTL_SRWLOCK_INIT")
                and not value.startswith("RTL_CONDITION_VARIABLE_INIT")
                and not value.startswith("RTL_RUN_ONCE_INIT")):
            yield name


def read_members(body):
    """The members in the body of a structure: (name, whether it is a bit-field)."""
    body = re.sub(r"#[^\n]*", "", body)
    body = re.sub(r"__extension__|DUMMY\w+", "", body)
    while re.search(r"\{[^{}]*\}", body):
        # A named inner structure is one member; those of an unnamed one are the outer's.
        body = re.sub(r"(struct|union)\s*\{([^{}]*)\}\s*(\w*)\s*;",
                      lambda found: f"struct {found[3]};" if found[3] else found[2], body)
    for declaration in body.split(";"):
        found = re.search(r"(\w+)\s*(\[\w+\])?\s*(:.*)?$", declaration.strip())
        if found:
            yield found[1], bool(found[3])


def read_types(text):
    """(type, [members]) of structures and unions; enumerators; plain typedef names."""
    structures, enumerators, plain = [], [], []
    pattern = re.compile(r"typedef\s+(struct|union|enum)\b[^{;]*\{(.*?)\n\}([^;]*);", re.S)
    for kind, body, names in pattern.findall(text):
        name = names.split(",")[0].strip()
        if kind == "enum":
            enumerators += re.findall(r"^\s*(\w+)\s*(?:=[^,]*)?,?\s*$", body, re.M)
            plain.append(name)
        else:
            members = [member for member, bits in read_members(body) if not bits]
            structures.append((name, members))
        plain += [other.strip(" *\n") for other in names.split(",")[1:]]
    rest = pattern.sub("", text)
    for declaration in re.findall(r"^typedef\s+([^;{}()]+);", rest, re.M):
        parts = declaration.split(",")
        plain.append(parts[0].split()[-1].strip("*"))
        plain += [part.strip(" *\n") for part in parts[1:]]
    return structures, enumerators, plain


def read_prototypes(text):
    """Whole declarations of functions, on one line each."""
    text = re.sub(r"^\s*#[^\n]*", "", text, flags=re.M)
    text = re.sub(r"\s*\bNTSHM_WIDE\(\w+\)", "", text)
    for found in re.findall(r"^(?:\w+[\w \*]*?)\b(?:WINAPI|NTAPI)\s+\w+\([^)]*\)\s*;", text, re.M):
        yield " ".join(found.split())


def read_headers(include):
    """Everything to compare, in one list of (what, C expression), and the prototypes."""
    asked, prototypes, seen = [], [], set()
    functions = read_functions(include)

    def ask(what, expression):
        if what not in seen:
            seen.add(what)
            asked.append((what, expression))

    for header in HEADERS:
        with open(os.path.join(include, header), encoding="utf-8") as file:
            text = without_comments(file.read())
        for name in read_constants(text, functions):
            ask(name, f"(unsigned long long)({name})")
        structures, enumerators, plain = read_types(text)
        for name in enumerators:
            ask(name, f"(unsigned long long)({name})")
        for name, members in structures:
            ask(f"sizeof {name}", f"sizeof({name})")
            ask(f"alignof {name}", f"_Alignof({name})")
            for member in members:
                ask(f"offset of {name}.{member}", f"offsetof({name}, {member})")
                ask(f"sizeof {name}.{member}", f"sizeof((({name} *)0)->{member})")
        for name in plain:
            if name and name != "const" and name != "VOID":
                ask(f"sizeof {name}", f"sizeof({name})")
        prototypes += read_prototypes(text)
    for name in ("LONG", "DWORD", "BOOL", "ULONG_PTR", "LONG_PTR", "BYTE", "BOOLEAN", "HRESULT",
                 "NTSTATUS", "INT64", "UINT64", "CHAR", "SHORT", "USHORT"):
        ask(f"{name} is signed", f"(({name})-1 < 0)")
    return asked, prototypes


def source_of(asked, left_out):
    """The C source, and the names in the order of its array."""
    lines, names = [PROLOGUE, "const unsigned long long abi_table[] = {"], []
    for what, expression in asked:
        if what not in left_out:
            lines.append(f"{expression}, /* {what} */")
            names.append(what)
    lines.append("0x1122334455667788ull };")
    return "\n".join(lines) + "\n", names


def compile_to(compiler, source, target, *flags):
    done = subprocess.run(
        [compiler, "-std=gnu11", "-fmax-errors=0", "-fno-diagnostics-show-caret", "-w", *flags,
         "-x", "c", "-c", "-", "-o", target],
        input=source, capture_output=True, text=True, check=False, env={**os.environ,
                                                                        "LC_ALL": "C"})
    return done.returncode == 0, done.stderr


def numbers_in(objcopy, path, section):
    """The array of numbers in the read-only data of an object file."""
    raw = path + ".raw"
    subprocess.run([objcopy, "-O", "binary", "-j", section, path, raw], check=True)
    with open(raw, "rb") as file:
        data = file.read()
    end = data.find(struct.pack("<Q", 0x1122334455667788))
    if end < 0:
        sys.exit(f"FAILED the end of the table is not in {section} of {path}")
    return struct.unpack(f"<{end // 8}Q", data[:end])


def table(compiler, objcopy, section, asked, folder, *flags):
    """{what: number}, and what this compiler's headers do not have."""
    left_out = set()
    target = os.path.join(folder, f"{os.path.basename(compiler)}.o")
    for _ in range(6):
        source, names = source_of(asked, left_out)
        good, said = compile_to(compiler, source, target, *flags)
        if good:
            return dict(zip(names, numbers_in(objcopy, target, section))), left_out
        lines = source.splitlines()
        wrong = {int(number) for number in re.findall(r"^<stdin>:(\d+):\d+: error", said, re.M)}
        found = {re.search(r"/\* (.*) \*/", lines[number - 1]) for number in wrong}
        if not found or None in found:
            sys.exit(f"FAILED {compiler}: {said[:2000]}")
        left_out |= {match[1] for match in found}
    sys.exit(f"FAILED {compiler} finds new errors every time")


def wrong_lines(source, folder):
    """Numbers of the lines that mingw refuses."""
    good, said = compile_to(MINGW, source, os.path.join(folder, "prototypes.o"))
    wrong = {int(number) for number in re.findall(r"^<stdin>:(\d+):\d+: error", said, re.M)}
    if not good and not wrong:
        sys.exit(f"FAILED the prototypes do not compile: {said[:2000]}")
    return wrong


def compare_prototypes(prototypes, folder):
    """([prototypes that mingw has in another way], [functions that it does not have])."""
    head = PROLOGUE + STAND_INS
    first = head.count("\n") + 1
    wrong = wrong_lines(head + "".join(f"{line}\n" for line in prototypes), folder)
    names = [re.search(r"(\w+)\(", line)[1] for line in prototypes]
    unknown = wrong_lines(head + "".join(f"extern __typeof__({name}) {name};\n"
                                         for name in names), folder)
    return ([prototypes[number - first] for number in sorted(wrong)
             if prototypes[number - first] not in NEWER],
            [names[number - first] for number in sorted(unknown)])


def compare(include, folder, theirs=None):
    """A dictionary of what was compared and what came out; @theirs saves asking mingw again."""
    asked, prototypes = read_headers(include)
    # With a wchar_t of two bytes, as mingw's, structures that hold text can be compared too.
    ours, missing = table(NATIVE, "objcopy", ".rodata", asked, folder, f"-I{include}",
                          "-fshort-wchar")
    if missing:
        sys.exit(f"FAILED our own headers do not know: {sorted(missing)}")
    if theirs is None:
        theirs, _ = table(MINGW, "x86_64-w64-mingw32-objcopy", ".rdata", asked, folder)
        theirs.update(PINNED)
    wrong, unknown = compare_prototypes(prototypes, folder)
    return {
        "values": [what for what in ours if what in theirs],
        "unknown values": [what for what in ours if what not in theirs],
        "differ": {what: (ours[what], theirs[what]) for what in ours
                   if what in theirs and ours[what] != theirs[what]},
        "prototypes": len(prototypes) - len(unknown),
        "unknown functions": unknown,
        "wrong prototypes": wrong,
        "theirs": theirs,
    }


def control(include, folder, theirs, header, before, after, expected):
    """Plant @after for @before in a copy of the headers: the comparison must name @expected."""
    copy = os.path.join(folder, "planted")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(include, copy)
    path = os.path.join(copy, header)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    planted = re.sub(before, after, text, count=1)
    if planted == text:
        return False
    with open(path, "w", encoding="utf-8") as file:
        file.write(planted)
    found = compare(copy, folder, theirs)
    return any(expected in what for what in [*found["differ"], *found["wrong prototypes"]])


CONTROLS = [
    ("winnt.h", r"(SECTION_MAP_READ +)0x0004", r"\g<1>0x0040", "SECTION_MAP_READ"),
    ("winnt.h", r"(PVOID BaseAddress;)\s+(PVOID AllocationBase;)", r"\2 \1",
     "offset of MEMORY_BASIC_INFORMATION.AllocationBase"),
    ("memoryapi.h", r"BOOL WINAPI UnmapViewOfFile\(", "HANDLE WINAPI UnmapViewOfFile(",
     "UnmapViewOfFile"),
]


def main():
    include = sys.argv[1]
    for tool in (NATIVE, "objcopy", MINGW, "x86_64-w64-mingw32-objcopy"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            sys.exit(77)

    trouble = []
    with tempfile.TemporaryDirectory(prefix="ntshm-abi-") as folder:
        found = compare(include, folder)
        for what, (ours, theirs) in found["differ"].items():
            trouble.append(f"{what}: {ours:#x} here, {theirs:#x} there")
        for what in found["unknown values"]:
            trouble.append(f"{what} is not in mingw-w64's headers: pin it in PINNED")
        for prototype in found["wrong prototypes"]:
            trouble.append(f"prototype differs: {prototype}")
        if len(found["values"]) < 600 or found["prototypes"] < 40:
            trouble.append("too little was found to compare")
        for row in CONTROLS:
            if not control(include, folder, found["theirs"], *row):
                trouble.append(f"control: a planted change of {row[3]} was not noticed")

    if "--list" in sys.argv:
        print("\n".join(found["values"]))
    print(f"{len(found['values'])} values ({len(PINNED)} of them pinned in this file), "
          f"{found['prototypes']} prototypes, {len(CONTROLS)} controls")
    print(f"functions that mingw-w64 does not declare: {', '.join(found['unknown functions'])}")
    for line in trouble:
        print(f"FAILED {line}")
    total = len(found["values"]) + found["prototypes"] + len(CONTROLS)
    print(f"{total - len(trouble)} passed, {len(trouble)} failed, 0 skipped")
    sys.exit(1 if trouble else 0)


if __name__ == "__main__":
    main()
