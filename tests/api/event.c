// SPDX-License-Identifier: MIT
/*
 * Events: creating, opening, and their state. What waits for them is in event_wait.c.
 */
#include "api/api.h"

static HANDLE new_event(BOOL manual, BOOL initial, const wchar_t *name)
{
    HANDLE event = CreateEventW(NULL, manual, initial, name);

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

static bool is_set(HANDLE event)
{
    DWORD result = WaitForSingleObject(event, 0);

    ok(result == WAIT_OBJECT_0 || result == WAIT_TIMEOUT, "%u", (unsigned)result);
    return result == WAIT_OBJECT_0;
}

TEST(auto_reset_event_is_taken_by_one_wait, "")
{
    HANDLE event = new_event(FALSE, FALSE, NULL);

    ok(!is_set(event));
    ok_succeeds(SetEvent(event));
    ok_succeeds(SetEvent(event));
    ok(is_set(event));
    ok(!is_set(event));
    ok_succeeds(SetEvent(event));
    ok_succeeds(ResetEvent(event));
    ok(!is_set(event));
    drop(event, NULL);
}

TEST(manual_reset_event_stays_set, "")
{
    HANDLE event = new_event(TRUE, FALSE, NULL);

    ok(!is_set(event));
    ok_succeeds(SetEvent(event));
    ok(is_set(event));
    ok(is_set(event));
    ok_succeeds(ResetEvent(event));
    ok(!is_set(event));
    ok_succeeds(ResetEvent(event));
    ok(!is_set(event));
    drop(event, NULL);
}

TEST(event_may_be_made_set, "")
{
    HANDLE automatic = new_event(FALSE, TRUE, NULL);
    HANDLE manual = new_event(TRUE, TRUE, NULL);

    ok(is_set(automatic));
    ok(!is_set(automatic));
    ok(is_set(manual));
    ok(is_set(manual));
    drop(automatic, NULL);
    drop(manual, NULL);
}

TEST(pulse_without_a_waiter_leaves_an_event_reset, "")
{
    HANDLE automatic = new_event(FALSE, FALSE, NULL);
    HANDLE manual = new_event(TRUE, TRUE, NULL);

    ok_succeeds(PulseEvent(automatic));
    ok(!is_set(automatic));
    ok_succeeds(PulseEvent(manual));
    ok(!is_set(manual));
    drop(automatic, NULL);
    drop(manual, NULL);
}

TEST(creating_an_event_sets_the_last_error, "1.18 1.19 11.27")
{
    HANDLE first, second;

    SetLastError(0xdeadbeef);
    first = new_event(TRUE, TRUE, L_("twice"));
    ok_error(ERROR_SUCCESS);
    SetLastError(0xdeadbeef);
    second = new_event(FALSE, FALSE, L_("twice"));
    ok_error(ERROR_ALREADY_EXISTS);
    /* The old one keeps its kind and its state. */
    ok(is_set(second));
    ok(is_set(second));
    ok_succeeds(ResetEvent(second));
    ok(!is_set(first));
    drop(first, NULL);
    drop(second, NULL);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L_("twice")), ERROR_FILE_NOT_FOUND);
}

TEST(event_is_opened_by_name, "2.1 2.3 2.4")
{
    HANDLE event = new_event(TRUE, FALSE, L_("named"));
    HANDLE opened;

    SetLastError(0xdeadbeef);
    opened = OpenEventW(EVENT_ALL_ACCESS, FALSE, L_("named"));
    ok_error(0xdeadbeef);
    require(opened != NULL);
    ok_succeeds(SetEvent(opened));
    ok(is_set(event));
    drop(opened, NULL);
    opened = OpenEventA(SYNCHRONIZE, FALSE, A_("named"));
    ok(is_set(opened));
    drop(opened, NULL);
    drop(event, NULL);

    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L_("named")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(OpenEventA(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L""), ERROR_INVALID_HANDLE);
}

TEST(events_rights_are_enforced, "2.13")
{
    HANDLE event = new_event(TRUE, FALSE, L_("rights"));
    HANDLE waiter = OpenEventW(SYNCHRONIZE, FALSE, L_("rights"));
    HANDLE setter = OpenEventW(EVENT_MODIFY_STATE, FALSE, L_("rights"));
    HANDLE writer = OpenEventW(GENERIC_WRITE, FALSE, L_("rights"));

    require(waiter && setter && writer);
    ok_fails(SetEvent(waiter), ERROR_ACCESS_DENIED);
    ok_fails(ResetEvent(waiter), ERROR_ACCESS_DENIED);
    ok_fails(PulseEvent(waiter), ERROR_ACCESS_DENIED);
    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(setter, 0), WAIT_FAILED);
    ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(SetEvent(setter));
    ok(is_set(waiter));
    ok_succeeds(ResetEvent(writer));
    ok(!is_set(waiter));
    drop(waiter, NULL);
    drop(setter, NULL);
    drop(writer, NULL);
    drop(event, NULL);
}

