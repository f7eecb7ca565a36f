"""Pictures: decoded within limits and written anew, so that only the picture is left."""

import io
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from charity_portal.kernel.confined.refusals import Refusal

MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")


def reencode(path: Path, _arguments: dict[str, Any]) -> None:
    """Replace the file by a fresh encoding of its (first) picture, turned upright.

    Location, camera, comments, thumbnails and anything appended are gone; colours are brought to
    sRGB. Refuses pictures of more than MOST_PIXELS before decoding them.
    """
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refusal("image_pixels", width=picture.width, height=picture.height)
            kind = str(picture.format)
            picture.load()
            clean = _plain_colours(ImageOps.exif_transpose(picture), kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise Refusal("image_pixels", width=0, height=0) from bomb
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError) as broken:
        raise Refusal("image_damaged") from broken
    buffer = io.BytesIO()
    if kind == "PNG":
        clean.save(buffer, "PNG", optimize=False)
    else:
        clean.save(buffer, kind, quality=88, method=4)
    path.write_bytes(buffer.getvalue())


def _plain_colours(picture: Image.Image, kind: str) -> Image.Image:
    """A copy without any metadata, in sRGB, in a mode that the format can hold."""
    if picture.mode.startswith("I"):  # 16 bits of grey: converting alone would clip to white
        picture = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    opaque = "L" if picture.mode in ("1", "L") else "RGB"
    mode = "RGBA" if see_through and kind != "JPEG" else opaque
    if profile and picture.mode in ("RGB", "CMYK") and mode == "RGB":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        except ImageCms.PyCMSError:
            converted = None  # a broken profile only costs exact colours
        picture = converted or picture
    bare = Image.new(mode, picture.size)
    bare.paste(picture.convert(mode))
    return bare
