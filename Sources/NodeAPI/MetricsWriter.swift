internal import Stratum

/// Writes samples in Prometheus's text format.
struct MetricsWriter {
    private(set) var text = ""

    /// What a metric does over time.
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// The head of a metric, before its samples.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: some BinaryInteger) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escape($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
        begin(name, .gauge, help)
        sample(name, [], value)
    }

    mutating func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
        begin(name, .counter, help)
        sample(name, [], value)
    }

    /// A histogram in seconds.
    mutating func histogram(_ name: String, _ help: String, _ histogram: LatencyHistogram) {
        begin(name, .histogram, help)
        var sum: UInt64 = 0
        for (bound, count) in zip(LatencyHistogram.bounds, histogram.buckets) {
            sum &+= count
            sample("\(name)_bucket", [("le", Self.seconds(bound))], sum)
        }
        sample("\(name)_bucket", [("le", "+Inf")], histogram.count)
        text += "\(name)_sum \(Self.seconds(histogram.sum))\n"
        sample("\(name)_count", [], histogram.count)
    }

    /// Microseconds as an exact decimal of seconds.
    static func seconds(_ microseconds: UInt64) -> String {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if rest == 0 { return String(whole) }
        let digits = String(rest)
        var fraction = String(repeating: "0", count: 6 - digits.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }

    private static func escape(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
