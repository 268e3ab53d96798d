/* A session from subscribe to its jobs: seat, logins, levels. docs/protocol/stratum.md 11 to 13. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

rp_stratum_vardiff_config rp__session_bounds(const rp__session *session) {
    rp_stratum_vardiff_config bounds = session->loop->server->config.vardiff;
    if (session->minimum_level > bounds.range.minimum) {
        bounds.range.minimum = session->minimum_level < bounds.range.maximum
                                   ? session->minimum_level
                                   : bounds.range.maximum;
    }
    return bounds;
}

void rp__session_set_level(rp__session *session, uint8_t level) {
    const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
    rp_stratum_vardiff_set(&session->vardiff, &bounds, level, rp__now(session->loop));
    session->offer_due = true;
    rp__touch(session);
}

/* A level near the wanted one at which the seat has not had the job: a miner that has lost its
 * state with its connection would repeat its work, but every level is other work. */
static uint8_t fresh_level(const rp__session *session, uint64_t sequence) {
    const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
    const uint8_t level = session->vardiff.level;
    const int steps[] = {0, -1, 1, -2, 2};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const int other = level + steps[i];
        if (other >= bounds.range.minimum && other <= bounds.range.maximum &&
            !rp__seat_has(session->seat, sequence << 8 | (uint8_t)other)) {
            return (uint8_t)other;
        }
    }
    return level;
}

void rp__session_offer(rp__session *session) {
    rp__loop *loop = session->loop;
    const rp__kept_job *newest = rp__jobs_newest(loop);
    if (!session->authorized || !session->subscribed || newest == NULL ||
        session->stage != RP__STAGE_LINES || loop->stopping ||
        rp__unsent_length(session) > RP_STRATUM_MAX_UNSENT / 2) {
        return;
    }
    const uint64_t sequence = newest->job->sequence;
    const bool is_first = session->last_job == 0;
    uint8_t level = session->vardiff.level;
    if (is_first) {
        level = fresh_level(session, sequence);
        if (level != session->vardiff.level) {
            const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
            rp_stratum_vardiff_set(&session->vardiff, &bounds, level, rp__now(loop));
        }
    }
    if (is_first || !rp__seat_has(session->seat, sequence << 8 | level)) {
        rp__send_job(session, newest, level);
    }
}

void rp__session_ready(rp__session *session) {
    if (session->authorized && session->subscribed && session->is_young) {
        rp__leave_young(session);
        rp__add(&session->loop->counters.miners, 1);
    }
}

/* The seat of a token, if this loop can give it to the connection. */
static rp__seat *resume(rp__session *session, const uint8_t *token16) {
    rp__loop *loop = session->loop;
    uint32_t extranonce1;
    if (!rp__token_read(loop->server, &extranonce1, token16) ||
        extranonce1 >> 24 != loop->seats.prefix) {
        return NULL;
    }
    rp__seat *seat = rp__seats_find(&loop->seats, extranonce1);
    if (seat == NULL) {
        seat = rp__seats_take(&loop->seats, extranonce1);
        if (seat != NULL) {
            seat->restored = true;
        }
        return seat;
    }
    rp__session *holder = seat->session;
    if (holder != NULL) {
        if (memcmp(holder->address16, session->address16, 16) != 0) {
            return NULL;
        }
        rp__session_end(holder, RP_STRATUM_ENDING_RESUMED);
    }
    rp__seats_return(&loop->seats, seat);
    return seat;
}

bool rp__session_seat(rp__session *session, const uint8_t *token16) {
    rp__loop *loop = session->loop;
    rp__seat *seat = token16 == NULL ? NULL : resume(session, token16);
    if (seat != NULL) {
        session->resumed = true;
        rp__add(&loop->counters.resumed, 1);
    } else {
        seat = rp__seats_new(&loop->seats, rp__now(loop));
    }
    if (seat == NULL) {
        return false;
    }
    seat->session = session;
    session->seat = seat;
    return true;
}

const rp__worker *rp__session_worker(const rp__session *session, rp_stratum_slice name) {
    enum { CUT_NAME = 63 };
    const rp__worker *found = NULL;
    for (size_t i = 0; i < session->worker_count; i++) {
        const rp__worker *worker = session->workers[i];
        if (worker->length == name.length && memcmp(worker->name, name.bytes, name.length) == 0) {
            return worker;
        }
    }
    for (size_t i = 0; name.length >= CUT_NAME && i < session->worker_count; i++) {
        const rp__worker *worker = session->workers[i];
        if (worker->length > name.length && memcmp(worker->name, name.bytes, name.length) == 0) {
            if (found != NULL) {
                return NULL; /* it could be either */
            }
            found = worker;
        }
    }
    return found;
}

