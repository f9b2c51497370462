"""Results of a long run, kept on disk in parts, so that a killed run goes on."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.json_file import write_json
from mesa_keras.recipes.mesa.raw_views_star import RowResult

CALL_FILE = "call.json"


class ResultParts:
    """A folder beside the output with the rows that are done.

    Args:
        output: The file that the parts are for.
        call: What determines the results; parts of another call are thrown away.
    """

    def __init__(self, output: Path, call: Mapping[str, Any]) -> None:
        self.folder = output.with_name(f"{output.name}.parts")
        text = json.dumps(call, sort_keys=True, default=str)
        fingerprint = {"sha256": hashlib.sha256(text.encode()).hexdigest()}
        path = self.folder / CALL_FILE
        self.restarted = False
        if self.folder.exists() and not self._is_of(path, fingerprint):
            self.restarted = True
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_json(path, fingerprint)
        self._paths = sorted(self.folder.glob("part-*.npz"))

    @staticmethod
    def _is_of(path: Path, fingerprint: Mapping[str, str]) -> bool:
        try:
            return bool(json.loads(path.read_text("utf-8")) == fingerprint)
        except (OSError, ValueError):
            return False

    def done(self) -> set[int]:
        """Returns the rows that are kept already."""
        return {result for part in self._load(["row"]) for result in part["row"]}

    def write(self, results: Sequence[RowResult]) -> None:
        """Keeps the rows that have views and no fault; others are tried again."""
        kept = [result for result in results if result.arrays and not result.fault]
        if not kept:
            return
        arrays: dict[str, Any] = {
            "row": np.array([result.row for result in kept]),
            "told": np.array(
                [
                    json.dumps([result.scalars, result.facts, result.notes])
                    for result in kept
                ]
            ),
        }
        for name in kept[0].arrays:
            arrays[name] = np.stack([result.arrays[name] for result in kept])
        path = self.folder / f"part-{len(self._paths):06d}.npz"
        with atomic_file(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, **arrays)
        self._paths.append(path)

    def told(self) -> list[RowResult]:
        """Returns scalars, facts and notes of all rows kept, without arrays."""
        results = []
        for part in self._load(["row", "told"]):
            for row, text in zip(part["row"], part["told"], strict=True):
                scalars, facts, notes = json.loads(str(text))
                results.append(
                    RowResult(row=int(row), scalars=scalars, facts=facts, notes=notes)
                )
        return results

    def array(self, name: str, rows: np.ndarray) -> np.ndarray | None:
        """Returns one array of the given rows, all kept; `None` if no part has it."""
        place = {int(row): index for index, row in enumerate(rows)}
        whole = None
        for part in self._load(["row", name]):
            values = part[name]
            if whole is None:
                whole = np.empty((rows.size, *values.shape[1:]), values.dtype)
            for row, value in zip(part["row"], values, strict=True):
                if int(row) in place:
                    whole[place[int(row)]] = value
        return whole

    def names(self) -> list[str]:
        """Returns the names of the arrays."""
        for path in self._paths:
            with np.load(path) as archive:
                return [n for n in archive.files if n not in ("row", "told")]
        return []

    def remove(self) -> None:
        """Removes the folder, when all is in the output."""
        shutil.rmtree(self.folder)

    def _load(self, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        for path in list(self._paths):
            with np.load(path) as archive:
                yield {name: archive[name] for name in names}


def write_archive(path: Path, arrays: Iterator[tuple[str, np.ndarray]]) -> None:
    """Writes a compressed `.npz` with one array in memory at a time."""
    with (
        atomic_file(path) as temporary,
        zipfile.ZipFile(
            temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as archive,
    ):
        for name, array in arrays:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)
