import Synchronization

/// Counts across threads.
final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    @discardableResult
    func add(_ number: Int = 1) -> Int {
        count.add(number, ordering: .sequentiallyConsistent).newValue
    }
}
