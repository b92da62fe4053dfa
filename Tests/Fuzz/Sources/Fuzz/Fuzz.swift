import Autograd
import Configuration
import Foundation
import Lab
import Layers
import ONNXExport
import Server
import SpeechEmotion

/// The parsers of data from outside. Each either accepts its input or throws; anything else ends the process.
enum Parser: String, CaseIterable {
    case json, experiment, pipeline, model, csv, safetensors, npy, npz, onnx, audio, http

    func parse(_ bytes: [UInt8]) throws {
        switch self {
        case .json:
            let value = try JSONValue.parse(bytes, source: "input")
            // What is accepted must survive a round trip.
            let again = try JSONValue.parse(value.line)
            precondition(again == value)
        case .experiment: _ = try Experiment.decode(JSONValue.parse(bytes, source: "input"))
        case .pipeline:
            let pipeline = try FeaturePipeline.decode(JSONValue.parse(bytes, source: "input"))
            _ = try pipeline.outputShape()
            let samples = (0..<3000).map { Float(sin(Double($0) * 0.1)) }
            _ = try pipeline(Waveform(samples, rate: 8000))
        case .model:
            let json = try JSONValue.parse(bytes, source: "input")
            for input in [[7], [20, 4], [16, 16, 3]] { _ = try Model.spec(json).checkedPlan(input) }
        case .csv: _ = try CSVTable(parsing: bytes, source: "input")
        case .safetensors:
            let file = try SafeTensors(bytes: bytes)
            for entry in file.entries { _ = try? file.tensor(entry.name) }
        case .npy: _ = try Npy.read(bytes: bytes)
        case .npz: _ = try Npz(bytes: bytes)
        case .onnx: _ = try ImportedModel(bytes: bytes)
        case .audio:
            do { _ = try AudioFile.read(bytes: bytes, allowTruncated: true) } catch let error as FileError {
                // libsndfile runs in a process of its own.
                precondition(error.place != "decoding", "\(error)")
            }
        case .http:
            var parser = HTTPParser()
            // In two pieces, because a network delivers requests in pieces.
            for part in [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]] {
                parser.append(Array(part))
                while try parser.next() != nil {}
            }
        }
    }

    /// The parser named by the environment variable FUZZ_TARGET.
    static let selected: Parser = {
        let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
        guard let parser = Parser(rawValue: name) else {
            print(
                "error: FUZZ_TARGET is \"\(name)\"; allowed: \(allCases.map(\.rawValue).joined(separator: ", "))"
            )
            exit(64)
        }
        Parallel.threads = 1
        return parser
    }()
}

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    try? Parser.selected.parse(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
