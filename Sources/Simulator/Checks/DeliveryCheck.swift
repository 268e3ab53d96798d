internal import Bitcoin
internal import Broadcast

/// Lanes are delivered without gap or repetition (I3), and parents before their children (I4).
struct DeliveryCheck {
    /// By member and author.
    private var delivered: [[UInt64]]

    init(authorCount: Int) {
        delivered = Array(repeating: Array(repeating: 0, count: authorCount), count: authorCount)
    }

    /// A member begins again from nothing.
    mutating func forget(_ member: Int) {
        delivered[member] = Array(repeating: 0, count: delivered[member].count)
    }

    mutating func delivered(by member: Int, _ name: VertexName, _ vertex: BookedVertex?) -> [(Invariant, String)] {
        var found: [(Invariant, String)] = []
        let before = delivered[member][name.author]
        if name.sequence != before + 1 {
            found.append((.contiguity, "lane \(name.author): delivered \(name.sequence) after \(before)"))
        }
        if let vertex {
            for (lane, sequence) in vertex.parents.enumerated() where delivered[member].indices.contains(lane) {
                if sequence > delivered[member][lane] {
                    let text = "delivered \(name.author)/\(name.sequence) before its parent \(lane)/\(sequence)"
                    found.append((.parentsFirst, text))
                }
            }
        } else {
            found.append((.parentsFirst, "delivered \(name.author)/\(name.sequence) without having logged its bytes"))
        }
        delivered[member][name.author] = max(before, name.sequence)
        return found
    }
}
