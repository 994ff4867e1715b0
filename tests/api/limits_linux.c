// SPDX-License-Identifier: MIT
/*
 * What this version does not do yet, or does in its own way, on Linux only: each is a clear error,
 * and leaves nothing behind (docs/DEVIATIONS.md has a row for each).
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <sys/prctl.h>

#    define BOTH (MEM_RESERVE | MEM_COMMIT)

TEST(descriptors_are_refused_for_now, "")
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security), .lpSecurityDescriptor = &security};
    UNICODE_STRING path = nt_path(L_("descriptor"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    HANDLE section = (HANDLE)(ULONG_PTR)0xdeadbeef;

    attributes.SecurityDescriptor = &security;
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0, PAGE,
                                L_("descriptor")),
             ERROR_NOT_SUPPORTED);
    ok_fails(CreateFileMappingFromApp(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, PAGE, NULL),
             ERROR_NOT_SUPPORTED);
    ok_fails(CreateEventW(&security, TRUE, FALSE, L_("descriptor")), ERROR_NOT_SUPPORTED);
    ok_fails(CreateEventA(&security, TRUE, FALSE, NULL), ERROR_NOT_SUPPORTED);
    ok_status(NtOpenSection(&section, SECTION_QUERY, &attributes), STATUS_NOT_SUPPORTED);
    ok_ptr_eq(section, NULL);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("descriptor")), ERROR_FILE_NOT_FOUND);
}

TEST(pseudo_handles_are_not_duplicated_for_now, "")
{
    HANDLE self = GetCurrentProcess(), copy = NULL;

    ok_fails(DuplicateHandle(self, self, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS),
             ERROR_INVALID_HANDLE);
    ok_ptr_eq(copy, NULL);
}

/* The library trusts the pointer; until it does not, this case ends with a signal. */
TEST(flags_of_a_handle_need_a_place, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    ok_fails(GetHandleInformation(section, NULL), ERROR_NOACCESS);
    drop(section, NULL);
}

TEST(case_flag_of_the_nt_layer_changes_nothing, "11.1")
{
    HANDLE section = new_section(L_("Global\\case"), PAGE_READWRITE, PAGE), opened = NULL;
    UNICODE_STRING path = nt_path(L_("Global\\CASE") + 7);
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, OBJ_CASE_INSENSITIVE);

    ok_status(NtOpenSection(&opened, SECTION_QUERY, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    path = nt_path(L_("Global\\case") + 7);
    ok_status(NtOpenSection(&opened, SECTION_QUERY, &attributes), STATUS_SUCCESS);
    ok_succeeds(CompareObjectHandles(section, opened));
    drop(opened, NULL);
    drop(section, NULL);
}

TEST(reading_handle_of_a_name_is_not_widened, "")
{
    HANDLE section = new_section(L_("widen"), PAGE_READWRITE, PAGE);
    HANDLE reader = open_section(L_("widen"), FILE_MAP_READ);
    HANDLE self = GetCurrentProcess(), copy = NULL;

    ok_fails(DuplicateHandle(self, reader, self, &copy, SECTION_MAP_WRITE, FALSE, 0),
             ERROR_ACCESS_DENIED);
    ok_succeeds(DuplicateHandle(self, reader, self, &copy, SECTION_QUERY, FALSE, 0));
    ok_eq(section_size(copy), PAGE);
    drop(copy, NULL);
    drop(reader, NULL);
    drop(section, NULL);
}

#    ifndef PR_SET_MDWE
#        define PR_SET_MDWE 65
#    endif

TEST(kernel_that_forbids_new_code_is_obeyed, "1.60")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);

    drop(NULL, MapViewOfFile(section, FILE_MAP_WRITE | FILE_MAP_EXECUTE, 0, 0, 0));
    if (prctl(PR_SET_MDWE, 1, 0, 0, 0) != 0)
        skip("this kernel has no PR_SET_MDWE");
    check_map_fails(section, FILE_MAP_WRITE | FILE_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    drop(section, map_words(section));
}
#endif
