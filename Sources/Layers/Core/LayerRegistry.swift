import Configuration

/// Every layer that a config may name. A new layer joins by its line here.
let layerKinds: [any TaggedOptions.Type] = [
    Dense.Spec.self, Conv1D.Spec.self, Conv2D.Spec.self, ActivationLayer.Spec.self,
    Pool1D.Spec.self, Pool2D.Spec.self, GlobalPool.Spec.self,
    GRU.Spec.self, LSTM.Spec.self, AdditiveAttention.Spec.self,
    BatchNorm.Spec.self, LayerNorm.Spec.self,
    Dropout.Spec.self, SpatialDropout.Spec.self, GaussianNoise.Spec.self,
    Sequential.Spec.self,
]
