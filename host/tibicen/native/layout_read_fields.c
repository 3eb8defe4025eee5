/* Wire to MessagePack: single values. */
#include <math.h>

#include "layout_read.h"

const uint8_t tib_sizes[8] = {1, 2, 4, 8, 1, 2, 4, 8};

/* Latin-1 as UTF-8. */
static int put_text(tib_reading *r, const uint8_t *data, size_t length) {
    if (r->how & TIB_READ_BYTES) {
        return tib_put_bytes(&r->packing, data, length);
    }
    size_t high = 0;
    for (size_t i = 0; i < length; i++) {
        high += data[i] >> 7;
    }
    if (tib_put_head(&r->packing, 0xdb, length + high)) {
        return TIB_FULL;
    }
    uint8_t *at = tib_room(&r->packing, length + high);
    if (!at) {
        return TIB_FULL;
    }
    if (high == 0 && length) {
        memcpy(at, data, length);
        return TIB_OK;
    }
    for (size_t i = 0; i < length; i++) {
        if (data[i] >> 7) {
            *at++ = (uint8_t)(0xc0 | data[i] >> 6);
            *at++ = (uint8_t)(0x80 | (data[i] & 0x3f));
        } else {
            *at++ = data[i];
        }
    }
    return TIB_OK;
}

/* A map whose size is known at its end: gives where it begins. */
int tib_open_map(tib_reading *r, size_t *begin) {
    uint8_t *at = tib_room(&r->packing, 3);
    if (!at) {
        return TIB_FULL;
    }
    at[0] = 0xde;
    *begin = r->packing.written;
    r->fields = 0;
    return TIB_OK;
}

void tib_close_map(tib_reading *r, size_t begin) {
    tib_put16(r->packing.out + begin - 2, r->fields);
}

static int64_t extend(uint64_t value, int64_t kind) {
    switch (kind) {
    case TIB_I8: return (int8_t)value;
    case TIB_I16: return (int16_t)value;
    case TIB_I32: return (int32_t)value;
    default: return (int64_t)value;
    }
}

int tib_read_integer(tib_reading *r, int64_t name, int64_t reg, int64_t kind) {
    const uint8_t *at = tib_take(r, tib_sizes[kind]);
    if (!at) {
        return TIB_TRUNCATED;
    }
    uint64_t raw = tib_load(at, tib_sizes[kind]);
    int64_t value = extend(raw, kind);
    tib_keep(&r->machine, reg, value);
    if (r->quiet) {
        return TIB_OK;
    }
    if (tib_put_name(r, name)) {
        return TIB_FULL;
    }
    return kind < TIB_I8 ? tib_put_unsigned(&r->packing, raw) : tib_put_signed(&r->packing, value);
}

int tib_read_text(tib_reading *r, int64_t name, int64_t reg, bool text) {
    const uint8_t *head = tib_take(r, 2);
    if (!head) {
        return TIB_TRUNCATED;
    }
    size_t length = tib_load16(head), start = r->at;
    const uint8_t *at = tib_take(r, length);
    if (!at) {
        return TIB_TRUNCATED;
    }
    tib_keep(&r->machine, reg, tib_text_at(start, length));
    if (r->quiet) {
        return TIB_OK;
    }
    if (tib_put_name(r, name)) {
        return TIB_FULL;
    }
    return text ? put_text(r, at, length) : tib_put_bytes(&r->packing, at, length);
}

int tib_read_rest(tib_reading *r, int64_t name, int64_t length) {
    const uint8_t *at = tib_take(r, length < 0 ? UINT64_MAX : (uint64_t)length);
    if (!at) {
        return TIB_TRUNCATED;
    }
    if (r->quiet) {
        return TIB_OK;
    }
    return tib_put_name(r, name) ? TIB_FULL : tib_put_bytes(&r->packing, at, (size_t)length);
}

/* A small list of wire bytes: an array of what `plain` writes, or an extension that holds them as they are. */
static int put_extension(tib_reading *r, uint8_t code, const uint8_t *data) {
    uint8_t *at = tib_room(&r->packing, 8);
    if (!at) {
        return TIB_FULL;
    }
    at[0] = 0xc7;
    at[1] = 5;
    at[2] = code;
    memcpy(at + 3, data, 5);
    return TIB_OK;
}

int tib_read_place(tib_reading *r, int64_t name, int64_t reg) {
    const uint8_t *at = tib_take(r, 5);
    if (!at) {
        return TIB_TRUNCATED;
    }
    uint16_t x = tib_load16(at), y = tib_load16(at + 2);
    if (reg >= 0) {
        tib_keep(&r->machine, reg, x);
        tib_keep(&r->machine, reg + 1, y);
        tib_keep(&r->machine, reg + 2, at[4]);
    }
    if (r->quiet) {
        return TIB_OK;
    }
    if (tib_put_name(r, name)) {
        return TIB_FULL;
    }
    if (!(r->how & TIB_READ_PLAIN)) {
        return put_extension(r, TIB_EXTENSION_POSITION, at);
    }
    uint8_t *head = tib_room(&r->packing, 1);
    if (!head) {
        return TIB_FULL;
    }
    head[0] = 0x93;
    return tib_put_unsigned(&r->packing, x) || tib_put_unsigned(&r->packing, y) || tib_put_unsigned(&r->packing, at[4]) ? TIB_FULL : TIB_OK;
}

int tib_read_decimal(tib_reading *r, int64_t name) {
    const uint8_t *at = tib_take(r, 5);
    if (!at) {
        return TIB_TRUNCATED;
    }
    if (r->quiet) {
        return TIB_OK;
    }
    if (tib_put_name(r, name)) {
        return TIB_FULL;
    }
    if (!(r->how & TIB_READ_PLAIN)) {
        return put_extension(r, TIB_EXTENSION_DOUBLE, at);
    }
    double value = ((double)tib_load32(at + 1) - 2147483647.0) / pow(10, at[0]);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint8_t *head = tib_room(&r->packing, 10);
    if (!head) {
        return TIB_FULL;
    }
    head[0] = 0x92;
    head[1] = 0xcb;
    tib_put64(head + 2, bits);
    return tib_put_unsigned(&r->packing, at[0]);
}

int tib_read_count(tib_reading *r, int64_t name, int64_t reg) {
    const uint8_t *at = tib_take(r, 1);
    if (!at) {
        return TIB_TRUNCATED;
    }
    size_t start = r->at - 1;
    int64_t value = at[0], least = 0;
    if (value >= 0x80) {
        const uint8_t *rest = tib_take(r, 3);
        if (!rest) {
            return TIB_TRUNCATED;
        }
        value = (int64_t)(value & 0x7f) << 24 | rest[0] << 16 | rest[1] << 8 | rest[2];
        least = 0x4000;
    } else if (value >= 0x40) {
        const uint8_t *rest = tib_take(r, 1);
        if (!rest) {
            return TIB_TRUNCATED;
        }
        value = (value & 0x3f) << 8 | rest[0];
        least = 0x40;
    }
    if (value < least) {
        /* Written again it would be shorter: not what was sent. */
        r->machine.trouble->at = start;
        return tib_fail(&r->machine, TIB_LONG_COUNT, -1, value);
    }
    tib_keep(&r->machine, reg, value);
    if (r->quiet) {
        return TIB_OK;
    }
    return tib_put_name(r, name) ? TIB_FULL : tib_put_unsigned(&r->packing, (uint64_t)value);
}
