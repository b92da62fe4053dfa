import Configuration

/// The registry of layers that a config can name. Add custom ones with `LayerKinds.register`.
public enum LayerKinds: Registry {
    /// The common type of all entries.
    public typealias Value = any LayerSpec

    public static var noun: String { "layer" }
    public static var builtIn: [any TaggedOptions.Type] { layerKinds }
}

/// A layer of any registered type, as an option.
public typealias AnyLayer = Tagged<LayerKinds>

/// The built-in layers.
let layerKinds: [any TaggedOptions.Type] = [
    Dense.Spec.self, Conv1D.Spec.self, Conv2D.Spec.self, ActivationLayer.Spec.self,
    SeparableConv1D.Spec.self, SeparableConv2D.Spec.self,
    Pool1D.Spec.self, Pool2D.Spec.self, GlobalPool.Spec.self,
    GRU.Spec.self, LSTM.Spec.self, SimpleRNN.Spec.self, AdditiveAttention.Spec.self,
    MultiHeadAttention.Spec.self, PositionalEncoding.Spec.self, Transformer.Spec.self, Conformer.Spec.self,
    TemporalBlock.Spec.self,
    BatchNorm.Spec.self, LayerNorm.Spec.self, GroupNorm.Spec.self, FeatureNorm.Spec.self,
    Dropout.Spec.self, SpatialDropout.Spec.self, DropPath.Spec.self, GaussianNoise.Spec.self,
    GradientReversal.Spec.self,
    Flatten.Spec.self, Reshape.Spec.self, Masking.Spec.self, Unmasking.Spec.self, GatedLinear.Spec.self,
    Embedding.Spec.self, LayerSum.Spec.self,
    Sequential.Spec.self, Residual.Spec.self, Branches.Spec.self, Voting.Spec.self, MultiOutput.Spec.self,
    Graph.Spec.self, Windows.Spec.self,
    SqueezeExcitation.Spec.self, MBConv.Spec.self, EfficientNet.Spec.self,
    StandardScalerSpec.self, RobustScalerSpec.self, MinMaxScalerSpec.self, PCASpec.self, SelectKBestSpec.self,
    SelectFromModelSpec.self,
    DecisionTreeSpec.self, RandomForestSpec.self, ExtraTreesSpec.self, SVCSpec.self, LinearSVCSpec.self,
    LogisticRegressionSpec.self, RidgeClassifierSpec.self, LinearDiscriminantSpec.self, GaussianNBSpec.self,
    KNeighborsSpec.self, GradientBoostingSpec.self,
    SVRSpec.self, RidgeSpec.self, KNeighborsRegressorSpec.self, DecisionTreeRegressorSpec.self,
    RandomForestRegressorSpec.self, ExtraTreesRegressorSpec.self, GradientBoostingRegressorSpec.self,
]