void rp__session_refuse_login(rp__session *session, rp_stratum_output *output,
                              const rp_stratum_value *id, const char *reason) {
    (void)!rp_stratum_reply_refusal(output, id, 24, reason);
    rp__add(&session->loop->counters.logins_refused, 1);
    if (++session->login_failures >= RP__LOGIN_FAILURES) {
        session->overspent = true;
        rp__touch(session);
    }
}

static void copy_text(char *out, size_t capacity, rp_stratum_slice text) {
    const size_t length = text.length < capacity ? text.length : capacity - 1;
    for (size_t i = 0; i < length; i++) {
        out[i] = text.bytes[i] >= 0x20 && text.bytes[i] <= 0x7e ? (char)text.bytes[i] : '?';
    }
    out[length] = 0;
}

static void copy_password(char *out, size_t capacity, const rp_stratum_value *password) {
    uint8_t scratch[RP_STRATUM_MAX_TEXT];
    rp_stratum_slice text = {NULL, 0};
    if (password->type == RP_STRATUM_STRING) {
        (void)!rp__text(&text, scratch, sizeof scratch, password);
    }
    copy_text(out, capacity, text);
}

/* Keeps the name with the pending reply, which needs it when the answer comes. */
static bool keep_name(rp__pending *pending, rp_stratum_slice name) {
    pending->text = malloc(name.length);
    if (pending->text == NULL) {
        return false;
    }
    memcpy(pending->text, name.bytes, name.length);
    pending->text_length = (uint32_t)name.length;
    return true;
}

/* The level that a password asks for, or 0. */
static uint8_t asked_level(const rp__session *session, const rp_stratum_value *password) {
    uint8_t scratch[RP_STRATUM_MAX_TEXT], level;
    rp_stratum_slice text;
    const rp_stratum_level_range range = rp__session_bounds(session).range;
    return password->type == RP_STRATUM_STRING &&
                   rp__text(&text, scratch, sizeof scratch, password) &&
                   rp_stratum_level_from_password(&level, text.bytes, text.length, range)
               ? level
               : 0;
}

static void ask(rp__session *session, const rp_stratum_request *request, rp_stratum_slice name,
                const rp_stratum_worker *split) {
    rp__loop *loop = session->loop;
    rp__pending *pending = rp__pending_add(session, RP__PENDING_LOGIN, &request->id);
    rp_stratum_login *login =
        pending == NULL ? NULL : rp__vector_extend(&loop->new_logins, sizeof *login, 1);
    if (login == NULL || !keep_name(pending, name)) {
        if (pending != NULL) {
            pending->ready = true; /* in no queue */
        }
        loop->new_logins.count -= login == NULL ? 0 : 1;
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        return;
    }
    login->ticket = (uint64_t)loop->index << RP__TICKET_BITS | ++loop->login_serial;
    copy_text(login->account, sizeof login->account, split->account);
    copy_text(login->worker, sizeof login->worker, split->worker);
    copy_password(login->password, sizeof login->password, &request->params_kept[1]);
    strncpy(login->agent, session->agent == NULL ? "" : session->agent, sizeof login->agent - 1);
    login->agent[sizeof login->agent - 1] = 0;
    rp__address_text(login->address, session->address16, session->family);
    pending->ticket = login->ticket;
    pending->level = asked_level(session, &request->params_kept[1]);
    rp__queue_push(&loop->logins, pending);
    session->logins++;
}

void rp__session_login(rp__session *session, const rp_stratum_request *request) {
    uint8_t split_scratch[RP_STRATUM_MAX_NAME], name_scratch[RP_STRATUM_MAX_NAME];
    rp_stratum_worker split;
    rp_stratum_slice name = {NULL, 0};
    rp_stratum_output out;
    const rp_stratum_value *value = &request->params_kept[0];
    const bool is_name =
        rp_stratum_worker_split(&split, split_scratch, value) == RP_STRATUM_WORKER_OK &&
        rp__text(&name, name_scratch, sizeof name_scratch, value);
    const rp__worker *known = is_name ? rp__session_worker(session, name) : NULL;
    if (is_name && known == NULL && session->logins < RP_STRATUM_MAX_WORKERS) {
        ask(session, request, name, &split);
        return;
    }
    rp__reply_open(session, &out);
    if (known != NULL) {
        (void)!rp_stratum_reply_bool(&out, &request->id, true);
    } else {
        rp__session_refuse_login(session, &out, &request->id,
                                 is_name ? "too many workers on this connection"
                                         : "a user name is ACCOUNT or ACCOUNT.worker, at most 128 "
                                           "printable characters");
    }
    rp__reply_close(session, &out);
}

