"""Where the results of a small night go, and what stands in them."""

from pathlib import Path

from ost_classifier.service_outputs import FolderOutputs


def outputs_in(folder):
    return FolderOutputs(
        output_json=folder / "out.json",
        defect_log=folder / "defects.log",
        warn_log=folder / "logs" / "warnings.log",
        night_log=folder / "night.csv",
        suggest_headers=folder / "headers.csv",
    )


def names_of(results):
    return [Path(row["path"]).name for row in results["results"]]
