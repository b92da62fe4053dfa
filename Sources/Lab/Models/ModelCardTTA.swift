import Layers
import SpeechEmotion

extension ModelCard {
    /// Returns the test-time augmentation of the card. Throws if it is not a valid list of augmentations.
    func soundViews() throws -> SoundViews {
        try tta.map { try SoundViews(list: $0) } ?? SoundViews()
    }
}
