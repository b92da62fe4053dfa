import Layers
import SpeechEmotion

extension ModelCard {
    /// The test-time augmentation of the card. Throws if it is not a valid list of changes.
    func soundViews() throws -> SoundViews {
        try tta.map { try SoundViews(list: $0) } ?? SoundViews()
    }
}
