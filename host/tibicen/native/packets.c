/* From a piece of the stream to the messages in it that somebody wants, many frames at once. */
#include "layout_read.h"

tib_packet *tib_packet_add(const tib_lens *lens, const uint8_t *data, size_t start, size_t stop, tib_packets *out) {
    if (out->count == out->most) {
        return NULL;
    }
    tib_packet *packet = out->packets + out->count++;
    packet->data = data + start + 1;
    packet->fields = packet->name = NULL;
    packet->data_length = (uint32_t)(stop - start - 1);
    packet->fields_length = packet->name_length = 0;
    packet->frame = (uint32_t)out->frames;
    packet->start = (uint32_t)start;
    packet->stop = (uint32_t)stop;
    packet->session = lens->session;
    packet->version = lens->version;
    packet->side = lens->side;
    packet->opcode = data[start];
    return packet;
}

enum { MOST_FRAMES = 256 };

typedef struct {
    uint32_t whole; /* bytes of the frame */
    uint32_t body;  /* bytes of it that were copied; 0: it can't be opened */
} mark;

/* Copies the bodies of the frames that can be opened, one behind the other, so that they are decrypted in one go: a
   frame alone is too short for the vector instructions. Gives how many frames there are. */
static size_t gather(const tib_lens *lens, const uint8_t *data, size_t length, tib_packets *out, mark *marks) {
    size_t count = 0, size = 0;
    while (length && count < MOST_FRAMES) {
        tib_frame frame;
        int64_t whole = tib_frame_peek(lens->stack, data, length, lens->limit);
        if (whole <= 0 || (uint64_t)whole > length || (uint64_t)whole > out->room - size) {
            break;
        }
        int error = tib_frame_check(lens->stack, 0, data, (size_t)whole, &frame);
        if (frame.compressed) {
            break;
        }
        size_t body = error || frame.length % 8 != 0 ? 0 : frame.length;
        memcpy(out->plain + size, data + frame.offset, body);
        marks[count].whole = (uint32_t)whole;
        marks[count++].body = (uint32_t)body;
        size += body;
        data += whole;
        length -= (size_t)whole;
    }
    tib_xtea_decrypt(lens->schedule, out->plain, size);
    return count;
}

/* One frame's packets, or TIB_FULL. */
static int look(const tib_lens *lens, const uint8_t *body, size_t size, tib_packets *out) {
    size_t offset = 0, length = 0;
    if (!size || tib_frame_messages(lens->stack, 0, body, size, &offset, &length)) {
        out->opaque++;
        return TIB_OK;
    }
    if (lens->layouts) {
        return tib_layout_packets(lens, body + offset, length, out);
    }
    if (length && lens->wanted[body[offset]]) {
        return tib_packet_add(lens, body + offset, 0, length, out) ? TIB_OK : TIB_FULL;
    }
    return TIB_OK;
}

static bool same_wire(const tib_wire *a, const tib_wire *b) {
    return memcmp(a->session, b->session, sizeof a->session) == 0 &&
           memcmp(a->features, b->features, sizeof a->features) == 0;
}

size_t tib_packets_read(const tib_lens *lens, const uint8_t *data, size_t at, size_t length, tib_packets *out) {
    mark marks[MOST_FRAMES];
    const uint8_t *body = out->plain;
    size_t frames = gather(lens, data + at, length - at, out, marks);
    out->count = out->frames = out->opaque = 0;
    out->fields.trouble.written = 0;
    out->last = at;
    while (out->frames < frames) {
        const mark *frame = marks + out->frames;
        size_t count = out->count, opaque = out->opaque;
        tib_wire before = *lens->wire;
        int error = look(lens, body, frame->body, out);
        bool changed = !error && !same_wire(&before, lens->wire);
        if (error || (changed && out->frames)) {
            *lens->wire = before;
            out->count = count;
            out->opaque = opaque;
            break;
        }
        body += frame->body;
        out->last = at;
        at += frame->whole;
        out->frames++;
        if (changed) {
            break;
        }
    }
    return at;
}
