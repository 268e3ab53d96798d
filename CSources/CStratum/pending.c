/*
 * Replies that wait. A session's replies leave in the order of its requests: what comes behind one
 * that waits for the disk, waits too.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { SLAB = 64 };

void rp__queue_push(rp__queue *queue, rp__pending *pending) {
    pending->queue_next = NULL;
    if (queue->tail != NULL) {
        queue->tail->queue_next = pending;
    } else {
        queue->head = pending;
    }
    queue->tail = pending;
}

static rp__pending *queue_pop(rp__queue *queue) {
    rp__pending *pending = queue->head;
    queue->head = pending->queue_next;
    if (queue->head == NULL) {
        queue->tail = NULL;
    }
    return pending;
}

static bool add_slab(rp__loop *loop) {
    rp__pending *slab = calloc(SLAB, sizeof *slab);
    if (slab == NULL || !rp__vector_append(&loop->pending_slabs, &slab, sizeof(rp__pending *), 1)) {
        free(slab);
        return false;
    }
    for (size_t i = 0; i < SLAB; i++) {
        slab[i].next = loop->free_pending;
        loop->free_pending = &slab[i];
    }
    return true;
}

rp__pending *rp__pending_add(rp__session *session, rp__pending_kind kind,
                             const rp_stratum_value *id) {
    rp__loop *loop = session->loop;
    if (loop->free_pending == NULL && !add_slab(loop)) {
        return NULL;
    }
    rp__pending *pending = loop->free_pending;
    loop->free_pending = pending->next;
    pending->next = NULL;
    pending->session = session;
    pending->text = NULL;
    pending->kind = (uint8_t)kind;
    pending->ready = false;
    pending->id_type = (uint8_t)id->type;
    pending->id_length = (uint8_t)id->length;
    if (id->length > 0) {
        memcpy(pending->id, id->bytes, id->length);
    }
    if (session->pending_tail != NULL) {
        session->pending_tail->next = pending;
    } else {
        session->pending_head = pending;
    }
    session->pending_tail = pending;
    session->pending_count++;
    return pending;
}

rp_stratum_value rp__pending_id(const rp__pending *pending) {
    return (rp_stratum_value){pending->id, pending->id_length, (rp_stratum_type)pending->id_type,
                              false};
}

void rp__pending_release(rp__loop *loop, rp__pending *pending) {
    free(pending->text);
    pending->text = NULL;
    pending->session = NULL;
    pending->next = loop->free_pending;
    loop->free_pending = pending;
}

/* Whether the loop still has it in one of its queues, which lets it go later. */
static bool is_queued(const rp__pending *pending) {
    return !pending->ready;
}

void rp__pending_forget(rp__session *session) {
    rp__pending *pending = session->pending_head;
    while (pending != NULL) {
        rp__pending *next = pending->next;
        pending->session = NULL;
        if (!is_queued(pending)) {
            rp__pending_release(session->loop, pending);
        }
        pending = next;
    }
    session->pending_head = session->pending_tail = NULL;
    session->pending_count = 0;
}

static void write_reply(rp__session *session, rp__pending *pending) {
    rp__loop *loop = session->loop;
    if (pending->kind == RP__PENDING_SHARE) {
        const rp_stratum_value id = rp__pending_id(pending);
        rp_stratum_output *out = rp__out(session, RP_STRATUM_MAX_REPLY);
        (void)!rp_stratum_reply_verdict(out, &id, (rp_share_verdict)pending->verdict);
        rp__add(&loop->counters.verdicts[pending->verdict], 1);
        rp__count_latency(&loop->counters.reply, loop->write_time - pending->read_time, 1);
    } else {
        rp_stratum_output *out = rp__out(session, pending->text_length);
        memcpy(out->bytes + out->length, pending->text, pending->text_length);
        out->length += pending->text_length;
    }
}

void rp__pending_drain(rp__session *session) {
    rp__loop *loop = session->loop;
    while (session->pending_head != NULL && session->pending_head->ready) {
        rp__pending *pending = session->pending_head;
        session->pending_head = pending->next;
        if (session->pending_head == NULL) {
            session->pending_tail = NULL;
        }
        session->pending_count--;
        write_reply(session, pending);
        rp__pending_release(loop, pending);
    }
}

void rp__touch(rp__session *session) {
    if (!session->touched) {
        session->touched = true;
        session->touched_next = session->loop->touched;
        session->loop->touched = session;
    }
}

/* Replies, then the job that is due, in one write. */
static void finish_turn(rp__session *session) {
    rp__pending_drain(session);
    if (session->offer_due) {
        session->offer_due = false;
        rp__session_offer(session);
    }
    if (session->loop->server->config.ask_version && session->authorized &&
        session->agent == NULL && session->requests == 0) {
        (void)!rp_stratum_write_get_version(rp__out(session, RP_STRATUM_MAX_REPLY),
                                            ++session->requests);
    }
    rp__out_flush(session);
    if (session->overspent) {
        rp__session_end(session, RP_STRATUM_ENDING_REFUSALS);
    } else {
        rp__connection_resume(session);
    }
}

void rp__drain_touched(rp__loop *loop) {
    if (loop->touched != NULL) {
        loop->write_time = uv_hrtime();
    }
    while (loop->touched != NULL) {
        rp__session *session = loop->touched;
        loop->touched = session->touched_next;
        session->touched = false;
        if (session->stage == RP__STAGE_CLOSING) {
            rp__session_free_if_done(session);
            continue;
        }
        finish_turn(session);
    }
}

/* One share's place in a group that is on disk, or never will be. */
static void settle_one(rp__loop *loop, rp__pending *pending, bool stored) {
    pending->verdict = stored ? RP_SHARE_ACCEPTED : RP_SHARE_UNAVAILABLE;
    if (!stored) {
        (void)rp_share_filter_remove(loop->filter, pending->hash32);
    }
    pending->ready = true;
    if (pending->session == NULL) {
        rp__add(&loop->counters.verdicts[pending->verdict], 1);
        rp__pending_release(loop, pending);
    } else {
        rp__touch(pending->session);
    }
}

void rp__settle(rp__loop *loop, rp__settlement settlement) {
    for (size_t i = 0; i < settlement.count && loop->shares.head != NULL; i++) {
        loop->waiting_shares--;
        settle_one(loop, queue_pop(&loop->shares), settlement.stored);
    }
}

void rp__pending_free_slab(rp__pending *slab) {
    for (size_t i = 0; i < SLAB; i++) {
        free(slab[i].text);
    }
    free(slab);
}
