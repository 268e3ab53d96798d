/* TLS over memory: libuv moves the ciphertext, OpenSSL never sees a socket. */
#include "server.h"

#include <openssl/err.h>
#include <string.h>

bool rp__tls_context(rp_stratum_server *server) {
    const rp_stratum_server_config *config = &server->config;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) {
        return false;
    }
    server->tls = context;
    /* Small records' buffers go back when idle; a session's memory matters more than a malloc. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           config->certificate_file != NULL && config->key_file != NULL &&
           SSL_CTX_use_certificate_chain_file(context, config->certificate_file) == 1 &&
           SSL_CTX_use_PrivateKey_file(context, config->key_file, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

bool rp__tls_start(rp__session *session) {
    SSL *tls = SSL_new(session->loop->server->tls);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    if (tls == NULL || in == NULL || out == NULL) {
        SSL_free(tls);
        BIO_free(in);
        BIO_free(out);
        return false;
    }
    SSL_set_bio(tls, in, out);
    SSL_set_accept_state(tls);
    session->tls = tls;
    return true;
}

bool rp__tls_feed(rp__session *session, const uint8_t *bytes, size_t length) {
    size_t written;
    return BIO_write_ex(SSL_get_rbio(session->tls), bytes, length, &written) == 1 &&
           written == length;
}

bool rp__tls_flush(rp__session *session) {
    char *bytes;
    BIO *out = SSL_get_wbio(session->tls);
    const long length = BIO_get_mem_data(out, &bytes);
    if (length <= 0) {
        return true;
    }
    const bool sent = rp__send_raw(session, (const uint8_t *)bytes, (size_t)length);
    (void)BIO_reset(out);
    return sent;
}

ptrdiff_t rp__tls_read(rp__session *session, uint8_t *bytes, size_t length) {
    size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(session->tls, bytes, length, &count);
    const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(session->tls, result);
    if (!rp__tls_flush(session)) {
        return RP__TLS_FAILED;
    }
    switch (error) {
    case SSL_ERROR_NONE:
        return (ptrdiff_t)count;
    case SSL_ERROR_WANT_READ:
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        return RP__TLS_CLOSED;
    default:
        return RP__TLS_FAILED;
    }
}

bool rp__tls_write(rp__session *session, const uint8_t *bytes, size_t length) {
    ERR_clear_error();
    while (length > 0) {
        size_t count;
        if (SSL_write_ex(session->tls, bytes, length, &count) != 1) {
            return false;
        }
        bytes += count;
        length -= count;
    }
    return rp__tls_flush(session);
}
