/* SPDX-License-Identifier: MIT */
/*
 * winerror.h - Win32 error codes and HRESULTs.
 *
 * Not all of Windows', but every one that a function here reports, every one that the status
 * table (RtlNtStatusToDosError) can give, and the common ones that programs compare with.
 */
#ifndef NTSHM_WINERROR_H
#define NTSHM_WINERROR_H

#include "winnt.h"

/* ---- Win32 error codes ---- */

#define NO_ERROR                           0
#define ERROR_SUCCESS                      0
#define ERROR_INVALID_FUNCTION             1
#define ERROR_FILE_NOT_FOUND               2
#define ERROR_PATH_NOT_FOUND               3
#define ERROR_TOO_MANY_OPEN_FILES          4
#define ERROR_ACCESS_DENIED                5
#define ERROR_INVALID_HANDLE               6
#define ERROR_ARENA_TRASHED                7
#define ERROR_NOT_ENOUGH_MEMORY            8
#define ERROR_INVALID_BLOCK                9
#define ERROR_BAD_ENVIRONMENT              10
#define ERROR_BAD_FORMAT                   11
#define ERROR_INVALID_ACCESS               12
#define ERROR_INVALID_DATA                 13
#define ERROR_OUTOFMEMORY                  14
#define ERROR_INVALID_DRIVE                15
#define ERROR_NOT_SAME_DEVICE              17
#define ERROR_NO_MORE_FILES                18
#define ERROR_WRITE_PROTECT                19
#define ERROR_NOT_READY                    21
#define ERROR_BAD_COMMAND                  22
#define ERROR_CRC                          23
#define ERROR_BAD_LENGTH                   24
#define ERROR_SEEK                         25
#define ERROR_WRITE_FAULT                  29
#define ERROR_READ_FAULT                   30
#define ERROR_GEN_FAILURE                  31
#define ERROR_SHARING_VIOLATION            32
#define ERROR_LOCK_VIOLATION               33
#define ERROR_HANDLE_EOF                   38
#define ERROR_HANDLE_DISK_FULL             39
#define ERROR_NOT_SUPPORTED                50
#define ERROR_DUP_NAME                     52
#define ERROR_BAD_NETPATH                  53
#define ERROR_NETWORK_BUSY                 54
#define ERROR_DEV_NOT_EXIST                55
#define ERROR_UNEXP_NET_ERR                59
#define ERROR_NETNAME_DELETED              64
#define ERROR_NETWORK_ACCESS_DENIED        65
#define ERROR_BAD_NET_NAME                 67
#define ERROR_TOO_MANY_NAMES               68
#define ERROR_FILE_EXISTS                  80
#define ERROR_CANNOT_MAKE                  82
#define ERROR_FAIL_I24                     83
#define ERROR_INVALID_PARAMETER            87
#define ERROR_NO_PROC_SLOTS                89
#define ERROR_BROKEN_PIPE                  109
#define ERROR_OPEN_FAILED                  110
#define ERROR_BUFFER_OVERFLOW              111
#define ERROR_DISK_FULL                    112
#define ERROR_CALL_NOT_IMPLEMENTED         120
#define ERROR_SEM_TIMEOUT                  121
#define ERROR_INSUFFICIENT_BUFFER          122
#define ERROR_INVALID_NAME                 123
#define ERROR_INVALID_LEVEL                124
#define ERROR_MOD_NOT_FOUND                126
#define ERROR_PROC_NOT_FOUND               127
#define ERROR_WAIT_NO_CHILDREN             128
#define ERROR_NEGATIVE_SEEK                131
#define ERROR_DIR_NOT_EMPTY                145
#define ERROR_SIGNAL_REFUSED               156
#define ERROR_DISCARDED                    157
#define ERROR_NOT_LOCKED                   158
#define ERROR_BAD_ARGUMENTS                160
#define ERROR_BAD_PATHNAME                 161
#define ERROR_MAX_THRDS_REACHED            164
#define ERROR_BUSY                         170
#define ERROR_ALREADY_EXISTS               183
#define ERROR_BAD_EXE_FORMAT               193
#define ERROR_ENVVAR_NOT_FOUND             203
#define ERROR_FILENAME_EXCED_RANGE         206
#define ERROR_PIPE_BUSY                    231
#define ERROR_NO_DATA                      232
#define ERROR_PIPE_NOT_CONNECTED           233
#define ERROR_MORE_DATA                    234
#define ERROR_NO_WORK_DONE                 235
#define WAIT_TIMEOUT                       258L
#define ERROR_NO_MORE_ITEMS                259
#define ERROR_DIRECTORY                    267
#define ERROR_NOT_OWNER                    288
#define ERROR_TOO_MANY_POSTS               298
#define ERROR_PARTIAL_COPY                 299
#define ERROR_DELETE_PENDING               303
#define ERROR_INVALID_LOCK_RANGE           307
#define ERROR_INVALID_TOKEN                315
#define ERROR_MR_MID_NOT_FOUND             317
#define ERROR_INVALID_ADDRESS              487
#define ERROR_ARITHMETIC_OVERFLOW          534
#define ERROR_CANT_WAIT                    554
#define ERROR_MUTANT_LIMIT_EXCEEDED        587
#define ERROR_OBJECT_NAME_EXISTS           698
#define ERROR_IMAGE_NOT_AT_BASE            700
#define ERROR_ABANDONED_WAIT_0             735
#define ERROR_USER_APC                     737
#define ERROR_ALERTED                      739
#define ERROR_OPERATION_ABORTED            995
#define ERROR_IO_INCOMPLETE                996
#define ERROR_IO_PENDING                   997
#define ERROR_NOACCESS                     998
#define ERROR_SWAPERROR                    999
#define ERROR_INVALID_FLAGS                1004
#define ERROR_UNRECOGNIZED_VOLUME          1005
#define ERROR_FILE_INVALID                 1006
#define ERROR_NO_TOKEN                     1008
#define ERROR_SERVICE_NOT_ACTIVE           1062
#define ERROR_NO_UNICODE_TRANSLATION       1113
#define ERROR_DLL_INIT_FAILED              1114
#define ERROR_IO_DEVICE                    1117
#define ERROR_MAPPED_ALIGNMENT             1132
#define ERROR_TOO_MANY_LINKS               1142
#define ERROR_OLD_WIN_VERSION              1150
#define ERROR_NOT_FOUND                    1168
#define ERROR_UNABLE_TO_REMOVE_REPLACED    1175
#define ERROR_UNABLE_TO_MOVE_REPLACEMENT   1176
#define ERROR_UNABLE_TO_MOVE_REPLACEMENT_2 1177
#define ERROR_CANCELLED                    1223
#define ERROR_USER_MAPPED_FILE             1224
#define ERROR_CONNECTION_REFUSED           1225
#define ERROR_NETWORK_UNREACHABLE          1231
#define ERROR_HOST_UNREACHABLE             1232
#define ERROR_REQUEST_ABORTED              1235
#define ERROR_CONNECTION_ABORTED           1236
#define ERROR_RETRY                        1237
#define ERROR_NON_ACCOUNT_SID              1257
#define ERROR_NON_DOMAIN_SID               1258
#define ERROR_INVALID_LABEL                1299
#define ERROR_NOT_ALL_ASSIGNED             1300
#define ERROR_UNKNOWN_REVISION             1305
#define ERROR_REVISION_MISMATCH            1306
#define ERROR_INVALID_OWNER                1307
#define ERROR_INVALID_PRIMARY_GROUP        1308
#define ERROR_NO_IMPERSONATION_TOKEN       1309
#define ERROR_NO_SUCH_PRIVILEGE            1313
#define ERROR_PRIVILEGE_NOT_HELD           1314
#define ERROR_NONE_MAPPED                  1332
#define ERROR_INVALID_ACL                  1336
#define ERROR_INVALID_SID                  1337
#define ERROR_INVALID_SECURITY_DESCR       1338
#define ERROR_BAD_INHERITANCE_ACL          1340
#define ERROR_ALLOTTED_SPACE_EXCEEDED      1344
#define ERROR_BAD_IMPERSONATION_LEVEL      1346
#define ERROR_CANT_OPEN_ANONYMOUS          1347
#define ERROR_BAD_TOKEN_TYPE               1349
#define ERROR_NO_SECURITY_ON_OBJECT        1350
#define ERROR_INTERNAL_ERROR               1359
#define ERROR_GENERIC_NOT_MAPPED           1360
#define ERROR_BAD_DESCRIPTOR_FORMAT        1361
#define ERROR_CANNOT_IMPERSONATE           1368
#define ERROR_WRONG_TARGET_NAME            1396
#define ERROR_INVALID_MSGBOX_STYLE         1438
#define ERROR_NO_SYSTEM_RESOURCES          1450
#define ERROR_NONPAGED_SYSTEM_RESOURCES    1451
#define ERROR_PAGED_SYSTEM_RESOURCES       1452
#define ERROR_WORKING_SET_QUOTA            1453
#define ERROR_PAGEFILE_QUOTA               1454
#define ERROR_COMMITMENT_LIMIT             1455
#define ERROR_TIMEOUT                      1460
#define ERROR_BAD_CONFIGURATION            1610
#define ERROR_NOT_SAME_OBJECT              1656
#define RPC_S_SERVER_UNAVAILABLE           1722
#define ERROR_INVALID_USER_BUFFER          1784
#define ERROR_RESOURCE_DATA_NOT_FOUND      1812
#define ERROR_RESOURCE_TYPE_NOT_FOUND      1813
#define ERROR_RESOURCE_NAME_NOT_FOUND      1814
#define ERROR_RESOURCE_LANG_NOT_FOUND      1815
#define ERROR_NOT_ENOUGH_QUOTA             1816
#define ERROR_CANT_RESOLVE_FILENAME        1921
#define ERROR_INVALID_STATE                5023

