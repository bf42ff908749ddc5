"""Running scripts of strangers: each in a process of its own, with limits, from which only results come back."""
