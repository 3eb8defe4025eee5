/* MessagePack to wire: the same programs as for reading, the other way. */
#include "layout_step.h"
#include "layout_write.h"

static int write_parts(tib_writing *w, const int64_t *code);

/* Stands behind the record whose fields were taken. */
static bool leave(tib_writing *w) {
    tib_record *record = &w->record;
    w->in.at = record->at;
    for (; record->index < record->count; record->index++) {
        if (!tib_packed_skip(&w->in) || !tib_packed_skip(&w->in)) {
            return false;
        }
    }
    return true;
}

/* Takes the value at hand as a map, writes the steps of `code` from it, and stands behind it then. */
static int write_map(tib_writing *w, int64_t name, const int64_t *code) {
    tib_value map = tib_packed_next(&w->in);
    /* A table of Lua that is empty may come as either. */
    if (map.kind != PACKED_MAP && (map.kind != PACKED_LIST || map.number)) {
        return tib_unfit(w, name);
    }
    tib_record outside = w->record;
    w->record = (tib_record){w->in.at, map.number, w->in.at, 0};
    int error = write_parts(w, code);
    if (!error && !leave(w)) {
        error = tib_unfit(w, name);
    }
    w->record = outside;
    return error;
}

static int write_record(tib_writing *w, int64_t name, int64_t function) {
    tib_machine *machine = &w->machine;
    const int64_t *code = machine->layouts->code + function;
    size_t base = machine->base, top = machine->top;
    int error = tib_enter(machine, &code);
    if (error) {
        return error;
    }
    error = write_map(w, name, code);
    machine->base = base;
    machine->top = top;
    machine->depth--;
    return error;
}

static int write_entry(tib_writing *w, int64_t name, const int64_t *code, bool single) {
    int error = tib_count_entry(&w->machine);
    if (error) {
        return error;
    }
    if (w->machine.depth >= TIB_LAYOUT_DEPTH) {
        return tib_fail(&w->machine, TIB_TOO_DEEP, name, 0);
    }
    w->machine.depth++;
    error = single ? write_parts(w, code) : write_map(w, name, code);
    w->machine.depth--;
    return error;
}

/* Takes the value at hand as a list: how many entries it has. */
static int open_list(tib_writing *w, int64_t name, uint64_t *count) {
    tib_value list = tib_packed_next(&w->in);
    if (list.kind != PACKED_LIST && (list.kind != PACKED_MAP || list.number)) {
        return tib_unfit(w, name);
    }
    *count = list.number;
    return TIB_OK;
}

static int write_list(tib_writing *w, const int64_t *code) {
    int64_t name = code[1], reg = code[2], kind = code[3];
    int64_t due = kind < 0 ? tib_pop(&w->machine) : 0;
    uint64_t count = 0, raw;
    int error = open_list(w, name, &count);
    if (error) {
        return error;
    }
    if (kind < 0 && count != (uint64_t)(due < 0 ? 0 : due)) {
        return tib_fail(&w->machine, TIB_WRONG_COUNT, name, due);
    }
    if (kind >= 0) {
        tib_value number = {PACKED_UNSIGNED, count, 0, NULL, 0};
        if (!tib_fits(number, kind, &raw)) {
            return tib_unfit(w, name);
        }
        tib_put_integer(w, kind, count);
        error = tib_room_left(w, name);
    }
    tib_keep(&w->machine, reg, (int64_t)count);
    for (uint64_t i = 0; i < count && !error; i++) {
        error = write_entry(w, name, code + 6, code[4] != 0);
    }
    return error;
}

static int write_repeat(tib_writing *w, const int64_t *code) {
    uint64_t count = 0;
    int error = open_list(w, code[1], &count);
    for (uint64_t i = 0; i < count && !error; i++) {
        error = write_entry(w, code[1], code + 4, false);
        if (!error && (tib_pop(&w->machine) != 0) != (i + 1 < count)) {
            /* It would be read as more entries, or as fewer, than these. */
            error = tib_fail(&w->machine, TIB_WRONG_COUNT, code[1], (int64_t)i + 1);
        }
    }
    if (!error && count == 0) {
        error = tib_fail(&w->machine, TIB_WRONG_COUNT, code[1], 1);
    }
    return error;
}

