// SPDX-License-Identifier: MIT
/*
 * The tables of SDDL's words ([MS-DTYP] 2.5.1, sddl.h).
 */
#include "rtl/sddl-words.h"

#include <windows.h>

const struct nt_sddl_word nt_sddl_types[] = {
    {"A", ACCESS_ALLOWED_ACE_TYPE},          {"D", ACCESS_DENIED_ACE_TYPE},
    {"AU", SYSTEM_AUDIT_ACE_TYPE},           {"AL", SYSTEM_ALARM_ACE_TYPE},
    {"ML", SYSTEM_MANDATORY_LABEL_ACE_TYPE}, {"", 0},
};

const struct nt_sddl_word nt_sddl_flags[] = {
    {"OI", OBJECT_INHERIT_ACE},
    {"CI", CONTAINER_INHERIT_ACE},
    {"NP", NO_PROPAGATE_INHERIT_ACE},
    {"IO", INHERIT_ONLY_ACE},
    {"ID", INHERITED_ACE},
    {"SA", SUCCESSFUL_ACCESS_ACE_FLAG},
    {"FA", FAILED_ACCESS_ACE_FLAG},
    {"", 0},
};

const struct nt_sddl_word nt_sddl_rights[] = {
    {"CC", 0x00000001},    {"DC", 0x00000002},   {"LC", 0x00000004},
    {"SW", 0x00000008},    {"RP", 0x00000010},   {"WP", 0x00000020},
    {"DT", 0x00000040},    {"LO", 0x00000080},   {"CR", 0x00000100},
    {"SD", DELETE},        {"RC", READ_CONTROL}, {"WD", WRITE_DAC},
    {"WO", WRITE_OWNER},   {"GA", GENERIC_ALL},  {"GX", GENERIC_EXECUTE},
    {"GW", GENERIC_WRITE}, {"GR", GENERIC_READ}, {"", 0},
};

const struct nt_sddl_word nt_sddl_sets[] = {
    {"FA", 0x001F01FF}, {"FR", 0x00120089}, {"FW", 0x00120116},
    {"FX", 0x001200A0}, {"KA", 0x000F003F}, {"KR", 0x00020019},
    {"KW", 0x00020006}, {"KX", 0x00020019}, {"", 0},
};

const struct nt_sddl_word nt_sddl_policies[] = {
    {"NW", SYSTEM_MANDATORY_LABEL_NO_WRITE_UP},
    {"NR", SYSTEM_MANDATORY_LABEL_NO_READ_UP},
    {"NX", SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP},
    {"", 0},
};
