import Autograd
import Testing

/// An invalid call of a shape operation and its error message.
private struct ShapeError: Sendable {
    let message: String
    let call: @Sendable () -> Void

    init(_ message: String, _ call: @escaping @autoclosure @Sendable () -> Any) {
        self.message = message
        self.call = { _ = call() }
    }
}

private let shapeErrors: [ShapeError] = [
    .init(
        "reshaped: shape [5, -1] does not hold the 12 elements of shape [3, 4]",
        counting([3, 4]).reshaped([5, -1])),
    .init(
        "reshaped: shape [-1, 0] does not hold the 0 elements of shape [0]", counting([0]).reshaped([-1, 0])),
    .init("reshaped: shape [-1, -1] for a tensor of shape [4]", counting([4]).reshaped([-1, -1])),
    .init("squeezed: axis 1 of shape [3, 4] has size 4, not 1", counting([3, 4]).squeezed(1)),
    .init("expanded: axis 3 cannot be inserted into shape [4]; allowed: -2...1", counting([4]).expanded(3)),
    .init(
        "permuted: order [0, 0] does not name each axis of shape [3, 4]", counting([3, 4]).permuted([0, 0])),
    .init("permuted: order [0, 0, 0] does not name each axis", counting([3]).permuted([0, 0, 0])),
    .init("broadcast: shape [3, 4] cannot be broadcast to [4, 3]", counting([3, 4]).broadcast(to: [4, 3])),
    .init("slice: 2 slices for shape [3]", counting([3]).slice([.all, .all])),
    .init("slice: the step must not be 0", counting([3]).slice(axis: 0, step: 0)),
    .init(
        "select: index 3 of axis 1 is outside shape [2, 3]; allowed: -3..<3",
        counting([2, 3]).select(axis: 1, index: 3)),
    .init(
        "padded: before [1] and after [0, 0] for shape [2, 3]",
        counting([2, 3]).padded(before: [1], after: [0, 0])),
    .init(
        "concatenate: shapes [2, 3] and [2, 4] (tensor 1) differ outside axis 0",
        concatenate([counting([2, 3]), counting([2, 4])])),
    .init("stack: shapes [2] and [3] (tensor 1) differ", stack([counting([2]), counting([3])])),
    .init("split: sizes [1, 1] do not add up to axis 0 of shape [3]", counting([3]).split(sizes: [1, 1])),
    .init("split: axis 0 of shape [3] cannot be split into 2 equal pieces", counting([3]).split(into: 2)),
    .init(
        "gathered: indices of shape [2, 1] for shape [3], axis 0",
        counting([3]).gathered(Indices([0, 1], shape: [2, 1]), axis: 0)),
    .init("gathered: index 3 at position 1 is outside 0..<3", counting([3]).gathered([0, 3], axis: 0)),
    .init(
        "scatterAdded: index -1 at position 0 is outside 0..<3",
        counting([3]).scatterAdded([-1], counting([1]), axis: 0)),
    .init(
        "scatterAdded: a source of shape [1] for indices of shape [2]",
        counting([3]).scatterAdded([0, 1], counting([1]), axis: 0)),
    .init(
        "indexSelected: index 9 at position 1 is outside 0..<3", counting([3]).indexSelected([0, 9], axis: 0)),
    .init("embedding: index 4 at position 2 is outside 0..<4", embedding(counting([4, 2]), [0, 1, 4])),
    .init("oneHot: index 2 at position 0 is outside 0..<2", oneHot([2], classes: 2)),
    .init(
        "maskedFill: shape [2, 3] cannot be broadcast to [3]", counting([3]).maskedFill(counting([2, 3]), 0)),
    .init("permuted: axis 2 does not exist in shape [3]; allowed: -1...0", counting([3]).permuted([2])),
]

@Suite struct ShapeErrorTests {
    @Test(arguments: shapeErrors.indices)
    func isReported(_ number: Int) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            [number] in
            shapeErrors[number].call()
        }
        let output = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(output.contains(shapeErrors[number].message))
    }
}
