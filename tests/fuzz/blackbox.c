// SPDX-License-Identifier: MIT
/*
 * Fuzzes the reader of black boxes: any bytes, as a dump file might hold them, are parsed, printed,
 * turned into JSON and drawn. tests/fuzz/make-blackbox-corpus.c makes the corpus, and
 * tests/picture/boxes.py the larger ones of it.
 */
#include "tool/blackbox/blackbox-draw.h"
#include "tool/blackbox/blackbox-print.h"
#include "util/macro.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *sink;
    struct nt_blackbox_origin origin = {.title = "fuzzed", .n_history = 256};
    struct nt_blackbox_report report;
    char why[NT_BLACKBOX_WHY] = "";
    struct json_object *json;

    if (!sink)
        sink = fopen("/dev/null", "we");
    nt_abort_if(!sink, "no /dev/null");
    if (nt_blackbox_parse(data, size, size, &report, why)) {
        nt_abort_if(!why[0], "refused without a reason");
        return 0;
    }
    nt_blackbox_print(sink, &report, &origin);
    json = nt_blackbox_to_json(&report, &origin);
    nt_abort_if(!json || !json_object_to_json_string(json), "no JSON");
    json_object_put(json);
    nt_abort_if(nt_blackbox_draw(sink, &report, &origin), "no picture");
    nt_blackbox_report_deinit(&report);
    return 0;
}
