"""Statements: declarations, conditions, loops."""

from analytics.pine.generator.columns import ColumnWriter
from analytics.pine.generator.expressions import attribute, missing
from analytics.pine.generator.slicing import may_be_left
from analytics.pine.semantics import tree
from analytics.pine.types import INT


class StatementWriter(ColumnWriter):
    """Writes statements into units."""

    def block(self, block: tree.Block) -> None:
        for statement in block.statements:
            self.statement(statement)

    def _inner(self, block: tree.Block, into: tree.Symbol | None, *, loop: bool = False) -> None:
        """Write an indented block; its value goes into a variable."""
        self.unit.indent += 1
        self.unit.loops += loop
        count = len(self.unit.lines)
        self.block(block)
        if into is not None and block.result is not None:
            self._set(into, self.write(block.result), block.result.span.line)
        if len(self.unit.lines) == count:
            self.unit.line("pass")
        self.unit.loops -= loop
        self.unit.indent -= 1

    def _set(self, symbol: tree.Symbol, text: str, origin: int) -> None:
        self.unit.assigned(symbol)
        if symbol.indexed and (symbol.level or symbol.in_function):
            text = f"{self.unit.recorded(symbol, missing(symbol.type, self.version))}.record({text})"
        self.unit.line(f"{symbol.code} = {text}", origin)

    def statement(self, node: tree.Statement) -> None:
        line = node.span.line
        match node:
            case tree.Declare() if self.may_be_steady(node.symbol) and self.is_steady(node.value):
                self.set_once(node.symbol, node.value, line)
            case tree.Declare():
                is_done = self.declared_ahead(node.symbol, node.value)
                if not (is_done or (isinstance(node.value, tree.BuiltinCall) and self.plot(node.value, node.symbol))):
                    self._set(node.symbol, self.surely(node.value), line)
            case tree.Assign():
                self._set(node.symbol, self._bounded(node.value), line)
            case tree.AssignField():
                self.unit.line(f"{self.write(node.target, 9)}.{attribute(node)} = {self._bounded(node.value)}", line)
            case tree.Evaluate():
                if not (isinstance(node.value, tree.BuiltinCall) and self.plot(node.value)):
                    self.unit.line(self.surely(node.value), line)
            case tree.DeclareOnce():
                self._declare_once(node)
            case tree.DeclareGroup():
                if not self.group_declared_ahead(node.symbols, node.value):
                    self._declare_group(node.symbols, self.surely(node.value), line)
            case tree.If():
                self._if(node)
            case tree.For():
                self._for(node)
            case tree.ForIn():
                self._for_in(node)
            case tree.While():
                self._begin(node.into, line)
                self.unit.line(f"while {self.write(self.decided(node.condition), 3)} and budget.turn():", line)
                self._inner(node.body, node.into, loop=True)
            case tree.Break():
                self.unit.line("break", line)
            case tree.Continue():
                self.unit.line("continue", line)

    def _bounded(self, value: tree.Expression) -> str:
        """Return a value that a variable may take again and again; whole numbers stay within 64 bits."""
        text = self.surely(value)
        if value.type == INT and isinstance(value, tree.Arithmetic) and not isinstance(value.right, tree.Constant):
            return f"clamped({text})"
        return text

    def _declare_once(self, node: tree.DeclareOnce) -> None:
        line = node.span.line
        first = node.symbols[0]
        alone = len(node.symbols) == 1 and not node.block.statements and self.may_be_steady(first)
        if alone and node.block.result is not None and self.is_steady(node.block.result):
            self.set_once(first, node.block.result, line)
            return
        self.unit.line(f"if {first.code} is UNSET:", line)
        self.unit.indent += 1
        self.block(node.block)
        assert node.block.result is not None
        value = self.write(node.block.result)
        if len(node.symbols) == 1:
            self.unit.assigned(first)
            self.unit.line(f"{first.code} = {value}", line)
        else:
            self._declare_group(node.symbols, value, line)
        self.unit.indent -= 1
        for symbol in node.symbols:
            if symbol.indexed and (symbol.level or symbol.in_function):
                held = self.unit.recorded(symbol, missing(symbol.type, self.version))
                self.unit.line(f"{held}.record({symbol.code})", line)

    def _declare_group(self, symbols: list[tree.Symbol], value: str, line: int) -> None:
        for symbol in symbols:
            self.unit.assigned(symbol)
        targets = "".join(f"{symbol.code}, " for symbol in symbols).rstrip(" ")
        self.unit.line(f"{targets} = {value}", line)
        for symbol in symbols:
            if symbol.indexed and not symbol.mode and (symbol.level or symbol.in_function):
                held = self.unit.recorded(symbol, missing(symbol.type, self.version))
                self.unit.line(f"{held}.record({symbol.code})", line)

    def _begin(self, into: tree.Symbol | None, line: int) -> None:
        if into is not None:
            self.unit.line(f"{into.code} = {missing(into.type, self.version)}", line)

    def _if(self, node: tree.If) -> None:
        self._begin(node.into, node.span.line)
        word = "if"
        current: tree.If | None = node
        while current is not None:
            asked = self.decided(current.condition)
            condition = self.surely(asked) if word == "if" else self.write(asked)
            self.unit.line(f"{word} {condition}:", current.span.line)
            self._inner(current.then, current.into)
            rest, current = current.otherwise, None
            if rest is None:
                return
            only = rest.statements[0] if len(rest.statements) == 1 and rest.result is None else None
            if isinstance(only, tree.If) and only.into is node.into:
                current, word = only, "elif"
            else:
                self.unit.line("else:")
                self._inner(rest, node.into)

    def _for(self, node: tree.For) -> None:
        line = node.span.line
        self._begin(node.into, line)
        step = "1" if node.step is None else self.write(node.step)
        if node.stop_moves:
            self._moving_for(node, step)
            return
        bounds = f"{self.write(node.start)}, {self.write(node.stop)}, {step}"
        count = "some" if may_be_left(node.body) else "count"
        self.unit.line(f"for {node.counter.code} in budget.{count}({bounds}):", line)
        self.unit.indent += 1
        self._record_item(node.counter)
        self.unit.indent -= 1
        self._inner(node.body, node.into, loop=True)

    def _moving_for(self, node: tree.For, step: str) -> None:
        """Write a loop whose end, or whose counter, may be changed by what it does."""
        line, counter = node.span.line, node.counter.code
        start, stride, stop = self.name("t"), self.name("t"), self.name("t")
        self.unit.line(f"{start} = {self.write(node.start)}", line)
        self.unit.line(f"{stop} = {self.write(node.stop)}", line)
        self.unit.line(f"{stride} = absolute({step}) if {stop} >= {start} else -absolute({step})", line)
        self.unit.line(f"{counter} = {start} - {stride}", line)
        self.unit.line("while budget.turn():", line)
        self.unit.indent += 1
        self.unit.line(f"{counter} += {stride}", line)
        self.unit.line(f"{stop} = {self.write(node.stop)}", line)
        self.unit.line(f"if not ({counter} <= {stop} if {stride} > 0 else {counter} >= {stop}): break", line)
        self._record_item(node.counter)
        self.unit.indent -= 1
        self._inner(node.body, node.into, loop=True)

    def _for_in(self, node: tree.ForIn) -> None:
        line = node.span.line
        self._begin(node.into, line)
        collection = self.write(node.collection)
        if node.key is None:
            self.unit.line(f"for {node.item.code} in budget.items({collection}):", line)
        else:
            self.unit.line(f"for {node.key.code}, {node.item.code} in budget.pairs({collection}):", line)
        self.unit.indent += 1
        if node.key is not None:
            self._record_item(node.key)
        self._record_item(node.item)
        self.unit.indent -= 1
        self._inner(node.body, node.into, loop=True)

    def _record_item(self, symbol: tree.Symbol) -> None:
        if symbol.indexed:
            self.unit.line(f"{self.unit.recorded(symbol, missing(symbol.type, self.version))}.record({symbol.code})")
