/* Private to CStratum: what the files of the server call of each other. */
#ifndef RP_STRATUM_SERVER_INTERNAL_H
#define RP_STRATUM_SERVER_INTERNAL_H

#include "loop.h"

/* vector.c: growing arrays. */
void *rp__vector_extend(rp__vector *vector, size_t item_size, size_t count);
RP_NODISCARD bool rp__vector_append(rp__vector *vector, const void *items, size_t item_size,
                                    size_t count);
void rp__vector_free(rp__vector *vector);
void rp__vector_trim(rp__vector *vector, size_t item_size);

/* exchange.c: between the loops and the threads of the caller. */
void rp__exchange_flush(rp__loop *loop);
void rp__exchange_block(rp_stratum_server *server, const rp_stratum_block *block);
void rp__exchange_loop_ended(rp_stratum_server *server);

/* loop.c */
RP_NODISCARD rp_stratum_status rp__loop_init(rp__loop *loop, rp_stratum_server *server,
                                             uint32_t index);
RP_NODISCARD rp_stratum_status rp__loop_bind(rp__loop *loop, size_t listener,
                                             const struct sockaddr *address);
RP_NODISCARD bool rp__loop_start(rp__loop *loop);
void rp__loop_accept(rp__loop *loop);
void rp__loop_destroy(rp__loop *loop);
void rp__loop_again(rp__loop *loop);

/* stop.c */
void rp__stop_begin(rp__loop *loop);
void rp__stop_continue(rp__loop *loop);
void rp__stop_handles(rp__loop *loop);
void rp__show(rp__loop *loop, const char *text);

/* accept.c */
void rp__accept(uv_stream_t *listener, int status);
bool rp__is_trusted(const rp_stratum_server *server, const uint8_t *address16, uint8_t family);
RP_NODISCARD bool rp__address_enter(rp_stratum_server *server, const uint8_t *address16,
                                    uint8_t family);
void rp__address_leave(rp_stratum_server *server, const uint8_t *address16, uint8_t family);
void rp__address_text(char *text46, const uint8_t *address16, uint8_t family);

RP_NODISCARD bool rp__proxy_address(rp__session *session, const rp_stratum_proxy *proxy);

/* lifetime.c */
rp__session *rp__session_new(rp__loop *loop, size_t listener);
void rp__session_enter(rp__session *session);
void rp__session_end(rp__session *session, rp_stratum_ending ending);
void rp__session_free_if_done(rp__session *session);
void rp__leave_young(rp__session *session);

/* connection.c: bytes in. */
void rp__bytes_received(rp__session *session, const uint8_t *bytes, size_t length,
                        uint64_t read_time);
void rp__connection_start(rp__session *session);
void rp__connection_resume(rp__session *session);
void rp__connection_again(rp__loop *loop);

/* tls.c */
RP_NODISCARD bool rp__tls_context(rp_stratum_server *server);
RP_NODISCARD bool rp__tls_start(rp__session *session);
RP_NODISCARD bool rp__tls_feed(rp__session *session, const uint8_t *bytes, size_t length);
/* Bytes read, 0 when more has to come, or one of the two below. */
enum { RP__TLS_FAILED = -1, RP__TLS_CLOSED = -2 };
ptrdiff_t rp__tls_read(rp__session *session, uint8_t *bytes, size_t length);
RP_NODISCARD bool rp__tls_write(rp__session *session, const uint8_t *bytes, size_t length);
RP_NODISCARD bool rp__tls_flush(rp__session *session);

/* send.c: bytes out. */
rp_stratum_output *rp__out(rp__session *session, size_t length);
void rp__out_flush(rp__session *session);
bool rp__send_raw(rp__session *session, const uint8_t *bytes, size_t length);
size_t rp__unsent_length(const rp__session *session);
void rp__unsent_free(rp__session *session);
void rp__reply_open(rp__session *session, rp_stratum_output *output);
void rp__reply_close(rp__session *session, const rp_stratum_output *output);

