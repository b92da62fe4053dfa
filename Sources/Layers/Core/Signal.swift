import Autograd

/// The data that flows from layer to layer: a batch and, if known, the valid length of each sequence. Steps after a
/// sequence's length are padding and never affect a result.
public struct Signal: Sendable {
    /// [batch, ...]
    public var tensor: Tensor
    /// The number of valid steps of each sequence; nil if all steps are valid or there is no time axis.
    public var lengths: [Int]?
    /// Whether the padding is finite, so that multiplying it by zero gives zero.
    private var isClean = false

    /// Creates a signal. `lengths` must have one value in 0...steps for each sequence.
    public init(_ tensor: Tensor, lengths: [Int]? = nil) {
        require(
            lengths.map { lengths in
                tensor.rank >= 2 && lengths.count == tensor.shape[0]
                    && lengths.allSatisfy { $0 >= 0 && $0 <= tensor.shape[1] }
            } ?? true,
            "Signal: lengths \(lengths ?? []) for a tensor of shape \(tensor.shape); expected one value in "
                + "0...steps for each sequence")
        self.tensor = tensor
        self.lengths = lengths
    }

    /// Whether any sequence has padding.
    var hasPadding: Bool { lengths?.contains { $0 < tensor.shape[1] } ?? false }

    /// The mask, [batch, time]: 1 for valid steps, 0 for padding; nil without padding.
    public var mask: Tensor? {
        guard let lengths, hasPadding else { return nil }
        let steps = tensor.shape[1]
        return Tensor(shape: [lengths.count, steps]) { mask in
            for (row, length) in lengths.enumerated() {
                for step in 0..<steps { mask[row * steps + step] = step < length ? 1 : 0 }
            }
        }
    }

    /// The tensor with zeros in the padding.
    public var masked: Tensor {
        guard let mask else { return tensor }
        let ones = Array(repeating: 1, count: tensor.rank - 2)
        return tensor.maskedFill((1 - mask).reshaped(mask.shape + ones), 0)
    }

    /// The signal with finite padding, which then affects neither results nor gradients.
    public var cleaned: Signal {
        if isClean || !hasPadding { return self }
        return withClean(masked)
    }

    /// The signal without the steps that are padding in every sequence, so that results are bit-identical for any amount of
    /// padding. One step is kept if all are padding.
    var trimmed: Signal {
        guard let longest = lengths?.max(), longest < tensor.shape[1] else { return self }
        return with(tensor.slice(axis: 1, 0..<max(longest, 1)))
    }

    /// Returns the signal padded with zeros to `steps`, the inverse of `trimmed`.
    func extended(to steps: Int) -> Signal {
        let more = steps - tensor.shape[1]
        guard more > 0 else { return self }
        var after = Array(repeating: 0, count: tensor.rank)
        after[1] = more
        return with(tensor.padded(before: Array(repeating: 0, count: tensor.rank), after: after))
    }

    /// Returns the valid steps of each sequence, shifted to begin at `starts`, within `count` steps that are zero
    /// elsewhere: [batch, count, ...].
    func placed(at starts: [Int], of count: Int) -> Tensor {
        let (steps, channels) = (tensor.shape[1], tensor.shape[2...].reduce(1, *))
        let rows = tensor.reshaped([-1, channels])
        // The index of the source step, or of the zero row after the last.
        var sources = Array(repeating: rows.shape[0], count: starts.count * count)
        for (row, start) in starts.enumerated() {
            for step in 0..<(lengths?[row] ?? steps) {
                sources[row * count + start + step] = row * steps + step
            }
        }
        let all = concatenate([rows, .zeros([1, channels])], axis: 0)
        return all.indexSelected(Indices(sources), axis: 0)
            .reshaped([starts.count, count] + tensor.shape.dropFirst(2))
    }

    /// Returns a signal with the same lengths and another tensor that was computed from this one.
    public func with(_ tensor: Tensor) -> Signal {
        var signal = Signal(tensor, lengths: lengths)
        signal.isClean = isClean
        return signal
    }

    /// Returns a signal with the same lengths and a tensor with finite padding.
    public func withClean(_ tensor: Tensor) -> Signal {
        var signal = Signal(tensor, lengths: lengths)
        signal.isClean = true
        return signal
    }
}
