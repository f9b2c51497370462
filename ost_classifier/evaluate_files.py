"""The files that an evaluation writes."""

from collections.abc import Sequence
from pathlib import Path

RESULTS_FILE = "test_results.json"
REPORT_FILE = "report.html"
# Those that `draw` makes, as `<name>.png`.
FIGURES = ("confusion_matrix", "coverage", "reliability")


def result_files(
    output_dir: str | Path,
    pr_out_dir: str | Path | None,
    class_names: Sequence[str],
) -> list[Path]:
    """All files that an evaluation may write, but those it is asked for by name.

    Args:
        output_dir: Folder of the results.
        pr_out_dir: Folder of the precision-recall curves, `None` for none.
        class_names: The classes of the model.

    Returns:
        Their paths, whether they exist or not.
    """
    names = (RESULTS_FILE, REPORT_FILE, *(f"{name}.png" for name in FIGURES))
    files = [Path(output_dir) / name for name in names]
    if pr_out_dir is not None:
        curves = [Path(pr_out_dir) / name for name in class_names]
        files += [c.with_name(f"{c.name}{s}") for c in curves for s in (".png", ".csv")]
    return files


def check_own_file(name: str, path: str | Path, others: Sequence[Path]) -> None:
    """Makes sure that a file is none of the others that the same run writes.

    Args:
        name: Argument that the file was named with.
        path: The file.
        others: The other files of the run.

    Raises:
        ValueError: If it is one of them, by whatever name.
    """
    target = Path(path).resolve()
    for other in others:
        if other.resolve() == target:
            raise ValueError(
                f"`{name}` must be another file than the run's own {other.name}. "
                f"Received: {path}"
            )
