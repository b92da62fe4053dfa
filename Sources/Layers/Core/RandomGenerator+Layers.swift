import Autograd

extension RandomGenerator {
    /// Draws a generator for the initial weights of one layer. Layers that are created in Swift from the same generator
    /// get different weights.
    func forLayer() -> RandomGenerator { RandomGenerator(seed: next()) }
}
