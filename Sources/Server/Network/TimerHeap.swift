/// The times at which connections are to be looked at, the earliest first.
struct TimerHeap {
    struct Entry {
        let time: UInt64
        /// The socket and the number of the connection, as in epoll's data.
        let key: UInt64
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var at = entries.count - 1
        while at > 0, entries[(at - 1) / 2].time > entries[at].time {
            entries.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    /// The number of entries.
    var count: Int { entries.count }

    /// Removes the entries that do not satisfy a condition.
    mutating func keep(where isNeeded: (Entry) -> Bool) {
        // A sorted array is a heap.
        entries = entries.filter(isNeeded).sorted { $0.time < $1.time }
    }

    /// Removes and returns the first entry if its time has come.
    mutating func pop(before now: UInt64) -> Entry? {
        guard let first = entries.first, first.time <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2]
            where child < entries.count && entries[child].time < entries[least].time { least = child }
            if least == at { return first }
            entries.swapAt(at, least)
            at = least
        }
    }
}
