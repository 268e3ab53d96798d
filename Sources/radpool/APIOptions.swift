import ArgumentParser
import BitcoinNode
import Foundation
import Node

/// How a command finds the daemon's HTTP API.
struct APIOptions: ParsableArguments {
    @Option(help: "The URL of the daemon's HTTP API.")
    var url = "http://127.0.0.1:3380"

    /// Asks the daemon; its refusals and its absence become failures.
    func perform(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws(ProgramFailure) -> HTTPExchange.Answer {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard let request = HTTPExchange(method, url: base + path, headers: headers, body: body) else {
            throw ProgramFailure(.usage, "\(url) is not an http:// URL")
        }
        do {
            return try await request.perform(timeout: .seconds(30))
        } catch {
            let reason =
                switch error {
                case .cannotConnect: "nobody listens there"
                case .broken: "the answer is not HTTP"
                case .tooLong: "the answer is too long"
                case .timeout: "no answer in 30 seconds"
                }
            throw ProgramFailure(.unavailable, "\(url): \(reason)")
        }
    }
}
