import Autograd

/// A sublayer in a sequence, before it is created.
struct SequenceItem {
    /// The name within the names of parameters.
    let name: String
    /// The location in the options of the enclosing layer; nil if they do not name it.
    var place: String?
    let spec: any LayerSpec
}

extension [AnyLayer] {
    /// The layers of an option, named by their index.
    func items(_ option: String) -> [SequenceItem] {
        enumerated().map { SequenceItem(name: "\($0)", place: "\(option)[\($0)]", spec: $1.value) }
    }
}

extension [SequenceItem] {
    /// Returns the plan of layers in sequence. A problem names the layer.
    func plan(from input: [Int]) throws(LayerError) -> LayerPlan {
        var whole = LayerPlan(output: input, kept: 0)
        for item in self {
            let plan: LayerPlan
            do { plan = try item.spec.checkedPlan(whole.output) } catch {
                throw (error.path.isEmpty ? error.after(whole.parts, from: input) : error)
                    .inside(item.place ?? item.name)
            }
            whole.add(
                LayerPlan.Part(name: item.name, type: item.spec.typeName, plan: plan, place: item.place))
            whole.output = plan.output
        }
        return whole
    }

    /// Creates layers in sequence, each with its own generator.
    func make(from input: [Int], _ generator: RandomGenerator) throws(LayerError) -> [any Layer] {
        var shape = input
        var layers: [any Layer] = []
        for item in self {
            do {
                layers.append(try item.spec.make(shape, generator.split(item.name)))
                shape = try item.spec.plan(shape).output
            } catch { throw error.inside(item.place ?? item.name) }
        }
        return layers
    }
}

extension LayerError {
    /// Returns the problem with the last eight shapes before the layer.
    fileprivate func after(_ parts: [LayerPlan.Part], from input: [Int]) -> LayerError {
        guard !parts.isEmpty else { return self }
        let shapes = ["\(input)"] + parts.map { "\($0.type) \($0.plan.output)" }
        let shown = (shapes.count > 8 ? ["..."] : []) + shapes.suffix(8)
        return LayerError("\(message); preceding shapes: \(shown.joined(separator: ", "))", path: path)
    }
}
