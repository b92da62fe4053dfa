import Commands
import CustomParts
import Layers
import Metrics
import ONNXExport
import SpeechEmotion

LayerKinds.register(SnakeSpec.self)
ONNXMappings.register(SnakeSpec.self, SnakeSpec.onnx)
FeatureKinds.register(TeagerEnergy.self)
CorpusKinds.register(ArousalCorpus.self)
Metric.register(.worstRecall)

var program = Program.standard
program.name = "CustomProgram"
program.main()
