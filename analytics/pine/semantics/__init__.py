"""From a syntax tree to a typed one: names, types, qualifiers, overloads."""
