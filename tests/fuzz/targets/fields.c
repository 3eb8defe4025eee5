/* Messages of fields that may be anything, as plugins give them: written or refused. First bytes: see fuzz_wire; the
   fourth is the opcode. */
#include "fuzz.h"

static uint8_t out_bytes[1 << 18], read_bytes[1 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 4) {
        return 0;
    }
    const uint8_t *head = data;
    uint8_t opcode = head[3];
    const tib_messages *messages = fuzz_direction(head);
    const tib_layouts *layouts = &fuzz_version(head)->layouts;
    if (messages->entry[opcode] < 0) {
        return 0;
    }
    tib_wire wire = fuzz_wire(head);
    tib_output out = {out_bytes + 1, sizeof out_bytes - 1, {0}};
    int64_t length = tib_layout_write(layouts, messages->entry[opcode], &wire, data + 4, size - 4, &out);
    if (length < 0) {
        must(out.trouble.error == -length);
        return 0;
    }
    /* Fields that contradict each other may give what reads otherwise, but never more than there is. */
    out_bytes[0] = opcode;
    tib_output read = {read_bytes, sizeof read_bytes, {0}};
    tib_layout_read(layouts, messages, &wire, out_bytes, (size_t)length + 1, NULL, 0, &read);
    return 0;
}
