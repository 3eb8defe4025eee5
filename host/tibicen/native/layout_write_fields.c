/* MessagePack to wire: finding fields, and single values. */
#include <math.h>

#include "layout_write.h"

int tib_unfit(tib_writing *w, int64_t name) {
    return tib_fail(&w->machine, TIB_UNFIT, name, 0);
}

int tib_room_left(tib_writing *w, int64_t name) {
    if (w->out.error == TIB_OK) {
        return TIB_OK;
    }
    return w->out.error == TIB_FULL ? tib_fail(&w->machine, TIB_FULL, name, 0) : tib_unfit(w, name);
}

static bool is_name(tib_value key, const uint8_t *name, size_t length) {
    size_t head = length > 33 ? 2 : 1;
    return (key.kind == PACKED_TEXT || key.kind == PACKED_BYTES) && key.length == length - head &&
           memcmp(key.bytes, name + head, key.length) == 0;
}

/* Moves to a field's value. Fields mostly come in the layout's order, so the next key is tried first. */
bool tib_find(tib_writing *w, int64_t name) {
    size_t length;
    const uint8_t *text = tib_name(w->machine.layouts, name, &length);
    tib_record *from = &w->record;
    for (uint64_t tried = 0; tried < from->count; tried++) {
        if (from->index == from->count) {
            from->index = 0;
            from->at = from->first;
        }
        w->in.at = from->at;
        if (length <= w->in.length - from->at && memcmp(w->in.data + from->at, text, length) == 0) {
            w->in.at += length;
            return true;
        }
        tib_value key = tib_packed_next(&w->in);
        if (is_name(key, text, length)) {
            return true;
        }
        /* The key may be a list or a map itself. */
        w->in.at = from->at;
        if (!tib_packed_skip(&w->in) || !tib_packed_skip(&w->in)) {
            return false;
        }
        from->at = w->in.at;
        from->index++;
    }
    return false;
}

int tib_seek(tib_writing *w, int64_t name) {
    if (name < 0 || tib_find(w, name)) {
        return TIB_OK;
    }
    return tib_fail(&w->machine, TIB_MISSING, name, 0);
}

/* A field was taken: the next one is looked for behind it. */
void tib_took(tib_writing *w, int64_t name) {
    if (name >= 0) {
        w->record.at = w->in.at;
        w->record.index++;
    }
}

bool tib_has(tib_writing *w, int64_t name) {
    tib_record kept = w->record;
    size_t at = w->in.at;
    bool found = tib_find(w, name);
    w->record = kept;
    w->in.at = at;
    return found;
}

bool tib_fits(tib_value value, int64_t kind, uint64_t *raw) {
    static const uint64_t most[] = {0xff, 0xffff, 0xffffffff, UINT64_MAX, 0x7f, 0x7fff, 0x7fffffff, INT64_MAX};
    if (value.kind == PACKED_FLOAT) {
        /* What Lua has are doubles: a whole one is a number like others. */
        if (!(value.real >= -9007199254740992.0 && value.real <= 9007199254740992.0) ||
            value.real != floor(value.real)) {
            return false;
        }
        int64_t whole = (int64_t)value.real;
        value.kind = whole < 0 ? PACKED_SIGNED : PACKED_UNSIGNED;
        value.number = (uint64_t)whole;
    }
    *raw = value.number;
    if (value.kind == PACKED_UNSIGNED) {
        return value.number <= most[kind];
    }
    return value.kind == PACKED_SIGNED && kind >= TIB_I8 && ~value.number <= most[kind];
}

static uint8_t *grow(tib_writing *w, size_t length) {
    tib_writer *out = &w->out;
    if (out->error != TIB_OK || length > out->capacity - out->position) {
        out->error = out->error ? out->error : TIB_FULL;
        return NULL;
    }
    uint8_t *at = out->data + out->position;
    out->position += length;
    return at;
}

void tib_put_integer(tib_writing *w, int64_t kind, uint64_t raw) {
    uint8_t *at = grow(w, (size_t)1 << (kind & 3));
    if (!at) {
        return;
    }
    switch (kind & 3) {
    case 0: at[0] = (uint8_t)raw; break;
    case 1: tib_store16(at, (uint16_t)raw); break;
    case 2: tib_store32(at, (uint32_t)raw); break;
    default: tib_store32(at, (uint32_t)raw), tib_store32(at + 4, (uint32_t)(raw >> 32));
    }
}

int tib_give_integer(tib_writing *w, int64_t name, int64_t reg, int64_t kind) {
    uint64_t raw;
    if (w->in.at < w->in.length && w->in.data[w->in.at] < 0x80) {
        /* A small number fits everything. */
        raw = w->in.data[w->in.at++];
    } else if (!tib_fits(tib_packed_next(&w->in), kind, &raw)) {
        return tib_unfit(w, name);
    }
    tib_keep(&w->machine, reg, (int64_t)raw);
    tib_put_integer(w, kind, raw);
    return tib_room_left(w, name);
}

