/* The message reader: any reads, on any bytes. First byte: how many bytes of reads follow. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    size_t reads = data[0] < size - 1 ? data[0] : size - 1;
    const uint8_t *steps = data + 1;
    uint8_t *copy = copy_of(steps + reads, size - 1 - reads);
    tib_reader reader;
    tib_reader_init(&reader, copy, size - 1 - reads);
    for (size_t i = 0; i < reads; i++) {
        size_t before = reader.position;
        bool failed = reader.error != TIB_OK;
        tib_span span = {copy, 0};
        switch (steps[i] % 9) {
        case 0: tib_read_u8(&reader); break;
        case 1: tib_read_u16(&reader); break;
        case 2: tib_read_u32(&reader); break;
        case 3: tib_read_u64(&reader); break;
        case 4: tib_read_double(&reader); break;
        case 5: span = tib_read_string(&reader); break;
        case 6: span = tib_read_bytes(&reader, steps[i] / 9); break;
        case 7: tib_read_position(&reader); break;
        default: tib_skip(&reader, steps[i] / 9);
        }
        must(reader.position <= reader.length && reader.position >= before);
        must(!failed || (reader.error != TIB_OK && reader.position == before));
        if (span.length) {
            must(span.data >= copy && span.data + span.length == copy + reader.position);
            tib_utf8_valid(span.data, span.length);
        }
    }
    free(copy);
    return 0;
}
