"""Objects whose class is known, by a model's embedding: what is this one like?"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.evaluation import nearest_neighbors
from mesa_keras.inference import Predictor
from mesa_keras.readers import file_sha256, star_number
from mesa_keras.recipes.mesa.model_data import load_for_model
from mesa_keras.recipes.mesa.stars import StarColumn, star_names

_TEXTS = ("object_id", "star_id", "label")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class KnownObjects:
    """Objects with a label and an embedding.

    Attributes:
        embedding: Unit vectors, float32 `(objects, dim)`.
        object_id: Names.
        star_id: Stars, with their catalogue where it is known.
        label: Classes.
        path: The file.
    """

    embedding: np.ndarray
    object_id: np.ndarray
    star_id: np.ndarray
    label: np.ndarray
    path: Path

    def __len__(self) -> int:
        return len(self.object_id)


@dataclass(frozen=True, kw_only=True)
class SimilarObject:
    """A known object that is like another.

    Attributes:
        object_id: Its name.
        star_id: Its star.
        label: Its class.
        similarity: Cosine of the angle between the embeddings.
    """

    object_id: str
    star_id: str
    label: str
    similarity: float


def known_path(model_path: Path) -> Path:
    """Returns where the known objects of a model are: `<model>_known.npz` beside it."""
    return model_path.with_name(f"{model_path.stem}_known.npz")


def write_known_objects(
    model_path: str | Path,
    data_path: str | Path,
    output: str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    batch_size: int = 256,
) -> tuple[Path, int]:
    """Writes embeddings, names and labels of a table's candidates.

    Args:
        model_path: Model file, to which the result belongs.
        data_path: Table of candidates; rows without a label of the model's classes, or
            without any usable value, are left out.
        output: File to write, `.npz`; `None` for `known_path`.
        columns: Our column name to the file's.
        views_path: File of views; by default `views.npz` beside the table.
        batch_size: Candidates at a time.

    Returns:
        The file, and the number of objects in it.

    Raises:
        FileNotFoundError: If a file does not exist.
        OSError: If the file cannot be written.
        ValueError: If the table does not fit the model, or has no labelled candidate.
    """
    predictor = Predictor(model_path)
    path = known_path(predictor.path) if output is None else Path(output)
    if path.suffix != ".npz":
        raise ValueError(f"`output` must end in .npz. Received: {path}")
    data = load_for_model(
        predictor,
        data_path,
        columns=columns,
        views_path=views_path,
        require_labels=False,
    )
    found = predictor.predict(
        data.inputs(), batch_size, outputs=("embedding", "decision", "score")
    )
    usable = np.isfinite(found["score"]) & np.isfinite(found["embedding"]).all(axis=1)
    label = np.full(len(data), -1) if data.label is None else data.label
    rows = np.flatnonzero(usable & (label >= 0))
    if not rows.size:
        raise ValueError(
            f"{data.path}: no candidate with a label of "
            f"{', '.join(predictor.class_names)} and a usable value."
        )
    catalogue = data.star_catalogue
    arrays = {
        "embedding": _unit(found["embedding"][rows]).astype(np.float16),
        "object_id": data.object_id[rows],
        "star_id": np.array([_full(star, catalogue) for star in data.star_id[rows]]),
        "label": np.array(predictor.class_names)[label[rows]],
        "model_sha256": np.array(file_sha256(predictor.path)),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
    return path, int(rows.size)


def read_known_objects(path: str | Path, model_path: str | Path) -> KnownObjects:
    """Reads what `write_known_objects` wrote.

    Args:
        path: The file.
        model_path: Model file, to which it must belong.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, or belongs to another model.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    try:
        # Opened here: a damaged archive would stay open.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            texts = {name: archive[name].astype(str) for name in _TEXTS}
            embedding = archive["embedding"].astype(np.float32)
            fingerprint = str(archive["model_sha256"])
    except _DAMAGE as error:
        raise ValueError(f"{path}: no file of known objects ({error}).") from error
    if fingerprint != file_sha256(Path(model_path)):
        raise ValueError(
            f"{path}: its embeddings are of another model than {model_path}; write "
            "them anew with `python -m cli.predict_mesa --data … --known_output …`."
        )
    shapes = {embedding.shape[:1], *(values.shape for values in texts.values())}
    if embedding.ndim != 2 or len(shapes) != 1:
        raise ValueError(f"{path}: its arrays must have a row for each object.")
    return KnownObjects(embedding=_unit(embedding), path=path, **texts)


def similar_objects(
    known: KnownObjects,
    embedding: np.ndarray,
    *,
    object_id: str,
    star_id: str,
    count: int = 8,
) -> list[SimilarObject]:
    """Returns the known objects most like another, never of its own star.

    Args:
        known: Where to look.
        embedding: Embedding of the other, `(dim,)`.
        object_id: Its name, which is left out as well.
        star_id: Its star.
        count: How many are wanted.

    Raises:
        ValueError: If the embedding has another length.
    """
    own = own_rows(known, object_id, star_id)
    found = nearest_neighbors(
        _unit(embedding[None]), known.embedding, count, rows=np.flatnonzero(~own)
    )
    return [
        SimilarObject(
            object_id=str(known.object_id[row]),
            star_id=str(known.star_id[row]),
            label=str(known.label[row]),
            similarity=float(similarity),
        )
        for row, similarity in zip(found.rows[0], found.similarities[0], strict=True)
        if row >= 0
    ]


def own_rows(known: KnownObjects, object_id: str, star_id: str) -> np.ndarray:
    """Returns which known objects are of the star, or have the name, booleans."""
    stars, (star,) = star_names(
        [StarColumn(known.star_id), StarColumn(np.array([star_id]))]
    )
    # Rows without a star are only told apart by their name.
    same = (stars == star) & (stars != "")
    return np.asarray(same | (known.object_id == object_id))


def _full(star: str, catalogue: str | None) -> str:
    number = star_number(star)
    if number is None or number[0] is not None or catalogue is None:
        return star
    return f"{catalogue} {number[1]}"


def _unit(vectors: np.ndarray) -> np.ndarray:
    values = vectors.astype(np.float32)
    length = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.where(length > 0, length, 1.0))