/* UTF-8 as Latin-1. */
static bool put_text(tib_writing *w, const uint8_t *at, size_t length) {
    const uint8_t *end = at + length;
    while (at < end) {
        if (*at < 0x80) {
            tib_write_u8(&w->out, *at++);
        } else {
            if (end - at < 2 || (*at & 0xfc) != 0xc0 || *at < 0xc2 || (at[1] & 0xc0) != 0x80) {
                return false;
            }
            tib_write_u8(&w->out, (uint8_t)(*at << 6 | (at[1] & 0x3f)));
            at += 2;
        }
    }
    return true;
}

int tib_give_text(tib_writing *w, int64_t name, int64_t reg, bool text) {
    tib_value value = tib_packed_next(&w->in);
    if (value.kind != PACKED_TEXT && value.kind != PACKED_BYTES) {
        return tib_unfit(w, name);
    }
    size_t head = w->out.position;
    tib_write_u16(&w->out, 0);
    size_t start = w->out.position;
    if (text && value.kind == PACKED_TEXT) {
        if (!put_text(w, value.bytes, value.length)) {
            return tib_unfit(w, name);
        }
    } else {
        tib_write_bytes(&w->out, value.bytes, value.length);
    }
    if (tib_room_left(w, name)) {
        return w->machine.trouble->error;
    }
    size_t length = w->out.position - start;
    if (length > 65535) {
        return tib_unfit(w, name);
    }
    tib_store16(w->out.data + head, (uint16_t)length);
    tib_keep(&w->machine, reg, tib_text_at(start, length));
    return TIB_OK;
}

/* As many bytes as there must be; below 0: any number. */
int tib_give_bytes(tib_writing *w, int64_t name, int64_t length) {
    tib_value value = tib_packed_next(&w->in);
    if (value.kind != PACKED_TEXT && value.kind != PACKED_BYTES) {
        return tib_unfit(w, name);
    }
    if (length >= 0 && value.length != (uint64_t)length) {
        return tib_fail(&w->machine, TIB_WRONG_LENGTH, name, length);
    }
    tib_write_bytes(&w->out, value.bytes, value.length);
    return tib_room_left(w, name);
}

/* What reading gives unless it is asked for plain values: the bytes of the wire behind a code. */
static bool is_extension(tib_value value, uint8_t code) {
    return value.kind == PACKED_OTHER && value.length == 6 && value.bytes[0] == code;
}

int tib_give_place(tib_writing *w, int64_t name, int64_t reg) {
    static const int64_t kinds[] = {TIB_U16, TIB_U16, TIB_U8};
    tib_value list = tib_packed_next(&w->in);
    if (is_extension(list, TIB_EXTENSION_POSITION)) {
        if (reg >= 0) {
            tib_keep(&w->machine, reg, tib_load16(list.bytes + 1));
            tib_keep(&w->machine, reg + 1, tib_load16(list.bytes + 3));
            tib_keep(&w->machine, reg + 2, list.bytes[5]);
        }
        tib_write_bytes(&w->out, list.bytes + 1, 5);
        return tib_room_left(w, name);
    }
    if (list.kind != PACKED_LIST || list.number != 3) {
        return tib_unfit(w, name);
    }
    for (int i = 0; i < 3; i++) {
        int error = tib_give_integer(w, name, reg < 0 ? -1 : reg + i, kinds[i]);
        if (error) {
            return error;
        }
    }
    return TIB_OK;
}

static bool real(tib_value value, double *result) {
    switch (value.kind) {
    case PACKED_FLOAT: *result = value.real; return true;
    case PACKED_UNSIGNED: *result = (double)value.number; return true;
    case PACKED_SIGNED: *result = (double)(int64_t)value.number; return true;
    default: return false;
    }
}

int tib_give_decimal(tib_writing *w, int64_t name) {
    tib_value list = tib_packed_next(&w->in);
    double value;
    uint64_t precision;
    if (is_extension(list, TIB_EXTENSION_DOUBLE)) {
        tib_write_bytes(&w->out, list.bytes + 1, 5);
        return tib_room_left(w, name);
    }
    if (list.kind != PACKED_LIST || list.number != 2 || !real(tib_packed_next(&w->in), &value) ||
        !tib_fits(tib_packed_next(&w->in), TIB_U8, &precision)) {
        return tib_unfit(w, name);
    }
    tib_write_double(&w->out, value, (uint8_t)precision);
    return tib_room_left(w, name);
}

int tib_give_count(tib_writing *w, int64_t name, int64_t reg) {
    uint64_t raw;
    if (!tib_fits(tib_packed_next(&w->in), TIB_I32, &raw) || raw > 0x7fffffff) {
        return tib_unfit(w, name);
    }
    tib_keep(&w->machine, reg, (int64_t)raw);
    if (raw >= 0x4000) {
        tib_write_u8(&w->out, (uint8_t)(0x80 | raw >> 24));
        tib_write_u8(&w->out, (uint8_t)(raw >> 16));
        tib_write_u8(&w->out, (uint8_t)(raw >> 8));
    } else if (raw >= 0x40) {
        tib_write_u8(&w->out, (uint8_t)(0x40 | raw >> 8));
    }
    tib_write_u8(&w->out, (uint8_t)raw);
    return tib_room_left(w, name);
}
