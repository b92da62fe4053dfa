import Layers
import SpeechEmotion

extension Experiment {
    /// The loss, with balanced class weights if `data.balance` requests them.
    var balancedLoss: any LossSpec {
        let weighted = loss.value as? any ClassWeightedLoss
        return data.balance.rule == .weights ? weighted?.balanced() ?? loss.value : loss.value
    }

    /// The problem if the loss cannot apply the class weights that `data.balance` requests; nil if it can.
    var balanceComplaint: String? {
        guard data.balance.rule == .weights else { return nil }
        guard let weighted = loss.value as? any ClassWeightedLoss else {
            let able = LossKinds.kinds.filter { $0 is any ClassWeightedLoss.Type }.map { $0.type }
            return
                "\"balance\" by weights requires a loss with class weights: \(able.joined(separator: ", "))"
        }
        if !weighted.hasClassWeights { return nil }
        return "\"balance\" by weights conflicts with the loss's \"class_weights\"; remove one of them"
    }
}
