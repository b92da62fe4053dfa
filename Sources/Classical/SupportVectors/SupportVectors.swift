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

    /// Returns the sums of the kernel values between rows and support vectors, weighted by each column of
    /// `coefficients`.
    func sums(_ x: Matrix, _ coefficients: Matrix) -> Matrix {
        x.require(features: vectors.columns)
        var result = Matrix(rows: x.rows, columns: coefficients.columns)
        let lengths = KernelMatrix.squaredLengths(x)
        let left = RightFactor(transposed: vectors)
        let right = RightFactor(coefficients)
        let (width, outputs, block) = (vectors.rows, coefficients.columns, 64)
        result.values.withUnsafeMutableBufferPointer { out in
            x.values.withUnsafeBufferPointer { values in
                norms.withUnsafeBufferPointer { norms in
                    guard let out = out.baseAddress, let values = values.baseAddress,
                        let norms = norms.baseAddress
                    else { return }
                    Parallel.elements(x.rows, grain: block) { range in
                        withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * width) {
                            kernel in
                            guard let kernel = kernel.baseAddress else { return }
                            let first = range.lowerBound
                            left.withFactor {
                                $0.multiply(
                                    values + first * x.columns, rows: range.count, rowStep: x.columns,
                                    into: kernel)
                            }
                            for row in range {
                                function.apply(
                                    kernel + (row - first) * width, norm: lengths[row], norms: norms, width)
                            }
                            right.withFactor {
                                $0.multiply(
                                    kernel, rows: range.count, rowStep: width, into: out + first * outputs)
                            }
                        }
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
