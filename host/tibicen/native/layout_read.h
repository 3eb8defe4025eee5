/* Wire to MessagePack: what the files of it share. */
#ifndef TIBICEN_LAYOUT_READ_H
#define TIBICEN_LAYOUT_READ_H

#include "layout.h"
#include "packing.h"

typedef struct {
    tib_machine machine;
    const uint8_t *data;
    size_t length;
    size_t at;
    int how;
    bool quiet; /* nothing is given: only where the message ends is asked */
    tib_packing packing;
    uint32_t fields; /* of the map that is being written */
} tib_reading;

/* Bytes of the integers TIB_U8 ... */
extern const uint8_t tib_sizes[8];

/* The key of a field; an entry of a list has none. */
static inline int tib_put_name(tib_reading *r, int64_t name) {
    if (name < 0) {
        return TIB_OK;
    }
    size_t length;
    const uint8_t *text = tib_name(r->machine.layouts, name, &length);
    uint8_t *at = tib_room(&r->packing, length);
    if (!at) {
        return TIB_FULL;
    }
    memcpy(at, text, length);
    r->fields++;
    return TIB_OK;
}

/* The next bytes, or NULL and what is wrong. */
static inline const uint8_t *tib_take(tib_reading *r, uint64_t length) {
    if (length > r->length - r->at) {
        r->machine.trouble->at = r->at;
        tib_fail(&r->machine, TIB_TRUNCATED, -1, length > INT64_MAX ? INT64_MAX : (int64_t)length);
        return NULL;
    }
    const uint8_t *at = r->data + r->at;
    r->at += length;
    return at;
}

static inline uint64_t tib_load(const uint8_t *at, size_t size) {
    switch (size) {
    case 1: return at[0];
    case 2: return tib_load16(at);
    case 4: return tib_load32(at);
    default: return (uint64_t)tib_load32(at) | (uint64_t)tib_load32(at + 4) << 32;
    }
}

/* ---- layout_read_fields.c: single values. `name` is written in front unless it is -1. ---- */

int tib_open_map(tib_reading *r, size_t *begin);
void tib_close_map(tib_reading *r, size_t begin);
int tib_read_integer(tib_reading *r, int64_t name, int64_t reg, int64_t kind);
int tib_read_text(tib_reading *r, int64_t name, int64_t reg, bool text);
int tib_read_rest(tib_reading *r, int64_t name, int64_t length);
int tib_read_place(tib_reading *r, int64_t name, int64_t reg);
int tib_read_decimal(tib_reading *r, int64_t name);
int tib_read_count(tib_reading *r, int64_t name, int64_t reg);

/* ---- layout_read_parts.c ---- */

/* A structure or message: registers of its own, a map of its own. */
int tib_read_record(tib_reading *r, int64_t function);

/* ---- layout_read.c ---- */

/* The wanted messages of a frame, behind those that `out` has; TIB_FULL when there is no room for them. */
int tib_layout_packets(const tib_lens *lens, const uint8_t *data, size_t length, tib_packets *out);

/* ---- packets.c ---- */

/* One more packet, without name and fields; NULL when there is no room. */
tib_packet *tib_packet_add(const tib_lens *lens, const uint8_t *data, size_t start, size_t stop, tib_packets *out);

#endif
