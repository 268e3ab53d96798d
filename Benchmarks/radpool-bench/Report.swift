import Foundation

/// One measured figure next to its baseline.
struct Figure: Encodable {
    /// What was measured, such as `shares.batch`.
    let name: String
    /// Median of the subject.
    let value: Double
    /// Unit of value and baseline.
    let unit: String
    /// Median of the baseline.
    let baseline: Double?
    /// Median of the ratios of each pair of runs; larger is better.
    let ratio: Double?
    /// The ratio (or, without a baseline, the value) to reach.
    let goal: Double?
    /// Whether it was reached.
    let met: Bool?
    /// What the baseline is.
    let against: String
    /// Kernel or kernels that ran.
    let kernel: String
    /// Lowest and highest run of the subject, in the unit of the value.
    let spread: [Double]
    /// Runs that counted.
    let runs: Int
    /// The machine's CPU.
    var cpu = Machine.cpu
    /// The commit that was built, with `+` when the tree had changes.
    var commit = Machine.commit

    /// A time per unit against a baseline in the same unit: the ratio is baseline / subject.
    init(_ name: String, _ pair: Harness.Pair, unit: String, against: String, kernel: String, goal: Double? = nil) {
        self.name = name
        value = median(pair.subject)
        self.unit = unit
        baseline = median(pair.baseline)
        ratio = pair.ratio
        self.goal = goal
        met = goal.map { pair.ratio >= $0 }
        self.against = against
        self.kernel = kernel
        spread = [pair.subject.min() ?? 0, pair.subject.max() ?? 0]
        runs = pair.subject.count
    }

    /// Measured values, run by run, and those of a baseline in the same unit. The ratio, where there is a baseline, is
    /// the median of each run's value / baseline, or baseline / value where less is better.
    init(
        _ name: String, _ values: [Double], unit: String, lessIsBetter: Bool = true,
        baseline: (values: [Double], what: String)? = nil, goal: Goal? = nil, note: String = ""
    ) {
        self.name = name
        value = median(values)
        self.unit = unit
        self.baseline = baseline.map { median($0.values) }
        ratio = baseline.map { base in
            median(zip(values, base.values).map { lessIsBetter ? $1 / $0 : $0 / $1 })
        }
        self.goal = goal?.number
        met = goal.map { [value, ratio] in $0.isMet(value: value, ratio: ratio) }
        against = baseline?.what ?? note
        kernel = ""
        spread = [values.min() ?? 0, values.max() ?? 0]
        runs = values.count
    }

    /// A rate, with another rate as baseline: the ratio is subject / baseline.
    init(
        _ name: String, rates: [Double], baseline rate: Double?, unit: String, against: String, kernel: String
    ) {
        self.name = name
        value = median(rates)
        self.unit = unit
        baseline = rate
        ratio = rate.map { median(rates) / $0 }
        goal = nil
        met = nil
        self.against = against
        self.kernel = kernel
        spread = [rates.min() ?? 0, rates.max() ?? 0]
        runs = rates.count
    }
}

/// What a figure has to reach.
enum Goal {
    /// The ratio, in which larger is better.
    case ratio(Double)
    /// The value, at most.
    case atMost(Double)
    /// The value, at least.
    case atLeast(Double)

    var number: Double {
        switch self {
        case .ratio(let number), .atMost(let number), .atLeast(let number): number
        }
    }

    func isMet(value: Double, ratio: Double?) -> Bool {
        switch self {
        case .ratio(let number): (ratio ?? 0) >= number
        case .atMost(let number): value <= number
        case .atLeast(let number): value >= number
        }
    }
}

/// Prints figures as they are measured: a text table, or one JSON object a line.
struct Report {
    let title: String
    let json: Bool

    /// Prints what stands above the table; nothing with `--json`.
    func begin() {
        guard !json else { return }
        print("\(title)   \(Machine.cpu)   commit \(Machine.commit)")
        print(row(["figure", "value", "unit", "min", "max", "baseline", "ratio", "goal", "", "against"]))
    }

    /// Prints one figure.
    func add(_ figure: Figure) throws {
        guard !json else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(figure), as: UTF8.self))
            return
        }
        print(
            row([
                figure.name, number(figure.value), figure.unit, number(figure.spread[0]), number(figure.spread[1]),
                figure.baseline.map(number) ?? "", figure.ratio.map { String(format: "%.3f", $0) } ?? "",
                figure.goal.map { String(format: "%.2f", $0) } ?? "", figure.met.map { $0 ? "met" : "MISSED" } ?? "",
                figure.against + (figure.kernel.isEmpty ? "" : "  [\(figure.kernel)]"),
            ]))
    }

    private func number(_ value: Double) -> String {
        value >= 10_000 ? String(format: "%.0f", value) : String(format: "%.1f", value)
    }

    private func row(_ cells: [String]) -> String {
        let widths = [26, 11, 12, 10, 10, 10, 7, 5, 6, 0]
        return zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(0, width - cell.count))
        }.joined(separator: " ")
    }
}

/// What ran the benchmark.
enum Machine {
    /// The CPU's own name.
    static let cpu: String = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown CPU"
    }()

    /// The checked-out commit, with `+` when the tree has changes; `unknown` outside a repository.
    static let commit: String = {
        guard let hash = git(["rev-parse", "--short=12", "HEAD"]), !hash.isEmpty else { return "unknown" }
        return hash + (git(["status", "--porcelain"])?.isEmpty == false ? "+" : "")
    }()

    private static func git(_ arguments: [String]) -> String? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
