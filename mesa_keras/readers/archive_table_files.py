"""The archive's tables in our columns and units, as files to train on."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mesa_keras.atomic_file import atomic_file
from mesa_keras.readers import archive_table
from mesa_keras.readers.candidate_table import KNOWN_COLUMNS, read_candidates
from mesa_keras.readers.table_file import read_table

TABLES = {
    "koi": ("cumulative", archive_table.KOI),
    "toi": ("toi", archive_table.TOI),
    "k2": ("k2pandc", archive_table.K2),
}
LABELS = (
    archive_table.CONFIRMED,
    archive_table.CANDIDATE,
    archive_table.FALSE_POSITIVE,
)


@dataclass(frozen=True)
class TableFiles:
    """A table of the archive in our columns.

    Attributes:
        published: The archive's answer.
        labelled: Candidates with a label.
        unlabelled: The others, `None` where there are none.
        labels: Rows by label.
        notes: What a user should know.
    """

    published: Path
    labelled: Path
    unlabelled: Path | None
    labels: Counter[str]
    notes: tuple[str, ...]


def check_header(name: str, published: Path) -> None:
    """Raises `ValueError` where a file is not the table of this name."""
    table = TABLES[name][1]
    if archive_table.recognize(list(read_table(published))) is not table:
        raise ValueError(f"{published}: is not the archive's table of {table.name}.")


def write_table(name: str, published: Path) -> TableFiles:
    """Writes a published table in our columns, beside it.

    Args:
        name: "koi", "toi" or "k2".
        published: The table as published.

    Raises:
        OSError: If a file cannot be written.
        ValueError: If the table is another one.
    """
    check_header(name, published)
    table = read_candidates(published, require_labels=False)
    known = [column for column in KNOWN_COLUMNS if column in table.frame]
    frame = table.frame[["object_id", "star_id", "label", *known]].copy()
    # Tells readers whose star numbers and epochs these are.
    frame.insert(3, "mission", TABLES[name][1].mission)
    labelled = frame["label"].isin(LABELS)
    notes = list(table.warnings)
    faulty = table.faults[table.faults != ""]
    if faulty.size:
        notes.append(f"{faulty.size:,} rows have a fault, the first: {faulty[0]}")
    paths = (
        published.with_name(f"{name}.csv"),
        published.with_name(f"{name}_unlabelled.csv"),
    )
    for path, rows in zip(paths, (frame[labelled], frame[~labelled]), strict=True):
        if not len(rows):
            path.unlink(missing_ok=True)
            continue
        with atomic_file(path) as temporary:
            rows.to_csv(temporary, index=False)
    unlabelled = None if labelled.all() else paths[1]
    labels = Counter(frame.loc[labelled, "label"].tolist())
    return TableFiles(published, paths[0], unlabelled, labels, tuple(notes))
