import Autograd

/// What flows from layer to layer: a batch of tensors, and how many steps of each sequence are real where that is
/// known. Steps behind a sequence's length are padding and never change a result.
public struct Signal: Sendable {
    /// [batch, ...]
    public var tensor: Tensor
    /// Valid steps of each sequence; nil where all are, or where there is no time axis.
    public var lengths: [Int]?
    /// Whether what stands in the padding gives zero when it is multiplied by zero: no NaN, nothing huge.
    private var isClean = false

    /// Stops the program where lengths are not one number in 0...steps for each sequence.
    public init(_ tensor: Tensor, lengths: [Int]? = nil) {
        require(
            lengths.map { lengths in
                tensor.rank >= 2 && lengths.count == tensor.shape[0]
                    && lengths.allSatisfy { $0 >= 0 && $0 <= tensor.shape[1] }
            } ?? true,
            "Signal: lengths \(lengths ?? []) for a tensor of shape \(tensor.shape); expected one number in "
                + "0...steps for each sequence")
        self.tensor = tensor
        self.lengths = lengths
    }

    /// Whether steps of a sequence are known to be padding.
    var hasPadding: Bool { lengths?.contains { $0 < tensor.shape[1] } ?? false }

    /// 1 where a step is valid, else 0: [batch, time]; nil where all are.
    public var mask: Tensor? {
        guard let lengths, hasPadding else { return nil }
        let steps = tensor.shape[1]
        return Tensor(shape: [lengths.count, steps]) { mask in
            for (row, length) in lengths.enumerated() {
                for step in 0..<steps { mask[row * steps + step] = step < length ? 1 : 0 }
            }
        }
    }

    /// The tensor with zeros in the padding, whatever was there.
    public var masked: Tensor {
        guard let mask else { return tensor }
        let ones = Array(repeating: 1, count: tensor.rank - 2)
        return tensor.maskedFill((1 - mask).reshaped(mask.shape + ones), 0)
    }

    /// The signal with ordinary numbers in the padding, whatever was there; what is made of them has no influence then,
    /// nor has it a gradient.
    var cleaned: Signal {
        if isClean || !hasPadding { return self }
        return withClean(masked)
    }

    /// The signal without the steps that are padding in every sequence, so that what is made of it has the same bits
    /// however many there were. One step stays where all are padding.
    var trimmed: Signal {
        guard let longest = lengths?.max(), longest < tensor.shape[1] else { return self }
        return with(tensor.slice(axis: 1, 0..<max(longest, 1)))
    }

    /// The signal with padding of zeros up to `steps`, the way back from `trimmed`.
    func extended(to steps: Int) -> Signal {
        let more = steps - tensor.shape[1]
        guard more > 0 else { return self }
        var after = Array(repeating: 0, count: tensor.rank)
        after[1] = more
        return with(tensor.padded(before: Array(repeating: 0, count: tensor.rank), after: after))
    }

    /// The valid steps of each sequence from a place of its own on, in `count` steps that are zeros otherwise:
    /// [batch, count, ...].
    func placed(at starts: [Int], of count: Int) -> Tensor {
        let (steps, channels) = (tensor.shape[1], tensor.shape[2...].reduce(1, *))
        let rows = tensor.reshaped([-1, channels])
        // Each place takes its step, or the zeros behind the last.
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

    /// The same lengths around another tensor, which was made of this one.
    public func with(_ tensor: Tensor) -> Signal {
        var signal = Signal(tensor, lengths: lengths)
        signal.isClean = isClean
        return signal
    }

    /// The same lengths around a tensor with ordinary numbers in the padding.
    func withClean(_ tensor: Tensor) -> Signal {
        var signal = Signal(tensor, lengths: lengths)
        signal.isClean = true
        return signal
    }
}

/// How a forward pass is meant.
public struct Pass: Sendable {
    /// Whether dropout, noise and the batch's statistics are on.
    public let isTraining: Bool
    /// Where dropout and noise draw from.
    public let generator: RandomGenerator?
    /// Where attention layers leave their weights.
    let attention: AttentionRecord?
    /// Where layers leave their outputs.
    let outputs: OutputRecord?

    /// A training pass without a generator uses the batch's statistics and draws nothing.
    public init(isTraining: Bool, generator: RandomGenerator?) {
        self.init(isTraining: isTraining, generator: generator, attention: nil)
    }

    init(
        isTraining: Bool, generator: RandomGenerator?, attention: AttentionRecord?,
        outputs: OutputRecord? = nil
    ) {
        self.isTraining = isTraining
        self.generator = generator
        self.attention = attention
        self.outputs = outputs
    }

    /// Returns the output of a layer inside another one, and notes it where outputs are wanted.
    func run(_ layer: any Layer, _ x: Signal) -> Signal {
        let output = layer.forward(x, self)
        outputs?.note(layer, output)
        return output
    }

    /// Nothing is drawn, running statistics are used.
    public static let inference = Pass(isTraining: false, generator: nil)

    /// Dropout and noise are on, statistics are those of the batch.
    public static func training(_ generator: RandomGenerator) -> Pass {
        Pass(isTraining: true, generator: generator)
    }
}
