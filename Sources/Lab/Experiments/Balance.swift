import Layers
import SpeechEmotion

extension Experiment {
    /// The loss, with weights that even out the classes where `data.balance` asks for them.
    var balancedLoss: any LossSpec {
        let weighted = loss.value as? any ClassWeightedLoss
        return data.balance.rule == .weights ? weighted?.balanced() ?? loss.value : loss.value
    }

    /// Why the loss cannot even out the classes as `data.balance` asks for.
    var balanceComplaint: String? {
        guard data.balance.rule == .weights else { return nil }
        guard let weighted = loss.value as? any ClassWeightedLoss else {
            let able = LossKinds.kinds.filter { $0 is any ClassWeightedLoss.Type }.map { $0.type }
            return "\"balance\" by weights needs one of the losses \(able.joined(separator: ", "))"
        }
        if !weighted.hasClassWeights { return nil }
        return "\"balance\" by weights and \"class_weights\" of the loss: give one of both"
    }
}
