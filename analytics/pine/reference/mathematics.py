"""`math.*`, and what turns one kind of value into another."""

ENTRIES = """
math.abs(number N) -> N
    The value without its sign.
math.acos(angle float) -> float
    The arc cosine in radians.
math.asin(angle float) -> float
    The arc sine in radians.
math.atan(angle float) -> float
    The arc tangent in radians.
math.avg(number float...) -> float
    The mean of the values.
math.ceil(number float) -> int
    The least whole number that is no less.
math.cos(angle float) -> float
    The cosine of an angle in radians.
math.exp(number float) -> float
    e to the power of the value.
math.floor(number float) -> int
    The greatest whole number that is no greater.
math.log(number float) -> float
    The natural logarithm.
math.log10(number float) -> float
    The logarithm to the base of ten.
math.max(number N...) -> N
    The greatest of the values.
math.min(number N...) -> N
    The least of the values.
math.pow(base float, exponent float) -> float
    The base to the power of the exponent.
math.random(min float = 0, max float = 1, seed int?) -> series float
    A random number; with a seed, the same ones in each run.
math.round(number float) -> int
math.round(number float, precision int) -> float
    The nearest whole number, or the nearest with so many digits.
math.round_to_mintick(number float) -> simple float
    The nearest price the symbol can have.
math.sign(number float) -> float
    1, -1 or 0.
math.sin(angle float) -> float
    The sine of an angle in radians.
math.sqrt(number float) -> float
    The square root.
math.sum(source N, length int) -> series N
    The sum of the last values.
math.tan(angle float) -> float
    The tangent of an angle in radians.
math.todegrees(radians float) -> float
    An angle in degrees.
math.toradians(degrees float) -> float
    An angle in radians.
math.e const float = 2.718281828459045
    Euler's number.
math.phi const float = 1.618033988749895
    The golden ratio.
math.pi const float = 3.141592653589793
    The circle's ratio.
math.rphi const float = 0.618033988749895
    The inverse of the golden ratio.
na(x any) -> bool
    Whether a value is missing.
na const na
    The missing value.
nz(source int, replacement int = 0) -> int
nz(source float, replacement float = 0) -> float
nz(source color, replacement color = #00000000) -> color
nz(source bool, replacement bool = false) -> bool @5
nz(source string, replacement string = "") -> string
    The value, or if it is missing the replacement.
fixnan(source int) -> series int
fixnan(source float) -> series float
fixnan(source color) -> series color
fixnan(source bool) -> series bool @5
fixnan(source string) -> series string
    The last value that was not missing.
int(x float) -> int
int(x bool) -> int @5
    The value without what follows the point.
float(x float) -> float
    The value as a number with a point.
bool(x float) -> bool
bool(x bool) -> bool
    Whether a number is there and not zero.
color(x color) -> color
    The value as a colour, to give `na` a type.
string(x string) -> string
    The value as a text, to give `na` a type.
line(x line) -> series line
    The value as a line, to give `na` a type.
label(x label) -> series label
    The value as a label, to give `na` a type.
box(x box) -> series box
    The value as a box, to give `na` a type.
table(x table) -> series table
    The value as a table, to give `na` a type.
linefill(x linefill) -> series linefill
    The value as a filling, to give `na` a type.
"""
