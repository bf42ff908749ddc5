"""Uploads, honest and otherwise, made from nothing."""

import base64
import io
import struct
import zlib

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo

# A drawing of 320 by 240 pixels as a telephone would write it, with the maker's name SecretCam. No library that we
# could test with writes HEIC.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAABuwABAAAAAAAAAssAAgAAAAAEhgABAAAAAAAAACoAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAA"
    "kAAAAAAAPPAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAPLoCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwA8oAoIDxZb"
    "qSSmubgIaDAgAAADAyAAAAMAIWIAAQAHRAHBcrBiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAAFAAAAA8AAAABBw"
    "aXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAC/W1kYXQAAALHKAGv"
    "Ugk9WZYwtgcGNgZJfF/rdC4HqOTRUf/97B/R+RnsL4RpygdL4JMmxVyrC6MudrSmt7j7/BjeLqZz5NFW4T+ICcqJ1im00UQELZ1e"
    "gAK4kf7Cbf0LqKGy2kZghVUbZvFcHu5decAYWdSXdAH9OeYTe5Ep4JT0wPi+Bil/IpBiUgcYpEaYqYx0C6TuFuy08Wk7nATH602J"
    "DkjjlzDnGqsxxoQZPzqPguIfmm9w+CokSnALn358izBYE0OhHFCCCrQ/rDkHDGoUOHyBDwnBNr6CiJyywYdRrCvZ2ZQ42NgwKrFl"
    "0Df/vZGfwqmYzi/5E8ck/GmcFgPO962SwjFFg5xVYHvu7FOGm2AHfIHp5WSnjjwp6/Psw6CsfLGaHch9rZrINA4g9u7HfdJYT0pR"
    "rPswTixEAtTUTKnAiXtVcSQALW5a2OBVeoIEontqLHrOQOfO4Tq3zPtp+thgUjWFt6WUgWtuJAToiAstXAH4iuQGGnWvM3UjMf8P"
    "mnGWn38X/o75UYjXRZk1C/tMgzUAY1D0dml6X8JqarZqTfp/yRRpTINsAYzD0MzV/QtdrBDcq7bA0sHLD1/S1j0A+Eu7G++RYW/s"
    "Z0bXZUBRsBT6mof1Mlgsy6twtWPzk3oKXb4KFadktLeklXDgao6qKXfTZsNbo0rSp4HqLKqF6sVLlaXLOSoNC6ibXVcEop1TW2nt"
    "pgKOSyAB5QjTIl746SilrDe6OZEtzara3FJzKoXkJdwNThPYVMDlcSPVdpZhcDcrEXctlgdRmlmVbGs7tTG1YuR+f8Suwhje1kVs"
    "i7l9ZGdU0BCygAbl9QqoUz3FREp29cVGe6cyWC3CBA0ac9j7R5djfvMNRSBfYmpmqOOD52K0U4dFQjjukHKNGeTPsaLBRkIB0Cae"
    "CR5gsXbZzGAGBmP3gX0ABaBAFb0v+R1h/f+/XOo6c8iIAAAABkV4aWYAAE1NACoAAAAIAAEBDwACAAAACQAAABpTZWNyZXRDYW0A"
)
SECRET = b"SecretCam"
SCRIPT = b"<script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def image(format: str = "JPEG", size: tuple[int, int] = (320, 240), mode: str = "RGB", **options: object) -> bytes:
    """Return a drawing in which the left half differs from the right one."""
    picture = Image.new("RGB", size, (200, 120, 40))
    picture.paste((20, 40, 60), (0, 0, size[0] // 2, size[1]))
    content = io.BytesIO()
    picture.convert(mode).save(content, format, **options)
    return content.getvalue()


def exif(**more: object) -> Image.Exif:
    """Return what cameras write: their maker, the place, and how they were held (90 degrees to the right)."""
    tags = Image.Exif()
    tags[0x010F] = SECRET.decode()
    tags[0x0112] = 6
    tags.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return tags


def png_text(comment: bytes = SECRET) -> PngInfo:
    """Return text as PNGs carry it."""
    info = PngInfo()
    info.add_text("Comment", comment.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    return info


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose head claims a size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def pdf(change: object = None, *, sheets: int = 1, **options: object) -> bytes:
    """Return a PDF with a word on each sheet; `change` gets it before it is saved."""
    document = pikepdf.new()
    for _ in range(sheets):
        page = document.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(b"BT /F1 24 Tf 72 700 Td (Statement) Tj ET")
    if callable(change):
        change(document)
    content = io.BytesIO()
    document.save(content, **options)
    return content.getvalue()


def javascript() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('SecretCam')"))