/* Takes the login with this ticket out of the queue, where it is nearly always the first. */
static rp__pending *take_login(rp__loop *loop, uint64_t ticket) {
    rp__pending *before = NULL;
    for (rp__pending *at = loop->logins.head; at != NULL; before = at, at = at->queue_next) {
        if (at->ticket != ticket) {
            continue;
        }
        if (before == NULL) {
            loop->logins.head = at->queue_next;
        } else {
            before->queue_next = at->queue_next;
        }
        if (loop->logins.tail == at) {
            loop->logins.tail = before;
        }
        return at;
    }
    return NULL;
}

static bool add_worker(rp__session *session, const rp__pending *pending, uint32_t number) {
    rp__worker **workers =
        realloc(session->workers, (session->worker_count + 1u) * sizeof(rp__worker *));
    if (workers == NULL) {
        return false;
    }
    session->workers = workers;
    rp__worker *worker = malloc(sizeof *worker + pending->text_length);
    if (worker == NULL) {
        return false;
    }
    worker->number = number;
    worker->length = (uint8_t)pending->text_length;
    memcpy(worker->name, pending->text, pending->text_length);
    workers[session->worker_count++] = worker;
    return true;
}

/* Why a grant is not given after all, or NULL. */
static const char *objection(rp__session *session, const rp__grant *posted) {
    const rp_stratum_grant *grant = &posted->grant;
    if (!grant->granted) {
        return posted->reason[0] == 0 ? "unauthorized worker" : posted->reason;
    }
    if (session->worker_count > 0 && grant->account != session->account) {
        return "unauthorized worker";
    }
    if (session->reserved && !session->resumed && !grant->known) {
        session->overspent = true;
        return "pool is full";
    }
    return NULL;
}

static void admit(rp__session *session, const rp_stratum_grant *grant) {
    if (!session->authorized) {
        session->authorized = true;
        session->account = grant->account;
        memcpy(session->miner_id32, grant->miner_id32, 32);
        session->offer_due = true;
        rp__session_ready(session);
    }
}

void rp__session_grant(rp__loop *loop, const rp__grant *posted) {
    rp__pending *pending = take_login(loop, posted->grant.ticket);
    if (pending == NULL) {
        return;
    }
    pending->ready = true;
    rp__session *session = pending->session;
    if (session == NULL) {
        rp__pending_release(loop, pending);
        return;
    }
    const char *reason = objection(session, posted);
    if (reason == NULL && !add_worker(session, pending, posted->grant.worker)) {
        reason = "out of memory";
    }
    rp_stratum_output out = {loop->reply_buffer, RP_STRATUM_MAX_REPLY, 0};
    const rp_stratum_value id = rp__pending_id(pending);
    if (reason == NULL) {
        admit(session, &posted->grant);
        if (pending->level != 0) {
            rp__session_set_level(session, pending->level);
        }
        (void)!rp_stratum_reply_bool(&out, &id, true);
    } else {
        session->logins--;
        rp__session_refuse_login(session, &out, &id, reason);
    }
    uint8_t *text = realloc(pending->text, out.length);
    if (text == NULL) {
        pending->text_length = 0;
    } else {
        memcpy(text, out.bytes, out.length);
        pending->text = text;
        pending->text_length = (uint32_t)out.length;
    }
    rp__touch(session);
}

void rp__session_tick(rp__session *session, uint64_t now) {
    const rp_stratum_server_config *config = &session->loop->server->config;
    const uint64_t silence = now - session->last_read;
    if (silence >= config->idle_timeout) {
        rp__session_end(session, RP_STRATUM_ENDING_IDLE);
        return;
    }
    if (!session->authorized || !session->subscribed) {
        return;
    }
    if (silence >= config->idle_timeout / 2 && !session->pinged) {
        session->pinged = true;
        (void)!rp_stratum_write_ping(rp__out(session, RP_STRATUM_MAX_REPLY), ++session->requests);
    }
    const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
    const uint8_t before = session->vardiff.level;
    if (rp_stratum_vardiff_tick(&session->vardiff, &bounds, now) != before) {
        rp__session_offer(session);
    }
    rp__out_flush(session);
}
