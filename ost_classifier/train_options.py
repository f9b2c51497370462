"""What may be asked of a training besides its configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesa_keras.config_fields import check_field

LABEL_COUNTS = (0, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """What a run is besides its configuration.

    Attributes:
        classes: Class names, a file of them or a folder of class folders; by default
            those that occur, or those of the pretrained model.
        labels_csv: Table of labels that overrides the folders.
        cache_dir: Folder of the cache; by default `frame_cache` beside the model.
        workers: Processes that decode; `None` takes one per core.
        pretrained_path: Model whose weights, widths and image size are taken.
        freeze_backbone: Whether only the classifier is trained.
        label_counts: Frames per class of the table that is made with a pretrained
            model; empty for none.
        kfold: Folds of a cross-validation; 0 for none.
        resume: Whether to go on with an interrupted run.
        given: Fields of the configuration that were asked for and that a pretrained
            model does not change.
        progress: Whether to show progress bars.
    """

    classes: str | Sequence[str] | None = None
    labels_csv: str | None = None
    cache_dir: str | None = None
    workers: int | None = None
    pretrained_path: str | None = None
    freeze_backbone: bool = False
    label_counts: Sequence[int] = LABEL_COUNTS
    kfold: int = 0
    resume: bool = False
    given: Mapping[str, Any] | None = None
    progress: bool = True

    def __post_init__(self) -> None:
        check_field(
            self,
            "workers",
            self.workers is None or self.workers >= 1,
            "must be at least 1",
        )
        check_field(
            self,
            "kfold",
            self.kfold == 0 or self.kfold >= 2,
            "must be at least 2, or 0 for no cross-validation",
        )
        check_field(
            self,
            "label_counts",
            all(count >= 0 for count in self.label_counts),
            "must not be negative",
        )
        if self.freeze_backbone and self.pretrained_path is None:
            raise ValueError(
                "`freeze_backbone` needs `pretrained_path`: branches with random "
                "weights are not worth freezing."
            )
