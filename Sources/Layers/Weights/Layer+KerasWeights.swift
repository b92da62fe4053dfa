import Autograd

extension Layer {
    /// Reads the weights of a Keras model into a model of the same structure. Save them in Python with
    ///
    ///     np.savez("model.npz", **{w.path: keras.ops.convert_to_numpy(w) for w in model.weights})
    ///
    /// or, as safetensors does not keep the order of its tensors,
    ///
    ///     weights = {f"{i:04}/{w.path}": np.ascontiguousarray(keras.ops.convert_to_numpy(w))
    ///                for i, w in enumerate(model.weights)}
    ///     safetensors.numpy.save_file(weights, "model.safetensors")
    ///
    /// Keras numbers its layers anew in every session ("dense_7"), so weights are matched by their order, by the last
    /// component of their names and by their shapes. Layers without weights may differ. A custom Keras layer can correspond
    /// to `attention`, whatever the names of its weights.
    ///
    /// Throws a `WeightsError` with every mismatch and then changes nothing, or a `FileError` if the file cannot be read or
    /// its names have no order.
    ///
    /// - Parameter prefix: The prefix of the names in the file. Tensors without the prefix are ignored.
    public func loadKerasWeights(from path: String, prefix: String = "") throws {
        if path.hasSuffix(".npz") {
            try loadKerasWeights(Npz(contentsOf: path), file: path, prefix: prefix)
        } else {
            try loadKerasWeights(SafeTensors(contentsOf: path), file: path, prefix: prefix)
        }
    }

    /// Reads the weights of a Keras model from an open safetensors file.
    public func loadKerasWeights(_ tensors: SafeTensors, file: String, prefix: String = "") throws {
        try load(KerasVariable.all(in: tensors, file: file, prefix: prefix), file)
    }

    /// Reads the weights of a Keras model from an open npz file, which keeps the order of its arrays.
    public func loadKerasWeights(_ arrays: Npz, file: String, prefix: String = "") throws {
        try load(KerasVariable.all(in: arrays, file: file, prefix: prefix), file)
    }

    private func load(_ variables: [KerasVariable], _ file: String) throws(WeightsError) {
        var problem = WeightsError(file: file)
        var stores: [() -> Void] = []
        for step in KerasAlignment(kerasSlots(""), variables).steps {
            switch step {
            case .pair(let slot, let variable):
                if !slot.fits(variable.tensor.shape) {
                    let name = "\(variable.name) for \(slot.name)"
                    problem.misshapen.append((name, variable.tensor.shape, slot.shapes[0]))
                }
                stores.append { slot.store(variable.tensor) }
            case .missing(let slot):
                if !slot.isOptional { problem.missing.append(slot.description) }
            case .unexpected(let variable):
                problem.unexpected.append(variable.name)
            }
        }
        guard problem.isEmpty else { throw problem }
        for store in stores { store() }
    }
}

/// A variable in a Keras file.
struct KerasVariable {
    /// The full name in the file.
    let name: String
    /// The last component of the name: "kernel".
    let lastPart: Substring
    let tensor: Tensor

    /// Returns the variables of an npz file, which keeps the order of its arrays.
    static func all(in arrays: Npz, file: String, prefix: String = "") throws -> [KerasVariable] {
        try ordered(arrays.names, prefix, file: file, keepsOrder: true) { try arrays.tensor($0) }
    }

    /// Returns the variables of a safetensors file, whose names must begin with their positions.
    static func all(in tensors: SafeTensors, file: String, prefix: String = "") throws -> [KerasVariable] {
        try ordered(tensors.names, prefix, file: file, keepsOrder: false) { try tensors.tensor($0) }
    }

    /// Returns the variables in the order of the model.
    private static func ordered(
        _ names: [String], _ prefix: String, file: String, keepsOrder: Bool,
        _ read: (String) throws -> Tensor
    ) throws -> [KerasVariable] {
        let named = names.filter { $0.hasPrefix(prefix) }.map { name in
            (name: name, number: Int(name.dropFirst(prefix.count).prefix { $0 != "/" }))
        }
        let isNumbered = named.contains { $0.number != nil }
        if isNumbered || !keepsOrder, let lost = named.first(where: { $0.number == nil }) {
            throw FileError(
                file: file, place: "tensor \"\(lost.name)\"",
                found: "a name without its position in the model",
                allowed: "\(prefix)NUMBER/PATH, such as \"\(prefix)0003/dense/kernel\"")
        }
        let inOrder = isNumbered ? named.sorted { ($0.number ?? 0) < ($1.number ?? 0) } : named
        return try inOrder.map { name, _ in
            KerasVariable(
                name: name, lastPart: name.split(separator: "/").last ?? "", tensor: try read(name))
        }
    }
}

