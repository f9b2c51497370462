"""Where models and data stand on a machine: `configs/{name}.json`."""

import json
from dataclasses import dataclass
from pathlib import Path

_CHECKOUT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class LocalConfig:
    """Folders of a machine.

    Attributes:
        cache_dir: Folder of model checkpoints, and of the embeddings made by them.
        data_dir: Store of pairs.
    """

    cache_dir: Path
    data_dir: Path


def read_local_config(name: str) -> LocalConfig:
    """Reads a configuration by its name or path.

    Args:
        name: `local` for `configs/local.json`, in the working directory or else beside
            the library; or a path that ends in `.json`. Folders in it are taken as
            from the working directory.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a configuration.
    """
    if name.endswith(".json"):
        places = [Path(name)]
    else:
        file = Path("configs") / f"{name}.json"
        places = [file, _CHECKOUT / file]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise FileNotFoundError(
            f"{places[0]} does not exist. It must name two folders: "
            '{"cache_dir": "cache", "data_dir": "data/galaxies"}.'
        )
    try:
        found = json.loads(path.read_text())
        return LocalConfig(**{key: Path(value) for key, value in found.items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} must be JSON that names `cache_dir` and `data_dir`, and nothing "
            f"else: {error}"
        ) from error
