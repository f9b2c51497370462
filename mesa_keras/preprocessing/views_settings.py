"""How views are made from raw light curves, and the name of that convention."""

from dataclasses import dataclass, fields

# Raised when the views of the same light curve change.
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class ViewSettings:
    """Numbers of bins and widths of all views.

    Attributes:
        global_bins: Bins over one period (and over half of it, and two).
        local_bins: Bins of the views around a transit or a secondary eclipse.
        local_durations: Width of these views in durations.
        unfolded_transits: Rows of the matrix of single transits.
        unfolded_bins: Bins of such a row.
        window_days: Length of the window of the trend; `None` takes a day, or three
            durations if that is longer; see `detrend_light_curve`.

    Raises:
        ValueError: If a number is out of range.
    """

    global_bins: int = 201
    local_bins: int = 61
    local_durations: float = 5.0
    unfolded_transits: int = 20
    unfolded_bins: int = 31
    window_days: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if field.type == "int" or isinstance(field.default, int):
                if not (isinstance(value, int) and 1 <= value <= 100_000):
                    raise ValueError(
                        f"`{field.name}` must be a whole number from 1 to 100,000. "
                        f"Received: {value}"
                    )
            elif not 0 < value < float("inf"):
                raise ValueError(f"`{field.name}` must be positive. Received: {value}")

    @property
    def convention(self) -> str:
        """What a views file and a model made from it say about their views.

        Flux over the trend less 1, over the transit's depth: 0 outside and -1 in
        transit. It names what changes the values; numbers of bins are in the shapes.
        """
        window = "auto" if self.window_days is None else f"{self.window_days:g}d"
        return (
            f"mesa-raw-{VERSION} level0_depth-1 biweight={window} "
            f"local={self.local_durations:g}T"
        )
