"""The program that makes a harmless file of an upload, or says why it cannot.

It runs by itself (`python -I cleaner.py <JSON>`): without Django, settings and environment, with little memory and
time, so that whatever a hostile file does to a decoder happens here and ends here. It reads the upload from standard
input and answers on standard output: a line of JSON, then the new file.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

# Keys of a PDF's dictionaries that act, carry files, or tell about its maker.
ACTIVE = {
    "/AA", "/AF", "/AcroForm", "/EF", "/EmbeddedFile", "/EmbeddedFiles", "/JS", "/JavaScript", "/Launch", "/Metadata",
    "/OPI", "/OpenAction", "/PieceInfo", "/Ref", "/RichMedia", "/RichMediaContent", "/XFA",
}  # fmt: skip
# What runs programs: a document with such an action is no document.
PROGRAMS = {"/JavaScript", "/Launch"}
# What a page needs to be seen; annotations are drawn into it before.
PAGE = {
    "/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Resources", "/Contents",
    "/Rotate", "/Group", "/UserUnit",
}  # fmt: skip
# What the streams of a PDF may unpack to, all together.
UNPACKED_BYTES_MAX = 100_000_000
JPEG_QUALITY = 88
STRIP_ROWS = 256
ORIENTATION = 0x0112  # the tag of EXIF


class Unwanted(Exception):
    """The file is refused; the argument is the code."""


def main() -> NoReturn:
    wanted = json.loads(sys.argv[1])
    confine(memory=wanted["memory"], seconds=wanted["seconds"])
    try:
        upload = sys.stdin.buffer.read()
        clean = clean_pdf if wanted["type"] == "application/pdf" else clean_image
        content, facts = clean(upload, wanted)
    except Unwanted as refusal:
        answer({"refused": refusal.args[0]})
    except MemoryError:
        answer({"refused": "file_too_complex"})
    except Exception:  # a decoder may raise anything at what is not a file of its kind
        answer({"refused": "file_damaged"})
    answer(facts, content)


def confine(*, memory: int, seconds: int) -> None:
    """Let this process have so many bytes and seconds of the processor, and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(facts: dict[str, Any], content: bytes = b"") -> NoReturn:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + content)
    sys.stdout.buffer.flush()
    sys.exit(0)


