/* Lua patterns: any pattern on any subject comes to an end, and matches inside the subject. First byte: the pattern's
   length; second: where to begin, and how. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    size_t length = data[0] < size - 2 ? data[0] : size - 2, rest = size - 2 - length;
    int how = data[1] % 5;
    int32_t from = data[1] / 5;
    uint8_t *pattern = copy_of(data + 2, length), *subject = copy_of(data + 2 + length, rest);
    tib_match match;
    memset(&match, 0, sizeof match);
    match.limit = 100000;
    if (from <= (int32_t)rest &&
        tib_pattern_search(&match, subject, (int32_t)rest, pattern, (int32_t)length, from, how) == TIB_PATTERN_FOUND) {
        must(match.start >= from && match.stop >= match.start && match.stop <= (int32_t)rest);
        must(match.count >= 0 && match.count <= TIB_PATTERN_CAPTURES);
    }
    free(pattern);
    free(subject);
    return 0;
}
