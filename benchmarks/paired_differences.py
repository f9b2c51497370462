"""What one model is better by than another on the same objects, as a line of text."""

from collections.abc import Sequence

import numpy as np

from mesa_keras.evaluation import classification_metrics, paired_bootstrap


def paired_differences(
    group: np.ndarray,
    label: np.ndarray,
    ours: np.ndarray,
    theirs: np.ndarray,
    names: Sequence[str],
) -> str:
    """Differences of the named measures, with 95 % intervals of a paired bootstrap."""
    found = paired_bootstrap(classification_metrics, group, label, ours, theirs)
    return ", ".join(
        f"{name} {found[name]['value']:+.3f} "
        f"({found[name]['low']:+.3f} to {found[name]['high']:+.3f})"
        for name in names
    )
