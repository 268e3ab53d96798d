/*
 * CStratumFraming: from a stream of bytes to lines, in place and in constant memory, and the guess
 * from a connection's first bytes at what is spoken on it.
 *
 * A line ends with \n. A \r before it is dropped. Lines of white space only are skipped. A line is
 * at most RP_STRATUM_MAX_LINE bytes before its \n; a longer one is reported once, as soon as that
 * is known, and its bytes are discarded up to its \n. Bytes without a \n are never a line. What
 * comes out does not depend on how the stream was cut into reads.
 */
#ifndef RP_CSTRATUM_FRAMING_H
#define RP_CSTRATUM_FRAMING_H

#include <CShares.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Bounds of lines and of the memory that frames them. */
enum {
    RP_STRATUM_MAX_LINE = 8192,                      /* bytes before the \n */
    RP_STRATUM_MIN_BUFFER = RP_STRATUM_MAX_LINE + 1, /* smallest buffer that always progresses */
};

/* Bytes that belong to somebody else. */
typedef struct rp_stratum_slice {
    const uint8_t *RP_NULLABLE bytes;
    size_t length;
} rp_stratum_slice;

/* The state of one stream. Fields are private. Bytes [start, end) of the buffer are unread, those
 * before `scanned` are known to hold no \n. */
typedef struct rp_stratum_framing {
    uint8_t *RP_NULLABLE buffer;
    uint32_t capacity;
    uint32_t start;
    uint32_t scanned;
    uint32_t end;
    bool discarding; /* inside a line that was reported as too long */
} rp_stratum_framing;

/* What the next line is. */
typedef enum rp_stratum_line {
    RP_STRATUM_LINE_NONE = 0,     /* no complete line: read more */
    RP_STRATUM_LINE_COMPLETE = 1, /* a line, not blank, without its end */
    RP_STRATUM_LINE_TOO_LONG = 2, /* a line beyond the bound begins here; said once */
} rp_stratum_line;

/* Starts a stream without a buffer: rp_stratum_framing_move gives it one. */
void rp_stratum_framing_init(rp_stratum_framing *framing);

/* Moves the unread bytes into another buffer (NULL of capacity 0 to hold none), which stays the
 * caller's. So an idle connection needs no buffer, and one with half a line only as much as that.
 * The buffers must not overlap. Returns false, with nothing changed, when the bytes do not fit. */
RP_NODISCARD bool rp_stratum_framing_move(rp_stratum_framing *framing, uint8_t *RP_NULLABLE buffer,
                                          size_t capacity);

/* How many bytes are unread. */
size_t rp_stratum_framing_unread(const rp_stratum_framing *framing);

/* Where the next bytes of the stream go; *length = how many fit. Moves unread bytes down only when
 * as many were consumed before, or once per line, so copying stays linear in the stream. *length is
 * 0 only while complete lines wait or the buffer is below RP_STRATUM_MIN_BUFFER. */
uint8_t *RP_NULLABLE rp_stratum_framing_space(rp_stratum_framing *framing, size_t *length);

/* Says that `length` bytes were put where rp_stratum_framing_space pointed; more than fit counts as
 * what fits. */
void rp_stratum_framing_filled(rp_stratum_framing *framing, size_t length);

/* Takes the next line. *line borrows from the buffer until the next call that is given `framing`.
 * *line is set only for RP_STRATUM_LINE_COMPLETE. */
RP_NODISCARD rp_stratum_line rp_stratum_framing_next(rp_stratum_framing *framing,
                                                     rp_stratum_slice *line);

/* What is spoken on a connection, by its first bytes. */
typedef enum rp_stratum_protocol {
    RP_STRATUM_PROTOCOL_NEED_MORE = 0, /* too few bytes to say */
    RP_STRATUM_PROTOCOL_STRATUM = 1,   /* `{` or white space */
    RP_STRATUM_PROTOCOL_TLS = 2,       /* 0x16, a handshake record */
    RP_STRATUM_PROTOCOL_PROXY = 3,     /* "PROXY " or the signature of version 2 */
    RP_STRATUM_PROTOCOL_HTTP = 4,      /* a method of HTTP and a space */
    RP_STRATUM_PROTOCOL_SSH = 5,       /* "SSH-" */
    RP_STRATUM_PROTOCOL_UNKNOWN = 6,   /* nothing of these */
} rp_stratum_protocol;

/* Names the protocol of a stream that begins with `bytes`. At most 12 bytes are needed. */
rp_stratum_protocol rp_stratum_sniff(const uint8_t *RP_NULLABLE bytes, size_t length);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
