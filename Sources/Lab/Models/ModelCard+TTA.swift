import Layers
import SpeechEmotion

extension ModelCard {
    /// Returns the test-time augmentation of the card. Throws if it is not a valid list of augmentations.
    func testTimeAugmentation() throws -> TestTimeAugmentation {
        try tta.map { try TestTimeAugmentation(list: $0) } ?? TestTimeAugmentation()
    }
}
