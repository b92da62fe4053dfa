extension PythonLibrary {
    /// The forms in which a model takes features.
    static let layouts = #"""
        def sequence(tables, frames, pad, cut):
            """Concatenates features, truncates or zero-pads them to `frames` frames, and returns them with the number of valid frames."""
            table = np.concatenate(tables, axis=1)
            first = share(cut, max(0, len(table) - frames))
            table = table[first : first + frames]
            before = share(pad, frames - len(table))
            padded = np.pad(table, ((before, frames - len(table) - before), (0, 0)))
            return padded, before + len(table)


        def summary(table, *statistics):
            """Returns statistics over all frames as one vector."""
            mean = table.mean(axis=0)
            variance = np.square(table - mean).mean(axis=0)

            def moment(power):
                central, scale = ((table - mean) ** power).mean(axis=0), variance ** (power / 2)
                return np.divide(central, scale, out=np.zeros_like(scale), where=variance > 1e-30)

            known = {
                "mean": lambda: mean,
                "std": lambda: np.sqrt(variance),
                "min": lambda: table.min(axis=0),
                "max": lambda: table.max(axis=0),
                "median": lambda: np.median(table, axis=0),
                "range": lambda: np.ptp(table, axis=0),
                "skew": lambda: moment(3),
                "kurtosis": lambda: np.where(variance > 1e-30, moment(4) - 3, 0),
            }
            return np.concatenate(
                [known[s]() if s in known else np.percentile(table, int(s[1:]), axis=0) for s in statistics]
            )
        """#
}
