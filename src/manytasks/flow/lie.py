r"""The free Lie algebra, and the Baker–Campbell–Hausdorff series in it.

Letters are pairs (step, k) of weight k + 1: the coefficient of :math:`h^{k+1}` in the logarithm of one step.
Words are tuples of letters, series are dictionaries from word to coefficient.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

Letter: TypeAlias = tuple[int, int]
Word: TypeAlias = tuple[Letter, ...]
Words: TypeAlias = dict[Word, Any]
Bracket: TypeAlias = Any  # a Letter, or a pair of Brackets: nested tuples are recursive


def weight(word: Word) -> int:
    """Return the power of h a word is multiplied with.

    Args:
        word: letters (step, k).

    Returns:
        The sum of k + 1.

    Example:
        >>> weight(((1, 0), (2, 1)))
        3
    """
    return sum(k + 1 for _, k in word)


def _multiply(a: Words, b: Words, limit: int) -> Words:
    by_weight: dict[int, list[tuple[Word, Any]]] = defaultdict(list)
    for word, c in b.items():
        by_weight[weight(word)].append((word, c))
    total: Words = defaultdict(int)
    for left, x in a.items():
        for rest in range(limit - weight(left) + 1):
            for right, y in by_weight[rest]:
                total[left + right] += x * y
    return {word: c for word, c in total.items() if c != 0}


@cache
def baker_campbell_hausdorff(n_steps: int, limit: int) -> Words:
    r"""Expand :math:`\log(e^{X_1} e^{X_2} \cdots e^{X_n})` with :math:`X_i = \sum_k h^{k+1} x_{i,k}`.

    The exponentials and the logarithm are power series in the free associative algebra, cut off at
    ``limit``. By the theorem of Baker, Campbell and Hausdorff the result is a Lie polynomial.

    Args:
        n_steps: n, number of factors, at least 1.
        limit: highest power of h kept, at least 1.

    Returns:
        Coefficient of each word of weight at most ``limit``.

    Example:
        >>> log = baker_campbell_hausdorff(2, 2)
        >>> log[(1, 0), (2, 0)], log[(2, 0), (1, 0)]
        (Fraction(1, 2), Fraction(-1, 2))
    """
    product: Words = {(): Fraction(1)}
    for step in range(1, n_steps + 1):
        x: Words = {((step, k),): Fraction(1) for k in range(limit)}
        power: Words = {(): Fraction(1)}
        exponential: Words = {(): Fraction(1)}
        for m in range(1, limit + 1):
            power = {word: c / m for word, c in _multiply(power, x, limit).items()}
            exponential |= {word: exponential.get(word, 0) + c for word, c in power.items()}
        product = _multiply(product, exponential, limit)
    del product[()]
    logarithm: Words = defaultdict(Fraction)
    power = {(): Fraction(1)}
    for m in range(1, limit + 1):
        power = _multiply(power, product, limit)
        for word, c in power.items():
            logarithm[word] += c * Fraction((-1) ** (m - 1), m)
    return {word: c for word, c in logarithm.items() if c != 0}


def _order(word: Word) -> tuple[tuple[int, int], ...]:
    return tuple((k, step) for step, k in word)  # the fields themselves come before their corrections


@cache
def _standard_bracket(word: Word) -> Bracket:
    if len(word) == 1:
        return word[0]
    # The longest proper suffix that is itself a Lyndon word is the smallest proper suffix.
    cut = min(range(1, len(word)), key=lambda i: _order(word[i:]))
    return _standard_bracket(word[:cut]), _standard_bracket(word[cut:])


def is_letter(item: Bracket) -> bool:
    """Tell a letter from a bracket of two.

    Args:
        item: a letter (step, k) or a pair of brackets.

    Returns:
        True for a letter.

    Example:
        >>> is_letter((1, 0)), is_letter(((1, 0), (2, 0)))
        (True, False)
    """
    return isinstance(item[0], int)


@cache
def _expand(item: Bracket) -> Words:
    if is_letter(item):
        return {(item,): 1}
    total: Words = defaultdict(int)
    for left, x in _expand(item[0]).items():
        for right, y in _expand(item[1]).items():
            total[left + right] += x * y
            total[right + left] -= x * y
    return dict(total)


def lyndon_brackets(words: Words) -> dict[Bracket, Any]:
    """Write a Lie polynomial in the Lyndon basis of the free Lie algebra.

    The smallest word of a Lie polynomial is a Lyndon word, and the smallest word of its standard bracket is
    the word itself, with coefficient one: so brackets can be peeled off from below.

    Args:
        words: coefficients of a Lie polynomial.

    Returns:
        Coefficient of each basis bracket. A bracket is a letter or a pair of brackets.

    Raises:
        ValueError: if ``words`` is not a Lie polynomial.

    Example:
        >>> lyndon_brackets({((1, 0), (2, 0)): 3, ((2, 0), (1, 0)): -3})
        {((1, 0), (2, 0)): 3}
        >>> lyndon_brackets({((2, 0), (1, 0)): 1})
        Traceback (most recent call last):
        ...
        ValueError: words must form a Lie polynomial; the word ((2, 0), (1, 0)) is left over
    """
    rest = {word: c for word, c in words.items() if c != 0}
    result: dict[Bracket, Any] = {}
    while rest:
        word = min(rest, key=lambda w: (weight(w), _order(w)))
        if any(_order(word[i:]) <= _order(word) for i in range(1, len(word))):
            raise ValueError(f"words must form a Lie polynomial; the word {word} is left over")
        item, c = _standard_bracket(word), rest[word]
        result[item] = c
        for other, count in _expand(item).items():
            rest[other] = rest.get(other, 0) - c * count
            if rest[other] == 0:
                del rest[other]
    return result
