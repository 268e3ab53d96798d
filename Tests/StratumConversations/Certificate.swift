import COpenSSL
public import Foundation
import TestSupport

/// A new self-signed certificate in files, which go with the value.
public final class Certificate: Sendable {
    private let files: TemporaryFolder

    /// The folder with `certificate.pem` and `key.pem`.
    public var folder: URL { files.url }

    /// Makes a key and signs its certificate.
    public init() throws {
        files = try TemporaryFolder("tls")
        var key: OpaquePointer?
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
        defer { EVP_PKEY_CTX_free(context) }
        let certificate = X509_new()
        defer { X509_free(certificate) }
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &key) == 1 else {
            throw Mismatch("no key")
        }
        defer { EVP_PKEY_free(key) }
        let name = X509_get_subject_name(certificate)
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86_400)
        guard X509_set_pubkey(certificate, key) == 1,
            X509_NAME_add_entry_by_txt(name, "CN", 0x1001, "localhost", -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1, X509_sign(certificate, key, nil) > 0,
            Self.write(files.path("certificate.pem"), { PEM_write_bio_X509($0, certificate) }),
            Self.write(files.path("key.pem"), { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
        else { throw Mismatch("no certificate") }
    }

    private static func write(_ path: String, _ body: (OpaquePointer?) -> Int32) -> Bool {
        let file = BIO_new_file(path, "w")
        defer { BIO_free(file) }
        return file != nil && body(file) == 1
    }
}
