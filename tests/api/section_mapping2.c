// SPDX-License-Identifier: MIT
/*
 * CreateFileMapping2 and NtCreateSectionEx, which neither mingw's headers nor Wine 8 have.
 */
#ifndef _WIN32
#    include "api/section_kit.h"

static HANDLE create(ULONG access, ULONG protect, ULONG attributes, ULONG64 size)
{
    return CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, access, protect, attributes, size, NULL,
                              NULL, 0);
}

TEST(mapping2_chooses_the_rights, "1.49")
{
    HANDLE file = new_file("two", READ_WRITE, 4096);
    HANDLE section =
        CreateFileMapping2(file, NULL, FILE_MAP_READ, PAGE_READWRITE, 0, 0, NULL, NULL, 0);
    HANDLE copy;

    require(section != NULL, "error %u", (unsigned)GetLastError());
    ok_error(ERROR_SUCCESS);
    check_map_fails(section, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    copy = with_rights(section, SECTION_QUERY);
    ok_eq(section_attributes(copy), SEC_FILE);
    drop(copy, NULL);
    drop(section, NULL);
    drop(file, NULL);

    section = create(FILE_MAP_READ | FILE_MAP_WRITE | FILE_MAP_EXECUTE, PAGE_EXECUTE_READWRITE,
                     SEC_COMMIT, 4096);
    ok_rights(section, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE);
    drop(section, NULL);
    section = create(MAXIMUM_ALLOWED, PAGE_EXECUTE_READWRITE, 0, 4096);
    ok_rights(section, SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE);
    ok_eq(section_attributes(section), SEC_COMMIT);
    drop(section, NULL);
    section = create(GENERIC_READ, PAGE_EXECUTE_READWRITE, 0, 4096);
    ok_rights(section, SECTION_QUERY | SECTION_MAP_READ);
    drop(section, NULL);
    ok_fails(create(0x40, PAGE_READWRITE, 0, 4096), ERROR_ACCESS_DENIED);
}

TEST(mapping2_of_an_old_name_has_the_rights_asked_for, "1.19 1.20 1.49")
{
    HANDLE section = create(MAXIMUM_ALLOWED, PAGE_READWRITE, SEC_COMMIT, 4096), again;

    drop(section, NULL);
    section = CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, MAXIMUM_ALLOWED, PAGE_READWRITE,
                                 SEC_COMMIT, 4096, L_("two"), NULL, 0);
    require(section != NULL);
    again = CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, SECTION_QUERY, PAGE_READWRITE,
                               SEC_COMMIT, 8192, L_("two"), NULL, 0);
    ok_error(ERROR_ALREADY_EXISTS);
    ok_eq(section_size(again), 4096);
    check_map_fails(again, FILE_MAP_READ, ERROR_ACCESS_DENIED);
    drop(again, NULL);
    drop(section, NULL);
}

TEST(mapping2_keeps_the_parts_apart, "1.2 1.50 17.1")
{
    HANDLE section;

    ok_fails(create(MAXIMUM_ALLOWED, PAGE_READWRITE | SEC_COMMIT, 0, 4096),
             ERROR_INVALID_PARAMETER);
    ok_fails(create(MAXIMUM_ALLOWED, PAGE_READWRITE, PAGE_READWRITE | SEC_COMMIT, 4096),
             ERROR_INVALID_PARAMETER);
    ok_fails(create(MAXIMUM_ALLOWED, PAGE_READWRITE, SEC_COMMIT, 0), ERROR_INVALID_PARAMETER);
    ok_fails(create(MAXIMUM_ALLOWED, PAGE_READWRITE, SEC_NO_CHANGE, 4096), ERROR_INVALID_PARAMETER);
    ok_fails(create(MAXIMUM_ALLOWED, PAGE_READONLY, SEC_IMAGE | SEC_NO_CHANGE, 4096),
             ERROR_INVALID_PARAMETER);
    section = create(MAXIMUM_ALLOWED, PAGE_READWRITE, SEC_COMMIT | SEC_NO_CHANGE, 4096);
    ok_succeeds(section);
    ok_eq(section_attributes(section), SEC_COMMIT | SEC_NO_CHANGE);
    drop(section, NULL);
    /* The older functions do not know it. */
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
                                PAGE_READWRITE | SEC_COMMIT | SEC_NO_CHANGE, 0, 4096, NULL),
             ERROR_INVALID_PARAMETER);
}

TEST(sections_extended_parameters, "3.41 3.51 17.4")
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.LowestStartingAddress = NULL};
    MEM_EXTENDED_PARAMETER parameters[2] = {{.Type = MemExtendedParameterNumaNode, .ULong = 0},
                                            {.Type = MemExtendedParameterNumaNode, .ULong = 0}};
    static const BYTE refused[] = {MemExtendedParameterInvalidType,
                                   MemExtendedParameterPartitionHandle,
                                   MemExtendedParameterUserPhysicalHandle,
                                   MemExtendedParameterAttributeFlags,
                                   MemExtendedParameterImageMachine,
                                   MemExtendedParameterMax,
                                   255};
    LARGE_INTEGER size = {.QuadPart = 4096};
    HANDLE section = CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, MAXIMUM_ALLOWED, PAGE_READWRITE,
                                        SEC_COMMIT, 4096, NULL, parameters, 1);

    ok_succeeds(section);
    drop(section, NULL);
    section = CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, MAXIMUM_ALLOWED, PAGE_READWRITE,
                                 SEC_COMMIT, 4096, NULL, (void *)(ULONG_PTR)1, 0); /* not read */
    ok_succeeds(section);
    drop(section, NULL);
#    define REFUSED(count)                                                                       \
        ok_fails(CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, MAXIMUM_ALLOWED, PAGE_READWRITE, \
                                    SEC_COMMIT, 4096, NULL, (count) ? parameters : NULL,         \
                                    (count) + !(count)),                                         \
                 ERROR_INVALID_PARAMETER)
    REFUSED(0);
    REFUSED(2);
    parameters[0].ULong = 4000;
    REFUSED(1);
    for (unsigned i = 0; i < ARRAYSIZE(refused); i++) {
        parameters[0].Type = refused[i];
        REFUSED(1);
    }
    parameters[0].Type = MemExtendedParameterAddressRequirements;
    parameters[0].Pointer = &requirements;
    REFUSED(1);
    /* Before anything else is looked at. */
    ok_status(NtCreateSectionEx(&section, SECTION_QUERY, NULL, &size, PAGE_READWRITE, SEC_NOCACHE,
                                (HANDLE)(ULONG_PTR)0xdead0, parameters, 1),
              STATUS_INVALID_PARAMETER);
    ok_ptr_eq(section, NULL);
    ok_status(NtCreateSectionEx(&section, SECTION_QUERY, NULL, &size, PAGE_READWRITE, SEC_COMMIT,
                                NULL, NULL, 0),
              STATUS_SUCCESS);
    drop(section, NULL);
}
#endif
