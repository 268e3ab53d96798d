import Testing

extension Trait where Self == ConditionTrait {
    /// Whole runs take half a minute each without optimisation: they are left to release builds, of which `.ci/run` and
    /// `scripts/test --long` make one.
    static var optimisedOnly: Self {
        #if DEBUG
            .disabled("simulations run in release builds only: scripts/simulations")
        #else
            .enabled(if: true)
        #endif
    }
}