TEST(event_ex_takes_flags_and_rights, "")
{
    HANDLE set = CreateEventExW(NULL, NULL, CREATE_EVENT_INITIAL_SET, EVENT_ALL_ACCESS);
    HANDLE manual = CreateEventExA(NULL, NULL, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET,
                                   EVENT_ALL_ACCESS);
    HANDLE waiter = CreateEventExW(NULL, L_("ex"), CREATE_EVENT_INITIAL_SET, SYNCHRONIZE);

    require(set && manual && waiter);
    ok(is_set(set));
    ok(!is_set(set));
    ok(is_set(manual));
    ok(is_set(manual));
    ok(is_set(waiter));
    ok_fails(SetEvent(waiter), ERROR_ACCESS_DENIED);
    drop(set, NULL);
    drop(manual, NULL);
    drop(waiter, NULL);
}

TEST(event_is_inherited_when_asked, "12.24 2.19")
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof(inherit), .bInheritHandle = TRUE};
    HANDLE event = CreateEventW(&inherit, TRUE, FALSE, L_("heir"));
    HANDLE opened = OpenEventW(SYNCHRONIZE, TRUE, L_("heir"));
    HANDLE plain = OpenEventW(SYNCHRONIZE, FALSE, L_("heir"));
    DWORD flags = 0;

    ok_succeeds(GetHandleInformation(event, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_succeeds(GetHandleInformation(opened, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_succeeds(GetHandleInformation(plain, &flags));
    ok_eq(flags, 0);
    drop(event, NULL);
    drop(opened, NULL);
    drop(plain, NULL);
}

TEST(calls_on_what_is_no_event_fail, "12.4 12.33")
{
    ok_fails(SetEvent(NULL), ERROR_INVALID_HANDLE);
    ok_fails(ResetEvent(NULL), ERROR_INVALID_HANDLE);
    ok_fails(PulseEvent((HANDLE)(ULONG_PTR)0xdeadbee0), ERROR_INVALID_HANDLE);
    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(NULL, 0), WAIT_FAILED);
    ok_error(ERROR_INVALID_HANDLE);
}

TEST(nt_events_tell_their_previous_state, "")
{
    HANDLE event = NULL;
    LONG previous = -1;

    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE),
              STATUS_SUCCESS);
    ok_status(NtSetEvent(event, &previous), STATUS_SUCCESS);
    ok_eq(previous, 0);
    ok_status(NtSetEvent(event, &previous), STATUS_SUCCESS);
    ok_eq(previous, 1);
    ok_status(NtResetEvent(event, &previous), STATUS_SUCCESS);
    ok_eq(previous, 1);
    ok_status(NtResetEvent(event, &previous), STATUS_SUCCESS);
    ok_eq(previous, 0);
    ok_status(NtPulseEvent(event, &previous), STATUS_SUCCESS);
    ok_eq(previous, 0);
    ok_status(NtSetEvent(event, NULL), STATUS_SUCCESS);
    ok_status(NtPulseEvent(event, &previous), STATUS_SUCCESS);
    ok_eq(previous, 1);
    ok(!is_set(event));
    drop(event, NULL);
}

TEST(nt_event_types_are_two, "11.32")
{
    HANDLE event = (HANDLE)(ULONG_PTR)0xdeadbeef;

    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, (EVENT_TYPE)2, FALSE),
              STATUS_INVALID_PARAMETER);
    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, TRUE),
              STATUS_SUCCESS);
    ok(is_set(event));
    ok(!is_set(event));
    drop(event, NULL);
}

TEST(nt_events_have_names, "11.23 11.24 11.32")
{
    UNICODE_STRING path = nt_path(L_("nt"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    HANDLE event = NULL, other = (HANDLE)(ULONG_PTR)0xdeadbeef;

    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent, TRUE),
              STATUS_SUCCESS);
    ok_status(NtCreateEvent(&other, EVENT_ALL_ACCESS, &attributes, NotificationEvent, TRUE),
              STATUS_OBJECT_NAME_COLLISION);
    ok_ptr_eq(other, NULL);
    attributes.Attributes = OBJ_OPENIF;
    ok_status(NtCreateEvent(&other, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
              STATUS_OBJECT_NAME_EXISTS);
    ok(is_set(other));
    drop(other, NULL);
    ok_status(NtOpenEvent(&other, SYNCHRONIZE, &attributes), STATUS_SUCCESS);
    ok(is_set(other));
    drop(other, NULL);
    drop(event, NULL);
    ok_status(NtOpenEvent(&other, SYNCHRONIZE, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_ptr_eq(other, NULL);
}
