/*
 * Bytes in: from reads to lines, in turns that are bounded, so that no connection keeps the others
 * waiting. All connections of a loop share one read buffer; what a connection has not finished is
 * put away in memory of its own.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { STASH_UNIT = 256 };

static const char http_answer[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                                  "Content-Type: text/plain\r\nContent-Length: 27\r\n\r\n"
                                  "this port speaks stratum v1";

/* Brings unfinished bytes into the loop's buffer. */
static void unpack(rp__session *session) {
    if (session->framing.buffer == session->loop->read_buffer) {
        return;
    }
    /* The read buffer holds more than any session keeps. */
    (void)!rp_stratum_framing_move(&session->framing, session->loop->read_buffer, RP__READ_BUFFER);
    free(session->stash);
    session->stash = NULL;
}

/* Puts unfinished bytes away, so that the loop's buffer is free for others. */
static bool pack(rp__session *session) {
    if (session->framing.buffer != session->loop->read_buffer) {
        return true;
    }
    const size_t unread = rp_stratum_framing_unread(&session->framing);
    const size_t size = (unread + STASH_UNIT - 1) / STASH_UNIT * STASH_UNIT;
    if (size > 0) {
        session->stash = malloc(size);
        if (session->stash == NULL) {
            return false;
        }
    }
    return rp_stratum_framing_move(&session->framing, session->stash, size);
}

static void read_stop(rp__session *session) {
    if (session->reading) {
        session->reading = false;
        uv_read_stop((uv_stream_t *)&session->tcp);
    }
}

/* Its lines go on in the loop's next turn. */
static void wait_turn(rp__session *session) {
    read_stop(session);
    if (!session->waiting) {
        session->waiting = true;
        session->waiting_next = session->loop->waiting;
        session->loop->waiting = session;
        rp__loop_again(session->loop);
    }
}

/* The protocol by the first bytes of a plain connection. Returns whether to go on. */
static bool sniff(rp__session *session) {
    const rp_stratum_framing *framing = &session->framing;
    const uint8_t *first = framing->buffer + framing->start;
    switch (rp_stratum_sniff(first, rp_stratum_framing_unread(framing))) {
    case RP_STRATUM_PROTOCOL_NEED_MORE:
        return false;
    case RP_STRATUM_PROTOCOL_STRATUM:
        session->stage = RP__STAGE_LINES;
        return true;
    case RP_STRATUM_PROTOCOL_PROXY:
        rp__session_end(session, RP_STRATUM_ENDING_BAD_PROXY);
        return false;
    case RP_STRATUM_PROTOCOL_HTTP: {
        rp_stratum_output *out = rp__out(session, sizeof http_answer);
        memcpy(out->bytes + out->length, http_answer, sizeof http_answer - 1);
        out->length += sizeof http_answer - 1;
        rp__session_end(session, RP_STRATUM_ENDING_NOT_STRATUM);
        return false;
    }
    case RP_STRATUM_PROTOCOL_TLS:
    case RP_STRATUM_PROTOCOL_SSH:
    case RP_STRATUM_PROTOCOL_UNKNOWN:
        rp__session_end(session, RP_STRATUM_ENDING_NOT_STRATUM);
        return false;
    }
    return false;
}

/* Takes up to *budget lines. Returns false when the session has ended, or has to wait. */
static bool take_lines(rp__session *session, size_t *budget, uint64_t read_time) {
    rp_stratum_slice line;
    if (session->stage == RP__STAGE_SNIFF && !sniff(session)) {
        return session->stage != RP__STAGE_CLOSING;
    }
    for (;;) {
        if (session->pending_count >= RP_STRATUM_MAX_PENDING) {
            session->paused = true;
            read_stop(session);
            return false;
        }
        if (*budget == 0) {
            wait_turn(session);
            return false;
        }
        const rp_stratum_line found = rp_stratum_framing_next(&session->framing, &line);
        if (found == RP_STRATUM_LINE_NONE) {
            return true;
        }
        (*budget)--;
        if (found == RP_STRATUM_LINE_TOO_LONG) {
            rp__line_too_long(session);
            return false;
        }
        rp__line_received(session, line, read_time);
        if (session->stage == RP__STAGE_CLOSING) {
            return false;
        }
    }
}

/* Decrypts into the framing's buffer. Returns whether there was something. */
static bool decrypt(rp__session *session) {
    size_t space;
    uint8_t *into = rp_stratum_framing_space(&session->framing, &space);
    const ptrdiff_t length = into == NULL ? 0 : rp__tls_read(session, into, space);
    if (length < 0) {
        rp__session_end(session, length == RP__TLS_CLOSED ? RP_STRATUM_ENDING_CLOSED
                                                          : RP_STRATUM_ENDING_TLS);
        return false;
    }
    rp_stratum_framing_filled(&session->framing, (size_t)length);
    return length > 0;
}

/* A session's turn: everything that was read, up to the bound. */
static void take_turn(rp__session *session, uint64_t read_time) {
    size_t budget = RP__LINES_A_TURN;
    bool goes_on = true;
    do {
        goes_on =
            take_lines(session, &budget, read_time) && session->tls != NULL && decrypt(session);
    } while (goes_on);
    if (session->stage == RP__STAGE_CLOSING) {
        return;
    }
    rp__out_flush(session);
    if (session->stage != RP__STAGE_CLOSING && !pack(session)) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
    }
}

