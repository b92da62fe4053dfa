extension ImageLayout.Colormap {
    /// The red, green and blue of 256 levels, from 0 to 1, from the darkest color to the brightest.
    var table: [Float] {
        switch self {
        case .gray: (0..<256).flatMap { [Float](repeating: Float($0) / 255, count: 3) }
        case .viridis: Self.table(Self.viridisKnots)
        case .magma: Self.table(Self.magmaKnots)
        }
    }

    /// Parses a map of which every third level is given, each channel as three hexadecimal digits; levels between are
    /// interpolated linearly.
    private static func table(_ knots: String) -> [Float] {
        let digits = knots.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        let numbers = stride(from: 0, to: digits.count - 2, by: 3).map {
            Float(digits[$0] << 8 | digits[$0 + 1] << 4 | digits[$0 + 2]) / 4095
        }
        return (0..<256).flatMap { level in
            (0..<3).map { color in
                let (knot, rest) = (level / 3, Float(level % 3) / 3)
                let low = numbers[knot * 3 + color]
                return rest == 0 ? low : low + (numbers[knot * 3 + 3 + color] - low) * rest
            }
        }
    }

    // The color maps of matplotlib (van der Walt and Smith 2015, released under CC0).
    private static let viridisKnots = """
        44501454545705258e46609b5d54720e761947c12d65a48216f6994871b06d44881ef70c48622d74148226a77247c2a779f
        4722e37c946731e7ef4593598124493938314383cd84c42440686541043e87a3fa47688d3e44ac89d3cc4e28ab3b55178b7
        39d54b8c138557e8ca36e5b08d13565e28d73406138dc3296438e13146738e42ff6a28e72ea6d18e92d77008eb2c372e8ed
        2b075c8ed29e7898ee28c7b78ed27a7e48ec2688118eb25783f8e824586c8e52348998e02248c68db2148f38d42069218cc
        1fa94e8c21f097b8b61ea9a88a91e99d689a1eea038891faa3087520da5d860228a8984824bab582d276ae18112a9b0d7f1
        2e4b387cf325b637aa36cb8d7833b9bb775940cbdf72c463c076fc4bec2f6c951ec55694581c7a65b5e8c9e620652cc25e2
        6c0ce45a1730d0455d7a3d24517819d424ce891d5f48290cd7a434988d933e4a06dac393a85dc3340b05dd82ecb86dec29a
        c07dff24bc88e11202d08e211c4d87e32198e04e41186e7fe50192ef9e601bbf6fe6f1fcfe3e7f24d
        """
    private static let magmaKnots = """
        00600203901200e07b0270210d804203913a06605519c0910742010c50962680fa0b72d11300d533e1690ee3ae1a5102420
        1e511049422911850a27211957e2bf1145ee3101096563630fe6b23b60f57004090f374045a0fa7734a910879b4f711d7bb
        5441377d45901547e75db1727f76261918046701b080d6bb1ce8157061ed81a75120a81e79c2278207e824382083425f81f
        88127a81c8cd29481791b2ae8109692c78089b72e07fda052f97f1a543127e2aa332b7d2af23457bfb4135f7aab90379792
        bdf395778c2d3b375cc7a3d273ecc63f471ed114186fbd5a43f6d7da146b6b2de649a68ce274cf666e64508641e9c54861f
        ed058c5ffefe5d65e5f276255d1f4a6785c5f696ce5c0f837265c3f997805cffac7db5e2fbb8365fcfc989161dfd38ec644
        fdc948670fe49a26a1fe99fd6d6feea5770fff1ab174cff3b0a78cff4b637cfff4bbc815ff3c1585dff2c6d8a8fefcc58f4
        fecd1d944fe9d75995fe5dcd9e8fe0e25a3dfdce7da94fd7ed5aedfd2f2db46fcef84ba1fcafdcbfd
        """
}
