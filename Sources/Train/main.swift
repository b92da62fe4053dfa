import Autograd
let p = Parameter(Tensor(shape: [3]) { for i in 0..<3 { $0[i] = Real(i) } })
print(p.tensor.tanh().exp().backward(p.value)[p]!.array)
