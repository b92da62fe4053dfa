import Autograd
import AutogradTesting
import Configuration
import TestSupport
import Layers

/// Everything that holds for any layer. Each check returns what is wrong with one, or nothing.
struct LayerCheck {
    let example: Example
    let spec: any LayerSpec
    let plan: LayerPlan
    private let json: JSONValue

    init(_ example: Example) throws {
        self.example = example
        json = try JSONValue.parse(example.json)
        spec = try Model.spec(json)
        plan = try spec.plan(example.input)
    }

    private func make(_ seed: UInt64 = 1) throws -> any Layer {
        fitted(try spec.make(example.input, RandomGenerator(seed: seed)))
    }

    /// The layer after its feature norms are fitted, without which it cannot be used.
    private func fitted<L: Layer>(_ layer: L) -> L {
        layer.fitFeatureNorms([Signal(batch(5, seed: 41))])
        return layer
    }

    /// Numbers for a batch; the same numbers for the same seed.
    private func batch(_ size: Int, _ input: [Int]? = nil, seed: UInt64 = 7) -> Tensor {
        let shape = [size] + (input ?? example.input)
        let generator = RandomGenerator(seed: seed)
        guard example.values == .wholeNumbers else {
            return .normal(shape, mean: 0, deviation: 1, using: generator)
        }
        let numbers = Tensor.uniform(shape, 0, 4.99, using: generator).array.map { $0.rounded(.down) }
        return Tensor(numbers, shape: shape)
    }

    /// Whether the first axis may be time; a picture's height may, too.
    private var isSequence: Bool { example.input.count >= 2 || example.values == .wholeNumbers }

    func shapes() throws -> [String] {
        var problems: [String] = []
        let layer = try make()
        for (size, pass) in [
            (3, Pass.inference), (1, .inference), (0, .inference), (3, .training(RandomGenerator(seed: 3))),
            (1, .training(RandomGenerator(seed: 4))), (0, .training(RandomGenerator(seed: 5))),
        ] {
            let y = layer(batch(size), pass)
            if y.shape != [size] + plan.output {
                problems.append("promised \([size] + plan.output), made \(y.shape)")
            }
        }
        let y = layer(batch(3))
        if !y.array.allSatisfy(\.isFinite) { problems.append("numbers that are not finite") }
        return problems
    }

    /// Sizes that no memory holds, and others that make no sense.
    private static let oddNumbers =
        [
            0, -1, 1, 7, 65_537, 1 << 31, 1_000_000_000_000_000_000, 1 << 62, Int.max, -1 << 62, Int.min,
        ].map { JSONValue(.integer($0)) } + [JSONValue(.number(1e300)), JSONValue(.number(0.5))]

    /// Options whose numbers are replaced by odd ones, one, two or all of them at a time, and inputs of odd sizes, are
    /// refused with a place, or planned within what is allowed; what is planned and small is made, and runs.
    func oddSizes() throws -> [String] {
        var problems: [String] = []
        let generator = RandomGenerator(seed: 21)
        let written = spec.encode()
        let places = Self.numbers(in: written)
        func odd() -> JSONValue { Self.oddNumbers[generator.below(Self.oddNumbers.count)] }
        var descriptions = places.flatMap { place in
            Self.oddNumbers.map { Self.replacing([place: $0], in: written) }
        }
        for _ in 0..<40 where !places.isEmpty {
            let some = Dictionary(
                uniqueKeysWithValues: places.filter { _ in generator.below(2) == 0 }.map { ($0, odd()) })
            descriptions.append(Self.replacing(some, in: written))
        }
        for description in descriptions {
            if let problem = tryOut(description, example.input) { problems.append(problem) }
        }
        for size in Self.oddNumbers.compactMap(\.integer) {
            for axis in example.input.indices {
                var input = example.input
                input[axis] = size
                if let problem = tryOut(written, input) { problems.append(problem) }
            }
        }
        return problems
    }

