import Autograd

/// Adam (Kingma and Ba 2015), and AdamW (Loshchilov and Hutter 2019) where the decay is decoupled.
public final class Adam {
    public let parameters: [Parameter]
    public var learningRate: Double
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double
    /// Whether the decay shrinks the parameters themselves (AdamW) rather than adding to their gradients.
    public let decouplesDecay: Bool

    /// The moments of all parameters, one after the other.
    private var first: Tensor
    private var second: Tensor
    /// The steps each parameter has taken.
    private var steps: [Int]

    public init(
        _ parameters: [Parameter], learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, weightDecay: Double = 0, decouplesDecay: Bool = false
    ) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decouplesDecay = decouplesDecay
        let count = parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        first = .zeros([count])
        second = .zeros([count])
        steps = Array(repeating: 0, count: parameters.count)
    }

    /// Moves every parameter that has a gradient.
    public func step(_ gradients: Gradients) {
        first.modify { first in
            second.modify { second in
                var start = 0
                for (index, parameter) in parameters.enumerated() {
                    let at = start
                    start += parameter.shape.reduce(1, *)
                    guard let gradient = gradients[parameter] else { continue }
                    steps[index] += 1
                    parameter.update { p in
                        adamStep(
                            p, gradient, first: first + at, second: second + at, largest: nil,
                            step: steps[index],
                            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                            weightDecay: weightDecay, decoupled: decouplesDecay,
                            epsilonBeforeCorrection: false)
                    }
                }
            }
        }
    }
}
