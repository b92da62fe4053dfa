import Autograd
import Configuration
import TestSupport
import Layers
import Testing

/// What holds for every layer that a config may name.
@Suite(.serialized) struct EveryLayerTests {
    @Test func everyKindHasAnExample() throws {
        let shown = try Set(Example.all.map { type(of: try LayerCheck($0).spec).type })
        // Fitted models have tests of their own.
        let kinds = LayerKinds.builtIn.filter { !($0 is any EstimatorSpec.Type) }
        #expect(kinds.map { $0.type }.filter { !shown.contains($0) } == [])
    }

    @Test(arguments: Example.all) func shapesArePromised(_ example: Example) throws {
        #expect(try LayerCheck(example).shapes() == [])
    }

    /// Sizes that no memory holds are a mistake of the config, not the end of the program.
    @Test(arguments: Example.all) func oddSizesAreRefused(_ example: Example) throws {
        #expect(try LayerCheck(example).oddSizes() == [])
    }

    @Test(arguments: Example.all) func namesAreStableAndCounted(_ example: Example) throws {
        #expect(try LayerCheck(example).names() == [])
    }

    @Test(arguments: Example.all) func namesAreKnownWithoutWeights(_ example: Example) throws {
        let spec = try LayerCheck(example).spec
        let made = try spec.make(example.input, RandomGenerator(seed: 1))
        #expect(try spec.parameterNames(example.input) == made.namedParameters.map(\.name))
    }

    @Test(arguments: Example.all) func writesItselfAsJSON(_ example: Example) throws {
        #expect(try LayerCheck(example).jsonRoundTrip() == [])
    }

    @Test(arguments: Example.all) func savedAndLoadedGivesTheSameBits(_ example: Example) throws {
        #expect(try LayerCheck(example).saving() == [])
    }

    @Test(arguments: Example.all) func everyParameterHasAGradient(_ example: Example) throws {
        #expect(try LayerCheck(example).gradients() == [])
    }

    @Test(arguments: Example.all) func aStepLowersTheLoss(_ example: Example) throws {
        #expect(try LayerCheck(example).learns() == [])
    }

    @Test(arguments: Example.all) func sameBitsOnAnyNumberOfThreads(_ example: Example) throws {
        let check = try LayerCheck(example)
        #expect(try check.training(threads: 1) == check.training(threads: 3))
    }

    @Test(arguments: Example.all) func paddingChangesNothing(_ example: Example) throws {
        #expect(try LayerCheck(example).padding() == [])
    }

    @Test(arguments: Example.all) func paddedSequencesGiveWhatTheyGiveAlone(_ example: Example) throws {
        #expect(try LayerCheck(example).alone() == [])
    }

    @Test(arguments: Example.all) func paddingIsNeverRead(_ example: Example) throws {
        #expect(try LayerCheck(example).paddingIsNeverRead() == [])
    }
}