    private func tryOut(_ json: JSONValue, _ input: [Int]) -> String? {
        let text = json.line
        do {
            let parsed = try JSONValue.parse(text, source: "model.json")
            do {
                let plan = try Model.spec(parsed).checkedPlan(input)
                let numbers = plan.parameters + plan.buffers + plan.kept
                if numbers > 1 << 33 { return "\(numbers) numbers planned for \(text) of \(input)" }
                guard numbers < 1 << 20, plan.multiplyAdds < 1 << 26, input.reduce(1, *) < 1 << 20 else {
                    return nil
                }
                let model = try Model(json: parsed, input: input, generator: RandomGenerator(seed: 1))
                model.fitFeatureNorms([Signal(.zeros([1] + input))])
                let y = model(example.values == .normal ? batch(1, input) : .zeros([1] + input))
                return y.shape == [1] + plan.output
                    ? nil : "\(text) of \(input): promised \(plan.output), made \(y.shape)"
            } catch is LayerError {
                // Found again when the model is made, with its place.
                _ = try Model(json: parsed, input: input, generator: RandomGenerator(seed: 1))
                return "\(text) of \(input) is planned only when it is made"
            }
        } catch let error as ConfigurationError {
            return error.problems.allSatisfy { $0.place.line > 0 }
                ? nil : "\(text) of \(input): no place in \(error)"
        } catch {
            return "\(text) of \(input): \(error)"
        }
    }

    /// The ways to all numbers.
    private static func numbers(in json: JSONValue) -> [[JSONPath.Step]] {
        if json.integer != nil || json.double != nil { return [[]] }
        if let elements = json.elements {
            return elements.enumerated().flatMap { index, element in
                numbers(in: element).map { [.index(index)] + $0 }
            }
        }
        return (json.members ?? []).flatMap { member in
            numbers(in: member.value).map { [.key(member.key)] + $0 }
        }
    }

    private static func replacing(_ changes: [[JSONPath.Step]: JSONValue], in json: JSONValue) -> JSONValue {
        if let change = changes[[]] { return change }
        func inside(_ step: JSONPath.Step, _ value: JSONValue) -> JSONValue {
            let below = changes.filter { $0.key.first == step }.map { (Array($0.key.dropFirst()), $0.value) }
            return below.isEmpty ? value : replacing(Dictionary(uniqueKeysWithValues: below), in: value)
        }
        if let elements = json.elements {
            return JSONValue(.list(elements.enumerated().map { inside(.index($0), $1) }))
        }
        var object = json
        for member in json.members ?? [] { object[member.key] = inside(.key(member.key), member.value) }
        return object
    }

    func names() throws -> [String] {
        var problems: [String] = []
        let (layer, again) = (try make(), try make(2))
        let names = layer.namedTensors.map(\.0)
        if Set(names).count != names.count { problems.append("a name occurs twice: \(names)") }
        if names != again.namedTensors.map(\.0) { problems.append("other names the second time") }
        if layer.parameterCount != plan.parameters {
            problems.append("promised \(plan.parameters) parameters, made \(layer.parameterCount)")
        }
        let buffers = layer.namedBuffers.reduce(0) { $0 + $1.buffer.shape.reduce(1, *) }
        if buffers != plan.buffers { problems.append("promised \(plan.buffers) in buffers, made \(buffers)") }
        return problems
    }

    func jsonRoundTrip() throws -> [String] {
        var problems: [String] = []
        let layer = try make()
        // Through text, from the layer itself.
        let text = layer.spec.encode().pretty()
        let copy = try Model.spec(JSONValue.parse(text)).make(example.input, RandomGenerator(seed: 1))
        copy.fitFeatureNorms([Signal(batch(5, seed: 41))])
        if copy.spec.encode() != layer.spec.encode() {
            problems.append("writes itself otherwise the second time")
        }
        let (old, new) = (layer.namedTensors, copy.namedTensors)
        guard old.map(\.0) == new.map(\.0) else { return problems + ["the copy has other names"] }
        for ((name, a), (_, b)) in zip(old, new) where a.shape != b.shape || a.array != b.array {
            problems.append("\(name): the copy has \(b.shape) with other numbers than \(a.shape)")
        }
        let x = batch(2)
        if copy(x).array != layer(x).array { problems.append("the copy gives other results") }
        return problems
    }

