"""What tells beforehand how much two tasks gain from one network: measures of similarity, seed by seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from manytasks.statistics import rank_correlation

# Column of the table, and the sign that makes more mean more similar, as the linear theory reads it.
MEASURES = {
    "weight distance": ("weight_distance", -1),
    "weight distance, other start": ("weight_distance_other_start", -1),
    "weight cosine": ("weight_cosine", 1),
    "cosine of movements": ("movement_cosine", 1),
    "function distance": ("function_distance", -1),
    "function distance, other start": ("function_distance_other_start", -1),
    "function cosine": ("function_cosine", 1),
    "cross-task risk": ("cross_risk", -1),
    "feature CKA": ("feature_cka", 1),
    "feature CKA, other start": ("feature_cka_other_start", 1),
    "gradient cosine at start": ("gradient_cosine_start", 1),
    "gradient cosine at optimum": ("gradient_cosine_optimum", 1),
    "bracket at start": ("bracket_start", -1),
    "bracket at optimum": ("bracket_optimum", -1),
}
NETWORKS = {"one head": "together", "two heads": "heads"}


def with_transfer(table: pd.DataFrame, measure: str = "error") -> pd.DataFrame:
    """Add what each pair gains from one network with one head, and with two.

    Args:
        table: of a sweep ``similarity-measures``; one row per pair and seed.
        measure: "error" or "loss".

    Returns:
        The same with columns "one head" and "two heads": of the tasks' own networks minus of the common one.

    Example:
        >>> table = pd.DataFrame({"alone_error": [0.5], "together_error": [0.4], "heads_error": [0.25]})
        >>> with_transfer(table)[["one head", "two heads"]].round(2).to_dict("records")
        [{'one head': 0.1, 'two heads': 0.25}]
    """
    own = table[f"alone_{measure}"]
    return table.assign(**{name: own - table[f"{column}_{measure}"] for name, column in NETWORKS.items()})


def by_head(pairs: pd.DataFrame) -> pd.DataFrame:
    """Give each kind of head a row of its own, for figures.

    Args:
        pairs: what ``with_transfer`` returned.

    Returns:
        Columns "heads" ("one head" or "two heads") and "transfer", beside seed, dial, strength and the rest.

    Example:
        >>> pairs = pd.DataFrame({"seed": [0], "dataset": "digits", "width": 8, "dial": "labels"})
        >>> pairs = pairs.assign(strength=1.0)
        >>> by_head(pairs.assign(**{"one head": -0.1, "two heads": 0.0}))["transfer"].tolist()
        [-0.1, 0.0]
    """
    names = ["seed", "dataset", "width", "dial", "strength"]
    return pairs.melt(names, list(NETWORKS), var_name="heads", value_name="transfer")


def distinct(pairs: pd.DataFrame) -> pd.DataFrame:
    """Count strength 0 once: there, one and the same pair stands on every dial.

    Args:
        pairs: one row per seed, dial and strength.

    Returns:
        The rows, strength 0 of the first dial only.

    Example:
        >>> pairs = pd.DataFrame({"dial": ["a", "a", "b", "b"], "strength": [0.0, 1.0, 0.0, 1.0]})
        >>> distinct(pairs).index.tolist()
        [0, 1, 3]
    """
    return pairs[(pairs["strength"] > 0) | (pairs["dial"] == pairs["dial"].iloc[0])]


def change_by_seed(pairs: pd.DataFrame, target: str, by: str | list[str] | None = None) -> pd.DataFrame:
    """Return how much a column changes from the weakest strength of a dial to the strongest, within a seed.

    Args:
        pairs: one row per seed, strength and whatever else; what is not in ``by`` is averaged.
        target: column.
        by: columns whose values are kept apart; all in one if left out.

    Returns:
        One row per seed, one column per value of ``by``.

    Raises:
        ValueError: if a seed lacks one of the two strengths.

    Example:
        >>> pairs = pd.DataFrame({"seed": 0, "dial": "pixels", "strength": [0.0, 1.0], "gain": [0.1, -0.2]})
        >>> change_by_seed(pairs, "gain", "dial").round(2).to_dict()
        {'pixels': {0: -0.3}}
    """
    apart = [by] if isinstance(by, str) else list(by or ())
    wide = pairs.pivot_table(target, ["seed", "strength"], apart or None, aggfunc="mean", sort=False)
    strengths = wide.index.unique("strength")
    weak, strong = (wide.xs(end, level="strength") for end in (strengths.min(), strengths.max()))
    change = strong - weak
    if change.isna().any(axis=None):
        raise ValueError(f"{target}: every seed needs the weakest and the strongest pair of every dial")
    return change


def order_by_seed(
    pairs: pd.DataFrame, target: str, within: Sequence[str], names: Iterable[str] = MEASURES
) -> pd.DataFrame:
    """Return how well each measure orders what pairs gain: rank correlations of Spearman, within a seed.

    Args:
        pairs: one row per seed and pair.
        target: column that is to be ordered.
        within: columns that name a group; pairs of different groups are never compared.
        names: keys of ``MEASURES``.

    Returns:
        One row per seed, one column per measure, mean over groups; in [-1, 1], and 1 where all pairs that
        are more similar gain more.

    Raises:
        ValueError: if a measure, or what the pairs gain, is the same for all pairs of a group.

    Example:
        >>> pairs = pd.DataFrame({"seed": 0, "dial": "a", "cross_risk": [1, 2, 3], "gain": [0.3, 0.2, 0.1]})
        >>> order_by_seed(pairs, "gain", ["dial"], ["cross-task risk"]).round(2).to_dict()
        {'cross-task risk': {0: 1.0}}
    """
    names = list(names)
    columns, signs = zip(*(MEASURES[name] for name in names), strict=True)
    found = {
        key: rank_correlation(group[list(columns)].to_numpy().T * np.array(signs)[:, None], group[target])
        for key, group in pairs.groupby(["seed", *within])
    }
    orders = pd.DataFrame.from_dict(found, orient="index", columns=names)
    if orders.isna().any(axis=None):
        raise ValueError(f"{target}: a rank correlation needs pairs of a group that differ")
    return orders.groupby([key[0] for key in found]).mean().rename_axis("seed")


def lead_by_seed(
    pairs: pd.DataFrame, target: str, within: Sequence[str], better: str, worse: str
) -> pd.Series:
    """Return by how much one measure orders what pairs gain better than another.

    Args:
        pairs: as for ``order_by_seed``.
        target: column that is to be ordered.
        within: columns that name a group.
        better: a key of ``MEASURES``.
        worse: another.

    Returns:
        Difference of rank correlations by seed, in [-2, 2].

    Example:
        >>> pairs = pd.DataFrame({"seed": 0, "dial": "a", "cross_risk": [1, 2, 3], "gain": [0.3, 0.2, 0.1]})
        >>> lead_by_seed(
        ...     pairs.assign(feature_cka=[1, 2, 3]), "gain", ["dial"], "cross-task risk", "feature CKA"
        ... ).to_dict()
        {0: 2.0}
    """
    orders = order_by_seed(pairs, target, within, [better, worse])
    return orders[better] - orders[worse]


def predicted_share(
    pairs: pd.DataFrame,
    target: str,
    unit: str,
    groups: Sequence[str],
    names: Iterable[str] = MEASURES,
) -> pd.DataFrame:
    """Predict what pairs gain by the best increasing curve of each measure, fitted without the pair's unit.

    Args:
        pairs: one row per seed and pair.
        target: column that is predicted.
        unit: column; each of its values is left out once.
        groups: columns that name a group with a curve of its own.
        names: keys of ``MEASURES``.

    Returns:
        One row per seed, one column per measure: 1 minus the squared errors of the seed over its squared
        distances from the mean of its group; at most 1, below 0 where the mean is the better prediction.

    Example:
        >>> pairs = pd.DataFrame({"seed": [0, 0, 1, 1], "all": 0, "cross_risk": [2, 1, 2, 1]})
        >>> pairs["gain"] = -pairs["cross_risk"]
        >>> predicted_share(pairs, "gain", "seed", ["all"], ["cross-task risk"]).to_dict()
        {'cross-task risk': {0: 1.0, 1: 1.0}}
    """
    from sklearn.isotonic import IsotonicRegression

    errors = []
    for _, group in pairs.groupby(list(groups)):
        gained, units = group[target].to_numpy(), group[unit].to_numpy()
        found = {"seed": group["seed"].to_numpy(), "around": gained - gained.mean()}
        for name in names:
            column, sign = MEASURES[name]
            similar, found[name] = sign * group[column].to_numpy(), np.empty(len(group))
            for left_out in group[unit].unique():
                test = units == left_out
                curve = IsotonicRegression(out_of_bounds="clip").fit(similar[~test], gained[~test])
                found[name][test] = gained[test] - curve.predict(similar[test])
        errors.append(pd.DataFrame(found))
    squares = pd.concat(errors).set_index("seed").pow(2).groupby(level="seed").sum()
    return 1 - squares.drop(columns="around").div(squares["around"], axis=0)
