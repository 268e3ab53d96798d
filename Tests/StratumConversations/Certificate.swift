import COpenSSL
public import Foundation

/// A self-signed certificate in files of a temporary folder, made anew for each process.
public enum Certificate {
    /// The folder with `certificate.pem` and `key.pem`.
    public static let folder: Result<URL, any Error> = Result { try make() }

    private static func make() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "radpool-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
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
            write(folder, "certificate.pem", { PEM_write_bio_X509($0, certificate) }),
            write(folder, "key.pem", { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
        else { throw Mismatch("no certificate") }
        return folder
    }

    private static func write(_ folder: URL, _ name: String, _ body: (OpaquePointer?) -> Int32) -> Bool {
        let file = BIO_new_file(folder.appending(path: name).path, "w")
        defer { BIO_free(file) }
        return file != nil && body(file) == 1
    }
}