    func gradients() throws -> [String] {
        let layer = try make()
        let parameters = layer.namedParameters
        guard !parameters.isEmpty else { return [] }
        let y = layer(batch(3), .training(RandomGenerator(seed: 5)))
        let gradients = (y * .normal(y.shape, mean: 0, deviation: 1, using: RandomGenerator(seed: 9))).sum()
            .backward()
        return parameters.compactMap { name, parameter in
            guard let gradient = gradients[parameter] else { return "\(name) has no gradient" }
            if gradient.shape != parameter.shape { return "\(name): a gradient of shape \(gradient.shape)" }
            return gradient.array.allSatisfy(\.isFinite) ? nil : "\(name): a gradient that is not finite"
        }
    }

    func learns() throws -> [String] {
        let layer = try make()
        guard !layer.parameters.isEmpty else { return [] }
        let x = batch(4)
        let weights = Tensor.normal(
            [4] + plan.output, mean: 0, deviation: 1, using: RandomGenerator(seed: 11))
        // Without dropout or noise: a generator is what they need. The same batch statistics both times.
        let pass = Pass(isTraining: true, generator: nil)
        func loss() -> Tensor { ((layer(x, pass) - weights) * weights.abs()).square().sum() }
        let before = loss()
        let gradients = before.backward()
        let slope = layer.parameters.reduce(0.0) { $0 + Double((gradients[$1]?.square().sum().item()) ?? 0) }
        guard slope > 0 else { return ["no gradient to follow"] }
        // A step that lowers a straight line's height by a thousandth.
        let rate = Real(1e-3 * Double(before.item()) / slope)
        for parameter in layer.parameters {
            if let gradient = gradients[parameter] { parameter.value = parameter.value - gradient * rate }
        }
        let after = loss().item()
        return after < before.item() ? [] : ["a step took the loss from \(before.item()) to \(after)"]
    }

    /// All that a training step makes, as bits, with so many threads.
    func training(threads: Int) throws -> [[Real]] {
        let usual = Autograd.Parallel.threads
        Autograd.Parallel.threads = threads
        defer { Autograd.Parallel.threads = usual }
        let layer = try make()
        let y = layer(batch(3), .training(RandomGenerator(seed: 5)))
        guard y.isTracked else { return [y.array] }
        let gradients = y.square().sum().backward()
        return [y.array] + layer.parameters.compactMap { gradients[$0]?.array }
            + layer.namedBuffers.map { $0.buffer.value.array }
    }

    func padding() throws -> [String] {
        guard isSequence, !example.isFixed else { return [] }
        var problems: [String] = []
        let steps = example.input[0]
        for lengths in [[steps, steps - 2, max(steps - 5, 1)], [steps, steps, steps]] {
            for (more, isTraining) in [(5, false), (5, true), (40, false)] {
                let pass = Pass(isTraining: isTraining, generator: nil)
                let (one, two) = (try make(), try make())
                let x = batch(3)
                let y = one.forward(Signal(x, lengths: lengths), pass)
                let z = two.forward(Signal(padded(x, by: more, behind: lengths), lengths: lengths), pass)
                let when = "lengths \(lengths), \(more) more steps, training \(isTraining)"
                if y.lengths != z.lengths {
                    problems.append("\(when): lengths \(y.lengths ?? []) became \(z.lengths ?? [])")
                }
                if valid(y) != valid(z) {
                    let worst = zip(valid(y), valid(z)).map { Swift.abs($0 - $1) }.max() ?? 0
                    problems.append("\(when): differs by up to \(worst)")
                }
                for (a, b) in zip(one.namedBuffers, two.namedBuffers)
                where a.buffer.value.array != b.buffer.value.array {
                    problems.append("\(when): \(a.name) differs")
                }
            }
        }
        return problems
    }

