/* Registers, the session, items and maps. */
#include "layout.h"

void tib_machine_init(tib_machine *machine, const tib_layouts *layouts, tib_wire *wire, tib_trouble *trouble) {
    machine->layouts = layouts;
    machine->wire = wire;
    machine->trouble = trouble;
    machine->bytes = NULL;
    machine->base = machine->top = 0;
    machine->values = machine->depth = 0;
    machine->entries = 0;
}

int tib_enter(tib_machine *machine, const int64_t **code) {
    size_t count = (size_t)**code;
    if (machine->depth >= TIB_LAYOUT_DEPTH || machine->top + count > TIB_LAYOUT_REGISTERS) {
        return tib_fail(machine, TIB_TOO_DEEP, -1, 0);
    }
    machine->depth++;
    machine->base = machine->top;
    machine->top += count;
    memset(machine->registers + machine->base, 0, count * sizeof machine->registers[0]);
    ++*code;
    return TIB_OK;
}

int tib_count_entry(tib_machine *machine) {
    if (++machine->entries > TIB_LAYOUT_ENTRIES) {
        return tib_fail(machine, TIB_TOO_LONG, -1, 0);
    }
    return TIB_OK;
}

int tib_flags_of(tib_machine *machine, int64_t id, bool in_body, int64_t *bits) {
    const uint16_t *items = machine->wire->items;
    if (!items) {
        return tib_fail(machine, TIB_NO_ITEMS, -1, id);
    }
    uint16_t found = id >= 0 && id < 65536 ? items[id] : TIB_ITEM_UNKNOWN;
    if (found & TIB_ITEM_UNKNOWN || (found & TIB_ITEM_IN_BODY && !in_body)) {
        return tib_fail(machine, TIB_NO_ITEM, -1, id);
    }
    *bits = found & ~TIB_ITEM_IN_BODY;
    return TIB_OK;
}

const int64_t *tib_switch(tib_machine *machine, const int64_t *code) {
    int64_t value = tib_pop(machine);
    int64_t name = code[1], count = code[2], other = code[3];
    for (int64_t i = 0; i < count; i++) {
        if (code[4 + 2 * i] == value) {
            return machine->layouts->code + code[5 + 2 * i];
        }
    }
    if (other < 0) {
        tib_fail(machine, TIB_NO_CASE, name, value);
        return NULL;
    }
    return machine->layouts->code + other;
}

int64_t tib_tiles(tib_machine *machine, int64_t kind) {
    const int64_t *session = machine->wire->session;
    int64_t floor = session[TIB_SESSION_FLOOR];
    int64_t width = session[TIB_SESSION_WIDTH], height = session[TIB_SESSION_HEIGHT];
    if (kind == TIB_TILES_ONE) {
        return 1;
    }
    if (floor < 0 || floor > 15) {
        tib_fail(machine, TIB_NO_FLOOR, -1, floor);
        return -1;
    }
    /* Onto the surface six floors come into view at once, below it one. */
    if (kind == TIB_TILES_UP) {
        return width * height * (floor == 7 ? 6 : floor > 7 ? 1 : 0);
    }
    if (kind == TIB_TILES_DOWN) {
        return width * height * (floor == 8 ? 3 : floor > 8 && floor < 14 ? 1 : 0);
    }
    int64_t last = floor + 2 < 15 ? floor + 2 : 15;
    int64_t floors = floor <= 7 ? 8 : last - (floor - 2) + 1;
    return floors * (kind == TIB_TILES_FULL ? width * height : kind == TIB_TILES_ROW ? width : height);
}
