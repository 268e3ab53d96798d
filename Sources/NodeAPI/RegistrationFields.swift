internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// What a registration says, as JSON or as a form. Everything but the key may be missing.
struct RegistrationFields {
    let key: String
    let name: String
    let invite: String

    /// Why a body is none.
    struct Refusal: Error {
        let text: String
        let status: HTTPResponse.Status
    }

    private struct Body: Decodable {
        let key: String
        let name: String?
        let invite: String?
    }

    init(_ request: Request, maximumBody: Int) async throws(Refusal) {
        guard let data = try? await request.body.collect(upTo: maximumBody) else {
            throw Refusal(text: "a registration has at most \(maximumBody) bytes", status: .contentTooLarge)
        }
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        let body: Body?
        switch type {
        case "application/json": body = try? JSONDecoder().decode(Body.self, from: Data(data.readableBytesView))
        case "application/x-www-form-urlencoded":
            body = try? URLEncodedFormDecoder().decode(Body.self, from: String(buffer: data))
        default:
            throw Refusal(
                text: "send application/json or application/x-www-form-urlencoded", status: .unsupportedMediaType)
        }
        guard let body else {
            throw Refusal(text: "a registration has the texts key, and name and invite if any", status: .badRequest)
        }
        key = body.key
        name = body.name ?? ""
        invite = body.invite ?? ""
    }
}