/// The alignment of a model's slots with a file's variables, both in order, that has the fewest mismatches.
struct KerasAlignment {
    enum Step {
        case pair(KerasSlot, KerasVariable)
        case missing(KerasSlot)
        case unexpected(KerasVariable)
    }

    let steps: [Step]

    init(_ slots: [KerasSlot], _ variables: [KerasVariable]) {
        let start = Self.matching(slots, variables)
        if start.slots == slots.count, start.variables == variables.count {
            steps = start.steps
        } else if Self.isSmall(slots.count, variables.count) {
            steps = Self.aligned(slots, variables)
        } else {
            var (slots, variables) = (slots[start.slots...], variables[start.variables...])
            var end: [Step] = []
            while let slot = slots.last, let variable = variables.last, Self.cost(slot, variable) == 0 {
                end.append(.pair(slots.removeLast(), variables.removeLast()))
            }
            let isSmall = Self.isSmall(slots.count, variables.count)
            // If the file differs too much from the model, a large table is not worthwhile.
            let middle =
                isSmall
                ? Self.aligned(Array(slots), Array(variables))
                : slots.map { .missing($0) } + variables.map { .unexpected($0) }
            steps = start.steps + middle + end.reversed()
        }
    }

    /// Whether the table for so many slots and variables needs little memory.
    private static func isSmall(_ slots: Int, _ variables: Int) -> Bool {
        slots < 4_000_000 / (variables + 1)
    }

    /// Returns the cost of matching a variable to a slot; nil if its name rules it out.
    private static func cost(_ slot: KerasSlot, _ variable: KerasVariable) -> Int32? {
        if let name = slot.variable, name != variable.lastPart { return nil }
        return slot.fits(variable.tensor.shape) ? 0 : 1
    }

    /// Returns the pairs up to the first mismatch, and the number of slots and variables in them.
    private static func matching(
        _ slots: [KerasSlot], _ variables: [KerasVariable]
    ) -> (steps: [Step], slots: Int, variables: Int) {
        var steps: [Step] = []
        var next = 0
        for (place, slot) in slots.enumerated() {
            if next < variables.count, cost(slot, variables[next]) == 0 {
                steps.append(.pair(slot, variables[next]))
                next += 1
            } else if slot.isOptional {
                steps.append(.missing(slot))
            } else {
                return (steps, place, next)
            }
        }
        return (steps, slots.count, next)
    }

    private static func aligned(_ slots: [KerasSlot], _ variables: [KerasVariable]) -> [Step] {
        let (rows, width) = (slots.count, variables.count + 1)
        var steps: [Step] = []
        // The number of mismatches of the slots from `row` and the variables from `column`.
        var least = [Int32](repeating: 0, count: (rows + 1) * width)
        for row in (0...rows).reversed() {
            for column in (0..<width).reversed() where row < rows || column < width - 1 {
                var best = Int32.max
                if row < rows, column < width - 1, let pair = cost(slots[row], variables[column]) {
                    best = pair + least[(row + 1) * width + column + 1]
                }
                if row < rows { best = min(best, slots[row].price + least[(row + 1) * width + column]) }
                if column < width - 1 { best = min(best, 1 + least[row * width + column + 1]) }
                least[row * width + column] = best
            }
        }
        var (row, column) = (0, 0)
        while row < rows || column < width - 1 {
            let best = least[row * width + column]
            if row < rows, column < width - 1, let pair = cost(slots[row], variables[column]),
                best == pair + least[(row + 1) * width + column + 1]
            {
                steps.append(.pair(slots[row], variables[column]))
                (row, column) = (row + 1, column + 1)
            } else if row < rows, best == slots[row].price + least[(row + 1) * width + column] {
                steps.append(.missing(slots[row]))
                row += 1
            } else {
                steps.append(.unexpected(variables[column]))
                column += 1
            }
        }
        return steps
    }
}
