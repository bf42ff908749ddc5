"""Pine Script, versions 5 and 6, compiled and run: a language of its own, without Django."""
