import Autograd

/// Support vectors with their kernel.
struct SupportVectors: Sendable, Equatable {
    let vectors: Matrix
    let function: KernelFunction
    private let norms: [Double]

    init(vectors: Matrix, function: KernelFunction) {
        (self.vectors, self.function) = (vectors, function)
        norms = KernelMatrix.squaredLengths(vectors)
    }

    /// Returns the kernel values between rows and support vectors.
    func kernelValues(_ x: Matrix) -> Matrix {
        var result = x.productTransposed(vectors)
        let lengths = KernelMatrix.squaredLengths(x)
        let width = vectors.rows
        result.values.withUnsafeMutableBufferPointer { values in
            norms.withUnsafeBufferPointer { norms in
                guard let base = values.baseAddress, let norms = norms.baseAddress else { return }
                Parallel.elements(x.rows, grain: 32) { range in
                    for row in range {
                        function.apply(base + row * width, norm: lengths[row], norms: norms, width)
                    }
                }
            }
        }
        return result
    }

    /// The kernel and the support vectors as arrays.
    var arrays: [NamedArray] {
        let kind = SVMKernel.allCases.firstIndex(of: function.kernel) ?? 0
        return [
            NamedArray("kernel", [Double(kind), function.gamma, function.coef0, Double(function.degree)]),
            NamedArray("support_vectors", vectors),
        ]
    }

    init(_ reader: ArrayReader) throws(FittingError) {
        let kernel = try reader.vector("kernel", count: 4)
        guard let kind = Int(exactly: kernel[0]), SVMKernel.allCases.indices.contains(kind), kernel[1] >= 0,
            let degree = Int(exactly: kernel[3]), degree >= 0
        else {
            throw FittingError(
                "the array \"kernel\"", found: "\(kernel)",
                allowed: "a kernel in 0...3, gamma at least 0, coef0, and a degree at least 0")
        }
        let vectors = try reader.matrix("support_vectors")
        guard vectors.columns > 0 else {
            throw FittingError("the array \"support_vectors\"", found: "no columns", allowed: "at least one")
        }
        self.init(
            vectors: vectors,
            function: KernelFunction(
                kernel: SVMKernel.allCases[kind], gamma: kernel[1], coef0: kernel[2], degree: degree))
    }
}
