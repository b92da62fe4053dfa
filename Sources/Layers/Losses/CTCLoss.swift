import Autograd
import Configuration

/// Connectionist temporal classification (CTC): the target of an example is a sequence of labels without times, such as the
/// words of a clip.
///
/// The outputs, [steps, classes], score the blank, class 0, and the labels at each step. The targets are classes, each of
/// which stands for one of `sequences`.
public struct CTCLoss: LossSpec {
    public var zeroInfinity = false
    public var beamWidth = 1
    /// The label sequence of each class of the targets.
    public var sequences: [[Int]] = []

    public static let type = "ctc"
    public static let summary =
        "Connectionist temporal classification (CTC) for sequence labeling: the class of a clip is a transcript, tokens separated by spaces. At each step, the model outputs a score for the blank and for each token."
    public static let fields: [Field<Self>] = [
        .init(
            "zero_infinity", \.zeroInfinity,
            "Whether a clip with too few steps for its tokens is ignored; otherwise, its infinite loss is an error."
        ),
        .init(
            "beam_width", \.beamWidth,
            "Beam width: number of token sequences that prefix beam search keeps; 1 is greedy decoding.",
            .range(1...1000)),
    ]

    public init() {}

    /// Creates the loss for targets that are indices of label sequences.
    public init(sequences: [[Int]]) { self.sequences = sequences }

    /// False: the classes are transcripts, and the outputs score tokens.
    public var scoresClasses: Bool { false }
    public var hasAccuracy: Bool { false }

    public func check(_ output: [Int]) throws(LayerError) {
        guard output.count == 2 else {
            throw LayerError(
                "the loss \(Self.type) expects an output of shape [steps, tokens], found \(output)")
        }
    }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor { each(Signal(outputs), targets) }

    public func mean(_ outputs: Signal, _ targets: Targets) -> Tensor { each(outputs, targets).mean() }

    private func each(_ outputs: Signal, _ targets: Targets) -> Tensor {
        let classes = targets.labels().values
        require(
            classes.allSatisfy { sequences.indices.contains($0) },
            "ctc: targets of \(sequences.count) label sequences, found \(classes)")
        return ctcLoss(
            outputs.tensor, targets: classes.map { sequences[$0] }, lengths: outputs.lengths,
            zeroInfinity: zeroInfinity)
    }

    /// Returns the labels that the outputs for one example give, [steps, classes], by greedy decoding or beam search.
    public func labels(_ outputs: Tensor, steps: Int? = nil) -> [Int] {
        beamWidth == 1
            ? CTCDecoding.greedy(outputs, steps: steps)
            : CTCDecoding.beam(outputs, steps: steps, width: beamWidth).first?.labels ?? []
    }
}
