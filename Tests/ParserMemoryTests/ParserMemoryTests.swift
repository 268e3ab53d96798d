import Foundation
import Testing

/// Parsing takes memory within a small multiple of the input, whatever the input (DESIGN section 10). Measured as the
/// growth of the resident set of a process that does nothing else.
@Suite("Memory of the parsers")
struct ParserMemoryTests {
    /// The multiple; the worst is outputs whose scripts hold one byte, at 6.7.
    static let limit = 8

    @Test(
        "peak memory is at most eight times the input",
        arguments: [
            "inputs", "outputs", "outputs-of-one-byte", "empty-witness-items", "witness-items-of-one-byte",
            "one-long-script", "claims-4-billion-inputs",
        ])
    func bounded(input: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.productsFolder.appending(path: "ParserMemoryProbe")
        process.arguments = [input]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let numbers = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try #require(numbers.count == 2)
        // Two MiB for what the process itself still loads.
        #expect(numbers[0] <= Self.limit * numbers[1] + 2_097_152, "\(numbers[0]) bytes for \(numbers[1])")
    }

    /// Where SwiftPM puts executables: beside the test bundle.
    private static var productsFolder: URL {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    }
}
