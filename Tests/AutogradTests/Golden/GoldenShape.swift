import Autograd

extension GoldenOperation {
    static let shape: [String: GoldenOperation] = [
        "reshape": .init { try $0("x").reshaped($0.ints("shape")) },
        "permute then reshape": .init { try $0("x").permuted($0.ints("order")).reshaped($0.ints("shape")) },
        "permute": .init { try $0("x").permuted($0.ints("order")) },
        "slice": .init { call in
            let (start, stop, step) = try (call.ints("start"), call.ints("stop"), call.ints("step"))
            return try call("x").slice(
                start.indices.map { AxisSlice(start: start[$0], stop: stop[$0], step: step[$0]) })
        },
        "select": .init { try $0("x").select(axis: $0.int("axis"), index: $0.int("index")) },
        "concat": .init { concatenate(try $0.names.map($0.callAsFunction), axis: try $0.int("axis")) },
        "stack": .init { stack(try $0.names.map($0.callAsFunction), axis: try $0.int("axis")) },
        "split": .named { call in
            let parts = try call("x").split(sizes: call.ints("sizes"), axis: call.int("axis"))
            return Dictionary(uniqueKeysWithValues: zip(call.goldenCase.outputs.keys.sorted(), parts))
        },
        "gather": .init(addsGradients: true) { try $0("x").gathered($0.indices("i"), axis: $0.int("axis")) },
        "index_select": .init(addsGradients: true) {
            try $0("x").indexSelected($0.indices("i"), axis: $0.int("axis"))
        },
        "embedding": .init(addsGradients: true) { embedding(try $0("w"), try $0.indices("i")) },
        "broadcast_to": .init(addsGradients: true) { try $0("x").broadcast(to: $0.ints("shape")) },
        "pad": .init {
            try $0("x").padded(before: $0.ints("before"), after: $0.ints("after"), value: $0.real("value"))
        },
        "flip": .init { try $0("x").flipped(axes: $0.ints("axis")) },
        "squeeze(#) of x, unsqueeze(#)": .init {
            try $0("x").squeezed(Int($0.number(0))).expanded(Int($0.number(1)))
        },
        "flatten from axis #": .init { try $0("x").flattened(from: Int($0.number(0))) },
        "one_hot": .init { oneHot(try $0.indices("i"), classes: try $0.int("classes")) },
    ]
}
