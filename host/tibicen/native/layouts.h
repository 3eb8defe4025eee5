/* Messages by layouts that were compiled to programs: layout_read.c, layout_write.c. For Python alone, so LuaJIT
   needn't read it at every start of a VM; written as core.h is, whose words it uses.

   A program is words of 64 bits. A function (a message or a structure) begins with how many registers it has; behind
   that are steps, each a number of TIB_DO and its operands, to TIB_DO_END. `name` is a place in the table of names,
   -1 where a value has none (an entry of a list); `reg` is the register that keeps a value for tests, -1: none.
   Values that tests need are pushed on a stack, and popped by the step behind them.

   Fields are given and taken as MessagePack: a map for each structure, in the order of the layout. Programs are
   trusted, they come from our own compiler; what is read by them is not: data and fields may be anything. */
enum {
    TIB_DO_END = 0,
    TIB_DO_INTEGER = 1,      /* name, reg, kind (TIB_U8 ...) */
    TIB_DO_TEXT = 2,         /* name, reg: u16 length and bytes, Latin-1 */
    TIB_DO_DATA = 3,         /* name: the same, as bytes */
    TIB_DO_POSITION = 4,     /* name, reg (the first of three) */
    TIB_DO_DOUBLE = 5,       /* name */
    TIB_DO_PACKED = 6,       /* name, reg */
    TIB_DO_BYTES = 7,        /* name; pops how many */
    TIB_DO_REST = 8,         /* name */
    TIB_DO_TILES = 9,        /* name, kind (TIB_TILES_...), 1 when tiles have an effect, the function of a thing */
    TIB_DO_RECORD = 10,      /* name, function */
    TIB_DO_LIST = 11,        /* name, reg, kind of the count or -1 (popped), 1 when entries are single values, behind */
    TIB_DO_REPEAT = 12,      /* name, reg, behind; the entry's steps push whether there is another */
    TIB_DO_UNLESS = 13,      /* where to go on; pops */
    TIB_DO_JUMP = 14,        /* where to go on */
    TIB_DO_SWITCH = 15,      /* name of what is asked, count, default (-1: none), then value and place of each; pops */
    TIB_DO_SET = 16,         /* TIB_SESSION_...; pops */
    TIB_DO_SET_FEATURES = 17, /* reg of a list of u8 number and u8 on or off */
    TIB_DO_FLAGS = 18,       /* reg, whether in an item's body; pops an item's client id */
    TIB_DO_PUSH = 19,        /* value */
    TIB_DO_PUSH_REGISTER = 20,
    TIB_DO_PUSH_SESSION = 21, /* TIB_SESSION_... */
    TIB_DO_PUSH_FEATURE = 22, /* number */
    TIB_DO_PUSH_FLAG = 23,   /* reg, bits */
    TIB_DO_PUSH_MORE = 24,   /* name of the first field that is then there */
    TIB_DO_PUSH_IS = 25,     /* reg of a text, name */
    TIB_DO_IN = 26,          /* count, values */
    TIB_DO_NOT = 27,
    TIB_DO_AND = 28,
    TIB_DO_OR = 29,
    TIB_DO_EQUAL = 30,
    TIB_DO_LESS = 31,
    TIB_DO_LESS_EQUAL = 32,
    TIB_DO_ADD = 33,
    TIB_DO_SUBTRACT = 34,
    TIB_DO_MULTIPLY = 35,
    TIB_DO_BITS = 36,
    TIB_DO_SHIFT = 37,
    TIB_DO_UNLESS_FLAG = 38,    /* reg, bits, where to go on when none of them is set */
    TIB_DO_UNLESS_FEATURE = 39  /* number, where to go on when it isn't on */
};

enum { TIB_U8 = 0, TIB_U16 = 1, TIB_U32 = 2, TIB_U64 = 3, TIB_I8 = 4, TIB_I16 = 5, TIB_I32 = 6, TIB_I64 = 7 };

enum {
    TIB_TILES_FULL = 0,
    TIB_TILES_ROW = 1,
    TIB_TILES_COLUMN = 2,
    TIB_TILES_UP = 3,
    TIB_TILES_DOWN = 4,
    TIB_TILES_ONE = 5
};

enum { TIB_SESSION_FLOOR = 0, TIB_SESSION_WIDTH = 1, TIB_SESSION_HEIGHT = 2 };

enum {
    TIB_NAME_THINGS = 0, /* the names of a tile's fields */
    TIB_NAME_EFFECT = 1,
    TIB_NAME_SKIP = 2
};

enum {
    TIB_LAYOUT_REGISTERS = 256, /* of a message and the structures that it is in */
    TIB_LAYOUT_STACK = 32,      /* values */
    TIB_LAYOUT_DEPTH = 32,      /* structures and lists inside each other */
    TIB_LAYOUT_ENTRIES = 1000000, /* of all lists of a message together */
    TIB_ITEM_IN_BODY = 0x4000,  /* in a table of items: the flags say how long its body is, and no more */
    TIB_ITEM_UNKNOWN = 0x8000   /* in a table of items: it doesn't speak of this one */
};

