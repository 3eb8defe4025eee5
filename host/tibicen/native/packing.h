/* Writing MessagePack into a buffer: every function says TIB_FULL when there is no room, and TIB_OK otherwise. */
#ifndef TIBICEN_PACKING_H
#define TIBICEN_PACKING_H

#include "internal.h"

typedef struct {
    uint8_t *out;
    size_t capacity;
    size_t written;
} tib_packing;

/* The next bytes of the output, or NULL: it is full. */
static inline uint8_t *tib_room(tib_packing *p, size_t length) {
    if (length > p->capacity - p->written) {
        return NULL;
    }
    uint8_t *at = p->out + p->written;
    p->written += length;
    return at;
}

static inline void tib_put16(uint8_t *at, uint64_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void tib_put32(uint8_t *at, uint64_t value) {
    tib_put16(at, value >> 16);
    tib_put16(at + 2, value);
}

static inline void tib_put64(uint8_t *at, uint64_t value) {
    tib_put32(at, value >> 32);
    tib_put32(at + 4, value);
}

static inline int tib_put_unsigned(tib_packing *p, uint64_t value) {
    size_t size = value < 0x80 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value >> 32 == 0 ? 4 : 8;
    uint8_t *at = tib_room(p, 1 + size);
    if (!at) {
        return TIB_FULL;
    }
    switch (size) {
    case 0: at[0] = (uint8_t)value; break;
    case 1: at[0] = 0xcc, at[1] = (uint8_t)value; break;
    case 2: at[0] = 0xcd, tib_put16(at + 1, value); break;
    case 4: at[0] = 0xce, tib_put32(at + 1, value); break;
    default: at[0] = 0xcf, tib_put64(at + 1, value);
    }
    return TIB_OK;
}

static inline int tib_put_signed(tib_packing *p, int64_t value) {
    if (value >= 0) {
        return tib_put_unsigned(p, (uint64_t)value);
    }
    uint8_t *at = tib_room(p, 9);
    if (!at) {
        return TIB_FULL;
    }
    at[0] = 0xd3;
    tib_put64(at + 1, (uint64_t)value);
    return TIB_OK;
}

/* `head` and a length of 32 bits. */
static inline int tib_put_head(tib_packing *p, uint8_t head, size_t length) {
    uint8_t *at = tib_room(p, 5);
    if (!at) {
        return TIB_FULL;
    }
    at[0] = head;
    tib_put32(at + 1, length);
    return TIB_OK;
}

static inline int tib_put_bytes(tib_packing *p, const uint8_t *data, size_t length) {
    if (tib_put_head(p, 0xc6, length)) {
        return TIB_FULL;
    }
    uint8_t *at = tib_room(p, length);
    if (!at) {
        return TIB_FULL;
    }
    if (length) {
        memcpy(at, data, length);
    }
    return TIB_OK;
}

#endif
