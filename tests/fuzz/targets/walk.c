/* Where frames end in a piece of a stream, at every limit. First bytes: stack, limit. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    int stack = data[0] % 4;
    size_t limit = data[1] ? (size_t)data[1] * 300 : 65542;
    data += 2;
    size -= 2;
    size_t last = 0, count = 0, at = 0, seen = 0, begin = 0;
    int64_t end = tib_frames_walk(stack, data, size, limit, &last, &count);
    must(end <= (int64_t)size);
    /* Step by step it is the same. */
    while (at < size) {
        int64_t whole = tib_frame_peek(stack, data + at, size - at, limit);
        must(whole <= (int64_t)limit);
        if (whole < 0) {
            must(end == whole);
            return 0;
        }
        if (whole == 0 || (uint64_t)whole > size - at) {
            break;
        }
        begin = at;
        at += (size_t)whole;
        seen++;
    }
    must(end == (int64_t)at && count == seen && last == begin);
    return 0;
}
