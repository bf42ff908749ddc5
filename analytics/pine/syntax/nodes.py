"""The syntax tree. Every node knows where it stands in the source."""

from dataclasses import dataclass, field

from analytics.pine.diagnostics import Span
from analytics.pine.syntax.tokens import Annotation


@dataclass(slots=True, eq=False)
class Node:
    span: Span


# Types as they are written -------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class TypeName(Node):
    """`float`, `array<int>`, `line[]`, `Point`; the qualifier is empty where none is written."""

    name: str
    arguments: "list[TypeName]" = field(default_factory=list)
    qualifier: str = ""


# Expressions ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Number(Node):
    value: int | float


@dataclass(slots=True, eq=False)
class Text(Node):
    value: str


@dataclass(slots=True, eq=False)
class Boolean(Node):
    value: bool


@dataclass(slots=True, eq=False)
class Colour(Node):
    """`value` is 0xRRGGBBTT, the last byte the transparency."""

    value: int


@dataclass(slots=True, eq=False)
class Name(Node):
    name: str


@dataclass(slots=True, eq=False)
class Attribute(Node):
    value: "Expression"
    name: str


@dataclass(slots=True, eq=False)
class Argument(Node):
    name: str
    value: "Expression"


@dataclass(slots=True, eq=False)
class Call(Node):
    callee: "Expression"
    types: list[TypeName]
    arguments: list[Argument]


@dataclass(slots=True, eq=False)
class History(Node):
    """`value[offset]`."""

    value: "Expression"
    offset: "Expression"


@dataclass(slots=True, eq=False)
class Unary(Node):
    operator: str
    operand: "Expression"


@dataclass(slots=True, eq=False)
class Binary(Node):
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(slots=True, eq=False)
class Conditional(Node):
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(slots=True, eq=False)
class Group(Node):
    """`[a, b]`: what a function or a block with several values returns."""

    items: "list[Expression]"


@dataclass(slots=True, eq=False)
class Missing(Node):
    """What should stand here could not be read; that was reported."""


# Structures: statements that may stand where a value is wanted -------------------------------------------------------


@dataclass(slots=True, eq=False)
class If(Node):
    condition: "Expression"
    then: "list[Statement]"
    otherwise: "list[Statement] | None"


@dataclass(slots=True, eq=False)
class For(Node):
    counter: str
    start: "Expression"
    stop: "Expression"
    step: "Expression | None"
    body: "list[Statement]"


@dataclass(slots=True, eq=False)
class ForIn(Node):
    """`for item in collection` (key is empty) or `for [key, item] in collection`."""

    key: str
    item: str
    collection: "Expression"
    body: "list[Statement]"


@dataclass(slots=True, eq=False)
class While(Node):
    condition: "Expression"
    body: "list[Statement]"


@dataclass(slots=True, eq=False)
class Case(Node):
    """One arm of a switch; the last may have no test."""

    test: "Expression | None"
    body: "list[Statement]"


@dataclass(slots=True, eq=False)
class Switch(Node):
    subject: "Expression | None"
    cases: list[Case]


# Statements ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Declaration(Node):
    """`mode` is `var`, `varip` or empty."""

    mode: str
    type: TypeName | None
    name: str
    value: "Expression"
    exported: bool = False


@dataclass(slots=True, eq=False)
class TupleDeclaration(Node):
    names: list[Name]
    value: "Expression"
    mode: str = ""


@dataclass(slots=True, eq=False)
class Assignment(Node):
    """`operator` is `:=` or one of `+= -= *= /= %=`."""

    target: "Expression"
    operator: str
    value: "Expression"


@dataclass(slots=True, eq=False)
class ExpressionStatement(Node):
    value: "Expression"


@dataclass(slots=True, eq=False)
class Parameter(Node):
    name: str
    type: TypeName | None
    default: "Expression | None"


@dataclass(slots=True, eq=False)
class FunctionDeclaration(Node):
    name: str
    parameters: list[Parameter]
    body: "list[Statement]"
    is_method: bool
    exported: bool = False


@dataclass(slots=True, eq=False)
class Field(Node):
    name: str
    type: TypeName
    default: "Expression | None"
    varip: bool = False


@dataclass(slots=True, eq=False)
class TypeDeclaration(Node):
    name: str
    fields: list[Field]
    exported: bool = False


@dataclass(slots=True, eq=False)
class EnumMember(Node):
    name: str
    title: str


@dataclass(slots=True, eq=False)
class EnumDeclaration(Node):
    name: str
    members: list[EnumMember]
    exported: bool = False


@dataclass(slots=True, eq=False)
class Import(Node):
    path: str
    alias: str


@dataclass(slots=True, eq=False)
class Break(Node):
    pass


@dataclass(slots=True, eq=False)
class Continue(Node):
    pass


Structure = If | For | ForIn | While | Switch
Expression = (
    Number
    | Text
    | Boolean
    | Colour
    | Name
    | Attribute
    | Call
    | History
    | Unary
    | Binary
    | Conditional
    | Group
    | Missing
    | If
    | For
    | ForIn
    | While
    | Switch
)
Statement = (
    Declaration
    | TupleDeclaration
    | Assignment
    | ExpressionStatement
    | FunctionDeclaration
    | TypeDeclaration
    | EnumDeclaration
    | Import
    | Break
    | Continue
)


@dataclass(slots=True, eq=False)
class Script:
    statements: list[Statement]
    version: int
    annotations: list[Annotation]
