import Autograd

extension [AnyLayer] {
    /// Returns the plans of layers that receive the same input, as parts of a plan without an output.
    ///
    /// - Parameter key: The option that lists the layers.
    func parallelPlan(_ input: [Int], key: String) throws(LayerError) -> LayerPlan {
        var whole = LayerPlan(output: [])
        for (index, layer) in enumerated() {
            let place = "\(key)[\(index)]"
            let plan: LayerPlan
            do { plan = try layer.value.checkedPlan(input) } catch { throw error.inside(place) }
            whole.add(
                LayerPlan.Part(name: String(index), type: layer.value.typeName, plan: plan, place: place))
        }
        return whole
    }

    /// Makes layers that receive the same input.
    func parallelLayers(
        _ input: [Int], _ generator: RandomGenerator, key: String
    ) throws(LayerError) -> [any Layer] {
        var made: [any Layer] = []
        for (index, layer) in enumerated() {
            do { made.append(try layer.value.make(input, generator.split(String(index)))) } catch {
                throw error.inside("\(key)[\(index)]")
            }
        }
        return made
    }
}
