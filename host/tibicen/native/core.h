/* The native core: every function here is used word for word by cffi (Python) and by LuaJIT's FFI (prelude).
   Hence no preprocessor lines. All wire integers are little-endian. Sizes are in bytes, times in nanoseconds. */

/* ---- clock.c: the monotonic clock, and the deadline cell that CPU budgets use ---- */

typedef struct {
    int64_t deadline_ns; /* 0: not armed */
    uint32_t tripped;    /* 1 once the deadline was seen to have passed; stays until armed anew */
    uint32_t waited_us;  /* what the thread had waited for a processor at the first look; 0: not looked yet */
} tib_deadline;

int64_t tib_clock_ns(void);
void tib_deadline_arm(tib_deadline *cell, int64_t budget_ns);
void tib_deadline_extend(tib_deadline *cell, int64_t ns); /* no effect when not armed */
void tib_deadline_disarm(tib_deadline *cell);
bool tib_deadline_passed(tib_deadline *cell);

/* ---- utf8.c ---- */

/* Strict UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool tib_utf8_valid(const uint8_t *data, size_t length);

/* ---- cpu.c: which vector instructions are used ---- */

enum { TIB_CPU_PORTABLE = 0, TIB_CPU_AVX2 = 1, TIB_CPU_AVX512 = 2 };

int tib_cpu_best(void);           /* the highest level that this CPU and build have */
int tib_cpu_level(void);          /* the level in force */
int tib_cpu_set_level(int level); /* for tests and benchmarks; clamped to the best; returns what is in force */

/* ---- message.c: reading and writing message fields ---- */

enum {
    TIB_OK = 0,
    TIB_TRUNCATED = 1,     /* a read past the end, or a frame that is not whole */
    TIB_FULL = 2,          /* a write past the capacity */
    TIB_TOO_LONG = 3,      /* a string over 65535 bytes, a frame over the limit */
    TIB_NOT_A_NUMBER = 4,  /* a double that the wire format can't hold */
    TIB_BAD_LENGTH = 5,    /* a length field that contradicts the frame */
    TIB_BAD_CHECKSUM = 6,
    TIB_BAD_BLOCK = 7,     /* encrypted part is not a multiple of 8 */
    TIB_BAD_PADDING = 8,
    TIB_EMPTY = 9          /* a frame of length 0 */
};

/* After the first error every read gives 0 and the position stays. */
typedef struct {
    const uint8_t *data;
    size_t length;
    size_t position;
    int error;
} tib_reader;

typedef struct {
    uint8_t *data;
    size_t capacity;
    size_t position;
    int error;
} tib_writer;

typedef struct {
    uint16_t x;
    uint16_t y;
    uint8_t z;
} tib_position;

/* A string in place: the bytes stay in the message. */
typedef struct {
    const uint8_t *data;
    size_t length;
} tib_span;

void tib_reader_init(tib_reader *reader, const uint8_t *data, size_t length);
size_t tib_reader_remaining(const tib_reader *reader);
uint8_t tib_read_u8(tib_reader *reader);
uint16_t tib_read_u16(tib_reader *reader);
uint32_t tib_read_u32(tib_reader *reader);
uint64_t tib_read_u64(tib_reader *reader);
double tib_read_double(tib_reader *reader); /* u8 precision p, u32 round(v * 10^p) + 0x7fffffff */
tib_span tib_read_bytes(tib_reader *reader, size_t length);
tib_span tib_read_string(tib_reader *reader); /* u16 length, bytes */
tib_position tib_read_position(tib_reader *reader);
void tib_skip(tib_reader *reader, size_t length);

void tib_writer_init(tib_writer *writer, uint8_t *data, size_t capacity);
void tib_write_u8(tib_writer *writer, uint8_t value);
void tib_write_u16(tib_writer *writer, uint16_t value);
void tib_write_u32(tib_writer *writer, uint32_t value);
void tib_write_u64(tib_writer *writer, uint64_t value);
void tib_write_double(tib_writer *writer, double value, uint8_t precision);
void tib_write_bytes(tib_writer *writer, const uint8_t *data, size_t length);
void tib_write_string(tib_writer *writer, const uint8_t *data, size_t length);
void tib_write_position(tib_writer *writer, uint16_t x, uint16_t y, uint8_t z);

/* ---- xtea.c: 32 cycles, ECB, blocks of two little-endian u32 ---- */

typedef struct {
    uint32_t round_keys[64];
} tib_xtea;

void tib_xtea_init(tib_xtea *schedule, const uint32_t key[4]);
/* In place. TIB_BAD_BLOCK when length is not a multiple of 8; nothing is changed then. */
int tib_xtea_encrypt(const tib_xtea *schedule, uint8_t *data, size_t length);
int tib_xtea_decrypt(const tib_xtea *schedule, uint8_t *data, size_t length);

/* ---- adler32.c ---- */

/* zlib's Adler-32: start with 1; feed the result back in to go on. */
uint32_t tib_adler32(uint32_t adler, const uint8_t *data, size_t length);

/* ---- framing.c: one length-prefixed unit of the TCP stream, three stacks ----

   stack 0, L-A: u16 length | u32 Adler-32   | body        8.40 .. 12.89
   stack 1, L-S: u16 length | u32 sequence   | body        12.90 .. 14.04
   stack 2, M  : u16 blocks | u32 sequence   | body        14.05 ..
   stack 3, L-0: u16 length | body                         before 8.40

   Body of the L stacks: u16 n | n bytes of messages | padding to 8. Body of M: u8 pad | messages | pad bytes.
   Without a key (challenge, login) the body is the same, only not encrypted; login frames have no inner length. */

enum { TIB_STACK_ADLER = 0, TIB_STACK_SEQUENCE = 1, TIB_STACK_BLOCKS = 2, TIB_STACK_BARE = 3 };

