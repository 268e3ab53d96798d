/*
 * Bytes out: gathered in the loop's one buffer for one session at a time, handed to the kernel in
 * one write; what it does not take waits with the session, up to RP_STRATUM_MAX_UNSENT.
 */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

rp_stratum_output *rp__out(rp__session *session, size_t length) {
    rp__loop *loop = session->loop;
    if (loop->out_session != session) {
        if (loop->out_session != NULL) {
            rp__out_flush(loop->out_session);
        }
        loop->out_session = session;
    } else if (loop->out.capacity - loop->out.length < length) {
        rp__out_flush(session);
        loop->out_session = session;
    }
    return &loop->out;
}

void rp__out_flush(rp__session *session) {
    rp__loop *loop = session->loop;
    if (loop->out_session != session) {
        return;
    }
    const size_t length = loop->out.length;
    loop->out.length = 0;
    loop->out_session = NULL;
    if (length == 0 || session->stage == RP__STAGE_CLOSING) {
        return;
    }
    rp__add(&loop->counters.bytes_out, length);
    if (session->tls != NULL) {
        if (!rp__tls_write(session, loop->out.bytes, length)) {
            rp__session_end(session, RP_STRATUM_ENDING_TLS);
        }
    } else {
        (void)rp__send_raw(session, loop->out.bytes, length);
    }
}

size_t rp__unsent_length(const rp__session *session) {
    return session->unsent == NULL
               ? 0
               : (size_t)session->unsent->sending_length + session->unsent->waiting_length;
}

static void on_sent(uv_write_t *request, int status);

/* Hands all that waits to libuv. */
static bool send_waiting(rp__unsent *unsent) {
    unsent->sending = unsent->waiting;
    unsent->sending_length = unsent->waiting_length;
    unsent->waiting = NULL;
    unsent->waiting_length = unsent->waiting_capacity = 0;
    const uv_buf_t buffer = uv_buf_init((char *)unsent->sending, unsent->sending_length);
    return uv_write(&unsent->request, (uv_stream_t *)&unsent->session->tcp, &buffer, 1, on_sent) ==
           0;
}

static void unsent_destroy(rp__unsent *unsent) {
    free(unsent->sending);
    free(unsent->waiting);
    free(unsent);
}

static void on_sent(uv_write_t *request, int status) {
    rp__unsent *unsent = request->data;
    rp__session *session = unsent->session;
    free(unsent->sending);
    unsent->sending = NULL;
    unsent->sending_length = 0;
    if (session->stage == RP__STAGE_CLOSING) {
        return; /* freed when the handle has closed */
    }
    if (status < 0) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
    } else if (unsent->waiting_length == 0) {
        unsent_destroy(unsent);
        session->unsent = NULL;
        rp__session_offer(session); /* the jobs that it skipped */
        rp__out_flush(session);
    } else if (!send_waiting(unsent)) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
    }
}

void rp__unsent_free(rp__session *session) {
    if (session->unsent != NULL) {
        unsent_destroy(session->unsent);
        session->unsent = NULL;
    }
}

static bool keep(rp__session *session, const uint8_t *bytes, size_t length) {
    if (session->unsent == NULL) {
        session->unsent = calloc(1, sizeof *session->unsent);
        if (session->unsent == NULL) {
            return false;
        }
        session->unsent->session = session;
        session->unsent->request.data = session->unsent;
    }
    rp__unsent *unsent = session->unsent;
    const size_t needed = unsent->waiting_length + length;
    if (needed > unsent->waiting_capacity) {
        const size_t capacity = needed < 1024 ? 1024 : 2 * needed;
        uint8_t *waiting = realloc(unsent->waiting, capacity);
        if (waiting == NULL) {
            return false;
        }
        unsent->waiting = waiting;
        unsent->waiting_capacity = (uint32_t)capacity;
    }
    memcpy(unsent->waiting + unsent->waiting_length, bytes, length);
    unsent->waiting_length += (uint32_t)length;
    return unsent->sending != NULL || send_waiting(unsent);
}

bool rp__send_raw(rp__session *session, const uint8_t *bytes, size_t length) {
    size_t sent = 0;
    if (session->unsent == NULL) {
        /* Past libuv, which would go through the file system's layer; it has nothing queued here.
         */
        ssize_t result;
        do {
            result = send(session->descriptor, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        } while (result < 0 && errno == EINTR);
        if (result < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) {
            rp__session_end(session, RP_STRATUM_ENDING_FAILED);
            return false;
        }
        sent = result > 0 ? (size_t)result : 0;
    }
    if (sent == length) {
        return true;
    }
    if (rp__unsent_length(session) + length - sent > RP_STRATUM_MAX_UNSENT ||
        !keep(session, bytes + sent, length - sent)) {
        rp__session_end(session, RP_STRATUM_ENDING_SLOW_READER);
        return false;
    }
    return true;
}

/* A reply is written at once, or into a buffer of its own when earlier ones still wait. */
void rp__reply_open(rp__session *session, rp_stratum_output *output) {
    if (session->pending_head == NULL) {
        *output = *rp__out(session, 2 * RP_STRATUM_MAX_REPLY);
    } else {
        *output = (rp_stratum_output){session->loop->reply_buffer, 2 * RP_STRATUM_MAX_REPLY, 0};
    }
}

void rp__reply_close(rp__session *session, const rp_stratum_output *output) {
    if (session->pending_head == NULL) {
        session->loop->out.length = output->length;
        return;
    }
    static const rp_stratum_value no_id = {NULL, 0, RP_STRATUM_NULL, false};
    rp__pending *pending = rp__pending_add(session, RP__PENDING_TEXT, &no_id);
    uint8_t *text = malloc(output->length);
    if (pending == NULL || text == NULL) {
        free(text);
        if (pending != NULL) {
            pending->ready = true; /* in no queue */
        }
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        return;
    }
    memcpy(text, output->bytes, output->length);
    pending->text = text;
    pending->text_length = (uint32_t)output->length;
    pending->ready = true;
}