/* session.c */
void rp__session_login(rp__session *session, const rp_stratum_request *request);
void rp__session_grant(rp__loop *loop, const rp__grant *grant);
void rp__session_offer(rp__session *session);
void rp__session_set_level(rp__session *session, uint8_t level);
rp_stratum_vardiff_config rp__session_bounds(const rp__session *session);
const rp__worker *rp__session_worker(const rp__session *session, rp_stratum_slice name);
RP_NODISCARD bool rp__session_seat(rp__session *session, const uint8_t *token16);
void rp__session_refuse_login(rp__session *session, rp_stratum_output *output,
                              const rp_stratum_value *id, const char *reason);
void rp__session_ready(rp__session *session);
void rp__session_tick(rp__session *session, uint64_t now);

/* methods.c */
void rp__line_received(rp__session *session, rp_stratum_slice line, uint64_t read_time);
void rp__line_too_long(rp__session *session);

/* submit.c */
void rp__submit(rp__session *session, const rp_stratum_request *request, uint64_t read_time);
void rp__batch_judge(rp__loop *loop);
void rp__refused(rp__session *session, rp_share_verdict verdict);

/* pending.c */
rp__pending *rp__pending_add(rp__session *session, rp__pending_kind kind,
                             const rp_stratum_value *id);
rp_stratum_value rp__pending_id(const rp__pending *pending);
void rp__pending_drain(rp__session *session);
void rp__pending_forget(rp__session *session);
void rp__settle(rp__loop *loop, rp__settlement settlement);
void rp__touch(rp__session *session);
void rp__drain_touched(rp__loop *loop);
void rp__queue_push(rp__queue *queue, rp__pending *pending);
void rp__pending_free_slab(rp__pending *slab);
void rp__pending_release(rp__loop *loop, rp__pending *pending);

/* jobs.c */
void rp__jobs_take(rp__loop *loop, rp_stratum_job *job);
const rp__kept_job *rp__jobs_find(const rp__loop *loop, uint64_t sequence);
const rp__kept_job *rp__jobs_newest(const rp__loop *loop);
bool rp__jobs_stale(const rp__loop *loop, const rp__kept_job *job);
void rp__jobs_release(rp_stratum_job *job);
void rp__jobs_drop_all(rp__loop *loop);
void rp__announce(rp__loop *loop);
void rp__send_job(rp__session *session, const rp__kept_job *kept, uint8_t level);

/* replay.c: the duplicate filters. */
void rp__replay_ended(rp_stratum_server *server);
void rp__count_filter(rp__loop *loop);
RP_NODISCARD bool rp__filter_make(rp__loop *loop, size_t capacity);
void rp__filter_grow(rp__loop *loop);
void rp__filter_free(rp__loop *loop);

/* extranonce.c */
void rp__seats_init(rp__seats *seats, uint32_t prefix, uint32_t start);
rp__seat *rp__seats_find(const rp__seats *seats, uint32_t extranonce1);
rp__seat *rp__seats_take(rp__seats *seats, uint32_t extranonce1);
rp__seat *rp__seats_new(rp__seats *seats, uint64_t now);
void rp__seats_leave(rp__seats *seats, rp__seat *seat, uint64_t now);
void rp__seats_return(rp__seats *seats, rp__seat *seat);
void rp__seats_expire(rp__seats *seats, uint64_t now);
void rp__seats_free(rp__seats *seats);
bool rp__seat_has(const rp__seat *seat, uint64_t job_id);

/* token.c */
void rp__token(const rp_stratum_server *server, uint8_t *token16, uint32_t extranonce1);
RP_NODISCARD bool rp__token_read(const rp_stratum_server *server, uint32_t *extranonce1,
                                 const uint8_t *token16);

/* counters.c */
void rp__count_latency(rp__histogram *histogram, uint64_t nanoseconds, uint64_t times);

/* Milliseconds of the loop's clock, which does not go back. */
static inline uint64_t rp__now(const rp__loop *loop) {
    return uv_now(&loop->uv);
}

#endif
