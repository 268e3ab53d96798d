import ArgumentParser
import Bitcoin
import BitcoinNode
import Foundation
import Mining
import Node
import Shares
import Wire

/// `radpool miner verify`: proves from live work that it is the miner's own.
struct MinerVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove from a live mining.notify that the work commits to the miner, the MSP and the level.",
        discussion: """
            Connects like a miner and hashes nothing. The genesis file must come from somewhere else than the pool. \
            Exit codes: 0 everything holds, 1 something does not, 69 the pool gave no work.
            """)

    @OptionGroup var pool: PoolOptions

    @Option(help: "The syndicate's genesis file, as TOML or as a record.")
    var genesis: String

    @Option(help: "The MSP's identity key, 64 hex digits; of a syndicate of one the genesis has it.")
    var msp: String?

    @Option(help: "The miner's payout key, 64 hex digits; otherwise the account must be a key or a taproot address.")
    var key: String?

    @Option(help: "The URL of the pool's HTTP API, whose status must agree with the genesis and the work.")
    var api: String?

    @Option(help: "Seconds to wait for work.")
    var timeout = 30

    func run() async throws {
        let (address, login) = try pool.values()
        let genesis: Genesis
        do {
            genesis = try GenesisFile.read(path: self.genesis)
        } catch {
            throw ProgramFailure(error)
        }
        let expected = try expectation(genesis)
        let work = try await firstWork(address, login)
        let proof = WorkProof(of: work, against: expected)
        var checks = proof.checks.map { ($0.name, $0.holds, $0.finding) }
        checks += try await statusChecks(expected, work)
        for (name, holds, finding) in checks {
            let padded = name + String(repeating: " ", count: max(0, 20 - name.count))
            print("\(holds ? "ok  " : "FAIL") \(padded) \(finding)")
        }
        guard checks.allSatisfy(\.1) else { throw ExitCode(1) }
    }

    private func firstWork(_ address: PoolAddress, _ login: MinerSession.Login) async throws -> StratumWork {
        let timeout = timeout
        let outcome = await withTaskGroup(of: Result<StratumWork, PoolFailure>.self) { group in
            group.addTask {
                do throws(PoolFailure) {
                    return .success(try await Miner.firstWork(from: address, login))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(timeout))
                return .failure(PoolFailure(reason: "no work in \(timeout) s"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(PoolFailure(reason: "no work"))
        }
        switch outcome {
        case .success(let work): return work
        case .failure(let failure): throw ProgramFailure(.unavailable, "\(address): \(failure.reason)")
        }
    }

    // MARK: What the work must commit to

    private func expectation(_ genesis: Genesis) throws -> WorkExpectation {
        let syndicate = genesis.syndicateID
        return WorkExpectation(
            syndicate: SyndicateID(syndicate), msp: MSPID(try mspKey(genesis)), miner: MinerID(try minerKey(genesis)),
            logPosition: LogPosition(k: 0, hash: syndicate), custodyScript: genesis.bootstrapScript,
            network: genesis.network, levels: genesis.terms.lowestLevel...genesis.terms.highestLevel)
    }

    private func mspKey(_ genesis: Genesis) throws -> Hash256 {
        let members = genesis.members.compactMap { try? Hash256(internalBytes: $0.key.bytes) }
        guard let msp else {
            guard let member = members.first, members.count == 1 else {
                throw ValidationError("the genesis has \(members.count) members: --msp says which")
            }
            return member
        }
        guard let key = try? Hash256(internalHex: msp) else { throw ValidationError("--msp must be 64 hex digits") }
        return key
    }

    private func minerKey(_ genesis: Genesis) throws -> Hash256 {
        let account = String(pool.user.prefix { $0 != "." })
        if let key = try? Hash256(internalHex: key ?? account) { return key }
        guard key == nil else { throw ValidationError("--key must be 64 hex digits") }
        guard let script = try? Address(decoding: account, network: genesis.network).script,
            script.bytes.count == 34, script.bytes.starts(with: [Opcode.one.rawValue, 32]),
            let key = try? Hash256(internalBytes: script.bytes.dropFirst(2))
        else {
            throw ValidationError("\(account) is neither a key nor a taproot address: --key says whose it is")
        }
        return key
    }

    // MARK: What the pool says of itself

    private func statusChecks(
        _ expected: WorkExpectation, _ work: StratumWork
    ) async throws -> [(String, Bool, String)] {
        guard let api else { return [] }
        var options = APIOptions()
        options.url = api
        let answer = try await options.perform("GET", "/api/v1/status")
        guard answer.status == 200, let status = try? JSONValue(parsing: answer.body) else {
            throw ProgramFailure(.unavailable, "\(api): not the status of a radpoold")
        }
        let syndicate = status["syndicate"]?.text ?? "none"
        let msp = status["msp"]?.text ?? "none"
        let block = status["job"]?["previous_block"]?.text ?? "none"
        return [
            ("status: syndicate", syndicate == expected.syndicate.bytes.internalHex, syndicate),
            ("status: MSP", msp == expected.msp.bytes.internalHex, msp),
            ("status: block", block == work.job.previousBlock.displayHex, "the work is on \(block)"),
        ]
    }
}