    /// A padded sequence gives what it gives alone, and as many valid steps.
    func alone() throws -> [String] {
        guard isSequence, !example.isFixed else { return [] }
        var problems: [String] = []
        let layer = try make()
        let steps = example.input[0]
        let x = batch(steps)
        let lengths = Array(1...steps)
        let together = layer.forward(Signal(x, lengths: lengths), .inference)
        for (row, length) in lengths.enumerated() {
            let own = x.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length)
            guard (try? spec.plan([length] + example.input.dropFirst())) != nil else {
                if let left = together.lengths?[row], left != 0 {
                    problems.append("\(left) valid steps of \(length), which are too few alone")
                }
                continue
            }
            let single = layer.forward(Signal(own), .inference)
            var found = together.tensor.slice(axis: 0, row..<row + 1)
            if let valid = together.lengths?[row] {
                let expected = single.lengths?[0] ?? single.tensor.shape[1]
                if valid != expected {
                    problems.append("\(valid) valid steps of \(length), alone \(expected)")
                    continue
                }
                found = found.slice(axis: 1, 0..<valid)
            }
            let expected =
                single.lengths == nil ? single.tensor : single.tensor.slice(axis: 1, 0..<found.shape[1])
            if let gap = Closeness().difference(found, expected) {
                problems.append("\(length) steps differ: \(gap)")
            }
        }
        return problems
    }

    /// What stands in the padding reaches no result and no gradient, and no gradient reaches it: all bits are the same
    /// whether it holds ordinary numbers, huge ones or none at all.
    func paddingIsNeverRead() throws -> [String] {
        guard isSequence else { return [] }
        var problems: [String] = []
        let steps = example.input[0]
        let width = example.input.dropFirst().reduce(1, *)
        for lengths in [[steps, steps - 1, steps - 2], [steps - 2, 1, 0]] {
            for isTraining in [false, true] {
                var first: [(String, [Real])]?
                for fill in [1, 1e30, Real.infinity, .nan] {
                    var numbers = batch(3).array
                    for (row, length) in lengths.enumerated() {
                        for i in row * steps * width + length * width..<(row + 1) * steps * width {
                            numbers[i] = fill
                        }
                    }
                    let found = try step(Tensor(numbers, shape: [3] + example.input), lengths, isTraining)
                    for (one, two) in zip(first ?? found, found) where one.1 != two.1 {
                        problems.append(
                            "lengths \(lengths), padding of \(fill), training \(isTraining): \(one.0) differs"
                        )
                    }
                    if first == nil { first = found }
                }
                let slope = first?.first { $0.0 == "gradient of the input" }?.1 ?? []
                for (row, length) in lengths.enumerated() where !slope.isEmpty {
                    let padding = row * steps * width + length * width..<(row + 1) * steps * width
                    if !slope[padding].allSatisfy({ $0 == 0 }) {
                        problems.append("lengths \(lengths): a gradient reaches the padding of row \(row)")
                    }
                }
            }
        }
        return problems
    }

    /// The results at valid steps, and every gradient of a sum over these.
    private func step(_ x: Tensor, _ lengths: [Int], _ isTraining: Bool) throws -> [(String, [Real])] {
        let layer = try make()
        let input = Parameter(x)
        let pass = isTraining ? Pass.training(RandomGenerator(seed: 5)) : .inference
        let takesGradient = example.values == .normal
        let y = layer.forward(Signal(takesGradient ? input.tensor : x, lengths: lengths), pass)
        var found = [("the result", valid(y))]
        if y.tensor.isTracked {
            let weights = Tensor.normal(y.tensor.shape, using: RandomGenerator(seed: 9))
            let gradients = (y.masked * weights).sum().backward()
            if let slope = gradients[input] { found.append(("gradient of the input", slope.array)) }
            for (name, parameter) in layer.namedParameters {
                found.append(("gradient of \(name)", gradients[parameter]?.array ?? []))
            }
        }
        return found + layer.namedBuffers.map { ($0.name, $0.buffer.value.array) }
    }

    /// The valid steps of three sequences with large numbers behind them.
    private func padded(_ x: Tensor, by more: Int, behind lengths: [Int]) -> Tensor {
        let steps = example.input[0]
        let width = example.input.dropFirst().reduce(1, *)
        let shape = [steps + more] + example.input.dropFirst()
        var numbers = batch(3, shape, seed: 99).array.map { example.values == .normal ? $0 * 1000 : $0 }
        let valid = x.array
        for (row, length) in lengths.enumerated() {
            for i in 0..<length * width {
                numbers[row * (steps + more) * width + i] = valid[row * steps * width + i]
            }
        }
        return Tensor(numbers, shape: [3] + shape)
    }

    /// The elements of valid steps.
    private func valid(_ signal: Signal) -> [Real] {
        guard let lengths = signal.lengths else { return signal.tensor.array }
        return lengths.enumerated().flatMap { row, length in
            signal.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length).array
        }
    }
}
