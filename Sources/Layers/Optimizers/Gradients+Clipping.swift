import Autograd

/// Returns the factor that limits the norm of the gradients, by PyTorch's formula.
func clipFactor(norm: Double, limit: Double) -> Double { min(1, limit / (norm + 1e-6)) }

extension Gradients {
    /// Returns the global norm of the gradients of these parameters.
    public func norm(_ parameters: [Parameter]) -> Double {
        parameters.reduce(0.0) { total, parameter in
            guard let gradient = self[parameter], gradient.count > 0 else { return total }
            let norm = Double(gradient.norm().item())
            return total + norm * norm
        }.squareRoot()
    }

    /// Scales the gradients of these parameters so that their global norm is at most `limit`. Returns the norm before.
    @discardableResult
    public mutating func clip(_ parameters: [Parameter], norm limit: Double) -> Double {
        let norm = norm(parameters)
        let factor = clipFactor(norm: norm, limit: limit)
        if factor != 1 { scale(parameters, by: factor) }
        return norm
    }

    /// Multiplies the gradients of these parameters by a factor.
    public mutating func scale(_ parameters: [Parameter], by factor: Double) {
        for parameter in parameters {
            if let gradient = self[parameter] { self[parameter] = gradient * Real(factor) }
        }
    }
}
