/* Is it UTF-8? Decides whether a Lua string becomes str or bytes in Python. */
#include "internal.h"

static bool continuation(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

/* Length of the well-formed sequence at data (The Unicode Standard, table 3-7), 0 when there is none. */
static size_t sequence_at(const uint8_t *data, size_t left) {
    uint8_t first = data[0];
    if (first >= 0xc2 && first <= 0xdf) {
        return left >= 2 && continuation(data[1]) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        uint8_t low = first == 0xe0 ? 0xa0 : 0x80;
        uint8_t high = first == 0xed ? 0x9f : 0xbf;
        return left >= 3 && data[1] >= low && data[1] <= high && continuation(data[2]) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        uint8_t low = first == 0xf0 ? 0x90 : 0x80;
        uint8_t high = first == 0xf4 ? 0x8f : 0xbf;
        return left >= 4 && data[1] >= low && data[1] <= high && continuation(data[2]) && continuation(data[3]) ? 4 : 0;
    }
    return 0;
}

bool tib_utf8_valid(const uint8_t *data, size_t length) {
    size_t at = 0;
    while (at < length) {
        if (length - at >= 8) {
            uint64_t word;
            memcpy(&word, data + at, 8);
            if ((word & 0x8080808080808080u) == 0) {
                at += 8;
                continue;
            }
        }
        if (data[at] < 0x80) {
            at++;
            continue;
        }
        size_t width = sequence_at(data + at, length - at);
        if (width == 0) {
            return false;
        }
        at += width;
    }
    return true;
}