/* Room that a sender leaves in front of its messages, and behind them for padding. */
enum { TIB_HEADROOM = 8, TIB_TAILROOM = 8 };

enum {
    TIB_FRAME_RAW_BODY = 1,      /* the body is the messages: no inner length, no padding (login frames) */
    TIB_FRAME_ADLER = 2,         /* Adler-32 in the header whatever the stack (frames before the key) */
    TIB_FRAME_IGNORE_CHECKSUM = 4 /* take a wrong Adler-32 (servers do for login frames) */
};

typedef struct {
    uint32_t sequence;   /* the header's u32 without bit 31, 0 on the Adler and bare stacks */
    bool compressed;     /* bit 31: the messages are deflated */
    size_t offset;       /* of the messages, from the frame's first byte */
    size_t length;       /* of the messages */
} tib_frame;

/* The sender's counter: 1, 2, 3 ... 0x7fffffff, 0, 1 ... */
uint32_t tib_sequence_next(uint32_t *counter);

/* The whole length of the frame that starts at data, 0 when more bytes are needed to tell, or below 0 the negated
   error: TIB_EMPTY, TIB_TOO_LONG (the frame is over `limit` bytes), TIB_BAD_LENGTH. */
int64_t tib_frame_peek(int stack, const uint8_t *data, size_t length, size_t limit);

/* Where the last whole frame of a piece of the stream ends (0: none is whole), or below 0 the negated error.
   `last` is where that frame begins, `count` how many there are. */
int64_t tib_frames_walk(int stack, const uint8_t *data, size_t length, size_t limit, size_t *last, size_t *count);

/* Opens a whole frame in place: checks, decrypts (schedule may be NULL), finds the messages. */
int tib_frame_open(int stack, const tib_xtea *schedule, int flags, uint8_t *data, size_t length, tib_frame *frame);

/* Seals `length` bytes of messages at buffer + TIB_HEADROOM in place. There must be TIB_TAILROOM bytes behind them.
   `number` is the sequence number (bit 31: compressed). Gives where the frame starts and how long it is. */
int tib_frame_seal(int stack, const tib_xtea *schedule, int flags, uint32_t number, uint8_t *buffer, size_t length,
                   size_t *frame_offset, size_t *frame_length);

/* ---- pattern.c: Lua patterns as LuaJIT matches them, with an end to the work ---- */

enum {
    TIB_PATTERN_CAPTURES = 32,
    TIB_PATTERN_DEPTH = 200,    /* of nested captures and repetitions, as in LuaJIT */
    TIB_PATTERN_LONGEST = 65536 /* bytes of a pattern that is not plain text */
};

enum { TIB_CAPTURE_OPEN = -1, TIB_CAPTURE_POSITION = -2 }; /* in place of a capture's last */

enum {
    TIB_SEARCH_PATTERN = 0,
    TIB_SEARCH_EITHER = 1,     /* plain when the pattern has no special character, as string.find does */
    TIB_SEARCH_PLAIN = 2,
    TIB_SEARCH_UNANCHORED = 3, /* a leading ^ is a character like others, as in string.gmatch */
    TIB_SEARCH_LENIENT = 4     /* captures may stay open, as string.gsub lets those be that it does not use */
};

enum {
    TIB_PATTERN_NONE = 0,
    TIB_PATTERN_FOUND = 1,
    TIB_PATTERN_ENDS_IN_ESCAPE = 2,
    TIB_PATTERN_NO_BRACKET = 3,
    TIB_PATTERN_NO_SET = 4,
    TIB_PATTERN_UNBALANCED = 5,
    TIB_PATTERN_NOTHING_TO_CLOSE = 6,
    TIB_PATTERN_OPEN_CAPTURE = 7,
    TIB_PATTERN_CAPTURE_INDEX = 8,
    TIB_PATTERN_TOO_MANY_CAPTURES = 9,
    TIB_PATTERN_TOO_COMPLEX = 10,
    TIB_PATTERN_TOO_LONG = 11,
    TIB_PATTERN_STEPS = 12,   /* more work than `limit` */
    TIB_PATTERN_DEADLINE = 13 /* the deadline has passed */
};

/* A search and what it found. `deadline` (may be NULL) and `limit` are the caller's; `work` is what was done since
   the last look at the clock, and goes on from search to search. Captures are as string.sub counts: the first and the
   last byte, from 1. */
typedef struct {
    tib_deadline *deadline;
    int64_t limit; /* steps of one search; a step is a few nanoseconds */
    int64_t steps; /* of this search, as of the last look at the clock */
    int32_t work;
    int32_t error;
    int32_t start; /* of the match, from 0 */
    int32_t stop;  /* behind the match */
    int32_t count; /* of captures */
    int32_t first[32];
    int32_t last[32];
} tib_match;

/* The first match that starts at `from` or behind it: TIB_PATTERN_FOUND, TIB_PATTERN_NONE or what is wrong. */
int tib_pattern_search(tib_match *match, const uint8_t *subject, int32_t length, const uint8_t *pattern,
                       int32_t pattern_length, int32_t from, int how);

/* ---- packets.c: a message on its way, as a filter in Lua is given it ---- */

typedef struct {
    const uint8_t *data;   /* the bytes behind the opcode */
    const uint8_t *fields; /* a MessagePack map; NULL: it has none */
    const uint8_t *name;
    uint32_t data_length;
    uint32_t fields_length;
    uint32_t name_length;
    uint32_t frame; /* in which it is, counted from 0 */
    uint32_t start; /* where it begins and ends among the frame's messages */
    uint32_t stop;
    uint32_t session;
    uint16_t version;
    uint8_t side; /* who sent it: 0 the client, 1 the server */
    uint8_t opcode;
} tib_packet;
