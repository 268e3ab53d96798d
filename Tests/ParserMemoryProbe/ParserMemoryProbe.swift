import Bitcoin
import Foundation

/// Parses one hostile input in a process of its own and prints how much memory that took: bytes of growth of the
/// resident set at its peak, then bytes of input. `ParserMemoryTests` runs it.
@main
struct ParserMemoryProbe {
    static func main() {
        guard CommandLine.arguments.count == 2, let input = Self.input(CommandLine.arguments[1]) else {
            FileHandle.standardError.write(Data("usage: ParserMemoryProbe INPUT\n".utf8))
            exit(64)
        }
        let before = status("VmRSS:")
        let parsed = try? Transaction(decoding: input.bytes)
        let growth = status("VmHWM:") - before
        guard (parsed != nil) == input.parses else {
            FileHandle.standardError.write(Data("the input was \(parsed == nil ? "refused" : "accepted")\n".utf8))
            exit(65)
        }
        print(growth, input.bytes.count)
    }

    /// A size that the kernel keeps of this process, in bytes: resident now (`VmRSS:`) or at its peak (`VmHWM:`).
    private static func status(_ field: String) -> Int {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n") ?? []
        let words = lines.first { $0.hasPrefix(field) }?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count > 1 ? (Int(words[1]) ?? 0) * 1024 : 0
    }

    private static let size = 4_000_000

    /// Inputs of about 4 MB that make the most of each kind of item.
    private static func input(_ name: String) -> (bytes: [UInt8], parses: Bool)? {
        let outPoint = [UInt8](repeating: 1, count: 36)
        let end = [UInt8](repeating: 0, count: 4)
        let oneInput = outPoint + [0] + end
        let noOutputs: [UInt8] = [0]
        func compactSize(_ count: Int) -> [UInt8] {
            [0xfe] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        }
        // Built in place: memory that was taken and freed before would hide what parsing takes.
        func repeated(_ item: [UInt8], after start: [UInt8], end: [UInt8]) -> [UInt8] {
            let count = size / item.count
            var bytes: [UInt8] = []
            bytes.reserveCapacity(size + 200)
            bytes += start + compactSize(count)
            for _ in 0..<count { bytes += item }
            bytes += end
            return bytes
        }
        let version: [UInt8] = [2, 0, 0, 0]
        let output = [UInt8](repeating: 0, count: 8)
        let legacy = version + [1] + oneInput
        let segwit = version + [0, 1, 1] + oneInput + noOutputs
        switch name {
        case "inputs": return (repeated(oneInput, after: version, end: noOutputs + end), true)
        case "outputs": return (repeated(output + [0], after: legacy, end: end), true)
        case "outputs-of-one-byte": return (repeated(output + [1, 0x51], after: legacy, end: end), true)
        case "empty-witness-items": return (repeated([0], after: segwit, end: end), true)
        case "witness-items-of-one-byte": return (repeated([1, 7], after: segwit, end: end), true)
        case "one-long-script":
            return (repeated([0], after: version + [1] + outPoint, end: end + noOutputs + end), true)
        case "claims-4-billion-inputs": return (version + [0xfe, 0xff, 0xff, 0xff, 0xff] + oneInput, false)
        default: return nil
        }
    }
}
