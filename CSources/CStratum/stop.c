/*
 * The end of a loop: no more connections and requests; when the last share is on disk and answered,
 * or the time is up, every miner is told to come back, and the loop ends when they have heard it.
 */
#include "server.h"

static void close_handle(uv_handle_t *handle) {
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void close_listeners(rp__loop *loop) {
    for (size_t i = 0; i < loop->bound; i++) {
        close_handle((uv_handle_t *)&loop->listeners[i]);
    }
}

void rp__stop_handles(rp__loop *loop) {
    uv_mutex_lock(&loop->inbox.lock);
    loop->inbox.closed = true;
    uv_mutex_unlock(&loop->inbox.lock);
    close_listeners(loop);
    close_handle((uv_handle_t *)&loop->wake);
    close_handle((uv_handle_t *)&loop->check);
    close_handle((uv_handle_t *)&loop->again);
    close_handle((uv_handle_t *)&loop->timer);
}

void rp__stop_begin(rp__loop *loop) {
    loop->stopping = true;
    loop->stop_time = rp__now(loop);
    close_listeners(loop);
    for (rp__session *session = loop->sessions; session != NULL; session = session->next) {
        if (session->reading) {
            session->reading = false;
            uv_read_stop((uv_stream_t *)&session->tcp);
        }
    }
}

static void tell_all(rp__loop *loop) {
    rp__session *session = loop->sessions;
    while (session != NULL) {
        rp__session *next = session->next;
        if (session->stage == RP__STAGE_LINES && session->subscribed) {
            (void)!rp_stratum_write_reconnect(rp__out(session, RP_STRATUM_MAX_REPLY));
            rp__out_flush(session);
        }
        session = next;
    }
}

static void end_sent(rp__loop *loop, bool all) {
    rp__session *session = loop->sessions;
    while (session != NULL) {
        rp__session *next = session->next;
        if (all || rp__unsent_length(session) == 0) {
            rp__session_end(session, RP_STRATUM_ENDING_STOPPED);
        }
        session = next;
    }
}

void rp__stop_continue(rp__loop *loop) {
    const bool late = atomic_load(&loop->server->cut_off) ||
                      rp__now(loop) >= loop->stop_time + loop->server->config.drain_timeout;
    if (loop->stopped || (loop->shares.head != NULL && !late)) {
        return;
    }
    if (!loop->told) {
        loop->told = true;
        tell_all(loop);
    }
    end_sent(loop, late);
    if (loop->sessions == NULL) {
        loop->stopped = true;
        rp__stop_handles(loop);
    }
}

void rp__show(rp__loop *loop, const char *text) {
    rp__session *session = loop->sessions;
    while (session != NULL) {
        rp__session *next = session->next;
        if (session->stage == RP__STAGE_LINES && session->subscribed) {
            (void)!rp_stratum_write_message(rp__out(session, RP_STRATUM_MAX_REPLY), text);
            rp__out_flush(session);
        }
        session = next;
    }
}
