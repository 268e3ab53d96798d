import Bitcoin
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

/// The kernel library that the tests run on, loaded once.
enum Kernel {
    static let path = KernelLibrary.path(folder: Conformance.repositoryRoot)

    /// Whether a test that needs the library should run: where it is, and always in CI.
    static let isExpected =
        FileManager.default.fileExists(atPath: path) || ProcessInfo.processInfo.environment["CI"] == "true"

    static let absence = "no libbitcoinkernel: run scripts/setup-kernel"

    private static let loaded = Result { () throws(KernelError) in try KernelLibrary(path: path) }

    static func library() throws -> KernelLibrary { try loaded.get() }
}

/// The time that tests mine at.
enum TestClock {
    /// A time that no clock shows any more, so that no block is from the future.
    static let start: UInt32 = 1_700_000_000
}

/// Scripts and transactions that need no signature.
enum Spending {
    /// OP_TRUE as a witness script.
    static let witnessScript: [UInt8] = [0x51]

    static let script = Script(witnessScript).witnessScriptHashOutput

    static let address = Address(script: script, network: .regtest)?.encoded ?? ""

    /// Spends outputs that `script` has into one more of it, less a fee.
    static func transaction(
        _ outPoints: [OutPoint], value: Int64, sequence: UInt32 = .max, lockTime: UInt32 = 0, witness: [UInt8]? = nil
    ) -> Transaction {
        Transaction(
            inputs: outPoints.map {
                TransactionInput(outPoint: $0, sequence: sequence, witness: [witness ?? witnessScript])
            },
            outputs: [TransactionOutput(satoshis: value, script: script)], lockTime: lockTime)
    }
}

extension RegtestChain {
    /// Mines blocks that pay `Spending.script`, on the tip.
    @discardableResult
    func mine(_ count: Int, tag: UInt8 = 0) throws -> [Block] {
        var blocks: [Block] = []
        for _ in 0..<count {
            let block = template(now: TestClock.start).mined(payingTo: Spending.script, tag: [tag, 0])
            #expect(try submit(block.encoded()) == .connected)
            blocks.append(block)
        }
        return blocks
    }
}

extension Block {
    /// The coinbase's first output.
    var reward: OutPoint { OutPoint(txid: transactions[0].txid, index: 0) }

    /// The block with a changed coinbase or header, its merkle root and proof of work made anew.
    func reworked(_ change: (inout Block) -> Void) -> Block {
        var block = self
        change(&block)
        block.header.merkleRoot = block.merkleTree.root
        while !block.header.meetsOwnTarget {
            block.header.nonce &+= 1
        }
        return block
    }
}