/* ---- HRESULT ---- */

#define SEVERITY_SUCCESS                   0
#define SEVERITY_ERROR                     1

#define FACILITY_NULL                      0
#define FACILITY_ITF                       4
#define FACILITY_WIN32                     7
#define FACILITY_DXGI                      0x87a
#define FACILITY_NT_BIT                    0x10000000

#define SUCCEEDED(hr)                      (((HRESULT)(hr)) >= 0)
#define FAILED(hr)                         (((HRESULT)(hr)) < 0)
#define IS_ERROR(status)                   ((((ULONG)(status)) >> 31) == SEVERITY_ERROR)
#define HRESULT_CODE(hr)                   ((hr)&0xFFFF)
#define SCODE_CODE(sc)                     ((sc)&0xFFFF)
#define HRESULT_FACILITY(hr)               (((hr) >> 16) & 0x1fff)
#define HRESULT_SEVERITY(hr)               (((hr) >> 31) & 0x1)
#define MAKE_HRESULT(severity, facility, code) \
    ((HRESULT)(((ULONG)(severity) << 31) | ((ULONG)(facility) << 16) | ((ULONG)(code))))

/*
 * The HRESULT of a Win32 error; a value that is one already (or 0) stays as it is. The second
 * form is a constant expression in C, and evaluates its argument twice.
 */
