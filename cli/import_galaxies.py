"""Files of galaxies to a store of pairs: ``python -m cli.import_galaxies``."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from cli._arguments import DONE, DONE_WITH_FAULTS, add_option, print_table, run

_SHOWN = 10


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    result = argparse.ArgumentParser(
        prog="python -m cli.import_galaxies",
        description="Makes a store of galaxy pairs, on which AstroCLIP trains, from "
        "one HDF5 file, or from spectra and cut-outs. A row without image or spectrum "
        "keeps its place, with the reason beside it.",
    )
    place = result.add_mutually_exclusive_group(required=True)
    add_option(place, "output_dir", help="folder of the store, made or renewed")  # type: ignore[arg-type]
    add_option(
        place,  # type: ignore[arg-type]
        "verify",
        metavar="STORE",
        help="read a store instead, and name the files that are damaged or have "
        "changed since they were written; then the exit status is 1",
    )
    add_option(
        result,
        "hdf5",
        help="file with image, spectrum, redshift, targetid, as the published DESI x "
        "Legacy Survey set has them",
    )
    add_option(
        result,
        "spectra",
        nargs="+",
        default=(),
        help="SDSS spec-*.fits and DESI coadd-*.fits, or folders of them",
    )
    add_option(
        result,
        "images",
        nargs="+",
        default=(),
        help="cut-outs, FITS of g, r, z or JPEG, or folders of them; joined to spectra "
        "by object id or by the name of the file",
    )
    add_option(
        result,
        "table",
        help="CSV or Parquet with object_id or name (that of the files), and redshift, "
        "ra, dec, split or any other column",
    )
    add_option(
        result,
        "image_size",
        type=int,
        default=152,
        help="rows and columns of the images, not for --hdf5 [152]",
    )
    add_option(
        result,
        "pixel_scale",
        type=float,
        default=0.262,
        help="arcsec per pixel that FITS cut-outs are brought to [0.262]",
    )
    add_option(result, "shard_rows", type=int, default=256, help="rows a file [256]")
    add_option(
        result,
        "split",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="complete the splits that the data name, by object; with --no-split they "
        "stay as they are, of all rows or none [yes]",
    )
    return result


def main(argv: list[str] | None = None) -> int:
    """Parses the options and imports, or verifies."""
    arguments = parser().parse_args(argv)
    if arguments.verify:
        return run(lambda: _verify(arguments))
    return run(lambda: _import(arguments))


def _import(arguments: argparse.Namespace) -> int:
    files = arguments.spectra or arguments.images or arguments.table
    if bool(arguments.hdf5) == bool(files):
        raise ValueError(
            "name either --hdf5, or --spectra, --images and --table, as there are."
        )
    begin = time.perf_counter()
    from mesa_keras.pipelines.pair_import_files import import_files
    from mesa_keras.pipelines.pair_import_hdf5 import import_hdf5

    if arguments.hdf5:
        done = import_hdf5(
            arguments.hdf5,
            arguments.output_dir,
            shard_rows=arguments.shard_rows,
            split=arguments.split,
            progress=True,
        )
    else:
        done = import_files(
            arguments.output_dir,
            spectra=arguments.spectra,
            images=arguments.images,
            table=arguments.table,
            image_size=arguments.image_size,
            pixel_scale=arguments.pixel_scale,
            shard_rows=arguments.shard_rows,
            split=arguments.split,
            progress=True,
        )
    seconds = time.perf_counter() - begin
    _show_notes(done.warnings)
    for name, reason in list(done.faults.items())[:_SHOWN]:
        print(f"not read: {name}: {reason}", file=sys.stderr)
    index = done.index
    both = index["image_valid"] & index["spectrum_valid"]
    known = index["redshift"].notna()
    splits = index["split"].value_counts() if "split" in index else {}
    print_table(
        {
            "galaxies": f"{len(index):,}",
            "with image": f"{index['image_valid'].sum():,}",
            "with spectrum": f"{index['spectrum_valid'].sum():,}",
            "with both": f"{both.sum():,}",
            "with both and redshift": f"{(both & known).sum():,}",
            **{f"{name} split": f"{count:,}" for name, count in splits.items()},
            **({"not read": f"{len(done.faults):,} files"} if done.faults else {}),
            "time": f"{seconds:.0f} s, {len(index) / seconds:.0f} galaxies/s",
            "written": str(done.folder),
        }
    )
    return DONE_WITH_FAULTS if done.faults else DONE


def _verify(arguments: argparse.Namespace) -> int:
    if arguments.hdf5 or arguments.spectra or arguments.images or arguments.table:
        raise ValueError("`--verify` takes a store and nothing to import.")
    begin = time.perf_counter()
    from mesa_keras.readers import open_pair_store

    store = open_pair_store(arguments.verify)
    faults = store.verify(progress=True)
    for name, reason in sorted(faults.items()):
        print(f"damaged: {store.folder / name}: {reason}", file=sys.stderr)
    lost = store.damaged_images | store.damaged_spectra
    print_table(
        {
            "galaxies": f"{len(store):,}",
            "damaged files": f"{len(faults):,}",
            "galaxies in them": f"{lost.sum():,}",
            "time": f"{time.perf_counter() - begin:.0f} s",
        }
    )
    return DONE_WITH_FAULTS if faults else DONE


def _show_notes(warnings: Sequence[str]) -> None:
    """Shows each kind of warning once, with the number of files that have it."""
    kinds = Counter(warning.partition(": ")[2] or warning for warning in warnings)
    first = {warning.partition(": ")[2]: warning for warning in reversed(warnings)}
    for kind, count in list(kinds.items())[:_SHOWN]:
        files = f"{count:,} files: {kind}"
        print(f"note: {files if count > 1 else first.get(kind, kind)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
