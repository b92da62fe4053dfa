import Autograd
import Configuration

/// The options of a recurrent layer and its recurrence over one sequence.
///
/// The shared options are also available directly: `gru.units`.
@dynamicMemberLookup
public protocol RecurrentSpec: LayerSpec {
    /// The options that all recurrent layers share.
    var recurrent: RecurrentOptions { get set }
    /// The number of gates: the weight matrices have `gates * units` columns.
    static var gates: Int { get }
    /// The number of bias vectors of a cell: 1, or 2 for separate input and recurrent biases.
    var biases: Int { get }
    /// Adjusts the initial weights of a cell.
    func prepare(_ cell: RecurrentCell)
    /// Runs one direction of one layer. Returns the hidden state at every step, [batch, time, units], and the last one,
    /// [batch, units].
    func walk(_ x: Tensor, lengths: [Int]?, _ cell: RecurrentCell, reversed: Bool) -> (
        outputs: Tensor, last: Tensor
    )
}

extension RecurrentSpec {
    public var biases: Int { 1 }
    public func prepare(_ cell: RecurrentCell) {}

    /// Accesses the options of `recurrent` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RecurrentOptions, Value>) -> Value {
        get { recurrent[keyPath: path] }
        set { recurrent[keyPath: path] = newValue }
    }

    /// Creates the options of a single layer with Keras' initializers and no dropout.
    public init(_ units: Int, bidirectional: Bool = false, output: RecurrentOutput = .sequence) {
        self.init()
        (recurrent.units, recurrent.bidirectional, recurrent.output) = (.number(units), bidirectional, output)
    }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.count == 2 else { throw needs("time, features", input) }
        let (units, layers) = (try recurrent.units.known(Self.type), recurrent.layers)
        let directions = recurrent.bidirectional ? 2 : 1
        let width = product(units, directions)
        let outputs = product(width, Self.gates)
        var whole = LayerPlan(
            output: recurrent.output == .sequence ? [input[0], width] : [width],
            kept: product(input[0], layers, width, Self.gates + 2))
        // All layers but the first have the same sizes.
        for (features, count) in [(input[1], 1), (width, layers - 1)] {
            let inputs = min(features, LayerPlan.most) + min(units, LayerPlan.most)
            whole.parameters += product(outputs, inputs + biases, count)
            whole.multiplyAdds += product(outputs, inputs, input[0], count)
        }
        return whole
    }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
        _ = try plan(input)
        return Recurrent(self, inputs: input[1], generator)
    }
}