static int write_tile(tib_writing *w, int64_t name, bool effects, int64_t thing) {
    tib_value map = tib_packed_next(&w->in);
    uint64_t count = 0, raw = 0;
    if (map.kind != PACKED_MAP) {
        return tib_unfit(w, name);
    }
    w->record = (tib_record){w->in.at, map.number, w->in.at, 0};
    int error = tib_seek(w, TIB_NAME_THINGS);
    /* An effect comes first on the wire, wherever it stands among the fields. */
    tib_record at_things = w->record;
    size_t things = w->in.at;
    if (!error) {
        error = open_list(w, TIB_NAME_THINGS, &count);
    }
    if (error) {
        return error;
    }
    if (effects && (count || tib_has(w, TIB_NAME_EFFECT))) {
        if (tib_find(w, TIB_NAME_EFFECT) && (!tib_fits(tib_packed_next(&w->in), TIB_U16, &raw) || raw >= 0xff00)) {
            return tib_unfit(w, TIB_NAME_EFFECT);
        }
        tib_put_integer(w, TIB_U16, raw);
    }
    w->record = at_things;
    w->in.at = things;
    error = open_list(w, TIB_NAME_THINGS, &count);
    for (uint64_t i = 0; i < count && !error; i++) {
        error = write_record(w, TIB_NAME_THINGS, thing);
    }
    if (!error) {
        tib_took(w, TIB_NAME_THINGS);
        error = tib_seek(w, TIB_NAME_SKIP);
    }
    if (!error && !tib_fits(tib_packed_next(&w->in), TIB_U8, &raw)) {
        error = tib_unfit(w, TIB_NAME_SKIP);
    }
    if (!error) {
        tib_put_integer(w, TIB_U16, 0xff00 | raw);
        tib_took(w, TIB_NAME_SKIP);
        error = tib_room_left(w, TIB_NAME_SKIP);
    }
    return error;
}

static int write_tiles(tib_writing *w, const int64_t *code) {
    uint64_t count = 0;
    tib_record outside = w->record;
    int error = open_list(w, code[1], &count);
    for (uint64_t i = 0; i < count && !error; i++) {
        error = tib_count_entry(&w->machine);
        if (!error) {
            error = write_tile(w, code[1], code[3] != 0, code[4]);
        }
        if (!error && !leave(w)) {
            error = tib_unfit(w, code[1]);
        }
    }
    w->record = outside;
    return error;
}

/* The fields have been moved to; behind them `code` goes on. */
static int write_field(tib_writing *w, const int64_t **step) {
    const int64_t *code = *step;
    switch (code[0]) {
    case TIB_DO_INTEGER:
        *step += 4;
        return tib_give_integer(w, code[1], code[2], code[3]);
    case TIB_DO_TEXT:
        *step += 3;
        return tib_give_text(w, code[1], code[2], true);
    case TIB_DO_DATA:
        *step += 2;
        return tib_give_text(w, code[1], -1, false);
    case TIB_DO_POSITION:
        *step += 3;
        return tib_give_place(w, code[1], code[2]);
    case TIB_DO_DOUBLE:
        *step += 2;
        return tib_give_decimal(w, code[1]);
    case TIB_DO_PACKED:
        *step += 3;
        return tib_give_count(w, code[1], code[2]);
    case TIB_DO_BYTES:
        *step += 2;
        return tib_give_bytes(w, code[1], tib_pop(&w->machine));
    case TIB_DO_REST:
        *step += 2;
        return tib_give_bytes(w, code[1], -1);
    case TIB_DO_TILES:
        *step += 5;
        return write_tiles(w, code);
    case TIB_DO_RECORD:
        *step += 3;
        return write_record(w, code[1], code[2]);
    case TIB_DO_LIST:
        *step = w->machine.layouts->code + code[5];
        return write_list(w, code);
    default:
        *step = w->machine.layouts->code + code[3];
        return write_repeat(w, code);
    }
}

static int write_parts(tib_writing *w, const int64_t *code) {
    tib_machine *machine = &w->machine;
    int error = TIB_OK;
    while (!error) {
        /* The output's place is kept; whoever is asked for a text looks there. */
        machine->bytes = w->out.data;
        switch (code[0]) {
        case TIB_DO_END:
            return TIB_OK;
        case TIB_DO_SWITCH:
            code = tib_switch(machine, code);
            error = code ? TIB_OK : TIB_NO_CASE;
            break;
        case TIB_DO_SET:
            /* What the session learns, it learns by reading; whoever writes knows it. */
            (void)tib_pop(machine);
            code += 2;
            break;
        case TIB_DO_SET_FEATURES:
            code += 2;
            break;
        case TIB_DO_FLAGS: {
            int64_t bits = 0;
            error = tib_flags_of(machine, tib_pop(machine), code[2] != 0, &bits);
            tib_keep(machine, code[1], bits);
            code += 3;
            break;
        }
        default:
            if (code[0] > TIB_DO_REPEAT) {
                code = tib_step(machine, code, code[0] == TIB_DO_PUSH_MORE && tib_has(w, code[1]));
                break;
            }
            int64_t name = code[1];
            error = tib_seek(w, name);
            if (!error) {
                error = write_field(w, &code);
            }
            if (!error) {
                tib_took(w, name);
            }
        }
    }
    return error;
}

int64_t tib_layout_write(const tib_layouts *layouts, int64_t entry, const tib_wire *wire, const uint8_t *fields,
                         size_t length, tib_output *out) {
    tib_writing w;
    memset(&out->trouble, 0, sizeof out->trouble);
    /* Writing only looks at what the connection knows. */
    tib_wire known = *wire;
    tib_machine_init(&w.machine, layouts, &known, &out->trouble);
    w.in = (tib_packed){fields, length, 0};
    tib_writer_init(&w.out, out->data, out->capacity);
    w.record = (tib_record){0, 0, 0, 0};
    int error = write_record(&w, -1, entry);
    return error ? -error : (int64_t)w.out.position;
}
