// SPDX-License-Identifier: MIT
/*
 * What this version does not do yet, or does in its own way, on Linux only: each is a clear error,
 * and leaves nothing behind (docs/DEVIATIONS.md has a row for each).
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <sys/prctl.h>

#    define BOTH (MEM_RESERVE | MEM_COMMIT)

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
