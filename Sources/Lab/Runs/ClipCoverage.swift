import Autograd
import Reports
import SpeechEmotion

/// Whether enough clips of other data are left for an evaluation after their features were computed.
struct ClipCoverage {
    /// The names of the data and of the model.
    let data, model: String
    /// The classes that must have clips; none for models of other targets.
    var classes: [String] = []
    /// The number of clips that were dropped before, because their label is not a class of the model.
    var unknown = 0

    init(data: String, model: String) { (self.data, self.model) = (data, model) }

    /// The largest fraction of dropped clips that is accepted without `--allow-partial`.
    static let mostDropped = 0.1

    /// Throws an `InputError` if more than a tenth of the clips were dropped and some of them could not be used, or if no clip of a class
    /// could be used.
    func check(_ kept: [Clip], _ omissions: [Omission]) throws(InputError) {
        guard let example = omissions.first else { return }
        let dropped = unknown + omissions.count
        let all = kept.count + dropped
        let found = Set(kept.map(\.label))
        let missing = classes.filter { !found.contains($0) }
        let isMuch = Double(dropped) > Self.mostDropped * Double(all)
        guard isMuch || !missing.isEmpty else { return }
        var lines = [
            "\(NumberText.count(omissions.count)) of \(NumberText.count(all, "clip")) of \(data) cannot be used, such as \(example)"
        ]
        if unknown > 0 {
            lines.append(
                "  clips with labels that are not classes of \(model): \(NumberText.count(unknown))")
        }
        if !missing.isEmpty {
            lines.append(
                "  classes of the model without usable clips: \(missing.map { "\"\($0)\"" }.joined(separator: ", "))"
            )
        }
        lines.append(
            "Repair or remove these files. To evaluate on the usable clips and classes only, add --allow-partial."
        )
        throw InputError(lines.joined(separator: "\n"))
    }
}