# --- Images -------------------------------------------------------------------------------------
def clean_image(upload: bytes, wanted: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Return the picture as a new JPEG without anything but its pixels, upright, at most `edge` pixels long."""
    from PIL import ImageOps

    picture = decoded(upload, wanted)
    ImageOps.exif_transpose(picture, in_place=True)
    picture.info = {}
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=JPEG_QUALITY)
    return output.getvalue(), {"width": picture.width, "height": picture.height}


def decoded(upload: bytes, wanted: dict[str, Any]) -> Any:
    """Return the pixels, with nothing beside them but how the camera was held."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # it would warn where this refuses, or the other way round
    format = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIF"}[wanted["type"]]
    if format == "HEIF":
        import pi_heif

        pi_heif.options.DECODE_THREADS = 1
        pi_heif.register_heif_opener(thumbnails=False)
    with Image.open(io.BytesIO(upload), formats=[format]) as image:
        if image.width * image.height > wanted["pixels"]:
            raise Unwanted("file_too_many_pixels")
        if min(image.size) < wanted["least_edge"]:
            raise Unwanted("file_too_small")
        if format == "PNG" and getattr(image, "n_frames", 1) > 1:
            raise Unwanted("file_animated")
        edge = wanted["edge"]
        image.draft("RGB", (edge, edge))  # a JPEG is decoded at a half or a quarter where that is enough
        orientation = image.getexif().get(ORIENTATION, 1)
        image.load()
        picture = on_white(image, edge)
    picture.getexif()[ORIENTATION] = orientation
    return picture


def on_white(image: Any, edge: int) -> Any:
    """Return plain colours, no edge longer than `edge`; made in strips, because each copy takes its memory."""
    from PIL import Image

    factor = -(-max(image.size) // edge)
    picture = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    rows = STRIP_ROWS * factor
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        if strip.mode.startswith("I"):  # 16 bits a pixel, of which a screen shows eight
            strip = strip.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        elif strip.mode not in ("L", "RGB", "CMYK"):
            strip = strip.convert("RGBA")
            white = Image.new("RGBA", strip.size, "white")
            white.alpha_composite(strip)
            strip = white
        strip = strip.convert("RGB")
        picture.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return picture


# --- PDF ----------------------------------------------------------------------------------------
def clean_pdf(upload: bytes, wanted: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Return a new PDF with the pages of the old one as they look: nothing that acts, no files in it, no metadata."""
    import pikepdf

    try:
        source = pikepdf.open(io.BytesIO(upload))
    except pikepdf.PasswordError:
        raise Unwanted("file_encrypted") from None
    if source.is_encrypted:
        raise Unwanted("file_encrypted")
    sheets = len(source.pages)
    if not sheets:
        raise Unwanted("file_damaged")
    if sheets > wanted["sheets"]:
        raise Unwanted("file_too_many_sheets")
    if any(runs_programs(entries) for thing in source.objects for entries in dictionaries(thing)):
        raise Unwanted("file_active")
    if "/AcroForm" in source.Root:
        source.generate_appearance_streams()
    source.flatten_annotations("all")

    target = pikepdf.new()
    target.pages.extend(source.pages)
    for page in target.pages:
        for name in set(page.obj.keys()) - PAGE:
            del page.obj[name]
    unpacked = 0
    for thing in target.objects:
        for entries in dictionaries(thing):
            for name in ACTIVE & set(entries.keys()):
                del entries[name]
        if isinstance(thing, pikepdf.Stream):
            unpacked += clean_stream(thing, wanted["pixels"])
            if unpacked > UNPACKED_BYTES_MAX:
                raise Unwanted("file_too_complex")
    output = io.BytesIO()
    target.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
    return output.getvalue(), {"sheets": sheets}


def dictionaries(thing: Any, depth: int = 0) -> Iterator[Any]:
    """Yield a dictionary or stream and those that stand in it; indirect ones are visited by themselves."""
    import pikepdf

    if depth > 50:
        raise Unwanted("file_too_complex")
    inside: list[Any] = []
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inside = [thing[name] for name in list(thing.keys())]
    elif isinstance(thing, pikepdf.Array):
        inside = list(thing)
    for value in inside:
        if not getattr(value, "is_indirect", True):
            yield from dictionaries(value, depth + 1)


def runs_programs(entries: Any) -> bool:
    """Return whether a dictionary is an action that runs a script or a program, or holds a script."""
    return "/JS" in entries or any(entries.get("/S") == action for action in PROGRAMS)


def clean_stream(stream: Any, pixels: int) -> int:
    """Return how much a stream unpacks to; pictures in it lose what cameras write beside the pixels."""
    import pikepdf

    if stream.get("/Subtype") == "/PS":
        raise Unwanted("file_active")
    if stream.get("/Subtype") == "/Image" and int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > pixels:
        raise Unwanted("file_too_many_pixels")
    if stream.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        stream.write(jpeg_without_metadata(stream.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)
        return len(stream.read_raw_bytes())
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError:  # a filter of pictures, which is not unpacked here
        return len(stream.read_raw_bytes())


def jpeg_without_metadata(jpeg: bytes) -> bytes:
    """Return a JPEG without comments and application segments, except those that tell its colours (0 and 14)."""
    kept = bytearray(jpeg[:2])
    place = 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF and jpeg[place + 1] != 0xDA:
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4])
        end = place + 2 + length
        if marker not in {*range(0xE1, 0xEE), 0xEF, 0xFE}:
            kept += jpeg[place:end]
        place = end
    return bytes(kept + jpeg[place:])


if __name__ == "__main__":
    main()