enum {
    TIB_READ_PLAIN = 1, /* positions and doubles as lists; else as extensions 2 and 3 */
    TIB_READ_BYTES = 2, /* texts as the bytes that they are */
    TIB_READ_ONLY = 4,  /* rows only for messages that are wanted */
    TIB_READ_APART = 8  /* the fields of a row as bytes, to be read or handed on by themselves */
};

enum { TIB_EXTENSION_POSITION = 2, TIB_EXTENSION_DOUBLE = 3 };

/* What is wrong with a message, and where: see failure.py for which of these an error has. */
enum {
    TIB_NO_ITEMS = 10,     /* no item table */
    TIB_NO_ITEM = 11,      /* value: the id */
    TIB_NO_FLOOR = 12,
    TIB_TOO_MANY_TILES = 13, /* value: how many too many */
    TIB_NO_CASE = 14,      /* name: what was asked, value */
    TIB_LONG_COUNT = 15,   /* value: it could be written shorter */
    TIB_TOO_DEEP = 16,
    TIB_MISSING = 17,      /* name */
    TIB_UNFIT = 18,        /* name: of another type, or out of range */
    TIB_WRONG_COUNT = 19,  /* name, value: how many there must be */
    TIB_WRONG_LENGTH = 20, /* name, value: how many bytes there must be */
    TIB_UNKNOWN = 21       /* no message has this opcode */
};

typedef struct {
    const int64_t *code;
    const uint8_t *names;    /* each as MessagePack has it, with its length in front */
    const uint32_t *name_at; /* where each begins, and where the last ends */
} tib_layouts;

/* The messages of one direction, by opcode. */
typedef struct {
    int64_t entry[256]; /* their functions; -1: not known */
    int32_t name[256];
} tib_messages;

/* What a connection's bytes depend on. */
typedef struct {
    int64_t session[3];     /* by TIB_SESSION_...; floor -1: not known */
    uint8_t features[256];  /* by number: 0 never said, 1 off, 2 on */
    const uint16_t *items;  /* 65536 flags by client id, or NULL */
} tib_wire;

typedef struct {
    int32_t error;
    int32_t name;
    int64_t value;
    size_t at;      /* in the data: where the read failed; behind its id for an item */
    size_t message; /* where the message begins in which it failed; what stands before it was read */
    size_t written; /* bytes of rows */
} tib_trouble;

/* Where a thread's calls write, and what was wrong with the last one. */
typedef struct {
    uint8_t *data;
    size_t capacity;
    tib_trouble trouble;
} tib_output;

/* The messages of a frame as a MessagePack array of rows [opcode, name, fields, start, end]: how many bytes of it, or
   the negated error. `wanted` (256 bytes by opcode, NULL: all) says whose fields are given; those of others are empty
   and cost next to nothing. At an error the rows before it stand, in as many bytes as `trouble` says; but at TIB_FULL
   nothing is given, and `wire` is as it was. */
int64_t tib_layout_read(const tib_layouts *layouts, const tib_messages *messages, tib_wire *wire, const uint8_t *data,
                        size_t length, const uint8_t *wanted, int how, tib_output *out);

/* One structure at data + at, as a MessagePack map; trouble.message is where it ends. */
int64_t tib_layout_read_one(const tib_layouts *layouts, int64_t entry, tib_wire *wire, const uint8_t *data,
                            size_t length, size_t at, int how, tib_output *out);

/* The bytes of a message or structure whose fields are a MessagePack map: how many, or the negated error. Texts may be
   given as bytes, bytes as text, and an empty list as an empty map. */
int64_t tib_layout_write(const tib_layouts *layouts, int64_t entry, const tib_wire *wire, const uint8_t *fields,
                         size_t length, tib_output *out);

/* ---- packets.c: from a piece of the stream to the messages in it that somebody wants ---- */

/* How one direction of a connection is looked at. */
typedef struct {
    int stack;
    size_t limit; /* of a frame */
    const tib_xtea *schedule;
    const tib_layouts *layouts; /* NULL: not described, and then a frame is taken as one message */
    const tib_messages *messages;
    tib_wire *wire;
    const uint8_t *wanted; /* 256 bytes by opcode */
    uint32_t session;
    uint16_t version;
    uint8_t side;
} tib_lens;

/* What was found, and where it lies. */
typedef struct {
    uint8_t *plain; /* messages of frames */
    size_t room;
    tib_output fields;
    tib_packet *packets;
    size_t most;
    size_t count;  /* of packets */
    size_t frames; /* how many were read; in what follows, those that could not be opened, which have no packets */
    size_t opaque;
    size_t last;   /* where the last one begins */
} tib_packets;

/* The wanted messages of the frames at data + at and behind it; gives where the last of these ends. It stops in front of
   a frame that is not whole, has a wrong length or is compressed, or when there is no room for more; and as soon as one
   changes `wire`, so that it is what all of them were read with. What can't be taken apart is one packet, named
   "unparsed", to the end of its frame. */
size_t tib_packets_read(const tib_lens *lens, const uint8_t *data, size_t at, size_t length, tib_packets *out);
