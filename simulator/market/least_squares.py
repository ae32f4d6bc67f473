"""Ordinary least squares of a few columns, by the normal equations."""

from collections.abc import Sequence


def least_squares(rows: Sequence[Sequence[float]], target: Sequence[float]) -> list[float]:
    """The weights that make the rows' weighted sums come nearest to the target.

    Args:
        rows: One row of regressors per observation; add a 1 for an intercept.
        target: One value per observation.

    Raises:
        ValueError: the columns are linearly dependent, so there is no single answer.
    """
    width = len(rows[0])
    matrix = [
        [sum(row[i] * row[j] for row in rows) for j in range(width)]
        + [sum(row[i] * value for row, value in zip(rows, target, strict=True))]
        for i in range(width)
    ]
    for step in range(width):
        pivot = max(range(step, width), key=lambda at: abs(matrix[at][step]))
        if matrix[pivot][step] == 0.0:
            raise ValueError(f"column {step} depends on the others: leave it out")
        matrix[step], matrix[pivot] = matrix[pivot], matrix[step]
        for at in range(width):
            if at != step:
                part = matrix[at][step] / matrix[step][step]
                pairs = zip(matrix[at], matrix[step], strict=True)
                matrix[at] = [mine - part * other for mine, other in pairs]
    return [matrix[at][width] / matrix[at][at] for at in range(width)]


def residuals(
    rows: Sequence[Sequence[float]], target: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """What the weighted sums leave of the target."""
    return [
        value - sum(w * x for w, x in zip(weights, row, strict=True))
        for row, value in zip(rows, target, strict=True)
    ]
