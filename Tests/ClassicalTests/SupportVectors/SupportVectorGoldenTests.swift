import Autograd
import Classical
import Foundation
import GoldenSupport
import Testing

/// Support vector machines on the golden group `classical`, from the folder that the environment variable `GOLDEN`
/// names, or from `Tests/Golden`.
struct SupportVectorGoldenTests {
    struct Manifest: Decodable {
        struct Cases: Decodable {
            var cases: [String: Case]
        }
        struct Case: Decodable {
            var C: Double
            var gamma: Gamma
            var fold_accuracy: [Double]
        }
        enum Gamma: Decodable {
            case scale, value(Double)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let value = try? container.decode(Double.self) {
                    self = .value(value)
                } else {
                    self = .scale
                }
            }
        }
        struct Binary: Decodable {
            var C: Double
            var gamma: Double
            var support_vectors: Int
            var sum_of_alpha: Double
            var intercept: Double
        }
        var svc_rbf: Cases
        var svc_binary: Binary
    }

    private func load() throws -> (manifest: Manifest, tensors: SafeTensors) {
        let folder = GoldenFiles.folder
        let text = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/classical.json"))
        return (
            try JSONDecoder().decode(Manifest.self, from: text),
            try SafeTensors(contentsOf: "\(folder)/classical.safetensors")
        )
    }

    private func table(_ tensor: Tensor) -> Matrix {
        Matrix(rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.array.map { Double($0) })
    }

    /// At most one row of a fold differs.
    @Test func foldAccuracy() throws {
        let (manifest, tensors) = try load()
        let x = table(try tensors.tensor("x"))
        let (labels, folds) = (try tensors.indices("y").values, try tensors.indices("fold").values)
        let classes = (labels.max() ?? 0) + 1
        let generator = RandomGenerator(seed: 0)
        #expect(!manifest.svc_rbf.cases.isEmpty)
        for (name, reference) in manifest.svc_rbf.cases {
            var options = SVCOptions(C: reference.C)
            if case .value(let gamma) = reference.gamma { options.gamma = .value(gamma) }
            for (fold, accuracy) in reference.fold_accuracy.enumerated() {
                let train = folds.indices.filter { folds[$0] != fold }
                let test = folds.indices.filter { folds[$0] == fold }
                let scaler = try StandardScalerOptions().fit(
                    x.rows(train), labels: [], classes: 0, generator: generator)
                let model = try options.fit(
                    scaler.transform(x.rows(train)), labels: train.map { labels[$0] }, classes: classes,
                    weights: nil, generator: generator)
                let found = model.predictions(scaler.transform(x.rows(test)))
                let correct = zip(found, test).count { $0 == labels[$1] }
                #expect(abs(Double(correct) - accuracy * Double(test.count)) < 1.001, "\(name) fold \(fold)")
            }
        }
    }

    @Test func binary() throws {
        let (manifest, tensors) = try load()
        let reference = manifest.svc_binary
        let x = table(try tensors.tensor("svc_binary/x"))
        let labels = try tensors.indices("svc_binary/y").values
        let model = try SVCOptions(C: reference.C, gamma: .value(reference.gamma), tol: 1e-8).fit(
            x, labels: labels, classes: 2, weights: nil, generator: RandomGenerator(seed: 0))
        let expected = try tensors.tensor("svc_binary/decision").array.map { Double($0) }
        let found = model.decisionFunction(table(try tensors.tensor("svc_binary/x"))).column(1)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 } && found.count == expected.count)
        let sum = model.dualCoefficients.values.reduce(0) { $0 + abs($1) }
        #expect(abs(sum - reference.sum_of_alpha) < 1e-3)
        #expect(abs(-model.intercepts[0] - reference.intercept) < 1e-3)
        #expect(abs(model.supportVectors.rows - reference.support_vectors) <= 1)
    }
}
