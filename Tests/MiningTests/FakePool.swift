import Bitcoin
import BitcoinNode
import NIOCore
import NIOPosix
import Shares
import Synchronization

/// A fake: a stratum server for tests of miners. One job at a time at one level, but shares are judged for real. It
/// keeps no session and no journal, and it does wrong what it is told to do wrong.
final class FakePool: Sendable {
    /// What is wrong with one in so many replies to shares.
    enum Fault: Sendable {
        case none
        case lost(every: Int)
        case doubled(every: Int)
        case mistaken(every: Int)
        case refused(every: Int)
    }

    struct State {
        var job: FakeJob
        var nextExtranonce: UInt32 = 0x0102_0300
        var verdicts: [ShareVerdict] = []
        var credited: Set<String> = []
        var versionBits: Set<UInt32> = []
        var subscribes: [[JSONValue]] = []
        var channels: [ObjectIdentifier: any Channel] = [:]
        var miners: [ObjectIdentifier: MinerID] = [:]
    }

    let level: ShareLevel
    let fault: Fault
    let knowsConfigure: Bool
    private let state: Mutex<State>
    private let listener: Mutex<(any Channel)?> = Mutex(nil)

    init(level: UInt8 = 33, fault: Fault = .none, knowsConfigure: Bool = true) async throws {
        self.level = try ShareLevel(level) ?? { throw FakePoolError.level }()
        self.fault = fault
        self.knowsConfigure = knowsConfigure
        state = Mutex(State(job: try FakeJob(sequence: 7)))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.backlog, value: 1_024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeConnection(pool: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listener.withLock { $0 = channel }
    }

    var port: UInt16 {
        UInt16(listener.withLock { $0?.localAddress?.port } ?? 0)
    }

    var verdicts: [ShareVerdict] { state.withLock(\.verdicts) }
    var versionBits: Set<UInt32> { state.withLock(\.versionBits) }
    var subscribes: [[JSONValue]] { state.withLock(\.subscribes) }
    var job: FakeJob { state.withLock(\.job) }

    /// A job on another block, told to everybody.
    func newBlock() throws {
        let sequence = job.sequence + 1
        let job = try FakeJob(sequence: sequence)
        let told = state.withLock { state in
            state.job = job
            return state.channels.compactMap { key, channel in state.miners[key].map { (channel, $0) } }
        }
        for (channel, miner) in told {
            let text = try job.notify(miner: miner, level: level, clean: true)
            channel.writeAndFlush(ByteBuffer(string: text + "\n"), promise: nil)
        }
    }

    /// Cuts every connection; new ones are taken.
    func cutConnections() {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.close(promise: nil)
        }
    }

    func stop() async throws {
        cutConnections()
        try await listener.withLock { $0 }?.close().get()
    }

    // MARK: One connection

    fileprivate func opened(_ channel: any Channel) -> UInt32 {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            state.nextExtranonce += 1
            return state.nextExtranonce
        }
    }

    fileprivate func closed(_ channel: any Channel) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            state.miners[ObjectIdentifier(channel)] = nil
        }
    }

    fileprivate func answer(_ line: [UInt8], _ extranonce1: UInt32, _ channel: any Channel) throws -> [String] {
        let request = try JSONValue(parsing: line)
        let params = request["params"]?.elements ?? []
        let id = request["id"]?.encoded ?? "null"
        switch request["method"]?.text {
        case "mining.configure" where knowsConfigure:
            return [#"{"id":\#(id),"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"},"error":null}"#]
        case "mining.subscribe":
            state.withLock { $0.subscribes.append(params) }
            let token = String(repeating: "ab", count: 16)
            let extranonce1 = Hex.encode(withUnsafeBytes(of: extranonce1.bigEndian) { Array($0) })
            return [
                #"{"id":\#(id),"result":[[["mining.set_difficulty","\#(token)"],["mining.notify","\#(token)"]],"#
                    + #""\#(extranonce1)",8],"error":null}"#
            ]
        case "mining.authorize":
            guard let miner = params.first?.text.flatMap({ try? Hash256(internalHex: $0) }).map(MinerID.init) else {
                return [#"{"id":\#(id),"result":null,"error":[24,"no such account",null]}"#]
            }
            state.withLock { $0.miners[ObjectIdentifier(channel)] = miner }
            let difficulty = Target(shareLevel: level.rawValue)?.difficulty.decimal(fractionDigits: 31) ?? ""
            return [
                #"{"id":\#(id),"result":true,"error":null}"#,
                #"{"id":null,"method":"mining.set_difficulty","params":[\#(difficulty)]}"#,
                try job.notify(miner: miner, level: level, clean: true),
            ]
        case "mining.submit":
            return try submitted(params, id: id, extranonce1, channel)
        default:
            return [#"{"id":\#(id),"result":null,"error":[-32601,"method not found",null]}"#]
        }
    }

    private func submitted(
        _ params: [JSONValue], id: String, _ extranonce1: UInt32, _ channel: any Channel
    ) throws -> [String] {
        let texts = params.compactMap(\.text)
        let (job, miner) = state.withLock { ($0.job, $0.miners[ObjectIdentifier(channel)]) }
        guard let miner else { throw FakePoolError.notAuthorized }
        let verdict = try job.judge(texts, miner: miner, level: level, extranonce1: extranonce1)
        let isTwice = state.withLock { state in
            state.verdicts.append(verdict)
            state.versionBits.insert(texts.count > 5 ? UInt32(texts[5], radix: 16) ?? 0 : 0)
            return !state.credited.insert(texts.joined() + "\(extranonce1)").inserted
        }
        let accepted = #"{"id":\#(id),"result":true,"error":null}"#
        let refused = #"{"id":\#(id),"result":null,"error":[23,"low difficulty share",null]}"#
        guard verdict == .accepted, !isTwice else { return [refused] }
        let count = verdicts.count
        return switch fault {
        case .lost(let every) where count.isMultiple(of: every): []
        case .doubled(let every) where count.isMultiple(of: every): [accepted, accepted]
        case .mistaken(let every) where count.isMultiple(of: every):
            [#"{"id":9999999,"result":true,"error":null}"#]
        case .refused(let every) where count.isMultiple(of: every): [refused]
        default: [accepted]
        }
    }
}

enum FakePoolError: Error {
    case level, notAuthorized, badShare
}

/// One miner's connection.
private final class FakeConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let pool: FakePool
    private var extranonce1: UInt32 = 0
    private var received: [UInt8] = []

    init(pool: FakePool) {
        self.pool = pool
    }

    func channelActive(context: ChannelHandlerContext) {
        extranonce1 = pool.opened(context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        pool.closed(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        var replies = ""
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            do {
                let lines = try pool.answer(Array(received[..<end]), extranonce1, context.channel)
                replies += lines.map { $0 + "\n" }.joined()
            } catch {
                return context.close(promise: nil)
            }
            received.removeFirst(end + 1)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: replies)), promise: nil)
    }
}
