import Autograd

/// Benchmarks the forward and, if it has one, the backward pass of an operation.
struct OperationBench: Sendable {
    let name: String
    let summary: String
    /// The default batch size; nil if the size is fixed.
    var batch: Int? = nil
    /// The least work of the forward and the backward pass; nil if neither arithmetic nor memory limits them.
    var cost: (@Sendable (_ batch: Int) -> Cost)? = nil
    let prepare: @Sendable (_ batch: Int) -> Prepared

    /// The timed work, with inputs created beforehand.
    struct Prepared {
        let forward: () -> Void
        var backward: (() -> Void)? = nil
    }

    func measure(batch: Int?) throws -> Row {
        let work = prepare(batch ?? 1)
        let forward = try Timing(work.forward)
        let backward = try work.backward.map { try Timing($0) }
        var row = Row()
        if let batch { row.add("batch", batch) }
        row.add("forward_ms", forward.median * 1000, digits: 4)
        if let backward { row.add("backward_ms", backward.median * 1000, digits: 4) }
        row.add("forward_p90_over_median", forward.spread, digits: 3)
        if let backward { row.add("backward_p90_over_median", backward.spread, digits: 3) }
        return row
    }
}

extension OperationBench.Prepared {
    /// Times `function` on tracked inputs of the given shapes, and the backward pass to all of them.
    static func differentiated(
        _ shapes: [[Int]], deviation: Real = 1, _ function: @escaping @Sendable ([Tensor]) -> Tensor
    ) -> OperationBench.Prepared {
        let generator = RandomGenerator(seed: 1)
        let inputs = shapes.map { Parameter(.normal($0, deviation: deviation, using: generator)).tensor }
        let output = function(inputs)
        let cotangent = Tensor.normal(output.shape, using: generator)
        return OperationBench.Prepared(
            forward: { _ = function(inputs) },
            backward: { _ = output.backward(cotangent, retainGraph: true) })
    }

    /// Times `function` on inputs that are not recorded.
    static func forwardOnly(
        _ shapes: [[Int]], _ function: @escaping @Sendable ([Tensor]) -> Tensor
    ) -> OperationBench.Prepared {
        let generator = RandomGenerator(seed: 1)
        let inputs = shapes.map { Tensor.normal($0, using: generator) }
        return OperationBench.Prepared(forward: { _ = function(inputs) })
    }
}

extension Workload {
    /// Creates a workload from an operation.
    init(_ operation: OperationBench) {
        self.init(name: operation.name, summary: operation.summary, batch: operation.batch) { batch in
            try operation.measure(batch: batch)
        }
    }

    /// All operations in one process, one row each.
    static let operations = Workload(
        name: "operations", summary: "All operations below (op-...), one row each.", batch: nil
    ) { _ in
        let rows = try OperationBench.all.map { operation in
            var row = Row()
            row.add("bench", operation.name)
            row.add(try operation.measure(batch: operation.batch))
            return row
        }
        var row = Row()
        row.add("rows", rows)
        return row
    }
}
