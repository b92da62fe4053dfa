// Fits a small network to two spirals with Autograd alone.
import Autograd
import Foundation

let generator = RandomGenerator(seed: 1)
let training = Spirals(count: 400, noise: 0.03, using: generator.split("training"))
let test = Spirals(count: 400, noise: 0.03, using: generator.split("test"))
var network = Network(sizes: [2, 32, 32, 2], using: generator.split("weights"))

/// Returns the accuracy of the network.
func accuracy(_ network: Network, _ data: Spirals) -> Double {
    let guesses = withoutRecording { network(data.points) }.argmax(axis: 1)
    let right = zip(guesses.values, data.labels.values).count { $0 == $1 }
    return Double(right) / Double(data.labels.count)
}

let steps = 600
for step in 0...steps {
    let loss = softmaxCrossEntropy(network(training.points), targets: training.labels)
    if step % 100 == 0 {
        let share = 100 * accuracy(network, training)
        print(String(format: "step %3d  loss %.4f  accuracy %5.1f %%", step, Double(loss.item()), share))
    }
    network.descend(loss.backward(), rate: 0.1)
}
let final = accuracy(network, test)
print(String(format: "test accuracy: %.1f%%", 100 * final))

// A graph may be as deep as memory allows: here a million operations are recorded, differentiated and released.
let start = Parameter(Tensor(1))
var deep = start.tensor
for _ in 0..<1_000_000 { deep = -deep }
let gradient = deep.backward()[start]?.item()
deep = Tensor(0)
print("gradient through 1,000,000 operations: \(gradient.map { "\($0)" } ?? "none")")

guard final > 0.95, gradient == 1 else {
    print("Something is wrong: expected an accuracy above 95% and a gradient of 1.")
    exit(1)
}
