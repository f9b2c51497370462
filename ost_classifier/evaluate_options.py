"""What may be asked of an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numpy.typing import ArrayLike

from mesa_keras.atomic_file import check_not_input, check_writable
from mesa_keras.config_fields import check_field
from mesa_keras.evaluation.class_prior import ClassPrior
from mesa_keras.evaluation.thresholds import Objective, checked_targets
from ost_classifier.calibrate_logits import calibration_path
from ost_classifier.evaluate_files import check_own_file, result_files
from ost_classifier.frame_list import FRAME_TABLE
from ost_classifier.service_outputs import check_no_frame
from ost_classifier.thresholds import ThresholdsLike


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions:
    """What is asked for besides model and data.

    Attributes:
        target_w: Width that the model must take, `None` for any.
        target_h: Height likewise.
        batch_size: Frames per pass through the network.
        tta: Whether to average over flips, and turns where the image is square.
        fit_temperature: Whether to fit the temperature.
        temperature: A fixed temperature.
        auto_threshold: How thresholds are fitted, `None` for not at all.
        target_precision: Precision wanted, one for all classes or one each.
        thresholds: Thresholds in any form that `read_thresholds` takes.
        save_thresholds: File to write thresholds to.
        pr_out_dir: Folder of precision-recall curves.
        abstain_unknown: Whether a frame below all thresholds is unknown, or as the
            model does.
        class_prior: Rates of the classes among the frames, in the model's order or by
            name; `None` for those that the model was calibrated on.
        unknown_id: Number of unknown in the results, or the number of classes.
        allow_optimistic: Whether frames may be measured that were fitted to.
        importance: Whether to measure which features matter.
        cache_dir: Folder of decoded frames, or `frame_cache` in the output folder.
        workers: Processes that decode; `None` takes one per core.
        seed: Seed of halves, bootstrap and permutations.
        progress: Whether to show progress bars.
    """

    target_w: int | None = None
    target_h: int | None = None
    batch_size: int = 32
    tta: bool = False
    fit_temperature: bool = False
    temperature: float | None = None
    auto_threshold: Objective | None = None
    target_precision: ArrayLike | None = None
    thresholds: ThresholdsLike | None = None
    save_thresholds: str | Path | None = None
    pr_out_dir: str | Path | None = None
    abstain_unknown: bool | None = None
    class_prior: ClassPrior | None = None
    unknown_id: int | None = None
    allow_optimistic: bool = False
    importance: bool = True
    cache_dir: str | Path | None = None
    workers: int | None = None
    seed: int = 0
    progress: bool = False

    def __post_init__(self) -> None:
        workers = self.workers is None or self.workers >= 1
        for name, ok, rule in (
            ("batch_size", self.batch_size >= 1, "must be at least 1"),
            ("workers", workers, "must be at least 1"),
            ("seed", self.seed >= 0, "must not be negative"),
        ):
            check_field(self, name, ok, rule)
        for first, second in (
            # A fixed value and a fit of it contradict each other.
            ("fit_temperature", "temperature"),
            ("auto_threshold", "thresholds"),
            # Thresholds are fitted to frames of other rates, and their file holds none.
            ("auto_threshold", "class_prior"),
            ("save_thresholds", "class_prior"),
        ):
            if getattr(self, first) and getattr(self, second) is not None:
                raise ValueError(f"`{first}` and `{second}` exclude each other.")
        if (self.auto_threshold == "target_precision") != (
            self.target_precision is not None
        ):
            raise ValueError(
                "`target_precision` goes with auto_threshold 'target_precision' and "
                f"only with it. Received: {self.target_precision}"
            )

    def check(
        self,
        class_names: Sequence[str],
        output_dir: Path,
        model_path: Path,
        data_dir: Path,
    ) -> None:
        """Refuses before frames are read what would be refused after it.

        Args:
            class_names: The classes of the model.
            output_dir: Folder of the results.
            model_path: The model file.
            data_dir: Folder of the frames.

        Raises:
            ValueError: If a target is out of range, or the thresholds would take the
                place of a frame, of another file that is read, or of another result.
            OSError: If a file or folder cannot be written.
        """
        checked_targets(
            self.auto_threshold or "none", len(class_names), self.target_precision
        )
        check_writable("output_dir", output_dir, folder=True)
        if self.save_thresholds is not None:
            check_writable("save_thresholds", self.save_thresholds)
            check_no_frame("`save_thresholds`", Path(self.save_thresholds))
            read = (model_path, calibration_path(model_path), data_dir / FRAME_TABLE)
            check_not_input("save_thresholds", self.save_thresholds, *read)
            results = result_files(output_dir, self.pr_out_dir, class_names)
            check_own_file("save_thresholds", self.save_thresholds, results)
        if self.pr_out_dir is not None:
            check_writable("pr_out_dir", self.pr_out_dir, folder=True)