#define __HRESULT_FROM_WIN32(x)       \
    ((HRESULT)(x) <= 0 ? (HRESULT)(x) \
                       : (HRESULT)(((x)&0x0000FFFF) | (FACILITY_WIN32 << 16) | 0x80000000))
#ifdef __cplusplus
constexpr
#endif
    FORCEINLINE HRESULT
    HRESULT_FROM_WIN32(ULONG x)
{
    return __HRESULT_FROM_WIN32(x);
}
#define HRESULT_FROM_NT(status)                  ((HRESULT)((ULONG)(status) | FACILITY_NT_BIT))

#define _HRESULT_TYPEDEF_(code)                  ((HRESULT)code)
#define S_OK                                     ((HRESULT)0x00000000)
#define S_FALSE                                  ((HRESULT)0x00000001)
#define NOERROR                                  ((HRESULT)0x00000000)

#define E_NOTIMPL                                ((HRESULT)0x80004001)
#define E_NOINTERFACE                            ((HRESULT)0x80004002)
#define E_POINTER                                ((HRESULT)0x80004003)
#define E_ABORT                                  ((HRESULT)0x80004004)
#define E_FAIL                                   ((HRESULT)0x80004005)
#define E_PENDING                                ((HRESULT)0x8000000A)
#define E_UNEXPECTED                             ((HRESULT)0x8000FFFF)
#define E_ACCESSDENIED                           ((HRESULT)0x80070005)
#define E_HANDLE                                 ((HRESULT)0x80070006)
#define E_OUTOFMEMORY                            ((HRESULT)0x8007000E)
#define E_INVALIDARG                             ((HRESULT)0x80070057)

