import Bitcoin
import CKernel
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

@Suite struct KernelTests {
    /// In the working directory first, then in any folder above the program; what is named goes before both.
    @Test func whereTheLibraryIsLookedFor() throws {
        let directory = try TemporaryFolder("node")
        let here = directory.url.appending(path: "here")
        let program = directory.url.appending(path: "project/.build/release/radpoold")
        func path(_ environment: [String: String] = [:]) -> String {
            KernelLibrary.path(environment: environment, folder: here, program: program)
        }
        let (first, second) = ("here/.kernel/libbitcoinkernel.so", "project/.kernel/libbitcoinkernel.so")
        #expect(path().hasSuffix(first), "where there is none the working directory is named")
        for (file, expected) in [(second, second), (first, first)] {
            let url = directory.url.appending(path: file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
            #expect(path() == directory.url.appending(path: expected).path)
        }
        #expect(path(["RADPOOL_KERNEL_LIBRARY": "/other"]) == "/other")
    }

    @Test func aMissingFileIsNamed() {
        #expect(throws: KernelError.noFile(path: "/nowhere/libbitcoinkernel.so")) {
            try KernelLibrary(path: "/nowhere/libbitcoinkernel.so")
        }
    }

    @Test func anotherFileIsRefusedByItsDigest() throws {
        let directory = try TemporaryFolder("node")
        let file = directory.url.appending(path: "lib.so").path
        try Data("abc".utf8).write(to: URL(filePath: file))
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(throws: KernelError.notPinned(path: file, sha256: digest)) { try KernelLibrary(path: file) }
    }

    @Test func whatIsNoLibraryCannotBeLoaded() throws {
        let directory = try TemporaryFolder("node")
        let file = directory.url.appending(path: "lib.so").path
        try Data("abc".utf8).write(to: URL(filePath: file))
        let error = #expect(throws: KernelError.self) { try KernelLibrary(path: file, expecting: nil) }
        guard case .notLoadable(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == file)
    }

    @Test func aLibraryOfAnotherABIIsRefusedWithTheMissingSymbol() throws {
        // Some library that this process has loaded already; the first function of the table is not in it.
        let maps = try #require(try FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd())
        let lines = String(decoding: maps, as: UTF8.self).split(separator: "\n")
        let line = try #require(lines.first { $0.contains("/libc.so") || $0.contains("/libc-") })
        let path = String(try #require(line.split(separator: " ").last))
        let words = "the library has no symbol btck_block_create (another ABI)"
        #expect(throws: KernelError.otherABI(path: path, words)) { try KernelLibrary(path: path, expecting: nil) }
    }

    @Test func theLoadersMessageStaysInItsBounds() throws {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: rp_kernel_library_size(), alignment: Int(RP_KERNEL_ALIGN))
        defer { memory.deallocate() }
        let capacity = Int(RP_KERNEL_MESSAGE_CAPACITY)
        var message = [CChar](repeating: 0x55, count: capacity + 8)
        let path = String(repeating: "/a", count: 1000)
        #expect(rp_kernel_load(OpaquePointer(memory), path, &message) == RP_KERNEL_NO_LIBRARY)
        #expect(message[capacity - 1] == 0)
        #expect(message[capacity...].allSatisfy { $0 == 0x55 })
    }

    @Test(.enabled(if: Kernel.isExpected, Comment(rawValue: Kernel.absence)))
    func scriptsOfTooManyOrNoInputsAreNotVerified() throws {
        let library = try Kernel.library()
        let outputs = [rp_kernel_output](repeating: rp_kernel_output(), count: Int(RP_KERNEL_MAX_INPUTS) + 1)
        let transaction = Spending.transaction([.null], value: 1).encoded()
        for count in [0, 2, outputs.count] {
            var failed = 77
            let isVerified = transaction.withUnsafeBufferPointer { bytes in
                outputs.withUnsafeBufferPointer { spent in
                    guard let start = bytes.baseAddress, let first = spent.baseAddress else { return true }
                    var spend = rp_kernel_spend(
                        transaction: start, length: bytes.count, spent: first, spent_count: count, scripts: start)
                    return rp_kernel_verify(library.table, &spend, &failed)
                }
            }
            #expect(!isVerified)
            #expect(failed == 77)
        }
    }

    @Test func theSetUpScriptPinsTheSameLibrary() throws {
        let script = Conformance.repositoryRoot.appending(path: "scripts/setup-kernel")
        #expect(try String(contentsOf: script, encoding: .utf8).contains("digest=\(KernelLibrary.pinnedDigest)\n"))
    }

    @Test(.enabled(if: Kernel.isExpected, Comment(rawValue: Kernel.absence)))
    func theKernelRefusesWhatConsensusForbidsAndSaysWhy() throws {
        let directory = try TemporaryFolder("node")
        let chain = try RegtestChain(library: Kernel.library(), directory: directory.url)
        try chain.mine(3)
        let good = chain.template(now: TestClock.start).mined(payingTo: Spending.script, tag: [1])
        let cases: [(String, Block)] = [
            ("bad-cb-amount", good.reworked { $0.transactions[0].outputs[0].satoshis += 1 }),
            ("bad-cb-height", good.reworked { $0.transactions[0].inputs[0].scriptSig = Script([0x51, 0x51]) }),
            ("bad-witness-nonce-size", good.reworked { $0.transactions[0].inputs[0].witness = [[1]] }),
            ("bad-diffbits", good.reworked { $0.header.bits = CompactTarget(rawValue: 0x207f_fffe) }),
            ("time-too-old", good.reworked { $0.header.time = 1_296_688_602 }),
            ("time-too-new", good.reworked { $0.header.time = .max }),
            ("bad-version(0x00000001)", good.reworked { $0.header.version = 1 }),
            ("prev-blk-not-found", good.reworked { $0.header.previousBlock = .zero }),
        ]
        for (reason, block) in cases {
            #expect(try chain.submit(block.encoded()) == .refused(reason: reason))
        }
        var wrongRoot = good
        wrongRoot.header.merkleRoot = .zero
        while !wrongRoot.header.meetsOwnTarget { wrongRoot.header.nonce &+= 1 }
        #expect(try chain.submit(wrongRoot.encoded()) == .refused(reason: "bad-txnmrklroot"))
        var noWork = good
        while noWork.header.meetsOwnTarget { noWork.header.nonce &+= 1 }
        #expect(try chain.submit(noWork.encoded()) == .refused(reason: "high-hash"))
        #expect(try chain.submit([1, 2, 3]) == .unreadable)
        #expect(chain.index.height == 3)
        #expect(try chain.submit(good.encoded()) == .connected)
        #expect(try chain.submit(good.encoded()) == .known)
        #expect(chain.index.tip == good.header.hash)
    }
}
