import Autograd
import Testing

@Suite struct DescriptionTests {
    @Test(arguments: [
        (Tensor(2.5), "Tensor(2.5000, shape: [])"),
        (Tensor([1, -2, 30]), "Tensor([ 1., -2., 30.], shape: [3])"),
        (
            Tensor([1, 0.5, -1.25, 10], shape: [2, 2]),
            """
            Tensor([[ 1.0000,  0.5000],
                    [-1.2500, 10.0000]], shape: [2, 2])
            """
        ),
        (Tensor([1e-5, 1]), "Tensor([1.0000e-05, 1.0000e+00], shape: [2])"),
        (Tensor([.nan, .infinity, 1]), "Tensor([nan, inf,  1.], shape: [3])"),
        (Tensor.zeros([0, 3]), "Tensor([], shape: [0, 3])"),
        (
            Tensor.arange(8).reshaped([2, 2, 2]),
            """
            Tensor([[[0., 1.],
                     [2., 3.]],

                    [[4., 5.],
                     [6., 7.]]], shape: [2, 2, 2])
            """
        ),
        (Tensor.arange(1001), "Tensor([   0.,    1.,    2., ...,  998.,  999., 1000.], shape: [1001])"),
        (
            Tensor.arange(2000).reshaped([1000, 2]),
            """
            Tensor([[   0.,    1.],
                    [   2.,    3.],
                    [   4.,    5.],
                    ...,
                    [1994., 1995.],
                    [1996., 1997.],
                    [1998., 1999.]], shape: [1000, 2])
            """
        ),
    ]) func printsAlignedRows(_ tensor: Tensor, _ expected: String) {
        #expect("\(tensor)" == expected)
    }

    @Test func longRowsAreWrapped() {
        let lines = "\(Tensor.arange(100))".split(separator: "\n")
        #expect(lines.count > 1 && lines.allSatisfy { $0.count <= 100 })
        #expect(lines[1].hasPrefix("        "))
    }
}