#define CLASS_E_NOAGGREGATION                    ((HRESULT)0x80040110)
#define CLASS_E_CLASSNOTAVAILABLE                ((HRESULT)0x80040111)

#define DXGI_STATUS_OCCLUDED                     ((HRESULT)0x087A0001)
#define DXGI_ERROR_INVALID_CALL                  ((HRESULT)0x887A0001)
#define DXGI_ERROR_NOT_FOUND                     ((HRESULT)0x887A0002)
#define DXGI_ERROR_MORE_DATA                     ((HRESULT)0x887A0003)
#define DXGI_ERROR_UNSUPPORTED                   ((HRESULT)0x887A0004)
#define DXGI_ERROR_DEVICE_REMOVED                ((HRESULT)0x887A0005)
#define DXGI_ERROR_DEVICE_HUNG                   ((HRESULT)0x887A0006)
#define DXGI_ERROR_DEVICE_RESET                  ((HRESULT)0x887A0007)
#define DXGI_ERROR_WAS_STILL_DRAWING             ((HRESULT)0x887A000A)
#define DXGI_ERROR_FRAME_STATISTICS_DISJOINT     ((HRESULT)0x887A000B)
#define DXGI_ERROR_GRAPHICS_VIDPN_SOURCE_IN_USE  ((HRESULT)0x887A000C)
#define DXGI_ERROR_DRIVER_INTERNAL_ERROR         ((HRESULT)0x887A0020)
#define DXGI_ERROR_NONEXCLUSIVE                  ((HRESULT)0x887A0021)
#define DXGI_ERROR_NOT_CURRENTLY_AVAILABLE       ((HRESULT)0x887A0022)
#define DXGI_ERROR_REMOTE_CLIENT_DISCONNECTED    ((HRESULT)0x887A0023)
#define DXGI_ERROR_REMOTE_OUTOFMEMORY            ((HRESULT)0x887A0024)
#define DXGI_ERROR_ACCESS_LOST                   ((HRESULT)0x887A0026)
#define DXGI_ERROR_WAIT_TIMEOUT                  ((HRESULT)0x887A0027)
#define DXGI_ERROR_SESSION_DISCONNECTED          ((HRESULT)0x887A0028)
#define DXGI_ERROR_RESTRICT_TO_OUTPUT_STALE      ((HRESULT)0x887A0029)
#define DXGI_ERROR_CANNOT_PROTECT_CONTENT        ((HRESULT)0x887A002A)
#define DXGI_ERROR_ACCESS_DENIED                 ((HRESULT)0x887A002B)
#define DXGI_ERROR_NAME_ALREADY_EXISTS           ((HRESULT)0x887A002C)
#define DXGI_ERROR_SDK_COMPONENT_MISSING         ((HRESULT)0x887A002D)
#define DXGI_ERROR_NOT_CURRENT                   ((HRESULT)0x887A002E)
#define DXGI_ERROR_HW_PROTECTION_OUTOFMEMORY     ((HRESULT)0x887A0030)
#define DXGI_ERROR_DYNAMIC_CODE_POLICY_VIOLATION ((HRESULT)0x887A0031)
#define DXGI_ERROR_NON_COMPOSITED_UI             ((HRESULT)0x887A0032)
#define DXGI_ERROR_MODE_CHANGE_IN_PROGRESS       ((HRESULT)0x887A0025)
#define DXGI_ERROR_CACHE_CORRUPT                 ((HRESULT)0x887A0033)
#define DXGI_ERROR_CACHE_FULL                    ((HRESULT)0x887A0034)
#define DXGI_ERROR_CACHE_HASH_COLLISION          ((HRESULT)0x887A0035)
#define DXGI_ERROR_ALREADY_EXISTS                ((HRESULT)0x887A0036)

#define D3D12_ERROR_ADAPTER_NOT_FOUND            ((HRESULT)0x887E0001)
#define D3D12_ERROR_DRIVER_VERSION_MISMATCH      ((HRESULT)0x887E0002)

#endif
