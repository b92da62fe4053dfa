import Autograd
import Synchronization

/// The outputs of the frozen layers at the start of a model for examples whose inputs never change, so that they are
/// computed only once.
public final class PrefixOutputs: Sendable {
    /// The memory that the outputs may take in bytes.
    public let limit: Int
    private let count: Int?
    private let stored = Mutex(Stored())

    private struct Stored {
        var rows: [String: Row] = [:]
        var bytes = 0
        /// Whether the outputs of all examples exceed the limit.
        var isTooLarge = false
    }

    private struct Row {
        let values: Tensor
        let length: Int?
    }

    /// The default limit: 1 GiB.
    public static let usualLimit = 1 << 30

    /// Creates an empty store.
    ///
    /// - Parameters:
    ///   - count: The number of examples. If their outputs exceed the limit, none are kept. By default, outputs are kept
    ///     until the limit is reached, which is of use if the batches are the same in every epoch.
    ///   - limit: The memory that the outputs may take in bytes.
    public init(examples count: Int? = nil, limit: Int = usualLimit) {
        (self.count, self.limit) = (count, limit)
    }

    /// The number of examples whose outputs are kept.
    public var kept: Int { stored.withLock { $0.rows.count } }

    /// Removes all outputs; call it when other layers are frozen.
    public func removeAll() { stored.withLock { $0 = Stored() } }

    /// Returns the outputs of the examples of a batch, from the store if all are in it.
    func outputs(of examples: [String], _ lengths: [Int]?, _ compute: () -> Signal) -> Signal {
        let rows = stored.withLock { stored in examples.compactMap { stored.rows[$0] } }
        if rows.count == examples.count, !rows.isEmpty {
            let values = concatenate(rows.map(\.values), axis: 0)
            let lengths = rows.compactMap(\.length)
            return Signal(values, lengths: lengths.count == rows.count ? lengths : nil)
        }
        let output = compute()
        guard output.tensor.shape.first == examples.count, !examples.isEmpty else { return output }
        let bytes = output.tensor.count / examples.count * MemoryLayout<Real>.size
        stored.withLock { stored in
            stored.isTooLarge = stored.isTooLarge || bytes > limit / max(count ?? 1, 1)
            guard !stored.isTooLarge, stored.bytes + bytes * examples.count <= limit else { return }
            stored.bytes += bytes * examples.count
            for (index, example) in examples.enumerated() {
                stored.rows[example] = Row(
                    values: output.tensor.slice(axis: 0, index..<index + 1),
                    length: output.lengths?[index])
            }
        }
        return output
    }
}
