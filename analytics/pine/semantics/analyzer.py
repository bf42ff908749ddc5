"""Statements, blocks and functions; the entrance to the analysis."""

from analytics.pine.diagnostics import Diagnostics, Span
from analytics.pine.reference import values
from analytics.pine.semantics import tree
from analytics.pine.semantics.constants import NOT_KNOWN, constant_value
from analytics.pine.semantics.overloads import Match
from analytics.pine.semantics.quotients import as_int, is_quotient
from analytics.pine.semantics.structures import StructureAnalysis
from analytics.pine.semantics.walking import assigned_names
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, BOOL, FLOAT, INT, NA, VOID, Qualifier, Type, fits


def analyse(script: nodes.Script, diagnostics: Diagnostics) -> tree.Script:
    """Return what a script means; what is wrong with it is reported."""
    return Analyzer(script.version, diagnostics).run(script)


class Analyzer(StructureAnalysis):
    def run(self, script: nodes.Script) -> tree.Script:
        self._declare_types(script.statements)
        self.assigned = assigned_names(script.statements)
        for statement in script.statements:
            self.statement(statement)
        self._analyse_uncalled()
        self.script.body = tree.Block(self.out)
        if not (self.script.declaration or self.diagnostics.failed):  # something wrong may be the declaration
            hint = 'Begin with `indicator("…")` or `strategy("…")`.'
            self.error("declaration-missing", Span(1, 1, 1), "The script does not say what it is.", hint)
        if self.script.kind == "indicator":
            for name, span in self.of_strategies:
                self.error("strategy-only", span, f"`{name}` is for strategies.", "Declare the script by `strategy()`.")
        return self.script

    # Declarations of the script, of types and libraries --------------------------------------------------------------

    def declaration(self, name: str, found: Match, span: Span) -> tree.Expression:
        if self.script.declaration:
            self.error("declaration-twice", span, "The script says what it is twice.", "Leave one out.")
        if name == "library":
            message = "A library does nothing by itself, and other scripts cannot import it here."
            self.error("library-refused", span, message, 'Write `indicator("…")` and call its functions.')
        settings = {}
        for parameter in found.signature.parameters:
            argument = found.arguments.get(parameter.name)
            value = None if argument is None else constant_value(argument)
            if value is NOT_KNOWN:
                assert argument is not None
                message = f"`{parameter.name}` must be known when the script is compiled."
                self.error("argument-qualifier", argument.span, message, "Write a literal.")
            elif argument is not None:
                settings[parameter.name] = value
                if parameter.name == "timeframe" and value:
                    message = f'The script is computed on the chart\'s timeframe here, not on "{value}".'
                    hint = "Ask for the values by `request.security()`, or run it on candles of that timeframe."
                    self.warning("timeframe-of-chart", argument.span, message, hint)
        self.script.kind = name
        self.script.declaration = settings or {"title": ""}
        return tree.Constant(span, VOID, Qualifier.CONST, None)

    def _declare_types(self, statements: list[nodes.Statement]) -> None:
        for statement in statements:
            if isinstance(statement, (nodes.TypeDeclaration, nodes.EnumDeclaration)):
                if statement.name in self.declared_types or statement.name in self.declared_enums:
                    self.error("name-taken", statement.span, f"There is already a type `{statement.name}`.")
                elif isinstance(statement, nodes.TypeDeclaration):
                    self.declared_types[statement.name] = statement
                else:
                    self.declared_enums[statement.name] = statement
                    members = tuple((member.name, member.title) for member in statement.members)
                    self.script.enums[statement.name] = members
            elif isinstance(statement, nodes.Import):
                self.libraries[statement.alias] = statement
        for declared in self.declared_types.values():
            self.script.user_types[declared.name] = tuple(field.name for field in declared.fields)
            self.script.varip_fields[declared.name] = tuple(field.name for field in declared.fields if field.varip)

    def _type(self, statement: nodes.TypeDeclaration) -> None:
        seen: set[str] = set()
        for field in statement.fields:
            if field.name in seen:
                self.error("name-taken", field.span, f"`{statement.name}` has two fields `{field.name}`.")
            seen.add(field.name)
            kind = self.written_type(field.type)
            if field.default is not None:
                value = self.expression(field.default)
                if not fits(value.type, kind, self.version):
                    message = f"The field is `{kind}`, its default `{value.type}`."
                    self.error("type-mismatch", value.span, message)

    # Statements ------------------------------------------------------------------------------------------------------

    def statement(self, node: nodes.Statement) -> None:
        match node:
            case nodes.Declaration():
                self._declaration(node)
            case nodes.TupleDeclaration():
                self._tuple(node)
            case nodes.Assignment():
                self._assignment(node)
            case nodes.ExpressionStatement():
                self._expression_statement(node)
            case nodes.FunctionDeclaration():
                self.declare_function(node)
            case nodes.TypeDeclaration():
                self._outermost(node.span, "Types")
                self._type(node)
            case nodes.EnumDeclaration():
                self._outermost(node.span, "Enums")
            case nodes.Import():
                message = f"`import {node.path}`: published libraries are not available here."
                self.error("library-refused", node.span, message, "Copy the functions you need into the script.")
            case nodes.Break() | nodes.Continue():
                if not self.loops:
                    word = "break" if isinstance(node, nodes.Break) else "continue"
                    self.error("loop-missing", node.span, f"`{word}` stands in no loop.")
                kind = tree.Break if isinstance(node, nodes.Break) else tree.Continue
                self.out.append(kind(node.span))

    def _outermost(self, span: Span, what: str) -> None:
        if self.level or self.function is not None:
            self.error("declaration-local", span, f"{what} are declared outside of blocks and functions.")

    def _expression_statement(self, node: nodes.ExpressionStatement) -> None:
        if isinstance(node.value, (nodes.If, nodes.For, nodes.ForIn, nodes.While, nodes.Switch)):
            self.structure(node.value, wanted=False)
            return
        value = self.statement_expression(node.value)
        if not isinstance(value, tree.Constant):
            self.out.append(tree.Evaluate(node.span, value))

    def _declaration(self, node: nodes.Declaration) -> None:
        if node.exported:
            self.error("library-refused", node.span, "`export` is for libraries, which are not available here.")
        outer, self.out = self.out, [] if node.mode else self.out
        self.conditional += bool(node.mode)
        value = self.value(node.value)
        self.conditional -= bool(node.mode)
        statements, self.out = self.out, outer
        kind, qualifier = self._declared_type(node, value)
        symbol = self.symbol(node.name, kind, qualifier, node.span, node.mode)
        symbol.reassigned = node.name in self.assigned
        self._warn_if_hiding(symbol)
        self.declare(symbol)
        symbol.quotient = node.type is None and is_quotient(value)
        if not symbol.reassigned and qualifier is Qualifier.CONST:
            symbol.constant = value
        value = self.as_type(value, kind)
        if node.mode:
            if self.function is not None:
                self.function.stateful = True
            self.out.append(tree.DeclareOnce(node.span, [symbol], tree.Block(statements, value)))
        else:
            self.out.append(tree.Declare(node.span, symbol, value))

    def _warn_if_hiding(self, symbol: tree.Symbol) -> None:
        """Warn of a declaration in a block that looks like a change of a variable outside of it."""
        name = symbol.name
        if self.scope.parent is None or name in ("_", *self.scope.symbols):
            return
        hidden = self.scope.find(name)
        if hidden is not None:
            hint = f"Write `{name} := …` to change that one, or choose another name."
            if self.function is not None and not hidden.in_function:
                hint = "Choose another name."
            self.warning("name-shadows", symbol.span, f"`{name}` hides the `{name}` of line {hidden.span.line}.", hint)
        elif name in values():
            self.warning("name-shadows", symbol.span, f"`{name}` hides the variable of the language.")

    def as_type(self, value: tree.Expression, kind: Type) -> tree.Expression:
        """Return a value in the form in which a variable of a type keeps it."""
        if value.type == NA:
            return self.missing(kind, value.span)
        if kind == INT and is_quotient(value):
            return as_int(value)
        if kind == BOOL and value.type in (INT, FLOAT):
            return tree.Truth(value.span, BOOL, value.qualifier, value)
        return value

    def _fits(self, value: tree.Expression, kind: Type) -> bool:
        return fits(value.type, kind, self.version) or (kind == INT and is_quotient(value))

    def _declared_type(self, node: nodes.Declaration, value: tree.Expression) -> tuple[Type, Qualifier]:
        qualifier = value.qualifier
        if node.name in self.assigned:
            qualifier = Qualifier.SERIES
        if node.type is None:
            if value.type == NA:
                hint = f"Write `float {node.name} = na`, or another type."
                self.error("type-unknown", node.span, f"The type of `{node.name}` is not known.", hint)
                return ANY, qualifier
            if value.type.name == "tuple":
                hint = "Write `[a, b] = …`."
                self.error("type-mismatch", value.span, "Several values do not go into one variable.", hint)
                return ANY, qualifier
            return value.type, qualifier
        kind = self.written_type(node.type)
        if not self._fits(value, kind):
            hint = "Use `int()` or `math.round()`." if (kind, value.type) == (INT, FLOAT) else ""
            if kind == BOOL and value.type == NA:
                hint = "A `bool` of version 6 is true or false."
            message = f"`{node.name}` is `{kind}`; this is `{value.type}`."
            self.error("type-mismatch", value.span, message, hint)
        written = node.type.qualifier
        if written:
            wanted = Qualifier[written.upper()]
            if value.qualifier > wanted:
                message = f"`{node.name}` is `{written}`; this is `{value.qualifier.word}`."
                self.error("qualifier-mismatch", value.span, message)
            return kind, wanted
        return kind, qualifier

    def _tuple(self, node: nodes.TupleDeclaration) -> None:
        outer, self.out = self.out, [] if node.mode else self.out
        value = self.value(node.value)
        statements, self.out = self.out, outer
        items = value.type.arguments if value.type.name == "tuple" else ()
        if value.type != ANY and len(items) != len(node.names):
            found = f"{len(items)} values" if items else f"`{value.type}`"
            message = f"There are {len(node.names)} names on the left and {found} on the right."
            self.error("tuple-size", node.span, message)
            items = ()
        symbols = []
        for position, name in enumerate(node.names):
            kind = items[position] if items else ANY
            if kind == NA:
                kind = FLOAT
            symbol = self.symbol(name.name, kind, max(value.qualifier, Qualifier.SIMPLE), name.span, node.mode)
            symbol.reassigned = name.name in self.assigned
            if symbol.reassigned:
                symbol.qualifier = Qualifier.SERIES
            self._warn_if_hiding(symbol)
            self.declare(symbol)
            symbols.append(symbol)
        if node.mode:
            self.out.append(tree.DeclareOnce(node.span, symbols, tree.Block(statements, value)))
        else:
            self.out.append(tree.DeclareGroup(node.span, symbols, value))

    def _assignment(self, node: nodes.Assignment) -> None:
        if isinstance(node.target, nodes.Attribute):
            self._field_assignment(node, node.target)
            return
        assert isinstance(node.target, nodes.Name)
        name = node.target.name
        symbol = self.scope.find(name)
        if symbol is None:
            if name in values():
                self.error(
                    "assignment-target", node.span, f"`{name}` is a variable of the language and stays as it is."
                )
            else:
                hint = f"Declare it with `{name} = …` first."
                self.error("name-unknown", node.span, f"`{name}` is not declared.", hint)
            value = self.value(node.value)
            if name not in values():
                self._take_for_declared(name, value)
            return
        if self.function is not None and not symbol.in_function:
            hint = "Return the value, or keep it in a field or an array."
            self.error("assignment-global", node.span, f"A function cannot change `{name}` of the script.", hint)
        value = self.value(node.value)
        if node.operator != ":=":
            value = self.operation(node.operator[0], self.read(symbol, node.span), value, node.span)
        if not self._fits(value, symbol.type):
            hint = f"Declare it as `float {name}`." if (symbol.type, value.type) == (INT, FLOAT) else ""
            message = f"`{name}` is `{symbol.type}`; this is `{value.type}`."
            self.error("type-mismatch", value.span, message, hint)
        symbol.reassigned = True
        self.out.append(tree.Assign(node.span, symbol, self.as_type(value, symbol.type)))

    def _take_for_declared(self, name: str, value: tree.Expression) -> None:
        """Let a name be seen that was only assigned, so that its absence is told once."""
        symbol = self.symbol(name, ANY, Qualifier.SERIES, value.span)
        symbol.reassigned = True
        self.enter(symbol)
        self.global_scope.symbols.setdefault(name, symbol)

    def _field_assignment(self, node: nodes.Assignment, target: nodes.Attribute) -> None:
        field = self.expression(target)
        value = self.value(node.value)
        if field.type == ANY:
            return
        if not isinstance(field, tree.FieldRead):
            self.error("assignment-target", node.span, "Only variables and fields of objects can be changed.")
            return
        if node.operator != ":=":
            value = self.operation(node.operator[0], field, value, node.span)
        if not self._fits(value, field.type):
            message = f"`{target.name}` is `{field.type}`; this is `{value.type}`."
            self.error("type-mismatch", value.span, message)
        value = self.as_type(value, field.type)
        self.out.append(tree.AssignField(node.span, field.value, field.name, value))
