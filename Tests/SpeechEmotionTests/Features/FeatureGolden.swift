import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// The golden group of features, from the folder that the environment variable `GOLDEN` names or from
/// `Tests/Golden`.
struct FeatureGolden {
    let json: JSONValue
    private let tensors: SafeTensors

    /// Nil where another folder leaves the group out; our own has to have it.
    init?() throws {
        guard let golden = try GoldenAudio() else { return nil }
        (json, tensors) = (golden.json, golden.tensors)
    }

    /// A sound and the names of all that was computed from it: `a48k/22050`.
    struct Clip: Sendable, CustomTestStringConvertible {
        let name: String
        let rate: Int
        /// What the manifest says of it.
        let facts: JSONValue
        var testDescription: String { name }
    }

    /// Every clip at every rate. None where the group is missing.
    static let clips: [Clip] = {
        guard let golden = try? FeatureGolden(), let clips = golden.json["clips"]?.elements else { return [] }
        return clips.flatMap { clip in
            let file = ((clip["file"]?.text ?? "") as NSString).lastPathComponent
            let name = (file as NSString).deletingPathExtension
            return (clip["rates"]?.members ?? []).compactMap { member in
                Int(member.key).map { Clip(name: "\(name)/\($0)", rate: $0, facts: member.value) }
            }
        }
    }()

    func has(_ name: String) -> Bool { tensors.contains(name) }
    func shape(_ name: String) throws -> [Int] { try tensors.tensor(name).shape }
    func numbers(_ name: String) throws -> [Float] { try tensors.tensor(name).array.map { Float($0) } }

    /// A tensor of [coefficients, frames] with the numbers of a frame beside each other.
    func table(_ name: String) throws -> FrameTable {
        let shape = try shape(name)
        let (width, frames) = (shape[0], shape[1])
        let numbers = try numbers(name)
        return FrameTable(
            frames: frames, width: width,
            values: (0..<frames * width).map { numbers[$0 % width * frames + $0 / width] })
    }
}

/// The largest difference, over the largest reference; infinite where the counts differ or a number is none.
func relativeError(_ found: [Float], _ reference: [Float]) -> Double {
    guard found.count == reference.count else { return .infinity }
    let largest = reference.reduce(0) { max($0, $1.magnitude) }
    return Double(absoluteError(found, reference)) / Double(max(largest, .leastNormalMagnitude))
}

/// The largest difference; infinite where the counts differ or a number is none.
func absoluteError(_ found: [Float], _ reference: [Float]) -> Double {
    guard found.count == reference.count else { return .infinity }
    return zip(found, reference).reduce(0) { worst, pair in
        let difference = Double((pair.0 - pair.1).magnitude)
        return difference.isNaN ? .infinity : max(worst, difference)
    }
}
