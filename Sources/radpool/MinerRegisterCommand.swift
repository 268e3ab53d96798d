import ArgumentParser
import BitcoinNode
import Foundation
import Node
import Wire

/// `radpool miner register`: a new account, through the daemon or, while none runs, in its journal.
struct MinerRegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Register a miner's key, under a name if one is given.",
        discussion: """
            Asks the running daemon. With --config it writes into the data directory itself, which works while no \
            daemon runs, and to which the rules for new miners do not apply.
            """)

    @Argument(help: "64 hex of an x-only key, 66 hex of a compressed key, or a taproot address.")
    var key: String

    @Option(help: "The account's name: 1 to 32 of a-z, 0-9, - and _.")
    var name = ""

    @Option(help: "An invite code.")
    var invite = ""

    @OptionGroup var api: APIOptions

    @Option(help: "A file with the daemon's admin token.")
    var tokenFile: String?

    @Option(help: "The daemon's configuration file: register without a daemon.")
    var config: String?

    func run() async throws {
        if let config {
            do {
                let (miner, isNew) = try OfflineRegistration.register(
                    configurationPath: config, environment: ProcessInfo.processInfo.environment, keyText: key,
                    nameText: name)
                print(isNew ? "registered as number \(miner.number)" : "was registered as number \(miner.number)")
            } catch {
                throw ProgramFailure(error)
            }
        } else {
            try await ask()
        }
    }

    private func ask() async throws {
        var headers = [("Content-Type", "application/json")]
        if let tokenFile {
            guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
                throw ProgramFailure(.permission, "cannot read \(tokenFile)")
            }
            headers.append(("Authorization", "Bearer " + text.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
        let body = JSONValue.members(["key": .string(key), "name": .string(name), "invite": .string(invite)])
        let answer = try await api.perform("POST", "/api/v1/miners", headers: headers, body: Array(body.encoded.utf8))
        let text = String(decoding: answer.body, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard answer.status == 200 || answer.status == 201 else {
            throw ProgramFailure(.unavailable, "the pool refuses: \(text)")
        }
        print(text)
    }
}
