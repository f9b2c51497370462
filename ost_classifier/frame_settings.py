"""How a frame becomes an input of the network."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FrameSettings:
    """Size and type of the image that a network sees.

    Attributes:
        height: Rows.
        width: Columns.
        channels: 1 for the stretched frame, 2 and 3 with further stretches.
        dtype: "uint8" or "float16".

    Raises:
        ValueError: If a value is out of range.
    """

    height: int
    width: int
    channels: int = 3
    dtype: Literal["uint8", "float16"] = "uint8"

    def __post_init__(self) -> None:
        if min(self.height, self.width) < 1:
            raise ValueError(
                "`height` and `width` must be positive. "
                f"Received: height={self.height}, width={self.width}"
            )
        if self.channels not in (1, 2, 3):
            raise ValueError(
                f"`channels` must be 1, 2 or 3. Received: channels={self.channels}"
            )
        if self.dtype not in ("uint8", "float16"):
            raise ValueError(
                f"`dtype` must be uint8 or float16. Received: dtype={self.dtype}"
            )
