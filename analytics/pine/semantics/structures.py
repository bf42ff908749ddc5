"""Blocks, branches and loops, and user functions, which are blocks with parameters."""

from abc import abstractmethod

from analytics.pine import types
from analytics.pine.semantics import tree
from analytics.pine.semantics.quotients import all_whole, as_int, is_quotient
from analytics.pine.semantics.scopes import Scope
from analytics.pine.semantics.userfunctions import FunctionAnalysis
from analytics.pine.semantics.walking import MUTATING, assigned_names, calls_in, names_in
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, BOOL, FLOAT, INT, NA, VOID, Qualifier, Type


class StructureAnalysis(FunctionAnalysis):
    @abstractmethod
    def statement(self, node: nodes.Statement) -> None:
        """Analyse a statement; what it means is written to `out`."""

    def value(self, node: nodes.Expression) -> tree.Expression:
        """Return what stands right of `=` or `:=`: an expression or the value of a structure."""
        if isinstance(node, (nodes.If, nodes.For, nodes.ForIn, nodes.While, nodes.Switch)):
            found = self.structure(node, wanted=True)
            if found is None:
                self.error("value-missing", node.span, "The branches give no value, or values of different types.")
                return self.unknown(node.span)
            return found
        return self.expression(node)

    def structure(self, node: nodes.Structure, *, wanted: bool) -> tree.Expression | None:
        """Write a structure; return its value if one is wanted and there is one."""
        match node:
            case nodes.If():
                return self._if(node, wanted)
            case nodes.Switch():
                return self._switch(node, wanted)
            case nodes.For():
                return self._for(node, wanted)
            case nodes.ForIn():
                return self._for_in(node, wanted)
        return self._while(node, wanted)

    # Blocks ----------------------------------------------------------------------------------------------------------

    def block(
        self, statements: list[nodes.Statement], *, wanted: bool, loop: bool = False, steady: bool = False
    ) -> tree.Block:
        """Analyse a block in a scope of its own; a steady one runs on all bars or on none."""
        outer_scope, outer_out = self.scope, self.out
        self.scope, self.out = Scope(outer_scope), []
        self.level += 1
        self.conditional += not steady
        self.loops += loop
        result = self.statements(statements, wanted=wanted)
        self.loops -= loop
        self.conditional -= not steady
        self.level -= 1
        block = tree.Block(self.out, result)
        self.scope, self.out = outer_scope, outer_out
        return block

    def statements(self, statements: list[nodes.Statement], *, wanted: bool) -> tree.Expression | None:
        """Analyse the statements of a block; return the value of the last one if it is wanted."""
        if not wanted or not statements:
            for statement in statements:
                self.statement(statement)
            return None
        for statement in statements[:-1]:
            self.statement(statement)
        return self._last(statements[-1])

    def _last(self, node: nodes.Statement) -> tree.Expression | None:
        if isinstance(node, nodes.ExpressionStatement):
            if isinstance(node.value, (nodes.If, nodes.For, nodes.ForIn, nodes.While, nodes.Switch)):
                return self.structure(node.value, wanted=True)
            value = self.statement_expression(node.value)
            if value.type != VOID:
                return value
            if not isinstance(value, tree.Constant):
                self.out.append(tree.Evaluate(node.span, value))
            return None
        self.statement(node)
        written = self.out[-1] if self.out else None
        if isinstance(node, (nodes.Declaration, nodes.Assignment)):
            match written:
                case tree.Declare() | tree.Assign():
                    return self.read(written.symbol, node.span)
                case tree.DeclareOnce():
                    return self.read(written.symbols[0], node.span)
                case tree.AssignField():
                    return self.field(written.target, written.name, node.span)
        return None

    def _united(self, blocks: list[tree.Block], *, complete: bool) -> Type | None:
        """Return the type that holds the values of all blocks; None if there is none, and then no block has a value."""
        kind: Type | None = None
        for block in blocks:
            if block.result is None:
                if block.statements and isinstance(block.statements[-1], (tree.Break, tree.Continue)):
                    continue
                self._without_values(blocks)
                return None
            kind = block.result.type if kind is None else types.common(kind, block.result.type, self.version)
            if kind is None:
                self._without_values(blocks)
                return None
        if kind == NA and self.version >= 6 and not complete:
            return NA
        return kind

    def _give_block_types(self, kind: Type, blocks: list[tree.Block]) -> None:
        for block in blocks:
            if block.result is not None:
                block.result = self.typed(block.result, kind)

    def _without_values(self, blocks: list[tree.Block]) -> None:
        for block in blocks:
            if block.result is not None:
                if not isinstance(block.result, (tree.Constant, tree.Read)):
                    block.statements.append(tree.Evaluate(block.result.span, block.result))
                block.result = None

    def _target(
        self, kind: Type, node: nodes.Structure, blocks: list[tree.Block], conditions: list[tree.Expression]
    ) -> tree.Symbol:
        """Return the symbol that takes the value; it is known as early as the conditions and all values are."""
        results = [block.result for block in blocks if block.result is not None]
        qualifier = max((value.qualifier for value in (*conditions, *results)), default=Qualifier.SERIES)
        self._give_block_types(kind, blocks)
        target = self.temporary(kind, max(qualifier, Qualifier.INPUT), node.span)
        target.quotient = kind == FLOAT and all_whole(results)
        return target

    # Branches --------------------------------------------------------------------------------------------------------

    def _if(self, node: nodes.If, wanted: bool) -> tree.Expression | None:
        chain: list[tuple[nodes.If, tree.Expression, tree.Block, list[tree.Statement]]] = []
        current: nodes.If | None = node
        last: tree.Block | None = None
        outer = self.out
        depth = 0
        steady = True
        while current is not None:
            if current is not node:
                self.out = []
            condition = self.condition(self.expression(current.condition))
            before = self.out if current is not node else []
            steady = steady and condition.qualifier < Qualifier.SERIES
            chain.append((current, condition, self.block(current.then, wanted=wanted, steady=steady), before))
            rest = current.otherwise
            current = None
            if rest is not None:
                following = rest[0].value if len(rest) == 1 and isinstance(rest[0], nodes.ExpressionStatement) else None
                if isinstance(following, nodes.If):
                    current = following
                    self.conditional += not steady
                    depth += not steady
                else:
                    last = self.block(rest, wanted=wanted, steady=steady)
        self.conditional -= depth
        self.out = outer
        blocks = [block for _, _, block, _ in chain] + ([last] if last else [])
        kind = self._united(blocks, complete=last is not None) if wanted else None
        conditions = [condition for _, condition, _, _ in chain]
        into = self._target(kind, node, blocks, conditions) if kind is not None else None
        for branch, condition, block, before in reversed(chain):
            statement = tree.If(branch.span, condition, block, last, into)
            last = tree.Block([*before, statement])
        assert last is not None
        self.out.extend(last.statements)
        return None if into is None else tree.Read(node.span, into.type, into.qualifier, into)

    def _switch(self, node: nodes.Switch, wanted: bool) -> tree.Expression | None:
        subject: tree.Symbol | None = None
        if node.subject is not None:
            value = self.expression(node.subject)
            subject = self.temporary(value.type, value.qualifier, node.span)
            self.out.append(tree.Declare(node.span, subject, value))
        arms: list[tuple[nodes.Case, tree.Expression, tree.Block]] = []
        last: tree.Block | None = None
        steady = True
        for position, case in enumerate(node.cases):
            if case.test is None:
                last = self.block(case.body, wanted=wanted, steady=steady)
                if position != len(node.cases) - 1:
                    self.error("switch-default", case.span, "The case without a test is not the last one.")
                break
            test = self.expression(case.test)
            if subject is None:
                test = self.condition(test)
            else:
                read = tree.Read(case.span, subject.type, subject.qualifier, subject)
                test = self.operation("==", read, test, case.test.span)
            steady = steady and test.qualifier < Qualifier.SERIES
            arms.append((case, test, self.block(case.body, wanted=wanted, steady=steady)))
        blocks = [block for _, _, block in arms] + ([last] if last else [])
        kind = self._united(blocks, complete=last is not None) if wanted and blocks else None
        tests = [test for _, test, _ in arms]
        into = self._target(kind, node, blocks, tests) if kind is not None else None
        for case, test, block in reversed(arms):
            last = tree.Block([tree.If(case.span, test, block, last, into)])
        if last is not None and not arms:
            self._only_default(last, into, node)
        elif last is not None:
            self.out.extend(last.statements)
        return None if into is None else tree.Read(node.span, into.type, into.qualifier, into)

    def _only_default(self, block: tree.Block, into: tree.Symbol | None, node: nodes.Switch) -> None:
        condition = tree.Constant(node.span, BOOL, Qualifier.CONST, True)
        self.out.append(tree.If(node.span, condition, block, None, into))

    # Loops -----------------------------------------------------------------------------------------------------------

    def _loop_target(self, body: tree.Block, node: nodes.Structure, wanted: bool) -> tree.Symbol | None:
        if not wanted:
            return None
        kind = self._united([body], complete=True)
        if kind is None:
            return None
        self._give_block_types(kind, [body])
        return self.temporary(kind, Qualifier.SERIES, node.span)

    def _for(self, node: nodes.For, wanted: bool) -> tree.Expression | None:
        bounds = [self.expression(bound) for bound in (node.start, node.stop, node.step) if bound is not None]
        for bound in bounds:
            if bound.type not in (INT, FLOAT, NA, ANY):
                self.error("argument-type", bound.span, f"A loop counts with numbers; this is `{bound.type}`.")
        # Where the loop ends says nothing of the numbers it counts through.
        whole = all(bound.type in (INT, ANY) or is_quotient(bound) for bound in (bounds[0], *bounds[2:]))
        if whole:
            bounds = [as_int(bound) if is_quotient(bound) else bound for bound in bounds]
        scope, self.scope = self.scope, Scope(self.scope)
        self.level += 1
        counter = self.symbol(node.counter, INT if whole else FLOAT, Qualifier.SERIES, node.span)
        self.declare(counter)
        self.level -= 1
        body = self.block(node.body, wanted=wanted, loop=True)
        self.scope = scope
        into = self._loop_target(body, node, wanted)
        changed = assigned_names(node.body)
        moves = node.counter in changed or (self.version >= 6 and self._stop_moves(node, changed))
        step = bounds[2] if len(bounds) > 2 else None
        self.out.append(tree.For(node.span, counter, bounds[0], bounds[1], step, body, into, moves))
        return None if into is None else tree.Read(node.span, into.type, into.qualifier, into)

    def _stop_moves(self, node: nodes.For, changed: frozenset[str]) -> bool:
        """Return whether the end of a loop may change while it runs."""
        if isinstance(node.stop, nodes.Number):
            return False
        if names_in(node.stop) & changed:
            return True
        if not calls_in(node.stop):
            return False
        called = calls_in(node.body)
        return bool(called & MUTATING) or bool(called & set(self.declared_functions))

    def _for_in(self, node: nodes.ForIn, wanted: bool) -> tree.Expression | None:
        collection = self.expression(node.collection)
        key, item = self._items(collection.type, node)
        scope, self.scope = self.scope, Scope(self.scope)
        self.level += 1
        key_symbol = None
        if node.key:
            key_symbol = self.symbol(node.key, key, Qualifier.SERIES, node.span)
            self.declare(key_symbol)
        symbol = self.symbol(node.item, item, Qualifier.SERIES, node.span)
        self.declare(symbol)
        self.level -= 1
        body = self.block(node.body, wanted=wanted, loop=True)
        self.scope = scope
        into = self._loop_target(body, node, wanted)
        self.out.append(tree.ForIn(node.span, key_symbol, symbol, collection, body, into))
        return None if into is None else tree.Read(node.span, into.type, into.qualifier, into)

    def _items(self, kind: Type, node: nodes.ForIn) -> tuple[Type, Type]:
        if kind.name == "array":
            return INT, kind.arguments[0]
        if kind.name == "matrix":
            return INT, types.array(kind.arguments[0])
        if kind.name == "map" and node.key:
            return kind.arguments[0], kind.arguments[1]
        if kind.name == "map":
            message, hint = "A map is gone through with its keys.", "Write `for [key, value] in …`."
            self.error("loop-collection", node.span, message, hint)
        elif kind != ANY:
            hint = "Use `for i = 0 to …`." if kind in (INT, FLOAT) else ""
            message = f"A loop goes through an array, a matrix or a map; this is `{kind}`."
            self.error("loop-collection", node.collection.span, message, hint)
        return ANY, ANY

    def _while(self, node: nodes.While, wanted: bool) -> tree.Expression | None:
        condition = self.condition(self.expression(node.condition))
        body = self.block(node.body, wanted=wanted, loop=True)
        into = self._loop_target(body, node, wanted)
        self.out.append(tree.While(node.span, condition, body, into))
        return None if into is None else tree.Read(node.span, into.type, into.qualifier, into)
