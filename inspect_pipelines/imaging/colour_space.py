"""Colour spaces: what a file says of its colours, so that it is compared as people see it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.picture import Pixels

SCREEN_GAMMA = 2.2
NO_CHANGE = 0.02  # of an exponent; 0.45455 in a file is what every screen shows


def in_srgb(pixels: Pixels, info: Mapping[Any, Any], kind: str) -> Pixels:
    """The pixels in sRGB, by the file's colour profile or else by its gamma, as browsers show it.

    Args:
        info: What Pillow read of the file.
        kind: Of the file, for sentences.

    Raises:
        Unreadable: A profile that is damaged, or for something else than screens.
    """
    if profile := info.get("icc_profile"):
        return _by_profile(pixels, profile, kind)
    gamma = info.get("gamma")
    if not gamma or "srgb" in info:
        return pixels
    exponent = 1 / (SCREEN_GAMMA * gamma)
    if abs(exponent - 1) < NO_CHANGE:
        return pixels
    table = np.round(255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    shown: Pixels = table[pixels]
    return shown


def _by_profile(pixels: Pixels, profile: bytes, kind: str) -> Pixels:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return pixels
        space = source.profile.xcolor_space.strip()
        if space not in ("RGB", "GRAY"):
            raise Unreadable(
                f"{kind} has a colour profile for {space}, which no screen shows; save it in sRGB"
            )
        image = Image.fromarray(pixels)
        if space == "GRAY":
            image = image.convert("L")
        shown = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError) as error:
        raise Unreadable(
            f"{kind} has a colour profile that cannot be read: {error}; save it in sRGB"
        ) from error
    return np.asarray(shown)
