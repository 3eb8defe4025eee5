/* Wire to MessagePack: structures, lists, maps, and the steps of a program. */
#include "layout_read.h"
#include "layout_step.h"

static int read_parts(tib_reading *r, const int64_t *code);

/* A map of its own inside the one that is being written. */
static int read_map(tib_reading *r, const int64_t *code) {
    if (r->quiet) {
        return read_parts(r, code);
    }
    uint32_t outside = r->fields;
    size_t begin;
    int error = tib_open_map(r, &begin);
    if (!error) {
        error = read_parts(r, code);
    }
    if (!error) {
        tib_close_map(r, begin);
    }
    r->fields = outside;
    return error;
}

/* A structure: registers of its own. */
int tib_read_record(tib_reading *r, int64_t function) {
    tib_machine *machine = &r->machine;
    const int64_t *code = machine->layouts->code + function;
    size_t base = machine->base, top = machine->top;
    int error = tib_enter(machine, &code);
    if (error) {
        return error;
    }
    error = read_map(r, code);
    machine->base = base;
    machine->top = top;
    machine->depth--;
    return error;
}

static int read_entry(tib_reading *r, const int64_t *code, bool single) {
    int error = tib_count_entry(&r->machine);
    if (error) {
        return error;
    }
    if (r->machine.depth >= TIB_LAYOUT_DEPTH) {
        return tib_fail(&r->machine, TIB_TOO_DEEP, -1, 0);
    }
    r->machine.depth++;
    error = single ? read_parts(r, code) : read_map(r, code);
    r->machine.depth--;
    return error;
}

static int read_list(tib_reading *r, const int64_t *code) {
    int64_t name = code[1], reg = code[2], kind = code[3];
    const uint64_t limit = (uint64_t)1 << 62;
    uint64_t count;
    if (kind < 0) {
        int64_t value = tib_pop(&r->machine);
        count = value < 0 ? 0 : (uint64_t)value;
    } else {
        const uint8_t *at = tib_take(r, tib_sizes[kind]);
        if (!at) {
            return TIB_TRUNCATED;
        }
        count = tib_load(at, tib_sizes[kind]);
    }
    /* Every entry has a byte at least: a count beyond the end must not become a long loop. */
    if (count > r->length - r->at) {
        return tib_take(r, count > limit ? limit : count) ? TIB_OK : TIB_TRUNCATED;
    }
    /* A list that is asked for keeps its place and its count: tests ask whether it is empty. */
    tib_keep(&r->machine, reg, (int64_t)count);
    if (reg >= 0) {
        tib_keep(&r->machine, reg + 1, (int64_t)r->at);
    }
    if (!r->quiet && (tib_put_name(r, name) || tib_put_head(&r->packing, 0xdd, count))) {
        return TIB_FULL;
    }
    if (r->quiet && code[4] && code[6] == TIB_DO_INTEGER) {
        return tib_take(r, count * tib_sizes[code[9]]) ? TIB_OK : TIB_TRUNCATED;
    }
    for (uint64_t i = 0; i < count; i++) {
        int error = read_entry(r, code + 6, code[4] != 0);
        if (error) {
            return error;
        }
    }
    return TIB_OK;
}

static int read_repeat(tib_reading *r, const int64_t *code) {
    size_t head = 0;
    uint32_t count = 0;
    if (!r->quiet) {
        if (tib_put_name(r, code[1]) || tib_put_head(&r->packing, 0xdd, 0)) {
            return TIB_FULL;
        }
        head = r->packing.written;
    }
    int64_t goes_on;
    do {
        size_t before = r->at;
        int error = read_entry(r, code + 4, false);
        if (error) {
            return error;
        }
        count++;
        goes_on = tib_pop(&r->machine);
        if (goes_on && r->at == before) {
            /* An entry of no bytes would be followed by itself for ever. */
            return tib_fail(&r->machine, TIB_TOO_LONG, -1, 0);
        }
    } while (goes_on);
    tib_keep(&r->machine, code[2], count);
    if (!r->quiet) {
        tib_put32(r->packing.out + head - 4, count);
    }
    return TIB_OK;
}

/* The u16 in front: below 0xff00 the id of a thing, otherwise how many empty tiles follow. */
static int read_mark(tib_reading *r, uint16_t *mark) {
    const uint8_t *at = tib_take(r, 2);
    if (!at) {
        return TIB_TRUNCATED;
    }
    *mark = tib_load16(at);
    return TIB_OK;
}

