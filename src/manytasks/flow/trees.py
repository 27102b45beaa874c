r"""Vector fields built from :math:`f_1, \dots, f_n` by differentiation: rooted trees with coloured nodes.

A tree stands for an elementary differential: a node of colour i with k branches is the k-th derivative of
:math:`f_i`, applied to the k vector fields its branches stand for. A field is a sum of trees, kept as a
dictionary from tree to coefficient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

Tree: TypeAlias = tuple[int, tuple[Any, ...]]  # (colour of the root, sorted branches)
Field: TypeAlias = dict[Tree, Any]


def node(colour: int, *branches: Tree) -> Tree:
    r"""Return the tree of :math:`f_i^{(k)}(F_1, \dots, F_k)`.

    Args:
        colour: i, the task whose field sits at the root.
        *branches: the trees of :math:`F_1, \dots, F_k`, in any order, as derivatives are symmetric.

    Returns:
        The tree, its branches sorted so that equal differentials are equal trees.

    Example:
        >>> node(1, node(2), node(1)) == node(1, node(1), node(2))
        True
    """
    return colour, tuple(sorted(branches))


@cache
def _graft(a: Tree, b: Tree) -> Mapping[Tree, int]:
    colour, branches = b
    total: dict[Tree, int] = defaultdict(int)
    total[node(colour, *branches, a)] += 1
    for i, branch in enumerate(branches):
        for grafted, count in _graft(a, branch).items():
            total[node(colour, *branches[:i], grafted, *branches[i + 1 :])] += count
    return dict(total)


def derivative(along: Field, of: Field) -> Field:
    r"""Differentiate one field along another: :math:`D_a b = b' a`.

    By the chain and product rules the derivative of a tree is the sum of all trees in which a new branch
    grows from one of its nodes. (The product :math:`a \triangleright b = b'a` is pre-Lie.)

    Args:
        along: the field a.
        of: the field b.

    Returns:
        The field b'a, zero terms left out.

    Example:
        >>> f = {node(1): 1}
        >>> derivative(f, derivative(f, f))  # f''(f, f) + f'f'f
        {(1, ((1, ()), (1, ()))): 1, (1, ((1, ((1, ()),)),)): 1}
    """
    total: Field = defaultdict(int)
    for a, x in along.items():
        for b, y in of.items():
            for tree, count in _graft(a, b).items():
                total[tree] += count * x * y
    return {tree: c for tree, c in total.items() if c != 0}


def combine(*weighted: tuple[Any, Field]) -> Field:
    """Add fields.

    Args:
        *weighted: pairs of a coefficient and a field.

    Returns:
        Their linear combination, zero terms left out.

    Example:
        >>> combine((2, {node(1): 1}), (-1, {node(1): 2, node(2): 5}))
        {(2, ()): -5}
    """
    total: Field = defaultdict(int)
    for weight, field in weighted:
        for tree, c in field.items():
            total[tree] += weight * c
    return {tree: c for tree, c in total.items() if c != 0}


def bracket(a: Field, b: Field) -> Field:
    r"""Return the Lie bracket :math:`[a, b] = b'a - a'b`.

    Args:
        a: first field.
        b: second field.

    Returns:
        The bracket; ``bracket(b, a)`` is its negative.

    Example:
        >>> bracket({node(1): 1}, {node(2): 1})
        {(2, ((1, ()),)): 1, (1, ((2, ()),)): -1}
    """
    return combine((1, derivative(a, b)), (-1, derivative(b, a)))


def size(tree: Tree) -> int:
    """Count the nodes of a tree.

    Args:
        tree: any tree.

    Returns:
        Its number of nodes, one more than the power of h it appears with.

    Example:
        >>> size(node(1, node(1), node(2)))
        3
    """
    return 1 + sum(size(branch) for branch in tree[1])


def latex(tree: Tree, letters: Mapping[int, str]) -> str:
    r"""Typeset an elementary differential.

    Args:
        tree: any tree.
        letters: the LaTeX name of each colour.

    Returns:
        LaTeX, without dollar signs.

    Example:
        >>> print(latex(node(1, node(1), node(2)), {1: "f_{1}", 2: "f_{2}"}))
        f_{1}''(f_{1},\,f_{2})
        >>> print(latex(node(1, node(2, node(1))), {1: "f_{1}", 2: "f_{2}"}))
        f_{1}'f_{2}'f_{1}
    """
    colour, branches = tree
    name = letters[colour] + "'" * len(branches)
    inner = r",\,".join(latex(branch, letters) for branch in branches)
    return f"{name}({inner})" if len(branches) > 1 else name + inner
