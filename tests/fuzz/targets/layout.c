/* Frames by the programs of all versions: every way of reading finds the same ends, and what was read is written to the
   same bytes. First bytes: see fuzz_wire. */
#include "fuzz.h"
#include "packed.h"

enum { ROOM = 1 << 20 };

static uint8_t out_bytes[ROOM], again_bytes[1 << 18];

static tib_value next(tib_packed *rows, int kind) {
    tib_value value = tib_packed_next(rows);
    must(value.kind == kind);
    return value;
}

/* What was read of each message, written again. */
static void write_rows(const uint8_t *head, const tib_wire *wire, const uint8_t *data, size_t written) {
    tib_packed rows = {out_bytes, written, 0};
    uint64_t count = next(&rows, PACKED_LIST).number, at = 0;
    for (uint64_t i = 0; i < count; i++) {
        must(next(&rows, PACKED_LIST).number == 5);
        uint8_t opcode = (uint8_t)next(&rows, PACKED_UNSIGNED).number;
        next(&rows, PACKED_TEXT);
        size_t fields = rows.at;
        must(tib_packed_skip(&rows));
        size_t end_of_fields = rows.at;
        uint64_t start = next(&rows, PACKED_UNSIGNED).number, end = next(&rows, PACKED_UNSIGNED).number;
        must(start == at && end > start && data[start] == opcode);
        at = end;
        tib_output again = {again_bytes, sizeof again_bytes, {0}};
        int64_t length = tib_layout_write(&fuzz_version(head)->layouts, fuzz_direction(head)->entry[opcode], wire,
                                          out_bytes + fields, end_of_fields - fields, &again);
        must(length == (int64_t)(end - start - 1));
        must(memcmp(again_bytes, data + start + 1, (size_t)length) == 0);
    }
    must(rows.at == rows.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 4) {
        return 0;
    }
    const uint8_t *head = data;
    int how = head[3] & (TIB_READ_PLAIN | TIB_READ_BYTES);
    data += 4;
    size -= 4;
    tib_wire wire = fuzz_wire(head), quiet = wire, before = wire;
    const tib_layouts *layouts = &fuzz_version(head)->layouts;
    static const uint8_t nobody[256];
    tib_output ends = {again_bytes, sizeof again_bytes, {0}};
    int64_t found = tib_layout_read(layouts, fuzz_direction(head), &quiet, data, size, nobody, TIB_READ_ONLY, &ends);
    must(found == 5 || found < 0);
    tib_output out = {out_bytes, ROOM, {0}};
    int64_t written = tib_layout_read(layouts, fuzz_direction(head), &wire, data, size, NULL, how, &out);
    if (written == -TIB_FULL) {
        return 0;
    }
    must((written < 0) == (found < 0));
    must(written > 0 || (written == found && out.trouble.message == ends.trouble.message));
    must(written > 0 || out.trouble.message < size);
    must(memcmp(&wire, &quiet, sizeof wire) == 0);
    if (memcmp(before.features, wire.features, sizeof wire.features) == 0) {
        write_rows(head, &wire, data, out.trouble.written);
    }
    return 0;
}
