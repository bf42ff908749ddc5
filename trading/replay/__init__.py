"""Proof by repetition: the deals of the running platform against a plain fold of the engine over the same ticks."""