/* Reads the PROXY header in the first bytes; what follows it goes the usual way. */
static void take_prelude(rp__session *session, const uint8_t *bytes, size_t length,
                         uint64_t read_time) {
    const size_t room = RP__PRELUDE - session->prelude_length;
    const size_t taken = length < room ? length : room;
    memcpy(session->prelude + session->prelude_length, bytes, taken);
    session->prelude_length = (uint16_t)(session->prelude_length + taken);
    const size_t kept = session->prelude_length;
    size_t skip = 0;
    const rp_stratum_protocol protocol = rp_stratum_sniff(session->prelude, kept);
    if (protocol == RP_STRATUM_PROTOCOL_NEED_MORE) {
        return;
    }
    if (protocol == RP_STRATUM_PROTOCOL_PROXY) {
        rp_stratum_proxy proxy;
        const rp_stratum_proxy_status status =
            rp_stratum_proxy_parse(&proxy, session->prelude, kept);
        if (status == RP_STRATUM_PROXY_NEED_MORE) {
            return;
        }
        if (status != RP_STRATUM_PROXY_OK) {
            rp__session_end(session, RP_STRATUM_ENDING_BAD_PROXY);
            return;
        }
        if (!rp__proxy_address(session, &proxy)) {
            rp__session_end(session, RP_STRATUM_ENDING_ADDRESS_FULL);
            return;
        }
        skip = proxy.length;
    }
    uint8_t *prelude = session->prelude;
    session->prelude = NULL;
    session->stage = session->tls != NULL ? RP__STAGE_LINES : RP__STAGE_SNIFF;
    rp__bytes_received(session, prelude + skip, kept - skip, read_time);
    free(prelude);
    if (session->stage != RP__STAGE_CLOSING && taken < length) {
        rp__bytes_received(session, bytes + taken, length - taken, read_time);
    }
}

/* Bytes that did not come by way of the framing's own buffer. */
void rp__bytes_received(rp__session *session, const uint8_t *bytes, size_t length,
                        uint64_t read_time) {
    if (length == 0) {
        return;
    }
    if (session->tls != NULL) {
        if (!rp__tls_feed(session, bytes, length)) {
            rp__session_end(session, RP_STRATUM_ENDING_TLS);
            return;
        }
        unpack(session);
        if (decrypt(session)) {
            take_turn(session, read_time);
        } else if (session->stage != RP__STAGE_CLOSING && !pack(session)) {
            rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        }
        return;
    }
    unpack(session);
    size_t space;
    uint8_t *into = rp_stratum_framing_space(&session->framing, &space);
    if (into == NULL || space < length) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        return;
    }
    memcpy(into, bytes, length);
    rp_stratum_framing_filled(&session->framing, length);
    take_turn(session, read_time);
}

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)suggested;
    rp__session *session = handle->data;
    if (session->tls != NULL || session->stage == RP__STAGE_PRELUDE) {
        *buffer = uv_buf_init((char *)session->loop->cipher_buffer, RP__CIPHER_BUFFER);
        return;
    }
    unpack(session);
    size_t space;
    uint8_t *into = rp_stratum_framing_space(&session->framing, &space);
    *buffer = uv_buf_init((char *)into, into == NULL ? 0 : (unsigned int)space);
}

static void on_read(uv_stream_t *stream, ssize_t result, const uv_buf_t *buffer) {
    rp__session *session = stream->data;
    rp__loop *loop = session->loop;
    if (result < 0) {
        rp__session_end(session, result == UV_EOF || result == UV_ECONNRESET
                                     ? RP_STRATUM_ENDING_CLOSED
                                     : RP_STRATUM_ENDING_FAILED);
        return;
    }
    const bool direct = session->tls == NULL && session->stage != RP__STAGE_PRELUDE;
    if (result == 0) {
        if (direct && !pack(session)) {
            rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        }
        return;
    }
    const uint64_t read_time = uv_hrtime();
    rp__add(&loop->counters.bytes_in, (uint64_t)result);
    session->last_read = rp__now(loop);
    session->pinged = false;
    if (direct) {
        rp_stratum_framing_filled(&session->framing, (size_t)result);
        take_turn(session, read_time);
    } else if (session->stage == RP__STAGE_PRELUDE) {
        take_prelude(session, (const uint8_t *)buffer->base, (size_t)result, read_time);
    } else {
        rp__bytes_received(session, (const uint8_t *)buffer->base, (size_t)result, read_time);
    }
}

void rp__connection_start(rp__session *session) {
    if (session->loop->stopping || session->reading) {
        return;
    }
    session->reading = uv_read_start((uv_stream_t *)&session->tcp, on_space, on_read) == 0;
    if (!session->reading) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
    }
}

void rp__connection_resume(rp__session *session) {
    if (session->paused && session->pending_count <= RP_STRATUM_MAX_PENDING / 2) {
        session->paused = false;
        wait_turn(session);
    }
}

void rp__connection_again(rp__loop *loop) {
    rp__session *session = loop->waiting;
    loop->waiting = NULL;
    while (session != NULL) {
        rp__session *next = session->waiting_next;
        session->waiting = false;
        if (session->stage == RP__STAGE_CLOSING) {
            rp__session_free_if_done(session);
        } else {
            unpack(session);
            take_turn(session, uv_hrtime());
            if (session->stage != RP__STAGE_CLOSING && !session->waiting && !session->paused) {
                rp__connection_start(session);
            }
        }
        session = next;
    }
}
