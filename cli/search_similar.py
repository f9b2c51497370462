"""Finds similar galaxies: ``python -m cli.search_similar --embeddings … --query_id …``.

The first word of the direction is the view of the query, the second that of the survey
it is compared with: `image-spectrum` finds spectra that fit an image.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from cli._arguments import DONE, add_option, print_table, quiet_start, run

_DIRECTIONS = ("image-image", "image-spectrum", "spectrum-image", "spectrum-spectrum")


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.search_similar", description=__doc__
    )
    add_option(
        result,
        "embeddings",
        required=True,
        help="folder that cli.generate_embeddings wrote",
    )
    query = result.add_mutually_exclusive_group(required=True)
    add_option(query, "query_id", type=int, help="object_id of the query")  # type: ignore[arg-type]
    add_option(
        query,  # type: ignore[arg-type]
        "query_file",
        help="file of a new object: a FITS cut-out in g, r, z, an SDSS spec file, or a "
        "DESI coadd; needs --model",
    )
    add_option(result, "model", help="model that made the embeddings, for --query_file")
    add_option(
        result, "query_target", type=int, help="TARGETID, for a coadd of several"
    )
    add_option(
        result,
        "direction",
        choices=_DIRECTIONS,
        default="image-image",
        help="view of the query, and of what it is compared with [image-image]",
    )
    add_option(result, "top", type=int, default=8, help="objects wanted [8]")
    add_option(
        result,
        "where",
        help="conditions on catalogue columns, as in 'redshift>0.1 and split==test'",
    )
    add_option(
        result,
        "index",
        choices=("auto", "exact", "approximate"),
        default="auto",
        help="how to search; auto is as the kept index, or approximate above 500,000 "
        "objects [auto]",
    )
    add_option(
        result, "index_dir", help="folder that keeps the index; read where it is there"
    )
    add_option(result, "store", help="images and spectra [as the embeddings say]")
    add_option(result, "output_dir", default="search_results", help="[search_results]")
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and searches."""
    arguments = parser().parse_args(argv)
    return run(lambda: _search(arguments))


def _search(arguments: argparse.Namespace) -> int:
    from mesa_keras.recipes.astroclip.embeddings import open_embeddings

    if arguments.query_file and not arguments.model:
        raise ValueError("`--query_file` needs the model of the embeddings: `--model`.")
    embeddings = open_embeddings(arguments.embeddings)
    looking, against = arguments.direction.split("-")
    options = (arguments.direction, arguments.top, arguments.where)
    query_file = None
    if arguments.query_file:
        query_file = _embedded(arguments, embeddings, looking)
    from mesa_keras.recipes.astroclip.search import (
        find_row,
        search_object,
        search_vector,
    )
    from mesa_keras.recipes.astroclip.search_files import write_search_files

    if query_file is None:
        row = find_row(embeddings, arguments.query_id, looking)
        index = _index(arguments, embeddings, against)
        found = search_object(index, embeddings, row, *options)
    else:
        index = _index(arguments, embeddings, against)
        found = search_vector(index, query_file.vector, *options, query_file.name)
    store = embeddings.store if arguments.store is None else arguments.store
    written = write_search_files(arguments.output_dir, found, store, query_file)
    _show(found, written)
    return DONE


def _embedded(arguments: argparse.Namespace, embeddings: Any, looking: str) -> Any:
    """The object of a file, by the model that made the embeddings."""
    with quiet_start():
        from mesa_keras.recipes.astroclip.search_query_file import embed_query_file

        query = embed_query_file(
            arguments.query_file, arguments.model, looking, arguments.query_target
        )
    if query.model_fingerprint != embeddings.model_fingerprint:
        raise ValueError(
            f"{arguments.model} is not the model of {arguments.embeddings}: "
            f"fingerprints {query.model_fingerprint[:12]} and "
            f"{embeddings.model_fingerprint[:12]}. Embed the survey with this model."
        )
    for warning in query.warnings:
        print(f"note: {warning}", file=sys.stderr)
    return query


def _index(arguments: argparse.Namespace, embeddings: Any, against: str) -> Any:
    """The index, read or built."""
    from mesa_keras.recipes.astroclip.search_index import SimilarityIndex
    from mesa_keras.recipes.astroclip.search_index_about import check_index_of

    if arguments.index_dir is None:
        return SimilarityIndex.of(embeddings, against, kind=arguments.index)
    folder = Path(arguments.index_dir) / against
    if not (folder / "index.json").is_file():
        index = SimilarityIndex.of(embeddings, against, kind=arguments.index)
        index.save(folder)
        return index
    index = SimilarityIndex.load(folder)
    check_index_of(index.about, embeddings, against, str(folder))
    if arguments.index not in ("auto", index.kind):
        raise ValueError(
            f"`--index {arguments.index}` is not the index in {folder}, which is "
            f"{index.kind}: leave `--index` out to use it, or name another "
            "`--index_dir`."
        )
    return index


def _show(found: Any, written: Any) -> None:
    """Hits on the screen, and where the files are."""
    if written.note:
        print(f"note: {written.note}", file=sys.stderr)
    summary = found.summary
    if summary["simulated"]:
        print("Images and spectra are SIMULATED.")
    columns = ["rank", "similarity", "object_id", "redshift"]
    shown = found.hits[[name for name in columns if name in found.hits]]
    if len(shown):
        print(shown.to_string(index=False, float_format="{:.4f}".format))
    lines = {
        "direction": summary["direction"],
        "searched": f"{summary['num_searched']:,} objects, {summary['index']}",
    }
    if summary["where"]:
        lines["where"] = summary["where"]
    if summary["num_found"] < summary["num_wanted"]:
        lines["found"] = f"{summary['num_found']} of {summary['num_wanted']} wanted"
    if written.no_picture:
        lines["no picture"] = written.no_picture
    print_table(lines | {name: str(path) for name, path in written.files.items()})


if __name__ == "__main__":
    sys.exit(main())
