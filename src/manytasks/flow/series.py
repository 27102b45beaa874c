"""The modified equation of a round of gradient steps, symbolically and to any order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

import numpy as np
import sympy as sp
from sympy.physics.quantum import Commutator

from manytasks.flow import trees
from manytasks.flow.lie import Bracket, baker_campbell_hausdorff, is_letter, lyndon_brackets, weight
from manytasks.flow.trees import Field, Tree
from manytasks.readers import count, has_symbols, numbers, short

MOST_WORDS = 10_000  # of a series, which then takes about ten seconds; one order more, ten times as long
HIGHEST = 8  # of a single step, whose trees are then the many


def euler_series(order: int, colour: int = 1) -> tuple[Field, ...]:
    r"""Expand the modified field of one Euler step :math:`\theta \mapsto \theta + h f(\theta)`.

    Ours in this form. Let :math:`D` be the derivative along the modified field :math:`\tilde f`. Its flow
    for the time h moves :math:`\theta` by :math:`\frac{e^{hD} - 1}{hD} h \tilde f`, the Euler step by
    :math:`h f`; they are equal if

    .. math:: \tilde f = \frac{hD}{e^{hD} - 1} f = \sum_n \frac{B_n}{n!} (hD)^n f, \qquad B_1 = -\tfrac12,

    which determines :math:`\tilde f` power by power of h (the pre-Lie Magnus expansion).

    Args:
        order: highest power of h, at least 0.
        colour: the task whose field is f.

    Returns:
        order + 1 fields: the coefficients of :math:`h^0, \dots, h^{order}`.

    Raises:
        ValueError: if the order or the colour is no such number.

    Example:
        >>> euler_series(1)[1]  # -f'f/2
        {(1, ((1, ()),)): -1/2}
    """
    return _euler_series(count(order, "order", most=HIGHEST), count(colour, "colour", least=1))


@cache
def _euler_series(order: int, colour: int) -> tuple[Field, ...]:
    f: Field = {trees.node(colour): sp.Integer(1)}
    terms: list[Field] = [f]
    for k in range(1, order + 1):
        powers: list[Field] = [f]  # (hD)^n f, coefficient of h^j at powers[j]; here n = 0
        powers += [{} for _ in range(k)]
        total: list[tuple[Any, Field]] = []
        for n in range(1, k + 1):
            powers = [
                trees.combine(*((1, trees.derivative(terms[i], powers[j - 1 - i])) for i in range(j)))
                for j in range(k + 1)
            ]
            bernoulli = -sp.Rational(1, 2) if n == 1 else sp.bernoulli(n)
            total.append((bernoulli / sp.factorial(n), powers[k]))
        terms.append(trees.combine(*total))
    return tuple(terms)


def _rates(rates: Sequence[Any]) -> list[Any]:
    read = numbers(rates, "rates", symbols=True)
    if read.ndim != 1:
        raise ValueError(f"rates must have shape (steps,), one rate a step; got {read.shape}")
    finite = [has_symbols(rate) or np.isfinite(float(rate)) for rate in read]
    if not all(finite):
        raise ValueError(f"rates must be finite; got {short(rates)}")
    return [
        sp.sympify(given if isinstance(given, int | float | Fraction) else rate)
        for given, rate in zip(rates, read, strict=True)
    ]


@dataclass(frozen=True)
class ModifiedSeries:
    r"""Hold the modified field :math:`\tilde f = \sum_k h^k \tilde f_k` of a round of gradient steps.

    Args:
        n_tasks: number of different losses; :math:`f_i = -\nabla L_i`.
        brackets: for each power of h, the coefficients in the Lyndon basis of the free Lie algebra over the
            modified fields of single steps.
        differentials: for each power of h, the coefficients of elementary differentials.

    Example:
        >>> modified_series(2, 1)
        f_{1} + f_{2} + h*(-f_{1}'f_{1}/2 - f_{2}'f_{2}/2 + [f_{1},f_{2}]/2)
    """

    n_tasks: int
    brackets: tuple[dict[Bracket, Any], ...]
    differentials: tuple[Field, ...]

    @property
    def order(self) -> int:
        """Highest power of h."""
        return len(self.brackets) - 1

    def term(self, k: int) -> sp.Expr:
        """Return the coefficient of h^k, brackets of different tasks kept as brackets.

        Args:
            k: power of h, from 0 to the order.

        Returns:
            A SymPy sum of non-commutative symbols and commutators.

        Raises:
            ValueError: if the series does not hold h^k.

        Example:
            >>> modified_series(2, 2).term(2).coeff(sp.Symbol("f_{1}'f_{1}'f_{1}", commutative=False))
            1/3
        """
        self._check(k)
        total = sp.Add(*(c * self._commutator(item) for item, c in self.brackets[k].items()))
        return sp.expand(total.expand(commutator=True))

    def expanded(self, k: int) -> sp.Expr:
        r"""Return the coefficient of h^k as a sum of elementary differentials.

        Args:
            k: power of h, from 0 to the order.

        Returns:
            A SymPy sum of non-commutative symbols.

        Raises:
            ValueError: if the series does not hold h^k.

        Example:
            >>> modified_series(1, 2).expanded(2)
            f''(f,\,f)/12 + f'f'f/3
        """
        self._check(k)
        return self._sum(self.differentials[k])

    def evaluate(self, k: int, fields: Sequence[Any], variables: Sequence[sp.Symbol]) -> sp.Matrix:
        """Return the coefficient of h^k for given fields.

        Args:
            k: power of h, from 0 to the order.
            fields: for each task the components of f_i, SymPy expressions in the variables.
            variables: the coordinates of the parameter space, as many as there are components.

        Returns:
            A column of SymPy expressions.

        Raises:
            ValueError: if the series does not hold h^k, or there is not one field for each task.

        Example:
            >>> x = sp.Symbol("x")
            >>> modified_series(1, 1).evaluate(1, [[-sp.sin(x)]], [x])
            Matrix([[-sin(x)*cos(x)/2]])
        """
        self._check(k)
        if len(fields) != self.n_tasks:
            raise ValueError(
                f"fields must have one entry for each of {self.n_tasks} tasks; got {len(fields)}"
            )
        columns = [sp.Matrix(list(field)) for field in fields]
        total = sp.zeros(len(variables), 1)
        for tree, c in self.differentials[k].items():
            total += c * _on_fields(tree, columns, variables)
        return total

    def latex(self, expanded: bool = False) -> str:
        r"""Typeset the series, a new line for each power of h and after every third term.

        Args:
            expanded: write brackets out as elementary differentials.

        Returns:
            A LaTeX ``aligned`` block.

        Example:
            >>> print(modified_series(1, 1).latex())
            \begin{aligned}
            \tilde f ={}& f{}\\
            &{}+ h\,\Bigl(- \frac{f'f}{2}\Bigr) + O(h^{2})
            \end{aligned}
        """
        show = self.expanded if expanded else self.term
        lines = [rf"\tilde f ={{}}& {sp.latex(show(0))}{{}}"]
        for k in range(1, self.order + 1):
            power = "h" if k == 1 else f"h^{{{k}}}"
            first, *rest = _three_a_line(sp.latex(show(k)))
            lines += [rf"&{{}}+ {power}\,\Bigl({first}", *(rf"&\qquad{{}}{line}" for line in rest)]
            lines[-1] += r"\Bigr)"
        body = "\\\\\n".join(lines)
        return f"\\begin{{aligned}}\n{body} + O(h^{{{self.order + 1}}})\n\\end{{aligned}}"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    def __repr__(self) -> str:
        terms = [str(self.term(0)), *(f"h**{k}*({self.term(k)})" for k in range(1, self.order + 1))]
        return " + ".join(terms).replace("h**1*", "h*")

    def _check(self, k: int) -> None:
        if not 0 <= k <= self.order:
            raise ValueError(f"k must be a power of h from 0 to {self.order}; got {k}")

    def _symbol(self, tree: Tree) -> sp.Symbol:
        letters = {i: "f" if self.n_tasks == 1 else f"f_{{{i}}}" for i in range(1, self.n_tasks + 1)}
        return sp.Symbol(trees.latex(tree, letters), commutative=False)

    def _sum(self, field: Field) -> sp.Expr:
        return sp.Add(*(c * self._symbol(tree) for tree, c in field.items()))

    def _commutator(self, item: Bracket) -> sp.Expr:
        if is_letter(item):
            task, k = item
            return self._sum(euler_series(k, task)[k])
        return Commutator(self._commutator(item[0]), self._commutator(item[1]))


def _three_a_line(terms: str) -> list[str]:
    # Split a typeset sum at its plus and minus signs, so that a page need not scroll to its end.
    starts, depth = [0], 0
    for i, sign in enumerate(terms):
        depth += (sign in "{[(") - (sign in "}])")
        if depth == 0 and terms.startswith((" + ", " - "), i):
            starts.append(i)
    ends = [*starts[3::3], len(terms)]
    return [terms[start:end].strip() for start, end in zip(starts[::3], ends, strict=True)]


def modified_series(
    n_tasks: int,
    order: int,
    rates: Sequence[Any] | None = None,
    schedule: Sequence[int] | None = None,
) -> ModifiedSeries:
    r"""Derive the vector field that a round of gradient steps follows, to any order in the rate.

    Ours; contains Eq. (8) of Paper B (two tasks, order 1) and implicit gradient regularization (one task,
    order 1). Step s of the round is :math:`\theta \leftarrow \theta + a_s h f_{i_s}(\theta)`. Its logarithm
    is the modified field of an Euler step; those of the whole round are joined by the
    Baker–Campbell–Hausdorff series, first step leftmost, in the Lie algebra with
    :math:`[a, b] = b'a - a'b`.

    Args:
        n_tasks: number of losses, at least 1. Two losses descended *together* are one loss, their sum.
        order: highest power of h, at least 0.
        rates: :math:`a_s`, numbers or SymPy expressions, one for each step; all 1 if left out.
        schedule: :math:`i_s`, the task of each step, from 1 to n_tasks; 1, 2, ..., n if left out.

    Returns:
        The series; one round takes the time h.

    Raises:
        ValueError: if a number is out of range or the lengths differ.

    Example:
        >>> half = sp.Rational(1, 2)
        >>> modified_series(2, 1, rates=[half, 1, half], schedule=[1, 2, 1])  # a palindrome: no bracket
        f_{1} + f_{2} + h*(-f_{1}'f_{1}/4 - f_{2}'f_{2}/2)
    """
    n_tasks, order = count(n_tasks, "n_tasks", least=1, most=MOST_WORDS), count(order, "order")
    schedule = range(1, n_tasks + 1) if schedule is None else schedule
    steps = numbers(schedule, "schedule")
    if steps.ndim != 1 or not steps.size or not np.isin(steps, np.arange(1, n_tasks + 1)).all():
        raise ValueError(f"schedule must name tasks from 1 to {n_tasks}; got {short(schedule)}")
    schedule = steps.astype(int).tolist()
    most = min(HIGHEST, int(np.log(MOST_WORDS) / np.log(len(schedule) + 1)) - 1)
    if order > most:
        raise ValueError(f"order must be at most {max(most, 0)} for {len(schedule)} steps; got {order}")
    rates = [sp.Integer(1)] * len(schedule) if rates is None else _rates(rates)
    if len(rates) != len(schedule):
        raise ValueError(f"rates must have one entry for each of {len(schedule)} steps; got {len(rates)}")

    words: dict[Any, Any] = defaultdict(lambda: sp.Integer(0))
    for word, c in baker_campbell_hausdorff(len(schedule), order + 1).items():
        scale = prod((rates[s - 1] ** (k + 1) for s, k in word), start=sp.Rational(c))
        words[tuple((schedule[s - 1], k) for s, k in word)] += scale
    by_power: list[dict[Bracket, Any]] = []
    for k in range(order + 1):
        of_weight = {word: sp.expand(c) for word, c in words.items() if weight(word) == k + 1}
        by_power.append(lyndon_brackets({word: c for word, c in of_weight.items() if c != 0}))
    fields = tuple(
        trees.combine(*((c, _differentials(item)) for item, c in brackets.items())) for brackets in by_power
    )
    return ModifiedSeries(n_tasks, tuple(by_power), fields)


def _on_fields(tree: Tree, fields: list[sp.Matrix], variables: Sequence[sp.Symbol]) -> sp.Matrix:
    colour, branches = tree
    result = fields[colour - 1]
    values: dict[sp.Symbol, sp.Expr] = {}
    for branch in branches:  # directions stay symbols until all derivatives are taken: they are constants
        direction = [sp.Dummy() for _ in variables]
        values |= dict(zip(direction, _on_fields(branch, fields, variables), strict=True))
        result = sum((result.diff(x) * v for x, v in zip(variables, direction, strict=True)), result * 0)
    return result.subs(values)


@cache
def _differentials(item: Bracket) -> Field:
    if is_letter(item):
        task, k = item
        return euler_series(k, task)[k]
    return trees.bracket(_differentials(item[0]), _differentials(item[1]))
