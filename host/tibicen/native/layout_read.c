/* Wire to MessagePack: finds where messages end, and gives the fields of those that are wanted. */
#include "layout_read.h"

static void begin(tib_reading *r, const tib_layouts *layouts, tib_wire *wire, const uint8_t *data, size_t length, int how,
                  tib_output *out) {
    memset(&out->trouble, 0, sizeof out->trouble);
    tib_machine_init(&r->machine, layouts, wire, &out->trouble);
    r->machine.bytes = r->data = data;
    r->length = length;
    r->at = 0;
    r->how = how;
    r->quiet = false;
    r->packing.out = out->data;
    r->packing.capacity = out->capacity;
    r->packing.written = 0;
    r->fields = 0;
}

/* The fields of a row that are not given: no bytes, or a map of nothing. */
static int pass_over(tib_reading *r, int64_t entry) {
    static const uint8_t no_bytes[] = {0xc4, 0}, no_fields[] = {0x80};
    bool apart = (r->how & TIB_READ_APART) != 0;
    size_t length = apart ? sizeof no_bytes : sizeof no_fields;
    uint8_t *at = tib_room(&r->packing, length);
    if (!at) {
        return TIB_FULL;
    }
    memcpy(at, apart ? no_bytes : no_fields, length);
    r->quiet = true;
    return tib_read_record(r, entry);
}

/* A row's fields: as they are, or as bytes that hold them. */
static int read_fields(tib_reading *r, int64_t entry) {
    r->quiet = false;
    if (!(r->how & TIB_READ_APART)) {
        return tib_read_record(r, entry);
    }
    if (tib_put_head(&r->packing, 0xc6, 0)) {
        return TIB_FULL;
    }
    size_t start = r->packing.written;
    int error = tib_read_record(r, entry);
    tib_put32(r->packing.out + start - 4, r->packing.written - start);
    return error;
}

static int read_row(tib_reading *r, const tib_messages *messages, uint8_t opcode, const uint8_t *wanted, bool *given) {
    int64_t entry = messages->entry[opcode];
    size_t start = r->at++;
    bool asked = !wanted || wanted[opcode];
    r->machine.base = r->machine.top = 0;
    r->machine.values = r->machine.depth = 0;
    r->machine.entries = 0;
    *given = asked || !(r->how & TIB_READ_ONLY);
    if (entry < 0) {
        return tib_fail(&r->machine, TIB_UNKNOWN, -1, opcode);
    }
    if (!*given) {
        r->quiet = true;
        return tib_read_record(r, entry);
    }
    uint8_t *at = tib_room(&r->packing, 1);
    if (!at) {
        return TIB_FULL;
    }
    at[0] = 0x95;
    if (tib_put_unsigned(&r->packing, opcode) || tib_put_name(r, messages->name[opcode])) {
        return TIB_FULL;
    }
    int error = asked ? read_fields(r, entry) : pass_over(r, entry);
    if (error) {
        return error;
    }
    return tib_put_unsigned(&r->packing, start) || tib_put_unsigned(&r->packing, r->at) ? TIB_FULL : TIB_OK;
}

/* A message whose fields, where it is wanted, lie behind what was written: from `*given` on, NULL where it isn't. */
static int read_packet(tib_reading *r, int64_t entry, bool wanted, const uint8_t **given) {
    r->machine.base = r->machine.top = 0;
    r->machine.values = r->machine.depth = 0;
    r->machine.entries = 0;
    r->quiet = !wanted;
    *given = wanted ? r->packing.out + r->packing.written : NULL;
    return tib_read_record(r, entry);
}

int tib_layout_packets(const tib_lens *lens, const uint8_t *data, size_t length, tib_packets *out) {
    tib_reading r;
    size_t written = out->fields.trouble.written;
    begin(&r, lens->layouts, lens->wire, data, length, TIB_READ_PLAIN, &out->fields);
    r.packing.written = written;
    int error = TIB_OK;
    while (!error && r.at < length) {
        size_t start = r.at++, first = r.packing.written;
        uint8_t opcode = data[start];
        int64_t entry = lens->messages->entry[opcode];
        bool wanted = lens->wanted[opcode] != 0;
        const uint8_t *fields = NULL;
        error = entry < 0 ? TIB_UNKNOWN : read_packet(&r, entry, wanted, &fields);
        if (error == TIB_FULL) {
            return TIB_FULL;
        }
        if (!wanted) {
            continue;
        }
        size_t stop = error ? length : r.at;
        tib_packet *packet = tib_packet_add(lens, data, start, stop, out);
        if (!packet) {
            return TIB_FULL;
        }
        if (error) {
            static const uint8_t unparsed[] = "unparsed";
            packet->name = unparsed;
            packet->name_length = sizeof unparsed - 1;
            r.packing.written = first;
            continue;
        }
        size_t name_length;
        const uint8_t *name = tib_name(lens->layouts, lens->messages->name[opcode], &name_length);
        /* As MessagePack: its length is in one byte, or in the second one. */
        size_t head = name[0] < 0xc0 ? 1 : 2;
        packet->name = name + head;
        packet->name_length = (uint32_t)(name_length - head);
        packet->fields = fields;
        packet->fields_length = (uint32_t)(r.packing.written - first);
    }
    out->fields.trouble.written = r.packing.written;
    return TIB_OK;
}

int64_t tib_layout_read(const tib_layouts *layouts, const tib_messages *messages, tib_wire *wire, const uint8_t *data,
                        size_t length, const uint8_t *wanted, int how, tib_output *out) {
    tib_reading r;
    tib_wire before = *wire;
    uint32_t rows = 0;
    begin(&r, layouts, wire, data, length, how, out);
    int error = tib_put_head(&r.packing, 0xdd, 0);
    while (!error && r.at < length) {
        bool given = false;
        size_t start = r.at, written = r.packing.written;
        error = read_row(&r, messages, data[start], wanted, &given);
        if (!error) {
            rows += given;
            continue;
        }
        out->trouble.message = start;
        r.packing.written = written;
    }
    if (error == TIB_FULL) {
        *wire = before;
        out->trouble.error = TIB_FULL;
        out->trouble.message = 0;
        return -TIB_FULL;
    }
    tib_put32(r.packing.out + 1, rows);
    out->trouble.written = r.packing.written;
    return error ? -error : (int64_t)r.packing.written;
}

int64_t tib_layout_read_one(const tib_layouts *layouts, int64_t entry, tib_wire *wire, const uint8_t *data,
                            size_t length, size_t at, int how, tib_output *out) {
    tib_reading r;
    tib_wire before = *wire;
    begin(&r, layouts, wire, data, length, how, out);
    r.at = at < length ? at : length;
    int error = tib_read_record(&r, entry);
    if (error == TIB_FULL) {
        *wire = before;
        out->trouble.error = TIB_FULL;
    }
    out->trouble.message = r.at;
    return error ? -error : (int64_t)r.packing.written;
}
