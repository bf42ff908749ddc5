"""The typed tree: what a script means, with every name resolved and every argument in its place.

This is all that code can be generated from.
"""

from dataclasses import dataclass, field
from typing import Any

from analytics.pine.diagnostics import Span
from analytics.pine.types import Qualifier, Type


@dataclass(slots=True, eq=False)
class Symbol:
    """A variable of the script; `code` is its name in the generated source.

    `level` is 0 for what every bar computes once, in no block and no function; only such symbols are seen by functions.
    """

    name: str
    type: Type
    qualifier: Qualifier
    span: Span
    code: str
    level: int = 0
    order: int = 0
    mode: str = ""
    in_function: bool = False
    is_parameter: bool = False
    captured: bool = False
    indexed: bool = False
    reassigned: bool = False
    quotient: bool = False
    """Whether its value is made of whole numbers, by division: it may stand where an `int` is wanted."""
    constant: "Expression | None" = None


@dataclass(slots=True, eq=False)
class Expression:
    span: Span
    type: Type
    qualifier: Qualifier


@dataclass(slots=True, eq=False)
class Constant(Expression):
    """int, float, bool, str, a colour as int, or None for what is missing."""

    value: Any


@dataclass(slots=True, eq=False)
class EnumMember(Expression):
    enum: str
    name: str


@dataclass(slots=True, eq=False)
class Read(Expression):
    symbol: Symbol


@dataclass(slots=True, eq=False)
class Builtin(Expression):
    """A variable of the reference."""

    name: str


@dataclass(slots=True, eq=False)
class InputValue(Expression):
    """The value of a setting; `default` is what a source is read from."""

    number: int
    default: Expression


@dataclass(slots=True, eq=False)
class Arithmetic(Expression):
    """`+ - * / %` on numbers, `//` for the division of constants in version 5, `+` on texts."""

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Negation(Expression):
    operand: Expression


@dataclass(slots=True, eq=False)
class Comparison(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Logic(Expression):
    """`and`, `or`; `lazy` leaves the right side out where the left one decides."""

    operator: str
    left: Expression
    right: Expression
    lazy: bool


@dataclass(slots=True, eq=False)
class Not(Expression):
    operand: Expression


@dataclass(slots=True, eq=False)
class Truth(Expression):
    """A number as a bool, in version 5."""

    operand: Expression


@dataclass(slots=True, eq=False)
class Choice(Expression):
    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(slots=True, eq=False)
class Past(Expression):
    value: Expression
    offset: Expression


@dataclass(slots=True, eq=False)
class Group(Expression):
    items: list[Expression]


@dataclass(slots=True, eq=False)
class BuiltinCall(Expression):
    """A call of the reference, all arguments in the order of its first signature."""

    name: str
    arguments: list[Expression]
    level: int


@dataclass(slots=True, eq=False)
class RequestCall(Expression):
    """A call that computes an expression on other bars; `request` says what the expression needs."""

    name: str
    arguments: list[Expression]
    expression: Expression


@dataclass(slots=True, eq=False)
class FunctionCall(Expression):
    function: "Function"
    arguments: list[Expression]


@dataclass(slots=True, eq=False)
class FieldRead(Expression):
    value: Expression
    name: str


@dataclass(slots=True, eq=False)
class NewObject(Expression):
    user_type: str
    arguments: list[Expression]


@dataclass(slots=True, eq=False)
class CopyObject(Expression):
    value: Expression


@dataclass(slots=True, eq=False)
class Statement:
    span: Span


@dataclass(slots=True, eq=False)
class Block:
    statements: list[Statement] = field(default_factory=list)
    result: Expression | None = None


@dataclass(slots=True, eq=False)
class Declare(Statement):
    symbol: Symbol
    value: Expression


@dataclass(slots=True, eq=False)
class DeclareOnce(Statement):
    """`var` and `varip`: computed when first reached; the block holds what the value needs."""

    symbols: list[Symbol]
    block: Block


@dataclass(slots=True, eq=False)
class DeclareGroup(Statement):
    symbols: list[Symbol]
    value: Expression


@dataclass(slots=True, eq=False)
class Assign(Statement):
    symbol: Symbol
    value: Expression


@dataclass(slots=True, eq=False)
class AssignField(Statement):
    target: Expression
    name: str
    value: Expression


@dataclass(slots=True, eq=False)
class Evaluate(Statement):
    value: Expression


@dataclass(slots=True, eq=False)
class If(Statement):
    """`into` is the symbol that takes the value of the branch, if one is wanted; the same for loops."""

    condition: Expression
    then: Block
    otherwise: Block | None
    into: Symbol | None = None


@dataclass(slots=True, eq=False)
class For(Statement):
    counter: Symbol
    start: Expression
    stop: Expression
    step: Expression | None
    body: Block
    into: Symbol | None = None
    stop_moves: bool = False


@dataclass(slots=True, eq=False)
class ForIn(Statement):
    key: Symbol | None
    item: Symbol
    collection: Expression
    body: Block
    into: Symbol | None = None


@dataclass(slots=True, eq=False)
class While(Statement):
    condition: Expression
    body: Block
    into: Symbol | None = None


@dataclass(slots=True, eq=False)
class Break(Statement):
    pass


@dataclass(slots=True, eq=False)
class Continue(Statement):
    pass


@dataclass(slots=True, eq=False)
class Function:
    """A user function for one combination of types of its arguments."""

    name: str
    code: str
    parameters: list[Symbol]
    body: Block
    type: Type
    qualifier: Qualifier
    stateful: bool = False
    """Whether it has something of its own from bar to bar: then results depend on being called on each bar."""


@dataclass(frozen=True, slots=True)
class Input:
    """A setting of a script, as its dialog shows it."""

    number: int
    kind: str
    title: str
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    options: tuple[Any, ...] = ()
    tooltip: str = ""
    inline: str = ""
    group: str = ""
    confirm: bool = False


@dataclass(slots=True)
class Script:
    """What was understood of a script."""

    version: int
    kind: str = "indicator"
    declaration: dict[str, Any] = field(default_factory=dict)
    body: Block = field(default_factory=Block)
    functions: list[Function] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    user_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    varip_fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    enums: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