static int read_tile(tib_reading *r, bool effects, int64_t thing, uint16_t *mark) {
    size_t begin = 0, head = 0;
    uint32_t count = 0;
    int error = tib_count_entry(&r->machine);
    if (!error && !r->quiet) {
        error = tib_open_map(r, &begin);
    }
    if (!error) {
        error = read_mark(r, mark);
    }
    if (!error && effects && *mark < 0xff00) {
        if (!r->quiet && (tib_put_name(r, TIB_NAME_EFFECT) || tib_put_unsigned(&r->packing, *mark))) {
            return TIB_FULL;
        }
        error = read_mark(r, mark);
    }
    if (!error && !r->quiet) {
        error = tib_put_name(r, TIB_NAME_THINGS) || tib_put_head(&r->packing, 0xdd, 0) ? TIB_FULL : TIB_OK;
        head = r->packing.written;
    }
    while (!error && *mark < 0xff00) {
        r->at -= 2;
        count++;
        error = tib_read_record(r, thing);
        if (!error) {
            error = read_mark(r, mark);
        }
    }
    if (error || r->quiet) {
        return error;
    }
    tib_put32(r->packing.out + head - 4, count);
    if (tib_put_name(r, TIB_NAME_SKIP) || tib_put_unsigned(&r->packing, *mark & 0xff)) {
        return TIB_FULL;
    }
    tib_close_map(r, begin);
    return TIB_OK;
}

static int read_tiles(tib_reading *r, const int64_t *code) {
    int64_t kind = code[2], left = tib_tiles(&r->machine, kind);
    bool effects = code[3] != 0;
    if (left < 0) {
        return TIB_NO_FLOOR;
    }
    size_t head = 0;
    uint32_t outside = 0, count = 0;
    if (!r->quiet) {
        if (tib_put_name(r, code[1]) || tib_put_head(&r->packing, 0xdd, 0)) {
            return TIB_FULL;
        }
        head = r->packing.written;
        outside = r->fields;
    }
    while (left > 0) {
        uint16_t mark = 0;
        int error = read_tile(r, effects, code[4], &mark);
        if (error) {
            return error;
        }
        count++;
        left -= 1 + (mark & 0xff);
    }
    /* A single tile says by its skip whether it is empty; there is nothing behind it to skip. */
    if (left < 0 && kind != TIB_TILES_ONE) {
        return tib_fail(&r->machine, TIB_TOO_MANY_TILES, -1, -left);
    }
    if (!r->quiet) {
        tib_put32(r->packing.out + head - 4, count);
        r->fields = outside;
    }
    return TIB_OK;
}

static void set_features(tib_reading *r, int64_t reg) {
    const int64_t *list = r->machine.registers + r->machine.base + reg;
    for (int64_t i = 0; i < list[0]; i++) {
        const uint8_t *row = r->data + list[1] + 2 * i;
        r->machine.wire->features[row[0]] = row[1] ? 2 : 1;
    }
}

static int read_parts(tib_reading *r, const int64_t *code) {
    tib_machine *machine = &r->machine;
    int error = TIB_OK;
    while (!error) {
        switch (code[0]) {
        case TIB_DO_END:
            return TIB_OK;
        case TIB_DO_INTEGER:
            error = tib_read_integer(r, code[1], code[2], code[3]);
            code += 4;
            break;
        case TIB_DO_TEXT:
            error = tib_read_text(r, code[1], code[2], true);
            code += 3;
            break;
        case TIB_DO_DATA:
            error = tib_read_text(r, code[1], -1, false);
            code += 2;
            break;
        case TIB_DO_POSITION:
            error = tib_read_place(r, code[1], code[2]);
            code += 3;
            break;
        case TIB_DO_DOUBLE:
            error = tib_read_decimal(r, code[1]);
            code += 2;
            break;
        case TIB_DO_PACKED:
            error = tib_read_count(r, code[1], code[2]);
            code += 3;
            break;
        case TIB_DO_BYTES:
            error = tib_read_rest(r, code[1], tib_pop(machine));
            code += 2;
            break;
        case TIB_DO_REST:
            error = tib_read_rest(r, code[1], (int64_t)(r->length - r->at));
            code += 2;
            break;
        case TIB_DO_TILES:
            error = read_tiles(r, code);
            code += 5;
            break;
        case TIB_DO_RECORD:
            error = !r->quiet && tib_put_name(r, code[1]) ? TIB_FULL : tib_read_record(r, code[2]);
            code += 3;
            break;
        case TIB_DO_LIST:
            error = read_list(r, code);
            code = machine->layouts->code + code[5];
            break;
        case TIB_DO_REPEAT:
            error = read_repeat(r, code);
            code = machine->layouts->code + code[3];
            break;
        case TIB_DO_SWITCH:
            code = tib_switch(machine, code);
            error = code ? TIB_OK : TIB_NO_CASE;
            break;
        case TIB_DO_SET:
            machine->wire->session[code[1]] = tib_pop(machine);
            code += 2;
            break;
        case TIB_DO_SET_FEATURES:
            set_features(r, code[1]);
            code += 2;
            break;
        case TIB_DO_FLAGS: {
            int64_t bits = 0;
            error = tib_flags_of(machine, tib_pop(machine), code[2] != 0, &bits);
            if (error) {
                machine->trouble->at = r->at;
            }
            tib_keep(machine, code[1], bits);
            code += 3;
            break;
        }
        default:
            code = tib_step(machine, code, r->at < r->length);
        }
    }
    return error;
}
