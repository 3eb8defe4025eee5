/* MessagePack, as far as fields of messages come in it. */
#include "packed.h"

static bool take(tib_packed *packed, size_t length, const uint8_t **at) {
    if (length > packed->length - packed->at) {
        return false;
    }
    *at = packed->data + packed->at;
    packed->at += length;
    return true;
}

/* A big-endian number of 1, 2, 4 or 8 bytes. */
static bool number(tib_packed *packed, size_t size, uint64_t *value) {
    const uint8_t *at;
    if (!take(packed, size, &at)) {
        return false;
    }
    *value = 0;
    for (size_t i = 0; i < size; i++) {
        *value = *value << 8 | at[i];
    }
    return true;
}

static tib_value sized(tib_packed *packed, int kind, uint64_t length) {
    tib_value value = {PACKED_BAD, 0, 0, NULL, 0};
    if (length <= SIZE_MAX && take(packed, (size_t)length, &value.bytes)) {
        value.kind = kind;
        value.length = (size_t)length;
    }
    return value;
}

static tib_value signed_of(uint64_t raw, size_t size) {
    tib_value value = {PACKED_UNSIGNED, raw, 0, NULL, 0};
    if (size < 8 && raw >> (8 * size - 1)) {
        value.number = raw | ~(uint64_t)0 << (8 * size);
    }
    if (value.number >> 63) {
        value.kind = PACKED_SIGNED;
    }
    return value;
}

static tib_value float_of(uint64_t raw, size_t size) {
    tib_value value = {PACKED_FLOAT, 0, 0, NULL, 0};
    if (size == 8) {
        memcpy(&value.real, &raw, sizeof value.real);
    } else {
        uint32_t bits = (uint32_t)raw;
        float real;
        memcpy(&real, &bits, sizeof real);
        value.real = real;
    }
    return value;
}

tib_value tib_packed_next(tib_packed *packed) {
    tib_value value = {PACKED_BAD, 0, 0, NULL, 0};
    uint64_t head, raw;
    if (!number(packed, 1, &head)) {
        return value;
    }
    if (head < 0x80 || head >= 0xe0) {
        return signed_of(head, 1);
    }
    if (head < 0xa0) {
        value.kind = head < 0x90 ? PACKED_MAP : PACKED_LIST;
        value.number = head & 15;
        return value;
    }
    if (head < 0xc0) {
        return sized(packed, PACKED_TEXT, head & 31);
    }
    switch (head) {
    case 0xc0:
        value.kind = PACKED_NIL;
        return value;
    case 0xc2:
    case 0xc3:
        value.kind = PACKED_UNSIGNED;
        value.number = head & 1;
        return value;
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8:
        return sized(packed, PACKED_OTHER, 1 + ((uint64_t)1 << (head - 0xd4)));
    default:
        break;
    }
    /* What is left has a number of 1, 2, 4 or 8 bytes behind its head. */
    static const uint8_t widths[32] = {0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8,
                                       1, 2, 4, 8, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4};
    size_t width = widths[head - 0xc0];
    if (!width || !number(packed, width, &raw)) {
        return value;
    }
    switch (head) {
    case 0xc4: case 0xc5: case 0xc6: return sized(packed, PACKED_BYTES, raw);
    case 0xc7: case 0xc8: case 0xc9: return sized(packed, PACKED_OTHER, raw + 1);
    case 0xca: case 0xcb: return float_of(raw, width);
    case 0xcc: case 0xcd: case 0xce: case 0xcf:
        value.kind = PACKED_UNSIGNED;
        value.number = raw;
        return value;
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: return signed_of(raw, width);
    case 0xd9: case 0xda: case 0xdb: return sized(packed, PACKED_TEXT, raw);
    default:
        value.kind = head < 0xde ? PACKED_LIST : PACKED_MAP;
        value.number = raw;
        return value;
    }
}

bool tib_packed_skip(tib_packed *packed) {
    /* Every value has a byte at least, so this ends with the data. */
    uint64_t left = 1;
    while (left) {
        tib_value value = tib_packed_next(packed);
        if (value.kind == PACKED_BAD) {
            return false;
        }
        left--;
        if (value.kind == PACKED_LIST) {
            left += value.number;
        } else if (value.kind == PACKED_MAP) {
            left += 2 * value.number;
        }
    }
    return true;
}
