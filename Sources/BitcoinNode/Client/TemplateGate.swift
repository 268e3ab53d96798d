internal import Bitcoin

/// Decides which of a node's templates are news: they come from a long poll, a timer and a publisher at once, and may
/// overtake each other on their connections.
struct TemplateGate {
    /// What is to be done with a template.
    enum Verdict: Hashable, Sendable {
        /// Nothing: it says nothing new.
        case known
        /// Nothing, and the node is to be asked again: it may be older than what is known.
        case doubtful
        /// Its head is published, and its transactions are read.
        case newTip
        /// Its transactions are read.
        case fuller
    }

    /// A rise of the coinbase's value that is worth a new job.
    private let feeRise: Amount

    private var tip: Hash256?
    private var height: UInt32 = 0
    /// When the head of the tip came.
    private var headAt: UInt64 = 0
    /// When the newest template on the tip came whose transactions were asked for, and its value.
    private var newest: (receivedAt: UInt64, value: Amount)?

    init(feeRise: Amount) {
        self.feeRise = feeRise
    }

    /// The height of the block that the published templates build on; nil before the first.
    var tipHeight: UInt32? { tip == nil ? nil : height - 1 }

    /// Judges a template by its head.
    ///
    /// - Parameter isWanted: whether its transactions are asked for also when its tip and fees are known.
    mutating func admit(_ template: NodeTemplate, isWanted: Bool) -> Verdict {
        let head = template.head
        guard head.previousBlock == tip else {
            // An answer that the node began before the last one came may tell of the time before it. A greater height
            // is news all the same.
            guard tip == nil || template.requestedAt >= headAt || head.height > height else {
                return .doubtful
            }
            tip = head.previousBlock
            height = head.height
            headAt = template.receivedAt
            newest = (template.receivedAt, head.coinbaseValue)
            return .newTip
        }
        if let newest {
            let isRisen = newest.value.adding(feeRise).map { head.coinbaseValue >= $0 } ?? false
            guard isWanted || isRisen, template.receivedAt >= newest.receivedAt else {
                return .known
            }
        }
        newest = (template.receivedAt, head.coinbaseValue)
        return .fuller
    }

    /// Whether an admitted template is still the newest on the tip, now that its transactions are read.
    func isCurrent(_ template: NodeTemplate) -> Bool {
        template.head.previousBlock == tip && template.receivedAt == newest?.receivedAt
    }

    /// Takes back the admission of a template whose transactions could not be read: the next one is read in its place.
    mutating func withdraw(_ template: NodeTemplate) {
        if isCurrent(template) { newest = nil }
    }
}
