/// Events by time; those of one moment in the order in which they were put in.
struct EventQueue {
    private struct Key {
        let time: UInt64
        let order: UInt64
        let slot: Int

        func isBefore(_ other: Key) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    /// A binary heap of plain keys: the events themselves do not move.
    private var heap: [Key] = []
    private var slots: [Event?] = []
    private var free: [Int] = []
    private var order: UInt64 = 0

    /// When the next event is; nil for none.
    var nextTime: UInt64? { heap.first?.time }

    mutating func push(_ event: Event, at time: UInt64) {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot] = event
        } else {
            slot = slots.count
            slots.append(event)
        }
        order += 1
        heap.append(Key(time: time, order: order, slot: slot))
        rise(heap.count - 1)
    }

    mutating func pop() -> (time: UInt64, event: Event)? {
        guard let top = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        guard let event = slots[top.slot] else { return nil }
        slots[top.slot] = nil
        free.append(top.slot)
        return (top.time, event)
    }

    private mutating func rise(_ start: Int) {
        var child = start
        let key = heap[child]
        while child > 0 {
            let parent = (child - 1) / 2
            guard key.isBefore(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = key
    }

    private mutating func sink() {
        var parent = 0
        let key = heap[0]
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(key) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = key
    }
}
