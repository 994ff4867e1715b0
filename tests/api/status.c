// SPDX-License-Identifier: MIT
/*
 * RtlNtStatusToDosError: the Win32 error of every status that memory, names and security use.
 */
#include "api/api.h"

/* By number, so that a wrong constant of a header is found too. */
static const struct {
    uint32_t status, error;
} pairs[] = {
    {0x00000000, 0},    {0x40000003, 700},  {0x80000001, 0x80000001}, {0x80000005, 234},
    {0x8000000D, 299},  {0xC0000004, 24},   {0xC0000005, 998},        {0xC0000006, 999},
    {0xC0000008, 6},    {0xC000000D, 87},   {0xC0000017, 8},          {0xC0000018, 487},
    {0xC0000019, 487},  {0xC000001A, 87},   {0xC000001B, 87},         {0xC000001F, 5},
    {0xC0000020, 193},  {0xC0000021, 5},    {0xC0000022, 5},          {0xC0000023, 122},
    {0xC0000024, 6},    {0xC000002D, 487},  {0xC0000033, 123},        {0xC0000034, 2},
    {0xC0000035, 183},  {0xC0000039, 161},  {0xC000003A, 3},          {0xC000003B, 161},
    {0xC0000040, 8},    {0xC0000043, 32},   {0xC0000045, 87},         {0xC0000049, 87},
    {0xC000004E, 87},   {0xC0000054, 33},   {0xC0000058, 1305},       {0xC000005A, 1307},
    {0xC0000061, 1314}, {0xC0000077, 1336}, {0xC0000078, 1337},       {0xC0000079, 1338},
    {0xC000007B, 193},  {0xC000007F, 112},  {0xC0000087, 14},         {0xC0000088, 487},
    {0xC000009A, 1450}, {0xC000009F, 487},  {0xC00000A0, 487},        {0xC00000BB, 50},
    {0xC00000E6, 1360}, {0xC00000EF, 87},   {0xC00000F0, 87},         {0xC00000F1, 87},
    {0xC00000F2, 87},   {0xC00000F3, 87},   {0xC00000F4, 87},         {0xC00000F5, 87},
    {0xC00000F6, 87},   {0xC00000F7, 87},   {0xC00000F8, 87},         {0xC00000F9, 87},
    {0xC00000FA, 87},   {0xC000011B, 193},  {0xC000011E, 1006},       {0xC0000121, 5},
    {0xC000012D, 1455}, {0xC000012F, 193},  {0xC0000130, 193},        {0xC0000131, 193},
    {0xC0000141, 59},   {0xC00001AC, 1656}, {0xC0000220, 1132},       {0xC0000235, 6},
    {0xC0000243, 1224},
};

TEST(statuses_have_their_errors, "")
{
    for (unsigned i = 0; i < ARRAYSIZE(pairs); i++) {
        uint32_t error = (uint32_t)RtlNtStatusToDosError((NTSTATUS)pairs[i].status);

        ok(error == pairs[i].error, "0x%08x: %u, expected %u", (unsigned)pairs[i].status,
           (unsigned)error, (unsigned)pairs[i].error);
    }
}

TEST(statuses_are_what_the_headers_call_them, "")
{
    ok_status(STATUS_MAPPED_ALIGNMENT, 0xC0000220);
    ok_status(STATUS_CONFLICTING_ADDRESSES, 0xC0000018);
    ok_status(STATUS_NOT_MAPPED_VIEW, 0xC0000019);
    ok_status(STATUS_INVALID_VIEW_SIZE, 0xC000001F);
    ok_status(STATUS_SECTION_PROTECTION, 0xC000004E);
    ok_status(STATUS_OBJECT_TYPE_MISMATCH, 0xC0000024);
    ok_status(STATUS_OBJECT_NAME_COLLISION, 0xC0000035);
    ok_status(STATUS_OBJECT_NAME_EXISTS, 0x40000000);
    ok_status(STATUS_SECTION_NOT_IMAGE, 0xC0000049);
    ok_status(STATUS_INFO_LENGTH_MISMATCH, 0xC0000004);
    ok_status(STATUS_INVALID_PAGE_PROTECTION, 0xC0000045);
    ok_status(STATUS_INVALID_FILE_FOR_SECTION, 0xC0000020);
}

TEST(successes_are_no_errors, "")
{
    ok_eq(RtlNtStatusToDosError(STATUS_SUCCESS), ERROR_SUCCESS);
    ok(NT_SUCCESS(STATUS_OBJECT_NAME_EXISTS));
    ok(!NT_SUCCESS(STATUS_OBJECT_NAME_COLLISION));
    ok_eq(RtlNtStatusToDosError((NTSTATUS)0xC000fffe), 317); /* ERROR_MR_MID_NOT_FOUND */
}
