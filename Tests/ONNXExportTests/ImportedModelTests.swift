import Autograd
import Classical
import Configuration
import Foundation
import Layers
import ONNXExport
import Testing

/// Models of scikit-learn, which `Fixtures/make_fixtures.py` writes, against what scikit-learn predicts.
struct ImportedModelTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    private static func file(_ name: String) -> String {
        folder.appendingPathComponent(name + ".onnx").path
    }

    private static let expected: JSONValue = {
        let path = folder.appendingPathComponent("models.json").path
        return (try? JSONValue.load(path)) ?? .null
    }()

    private static let names = (expected["models"]?.members ?? []).map(\.key)
    private static let supported = names.filter { !$0.hasPrefix("unsupported") }

    private static func numbers(_ json: JSONValue?) -> [[Double]] {
        (json?.elements ?? []).map { row in
            (row.elements ?? [row]).compactMap { $0.double }
        }
    }

    private static let inputs: Matrix = {
        let rows = numbers(expected["inputs"])
        return Matrix(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
    }()

    private static func entry(_ name: String) throws -> JSONValue {
        try #require(expected["models"]?[name])
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    @Test(arguments: supported)
    func predictsLikeScikitLearn(name: String) throws {
        let model = try ImportedModel(onnx: Self.file(name))
        let entry = try Self.entry(name)
        #expect(model.inputs == 4)
        guard let labels = entry["labels"]?.elements?.map(\.text) else {
            let values = try #require(model.predictions(Self.inputs))
            let target = Self.numbers(entry["values"]).flatMap { $0 }
            #expect(zip(values, target).allSatisfy { abs($0 - $1) < 1e-5 }, "\(values) \(target)")
            #expect(throws: FileError.self) { try model.model() }
            return
        }
        #expect(model.classes == entry["classes"]?.elements?.compactMap(\.text))
        let probabilities = try #require(model.probabilities(Self.inputs))
        let known = Self.numbers(entry["probabilities"])
        for (row, target) in known.enumerated() {
            for (column, value) in target.enumerated() {
                #expect(abs(probabilities[row, column] - value) < 1e-5, "row \(row), class \(column)")
            }
        }
        // SVC decides by votes, not by its probabilities.
        guard !name.hasPrefix("svc_") else { return }
        for row in 0..<Self.inputs.rows {
            let values = Array(probabilities[row: row])
            let best = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
            #expect(model.classes[best] == labels[row], "row \(row)")
        }
    }

    @Test(arguments: supported)
    func becomesAModelThatCanBeSavedAndExported(name: String) throws {
        let imported = try ImportedModel(onnx: Self.file(name))
        guard let probabilities = imported.probabilities(Self.inputs) else { return }
        let model = try imported.model()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
        defer {
            for end in ["safetensors", "json"] {
                try? FileManager.default.removeItem(atPath: path.dropLast(11) + end)
            }
        }
        try ModelFile.write(model, card: ModelCard(classes: imported.classes), to: path)
        let again = try ModelFile.read(path).model
        let input = Tensor(
            Self.inputs.values.map { Real($0) }, shape: [Self.inputs.rows, Self.inputs.columns])
        let outputs = withoutRecording { again(input) }
        #expect(outputs.array == withoutRecording { model(input) }.array)
        for row in 0..<Self.inputs.rows {
            let values = (0..<imported.classes.count).map {
                Double(outputs.array[row * imported.classes.count + $0])
            }
            let sum = values.reduce(0) { $0 + exp($1) }
            for (column, value) in values.enumerated() {
                #expect(abs(exp(value) / sum - probabilities[row, column]) < 1e-5, "row \(row)")
            }
        }
        #expect(!(try again.encodeONNX()).isEmpty)
    }

    @Test func findsTheKindOfTheModel() throws {
        let layers = [
            "tree2": ["decision_tree"], "forest3": ["random_forest"], "boosting2": ["gradient_boosting"],
            "svc_linear3": ["standard_scaler", "svc"], "linear_svc2": ["linear_svc"],
            "logistic3": ["min_max_scaler", "logistic_regression"],
            "pca3": ["standard_scaler", "pca", "logistic_regression"],
            "selection3": ["select_k_best", "standard_scaler", "logistic_regression"],
            "bayes3": ["gaussian_nb"], "neighbors_cosine3": ["k_neighbors"],
        ]
        for (name, types) in layers {
            #expect(try ImportedModel(onnx: Self.file(name)).layerNames == types)
        }
    }

    @Test func namesTheColumnsOfADataFrame() throws {
        let model = try ImportedModel(onnx: Self.file("logistic_frame3"))
        #expect(model.inputNames == ["mfcc_0", "mfcc_1", "rms", "zcr"])
    }

    @Test func listsAllUnsupportedOperators() throws {
        let error = #expect(throws: FileError.self) {
            try ImportedModel(onnx: Self.file("unsupported3"))
        }
        #expect(error?.place == "unsupported operators")
        for operation in ["Pow", "ReduceSum"] { #expect(error?.found.contains(operation) == true) }
        #expect(error?.file.hasSuffix("unsupported3.onnx") == true)
    }

    @Test func rejectsOtherFiles() {
        for bytes in [[], Array("{\"a\": 1}".utf8), [8, 8], [UInt8](repeating: 255, count: 100)] {
            #expect(throws: FileError.self) { try ImportedModel(bytes: bytes) }
        }
        for path in ["/does/not/exist.onnx", "/dev/zero"] {
            #expect(throws: FileError.self) { try ImportedModel(onnx: path) }
        }
    }

    /// Damaged files give a model or an error; they never trap. Run with ONNX_MUTATIONS=100000 for more.
    @Test(arguments: names)
    func survivesDamage(name: String) throws {
        let original = try Self.bytes(name)
        let generator = RandomGenerator(seed: 11).split(name)
        let count = ProcessInfo.processInfo.environment["ONNX_MUTATIONS"].flatMap(Int.init) ?? 200
        for _ in 0..<count {
            var bytes = original
            for _ in 0...Int(generator.next() % 3) {
                let place = Int(generator.next() % UInt64(max(bytes.count, 1)))
                switch generator.next() % 4 {
                case 0: bytes = Array(bytes.prefix(place))
                case 1 where !bytes.isEmpty: bytes[place] ^= UInt8(1 << (generator.next() % 8))
                case 2 where !bytes.isEmpty: bytes[place] = UInt8(generator.next() % 256)
                default:
                    let end = min(bytes.count, place + 1 + Int(generator.next() % 8))
                    bytes.removeSubrange(min(place, end)..<end)
                }
            }
            guard let model = try? ImportedModel(bytes: bytes), model.inputs < 1000 else { continue }
            let rows = Matrix(rows: 2, columns: model.inputs)
            let values = model.probabilities(rows)?.values ?? model.predictions(rows)
            #expect(values?.isEmpty == false)
            _ = try? model.model()
        }
    }
}
