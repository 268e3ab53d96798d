import Bitcoin
import TestSupport
import Testing
import Wire

/// Random valid records and frames of the broadcast.
extension Samples {
    static func hash(_ generator: inout SeededGenerator) -> Hash256 {
        SHA256.hash(generator.bytes(8))
    }

    static func epoch(_ generator: inout SeededGenerator, authors: Int = 4) throws -> EpochConfiguration {
        let keys = try (0..<authors).map { _ in try XOnlyKeyBytes(generator.bytes(32)) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        var bounds = EpochConfiguration.Bounds()
        bounds.largestPayload = UInt32.random(in: 1_024...4_194_304, using: &generator)
        bounds.mostRecords = UInt32.random(in: 1...65_536, using: &generator)
        return try EpochConfiguration(
            syndicate: hash(&generator), number: generator.next(), firstCommit: generator.next(),
            start: hash(&generator),
            authors: keys.enumerated().map { .init(key: $1, isVoter: $0 == 0 || $0 < 100 && $0 % 3 != 1) },
            bounds: bounds)
    }

    static func facts(_ generator: inout SeededGenerator) throws -> ChainFacts {
        ChainFacts(
            height: UInt32(truncatingIfNeeded: generator.next()), tip: hash(&generator),
            compactTarget: CompactTarget(rawValue: UInt32(truncatingIfNeeded: generator.next())),
            value: try #require(Amount(satoshis: Int64.random(in: 0...2_100_000_000_000_000, using: &generator))),
            feeRate: UInt32(truncatingIfNeeded: generator.next()))
    }

    static func vertex(_ generator: inout SeededGenerator) throws -> Vertex {
        let authors = Int.random(in: 1...200, using: &generator)
        let parents = (0..<authors).map { _ in generator.next() >> UInt64.random(in: 0...63, using: &generator) }
        let records = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
            generator.bytes(Int.random(in: 1...300, using: &generator))
        }
        return try Vertex(
            epoch: hash(&generator), author: UInt16(truncatingIfNeeded: generator.next()),
            sequence: generator.next() | 1, round: generator.next() | 1,
            parents: .init(sequences: parents, hash: hash(&generator)),
            carriesControl: Bool.random(using: &generator),
            facts: Bool.random(using: &generator) ? try facts(&generator) : nil, records: records)
    }

    static func evidence(_ generator: inout SeededGenerator) throws -> EquivocationEvidence {
        try EquivocationEvidence(
            epoch: hash(&generator), author: UInt16(truncatingIfNeeded: generator.next()),
            sequence: generator.next() | 1,
            .init(digest: hash(&generator), signature: generator.bytes(64)),
            .init(digest: hash(&generator), signature: generator.bytes(64)))
    }

    static func frames(_ generator: inout SeededGenerator) throws -> [Frame] {
        let votes = (0..<Int.random(in: 1...300, using: &generator)).map { index in
            Vote(
                kind: index % 2 == 0 ? .echo : .ready, author: UInt16(truncatingIfNeeded: generator.next()),
                sequence: generator.next() | 1, digest: hash(&generator))
        }
        let lanes = (0..<Int.random(in: 1...200, using: &generator)).map { index in
            StatusFrame.Lane(delivered: generator.next() >> UInt64(index % 64), holdsNext: index % 3 == 0)
        }
        let items = (0..<Int.random(in: 1...64, using: &generator)).map { _ in
            PullFrame.Item(
                author: UInt16(truncatingIfNeeded: generator.next()), sequence: generator.next() | 1,
                digest: hash(&generator))
        }
        let epoch = hash(&generator)
        return [
            .vertex(VertexFrame(signature: generator.bytes(64), vertex: try vertex(&generator))),
            .votes(VotesFrame(epoch: epoch, votes: votes)),
            .status(
                StatusFrame(
                    epoch: epoch, commit: generator.next(), commitHash: hash(&generator),
                    certified: generator.next(), lanes: lanes)),
            .pull(PullFrame(epoch: epoch, items: items)),
            .checkpoint(
                CheckpointFrame(checkpoint: checkpoint(&generator), signature: generator.bytes(64))),
            .catchUp(CatchUpFrame(epoch: epoch, commit: generator.next())),
            .commits(CommitsFrame(certificate: try certificate(&generator), commits: commits(&generator))),
            .recoveryQuestion(RecoveryQuestionFrame(epoch: epoch, start: generator.next())),
            .recoveryAnswer(
                RecoveryAnswerFrame(
                    epoch: epoch, start: generator.next(), delivered: lanes.map(\.delivered),
                    newest: Bool.random(using: &generator)
                        ? .init(
                            sequence: generator.next() | 1, digest: hash(&generator), signature: generator.bytes(64))
                        : nil,
                    votes: Bool.random(using: &generator) ? votes : [])),
        ]
    }

    static func mark(_ generator: inout SeededGenerator, authors: Int = 4) throws -> CloseMark {
        let epoch = try epoch(&generator, authors: authors)
        return try CloseMark(epoch: hash(&generator), authors: epoch.authors, bounds: epoch.bounds)
    }

    private static func commits(_ generator: inout SeededGenerator) -> [[CommitsFrame.Entry]] {
        (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            (0..<Int.random(in: 1...9, using: &generator)).map { _ in
                CommitsFrame.Entry(author: UInt16(truncatingIfNeeded: generator.next()), digest: hash(&generator))
            }
        }
    }

    static func checkpoint(_ generator: inout SeededGenerator) -> Checkpoint {
        Checkpoint(
            epoch: hash(&generator), commit: generator.next(), commitHash: hash(&generator),
            ledgerRoot: hash(&generator))
    }

    static func certificate(_ generator: inout SeededGenerator) throws -> CheckpointCertificate {
        let signatures = (0..<Int.random(in: 1...100, using: &generator)).map {
            CheckpointCertificate.Signature(author: UInt16(2 * $0), bytes: generator.bytes(64))
        }
        return try CheckpointCertificate(checkpoint(&generator), signatures: signatures)
    }

    static func workProof(_ generator: inout SeededGenerator) throws -> WorkProof {
        let count = UInt64.random(in: 1...(1 << UInt64.random(in: 0...32, using: &generator)), using: &generator)
        let index = UInt64.random(in: 0..<count, using: &generator)
        var path = WorkProof.Path(index: index, count: count)
        var siblings: [WorkNode] = []
        while let step = path.next() {
            guard step != .alone else { continue }
            siblings.append(WorkNode(hash: hash(&generator), sum: .random(in: 0...UInt128.max, using: &generator)))
        }
        return try WorkProof(
            key: XOnlyKeyBytes(generator.bytes(32)), work: .random(in: 1...UInt128.max, using: &generator),
            index: index, leafCount: count, siblings: siblings)
    }

    static func block(_ generator: inout SeededGenerator) throws -> BlockFound {
        try BlockFound(
            job: job(&generator), miner: XOnlyKeyBytes(generator.bytes(32)),
            level: .random(in: 33...127, using: &generator),
            extranonce: Extranonce(UInt32(truncatingIfNeeded: generator.next()), generator.next()),
            ntime: UInt32(truncatingIfNeeded: generator.next()), nonce: UInt32(truncatingIfNeeded: generator.next()),
            versionBits: UInt32(truncatingIfNeeded: generator.next()))
    }
}
