/* The beginning and the end of sessions. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

static size_t work_offset(void) {
    return (sizeof(rp__session) + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN;
}

rp__session *rp__session_new(rp__loop *loop, size_t listener) {
    const size_t size = work_offset() + rp_share_work_size();
    uint8_t *memory = aligned_alloc(RP_SHARE_ALIGN,
                                    (size + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN);
    if (memory == NULL) {
        return NULL;
    }
    memset(memory, 0, size);
    const rp_stratum_server_config *config = &loop->server->config;
    rp__session *session = (rp__session *)(void *)memory;
    session->loop = loop;
    session->work = (rp_share_work *)(void *)(memory + work_offset());
    session->listener = (uint8_t)listener;
    session->stage = RP__STAGE_SNIFF;
    session->version_mask = config->version_mask;
    session->minimum_level = loop->server->listeners[listener].minimum_level;
    rp_stratum_framing_init(&session->framing);
    session->connected = session->last_read = rp__now(loop);
    rp_stratum_bucket_init(&session->refusals, &config->refusals, session->connected);
    const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
    rp_stratum_vardiff_set(&session->vardiff, &bounds,
                           loop->server->listeners[listener].start_level, session->connected);
    return session;
}

void rp__session_enter(rp__session *session) {
    rp__loop *loop = session->loop;
    session->next = loop->sessions;
    if (session->next != NULL) {
        session->next->previous = session;
    }
    loop->sessions = session;
    loop->session_count++;
    session->is_young = true;
    session->young_previous = loop->young_last;
    if (loop->young_last != NULL) {
        loop->young_last->young_next = session;
    } else {
        loop->young = session;
    }
    loop->young_last = session;
    rp__add(&loop->counters.connections, 1);
    rp__add(&loop->counters.accepted_connections, 1);
}

void rp__leave_young(rp__session *session) {
    rp__loop *loop = session->loop;
    if (!session->is_young) {
        return;
    }
    session->is_young = false;
    if (session->young_previous != NULL) {
        session->young_previous->young_next = session->young_next;
    } else {
        loop->young = session->young_next;
    }
    if (session->young_next != NULL) {
        session->young_next->young_previous = session->young_previous;
    } else {
        loop->young_last = session->young_previous;
    }
}

static void leave_list(rp__session *session) {
    rp__loop *loop = session->loop;
    if (loop->sweep == session) {
        loop->sweep = session->next;
    }
    if (loop->announce == session) {
        loop->announce = session->next;
    }
    if (session->previous != NULL) {
        session->previous->next = session->next;
    } else {
        loop->sessions = session->next;
    }
    if (session->next != NULL) {
        session->next->previous = session->previous;
    }
    loop->session_count--;
}

void rp__session_free_if_done(rp__session *session) {
    if (!session->closed || session->touched || session->waiting) {
        return;
    }
    for (size_t i = 0; i < session->worker_count; i++) {
        free(session->workers[i]);
    }
    free(session->workers);
    free(session->agent);
    free(session->stash);
    free(session->prelude);
    SSL_free(session->tls);
    rp__unsent_free(session);
    free(session);
}

static void on_closed(uv_handle_t *handle) {
    rp__session *session = handle->data;
    session->closed = true;
    rp__session_free_if_done(session);
}

void rp__session_end(rp__session *session, rp_stratum_ending ending) {
    rp__loop *loop = session->loop;
    if (session->stage == RP__STAGE_CLOSING) {
        return;
    }
    /* Shares that were read are judged: they may be blocks. */
    rp__batch_judge(loop);
    rp__out_flush(session);
    if (session->stage == RP__STAGE_CLOSING) {
        return;
    }
    session->stage = RP__STAGE_CLOSING;
    if (session->authorized && session->subscribed) {
        rp__subtract(&loop->counters.miners, 1);
    }
    rp__add(&loop->counters.endings[ending], 1);
    rp__subtract(&loop->counters.connections, 1);
    atomic_fetch_sub(&loop->server->connections, 1);
    rp__address_leave(loop->server, session->address16, session->family);
    rp__leave_young(session);
    leave_list(session);
    rp__pending_forget(session);
    if (session->seat != NULL) {
        rp__seats_leave(&loop->seats, session->seat, rp__now(loop));
        session->seat = NULL;
    }
    uv_close((uv_handle_t *)&session->tcp, on_closed);
}
