"""The files of a search: hits as CSV and JSON, and a picture where there is a store."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.json_file import write_json
from mesa_keras.readers import PairStore, open_pair_store
from mesa_keras.recipes.astroclip.search import SearchResult
from mesa_keras.recipes.astroclip.search_query_file import QueryFile
from mesa_keras.report import ShownObject, save_figure, similar_objects_figure
from mesa_keras.table_output import write_table

# More lines would take minutes, and make a picture that no program opens.
_SHOWN = 24


@dataclass(frozen=True)
class SearchFiles:
    """What was written.

    Attributes:
        files: Paths by what they hold.
        no_picture: Why there is no picture, or empty.
        note: What a user should know of the picture, or empty.
    """

    files: dict[str, Path]
    no_picture: str
    note: str = ""


def write_search_files(
    folder: str | Path,
    result: SearchResult,
    store: str | Path = "",
    query_file: QueryFile | None = None,
) -> SearchFiles:
    """Writes `hits.csv`, `hits.json` and `hits.png`.

    Args:
        folder: Folder to write, made if needed.
        result: What was found.
        store: Folder of the images and spectra of the survey.
        query_file: The query, where it came from a file.

    Raises:
        OSError: If a file cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"hits": folder / "hits.csv", "hits, JSON": folder / "hits.json"}
    write_table(result.hits, files["hits"], float_format=None)
    hits = result.hits.to_dict(orient="records")
    content = {**result.summary, "query": result.query, "hits": hits}
    write_json(files["hits, JSON"], content)
    picture = folder / "hits.png"
    drawn = _draw(result, str(store), query_file)
    if isinstance(drawn, str):
        # A picture of an earlier search would show other objects.
        picture.unlink(missing_ok=True)
        return SearchFiles(files, drawn)
    figure, note = drawn
    save_figure(figure, picture)
    return SearchFiles(files | {"picture": picture}, "", note)


def _note(result: SearchResult, store: PairStore) -> str:
    """Surveys number their objects alike, so ids do not tell one from another."""
    embedded = result.summary["data_fingerprint"]
    if embedded is None or store.fingerprint == embedded:
        return ""
    return (
        f"the store at {store.folder} is not as it was when it was embedded: the "
        "picture may show other objects"
    )


def _draw(
    result: SearchResult, folder: str, query_file: QueryFile | None
) -> tuple[Figure, str] | str:
    """The picture and a note on it, or why there is none."""
    if not folder:
        return "the embeddings name no store of images and spectra"
    if not (Path(folder) / "store.json").is_file():
        return f"there is no store of images and spectra at {folder}"
    if not len(result.hits):
        return "nothing was found"
    try:
        store = open_pair_store(folder)
    except (OSError, ValueError) as error:
        return f"the store cannot be read: {error}"
    hits = result.hits.head(_SHOWN)
    ids = hits["object_id"].tolist()
    if query_file is None:
        ids.insert(0, result.query["object_id"])
    places = {int(name): row for row, name in enumerate(store.index["object_id"])}
    unknown = [name for name in ids if name not in places]
    if unknown:
        return f"the store at {folder} has no object {unknown[0]}"
    labels = [_label(entry) for entry in hits.to_dict(orient="records")]
    if query_file is None:
        labels.insert(0, _label(result.query))
    shown = _stored(store, [places[name] for name in ids], labels)
    if query_file is not None:
        shown.insert(0, _from_file(query_file))
    direction = result.summary["direction"].replace("-", " to ").capitalize()
    survey = " of a simulated survey" if result.summary["simulated"] else ""
    figure = similar_objects_figure(
        shown,
        store.wavelengths,
        f"{direction}: the query (framed) and the most similar{survey}",
        store.settings["flux_unit"],
    )
    notes = [_note(result, store)]
    if len(result.hits) > len(hits):
        notes.append(
            f"the picture shows the first {len(hits)} of {len(result.hits):,} hits"
        )
    return figure, "; ".join(filter(None, notes))


def _stored(store: PairStore, rows: list[int], labels: list[str]) -> list[ShownObject]:
    images = store.images(np.array(rows))
    flux, ivar = store.spectra(np.array(rows))
    return [
        ShownObject(label=label, image=images[i], flux=flux[i], ivar=ivar[i])
        for i, label in enumerate(labels)
    ]


def _from_file(query: QueryFile) -> ShownObject:
    label = _label({"object_id": query.name, "redshift": query.redshift})
    return ShownObject(label=label, image=query.image, flux=query.flux, ivar=query.ivar)


def _label(entry: dict[str, Any]) -> str:
    """Lines beside an image."""
    name = str(entry["object_id"])
    lines = [name if len(name) <= 20 else f"…{name[-19:]}"]
    if "similarity" in entry:
        lines[0] = f"{entry['rank']}. {lines[0]}"
        lines.append(f"similarity {entry['similarity']:.3f}")
    redshift = float(entry.get("redshift", np.nan))
    lines.append(f"z = {redshift:.4f}" if np.isfinite(redshift) else "z unknown")
    return "\n".join(lines)
