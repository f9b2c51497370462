r"""Events of two surveys: models of one survey or both, each measured on each.

    python -m benchmarks.mesa_surveys \
        --models both=output/mesa_kepler_tce.keras,TESS=other/mesa_tess_tce.keras

Test stars only, with 95 % intervals over stars. The score of `PC` is its probability;
that of an astrophysical event (PC and AFP, PC and EB) the sum of both. Kepler events
are held against the Autovetter's labels, and those with a KOI against the archive's
disposition, too: confirmed against false positive, where there is such a verdict. What
a model says of them without a word of the other events of their stars is shown apart,
and so are the events whose star has no other of their period.
"""

import argparse
import dataclasses
import os
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.machine import machine
from cli._arguments import columns, quiet_start
from mesa_keras.evaluation import bootstrap_intervals, one_against_rest
from mesa_keras.readers import read_candidates
from mesa_keras.recipes.mesa.data import MesaData, load_data
from mesa_keras.recipes.mesa.pretrain_config import KNOWN_LABELS
from mesa_keras.recipes.mesa.star_events import STAR_EVENT_COLUMNS, star_events
from mesa_keras.recipes.mesa.stars import star_groups

with quiet_start():
    from mesa_keras.inference import Predictor
    from mesa_keras.recipes.mesa.evaluation_measures import LONGEST_RUN
    from mesa_keras.recipes.mesa.positive_classes import POSITIVE_METRICS

TABLES = {
    "kepler_tce": ("kepler_tce", "test_data.csv.gz"),
    "tess_tce": ("tess_tce", "test_data.csv.gz"),
}
# Classes that are no astrophysical event.
JUNK = {"NTP", "J"}


def load(predictor: Predictor, path: Path, labels: tuple[str, ...]) -> MesaData:
    """Loads the columns and views of a model with the labels of another survey."""
    schema = predictor.schema
    return load_data(
        path,
        labels=labels,
        planet_features=schema["planet_features"],
        stellar_features=schema["stellar_features"],
        expected_views=schema["views"],
        expected_convention=schema["view_convention"],
        simulate_missing=False,
    )


def koi_verdicts(path: Path) -> np.ndarray:
    """The archive's disposition of each row's KOI, '' where there is none."""
    events = pd.read_csv(path)
    folder = path.parent.parent / "koi"
    tables = [pd.read_csv(folder / f"{part}_data.csv") for part in ("train", "test")]
    known = pd.concat(tables).set_index("object_id")["label"]
    return events["kepoi_name"].map(known).fillna("").to_numpy(str)


def without_star_events(data: MesaData) -> MesaData:
    """The events as if nothing were known of others on their stars."""
    hidden = np.isin(data.planet_columns, STAR_EVENT_COLUMNS)
    return dataclasses.replace(
        data, planet_features=np.where(hidden, np.nan, data.planet_features)
    )


def questions(
    name: str, path: Path, data: MesaData, predictor: Predictor
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rows, truth and score of each question that is asked of a table."""
    everything = np.arange(len(data))
    truth = np.asarray(data.class_names)[data.known_label()]
    probabilities = scores(predictor, data)
    planet, event = truth == "PC", ~np.isin(truth, list(JUNK))
    found = {"PC": (everything, planet, probabilities["planet"])}
    if name == "kepler_tce":
        verdict = koi_verdicts(path)
        rows = np.flatnonzero(np.isin(verdict, ["CONFIRMED", "FALSE POSITIVE"]))
        found["confirmed KOI"] = (
            rows,
            verdict[rows] == "CONFIRMED",
            probabilities["planet"][rows],
        )
        run = pd.read_csv(path)["interpolated_run"].to_numpy()
        rows = np.flatnonzero(~(run > LONGEST_RUN))
        found["PC, without interpolated"] = (
            rows,
            planet[rows],
            probabilities["planet"][rows],
        )
        found["PC, other events of the star not told"] = (
            everything,
            planet,
            scores(predictor, without_star_events(data))["planet"],
        )
        twins = star_events(read_candidates(path))["same_period_events"]
        rows = np.flatnonzero(~(twins > 0))
        found["PC, no other event of the period"] = (
            rows,
            planet[rows],
            probabilities["planet"][rows],
        )
    else:
        found["PC + EB"] = (everything, event, probabilities["event"])
    return found


def scores(predictor: Predictor, data: MesaData) -> dict[str, np.ndarray]:
    """Probability that a row is a planet, and that it is no junk."""
    p = predictor.predict(data.inputs())["probabilities"].astype(np.float64)
    names = list(predictor.class_names)
    events = [i for i, name in enumerate(names) if name not in JUNK]
    return {"planet": p[:, names.index("PC")], "event": p[:, events].sum(axis=1)}


def main() -> None:
    """Prints a table per survey and question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=columns, required=True)
    default = Path(os.environ.get("MESA_DATA_DIR", "data"))
    parser.add_argument("--data_dir", type=Path, default=default)
    arguments = parser.parse_args()
    print(machine("keras", "tensorflow"))
    models = {name: Predictor(path) for name, path in arguments.models.items()}
    rows: dict[str, list[str]] = {}
    for name, parts in TABLES.items():
        path = arguments.data_dir.joinpath(*parts)
        for model, predictor in models.items():
            data = load(predictor, path, KNOWN_LABELS[name])
            asked = questions(name, path, data, predictor)
            for question, (kept, positive, score) in asked.items():
                found = bootstrap_intervals(
                    one_against_rest, star_groups(data)[kept], positive, score
                )
                cells = [
                    f"{found[m]['value']:.3f} ({found[m]['low']:.3f}–"
                    f"{found[m]['high']:.3f})"
                    for m in POSITIVE_METRICS
                ]
                title = f"{name}, {question}: {positive.sum():,} of {len(kept):,}"
                rows.setdefault(title, []).append(f"| {model} | {' | '.join(cells)} |")
    for title, lines in rows.items():
        print(f"\n{title}\n")
        print(f"| trained on | {' | '.join(POSITIVE_METRICS.values())} |")
        print("|---" * (len(POSITIVE_METRICS) + 1) + "|")
        print("\n".join(lines))


if __name__ == "__main__":
    main()
