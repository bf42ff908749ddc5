"""Uploads that lie. Each is refused with a sentence, or what comes out holds nothing of the lie."""

import gzip
import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from forexpro.core.refusals import Refused
from forexpro.core.tests.uploads.making import (
    EICAR,
    HEIC,
    PHP,
    SCRIPT,
    SECRET,
    exif,
    image,
    javascript,
    pdf,
    png_claiming,
    png_text,
)
from forexpro.core.uploads import cleaning
from forexpro.core.uploads.cleaning import MEMORY_BYTES, CleanFile, cleaned

Name, Dictionary, Array = pikepdf.Name, pikepdf.Dictionary, pikepdf.Array
LIES = (SECRET, SCRIPT, PHP, EICAR, b"PK\x03\x04", b"<html", b"SecretCam".hex().encode())


def clean(content: bytes, name: str) -> CleanFile:
    return cleaned(SimpleUploadedFile(name, content, "image/jpeg"))


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(5_000_000))
    return content.getvalue()


def with_comment(comment: bytes) -> bytes:
    """Return a JPEG with a comment in front of everything else."""
    return b"\xff\xd8\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + image()[2:]


def frames(format: str) -> bytes:
    content = io.BytesIO()
    first, second = (Image.new("RGB", (320, 240), colour) for colour in ("red", "blue"))
    first.save(content, format, save_all=True, append_images=[second], duration=100)
    return content.getvalue()


# --- PDFs that do something ---------------------------------------------------------------------
def acts_on_opening(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = javascript()


def names_a_script(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("a"), javascript()])))


def acts_on_its_page(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=javascript())


def has_a_link_with_a_script(document: pikepdf.Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 100, 100], A=javascript())
    document.pages[0].obj.Annots = document.make_indirect(Array([document.make_indirect(link)]))


def launches_a_program(document: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.Launch, F=pikepdf.String("SecretCam.exe"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 100, 100], A=action)
    document.pages[0].obj.Annots = Array([document.make_indirect(link)])


def carries_a_file(document: pikepdf.Pdf) -> None:
    document.attachments["a.exe"] = SECRET + EICAR


def is_a_form(document: pikepdf.Pdf) -> None:
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=pikepdf.String("field"),
        V=pikepdf.String("typed"),
        Rect=[0, 0, 100, 20],
        DA=pikepdf.String("/Helv 12 Tf 0 g"),
    )
    field = document.make_indirect(field)
    document.pages[0].obj.Annots = Array([field])
    document.Root.AcroForm = Dictionary(
        Fields=Array([field]), NeedAppearances=True, XFA=document.make_stream(SECRET + SCRIPT)
    )


def tells_its_maker(document: pikepdf.Pdf) -> None:
    document.docinfo["/Author"] = SECRET.decode()
    with document.open_metadata() as metadata:
        metadata["dc:title"] = SECRET.decode()
    document.pages[0].obj.PieceInfo = Dictionary(A=Dictionary(Private=pikepdf.String(SECRET)))


def holds_a_photograph_with_a_place(document: pikepdf.Pdf) -> None:
    photograph = document.make_stream(
        image(exif=exif(), comment=SECRET + SCRIPT),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=320,
        Height=240,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
        Metadata=document.make_stream(SECRET),
    )
    document.pages[0].Resources.XObject = Dictionary(Im=photograph)
    document.pages[0].Contents = document.make_stream(b"q 320 0 0 240 0 0 cm /Im Do Q")


def hides_a_script_in_its_resources(document: pikepdf.Pdf) -> None:
    document.pages[0].Resources.XObject = Dictionary(
        Fm=document.make_stream(
            b"q Q",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 1, 1],
            OPI=Dictionary(A=Dictionary(JS=pikepdf.String(SECRET))),
            Ref=Dictionary(F=pikepdf.String(SECRET)),
        )
    )


CLEANED: dict[str, tuple[Callable[[], bytes], str]] = {
    "photograph with place, maker and orientation": (lambda: image(exif=exif()), "a.jpg"),
    "photograph with a colour profile": (lambda: image(icc_profile=SECRET * 50), "a.jpg"),
    "photograph that is a second one too": (lambda: image() + image("PNG"), "a.jpg"),
    "photograph of a camera with two lenses": (lambda: frames("MPO"), "a.jpg"),
    "PNG with text": (lambda: image("PNG", pnginfo=png_text()), "a.png"),
    "PNG that can be seen through": (lambda: image("PNG", mode="RGBA"), "a.png"),
    "photograph with a comment": (lambda: image(comment=SECRET), "a.jpg"),
    "PNG with a palette": (lambda: image("PNG", mode="P"), "a.png"),
    "PNG of 16 bits": (lambda: image("PNG", mode="I;16"), "a.png"),
    "PNG of one bit": (lambda: image("PNG", mode="1"), "a.png"),
    "JPEG for the press": (lambda: image(mode="CMYK"), "a.jpg"),
    "HEIC with its maker": (lambda: HEIC, "a.heic"),
    "a name that climbs": (lambda: image(exif=exif()), "../../../etc/passwd.jpg"),
    "a name with a script": (lambda: image(exif=exif()), "<script>alert(1)</script>.jpg"),
    "a name with two ends": (lambda: image(exif=exif()), "a.php.jpg"),
    "PDF that carries a file": (lambda: pdf(carries_a_file), "a.pdf"),
    "PDF that is a form": (lambda: pdf(is_a_form), "a.pdf"),
    "PDF that tells its maker": (lambda: pdf(tells_its_maker), "a.pdf"),
    "PDF with a photograph of a place": (lambda: pdf(holds_a_photograph_with_a_place), "a.pdf"),
}


@pytest.mark.parametrize("lie", CLEANED)
def test_what_is_to_be_seen_stays_and_the_rest_goes(lie: str) -> None:
    make, name = CLEANED[lie]
    content = make()
    made = clean(content, name)
    assert made.content != content
    assert not any(trace in made.content for trace in LIES)
    if made.media_type == "application/pdf":
        assert_harmless_pdf(made)
    else:
        assert_plain_photograph(made)


def assert_plain_photograph(made: CleanFile) -> None:
    assert (made.media_type, made.extension) == ("image/jpeg", ".jpg")
    with Image.open(io.BytesIO(made.content)) as picture:
        picture.load()
        assert picture.format == "JPEG"
        assert picture.size == (made.width, made.height)
        assert {made.width, made.height} == {320, 240}
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()


def assert_harmless_pdf(made: CleanFile) -> None:
    assert (made.extension, made.sheets) == (".pdf", 1)
    with pikepdf.open(io.BytesIO(made.content)) as document:
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in document.trailer
        assert set(document.pages[0].obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        for thing in document.objects:
            plain = thing.unparse() if not isinstance(thing, pikepdf.Stream) else repr(dict(thing.items())).encode()
            assert not any(word in plain for word in (b"/JS", b"JavaScript", b"/Launch", b"/AA", b"Embedded", b"XFA"))
            if isinstance(thing, pikepdf.Stream):
                raw = thing.read_raw_bytes()
                assert SECRET not in raw
                assert b"Exif" not in raw
    assert b"Statement" in readable(made.content) or b"/Im Do" in readable(made.content)


def readable(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        return b"".join(
            page.obj.Contents.read_bytes()
            if isinstance(page.obj.Contents, pikepdf.Stream)
            else b"".join(part.read_bytes() for part in page.obj.Contents)
            for page in document.pages
        )


def fat_stream(document: pikepdf.Pdf) -> None:
    packed = zlib.compress(bytes(200_000_000), 1)
    document.pages[0].Contents = document.make_stream(packed, Filter=Name.FlateDecode)


def huge_picture(document: pikepdf.Pdf) -> None:
    document.pages[0].Resources.XObject = Dictionary(
        Im=document.make_stream(b"x", Type=Name.XObject, Subtype=Name.Image, Width=50_000, Height=50_000)
    )


def postscript(document: pikepdf.Pdf) -> None:
    program = document.make_stream(b"quit", Type=Name.XObject, Subtype=Name.PS)
    document.pages[0].Resources.XObject = Dictionary(Ps=program)


def password(**options: str) -> Callable[[], bytes]:
    return lambda: pdf(encryption=pikepdf.Encryption(**options))


REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "a.jpg", "file_empty"),
    "too much": (lambda: image() + bytes(10_000_001), "a.jpg", "file_too_large"),
    "a hundred megabytes": (lambda: bytes(100_000_000), "a.jpg", "file_too_large"),
    "text": (lambda: b"hello " * 100, "a.jpg", "file_type_refused"),
    "a page": (lambda: b"<!doctype html><html>" + SCRIPT, "a.jpg", "file_type_refused"),
    "a drawing with a script": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "a.svg",
        "file_type_refused",
    ),
    "a drawing under another name": (
        lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        "a.png",
        "file_type_refused",
    ),
    "the test virus": (lambda: EICAR, "a.jpg", "file_type_refused"),
    "a program": (lambda: b"MZ" + bytes(500), "a.jpg", "file_type_refused"),
    "a Linux program": (lambda: b"\x7fELF" + bytes(500), "a.png", "file_type_refused"),
    "a shell script": (lambda: b"#!/bin/sh\nrm -rf /\n", "a.jpg", "file_type_refused"),
    "an archive": (zipped, "a.pdf", "file_type_refused"),
    "a packed bomb": (lambda: gzip.compress(bytes(50_000_000)), "a.jpg", "file_type_refused"),
    "a GIF": (lambda: image("GIF"), "a.gif", "file_type_refused"),
    "a GIF that is a script": (lambda: b"GIF89a/*" + bytes(100) + b"*/=alert(1)", "a.jpg", "file_type_refused"),
    "a TIFF": (lambda: image("TIFF"), "a.tiff", "file_type_refused"),
    "a BMP": (lambda: image("BMP"), "a.bmp", "file_type_refused"),
    "a WebP that moves": (lambda: frames("WEBP"), "a.webp", "file_type_refused"),
    "a PNG that moves": (lambda: frames("PNG"), "a.png", "file_animated"),
    "a script before a photograph": (lambda: SCRIPT + image(), "a.jpg", "file_type_refused"),
    "a PDF far behind": (lambda: bytes(600) + pdf(), "a.pdf", "file_type_refused"),
    "a JPEG called PNG": (lambda: image(), "a.png", "file_name_disagrees"),
    "a PNG called JPEG": (lambda: image("PNG"), "a.jpg", "file_name_disagrees"),
    "a PDF called JPEG": (lambda: pdf(acts_on_opening), "a.jpg", "file_name_disagrees"),
    "a JPEG called PHP": (lambda: image(comment=PHP), "a.jpg.php", "file_name_disagrees"),
    "a JPEG called page": (lambda: image(), "a.html", "file_name_disagrees"),
    "a name that climbs to a file of the system": (lambda: image(), "../../../etc/passwd", "file_name_disagrees"),
    "a name without an end": (lambda: image(), "passport", "file_name_disagrees"),
    "half a JPEG": (lambda: image(size=(900, 700), quality=95)[:3000], "a.jpg", "file_damaged"),
    "half a PNG": (lambda: image("PNG", (900, 700), "RGB", compress_level=0)[:5000], "a.png", "file_damaged"),
    "half a HEIC": (lambda: HEIC[:800], "a.heic", "file_damaged"),
    "half a PDF": (lambda: pdf()[:60], "a.pdf", "file_damaged"),
    "only the head of a JPEG": (lambda: b"\xff\xd8\xff\xe0" + bytes(200), "a.jpg", "file_damaged"),
    "only the head of a PDF": (lambda: b"%PDF-1.7\n" + PHP, "a.pdf", "file_damaged"),
    "a PDF without pages": (lambda: pdf(sheets=0), "a.pdf", "file_damaged"),
    "a flood of pixels": (lambda: png_claiming(60_000, 60_000), "a.png", "file_too_many_pixels"),
    "just too many pixels": (lambda: png_claiming(6_400, 6_251), "a.png", "file_too_many_pixels"),
    "one line of pixels": (lambda: png_claiming(2_000_000, 1), "a.png", "file_too_small"),
    "a counting pixel": (lambda: image("PNG", (1, 1)), "a.png", "file_too_small"),
    "fewer pixels than claimed": (lambda: png_claiming(4_000, 4_000), "a.png", "file_damaged"),
    "a PDF with a password": (password(user="a", owner="b"), "a.pdf", "file_encrypted"),
    "a PDF that forbids copying": (password(user="", owner="b"), "a.pdf", "file_encrypted"),
    "a PDF that unpacks to 200 MB": (lambda: pdf(fat_stream), "a.pdf", "file_too_complex"),
    "a PDF with a flood of pixels": (lambda: pdf(huge_picture), "a.pdf", "file_too_many_pixels"),
    "a PDF with PostScript": (lambda: pdf(postscript), "a.pdf", "file_active"),
    "a PDF of too many sheets": (lambda: pdf(sheets=21), "a.pdf", "file_too_many_sheets"),
    "photograph with a script in its comment": (
        lambda: image(comment=SECRET + SCRIPT + PHP),
        "a.JPEG",
        "file_hides_another",
    ),
    "photograph with PHP behind it": (lambda: image() + PHP, "a.jpg", "file_hides_another"),
    "photograph with an archive behind it": (lambda: image() + zipped(), "a.jpg", "file_hides_another"),
    "photograph with a page behind it": (lambda: image() + b"<html>" + SCRIPT, "a.jpg", "file_hides_another"),
    "photograph with a script in front": (
        lambda: with_comment(b"*/=alert(1);/*" + SCRIPT),
        "a.jpg",
        "file_hides_another",
    ),
    "photograph with the test virus": (lambda: image(comment=EICAR) + EICAR, "a.jpg", "file_hides_another"),
    "PNG with a script in its text": (
        lambda: image("PNG", pnginfo=png_text(SCRIPT + PHP)),
        "a.png",
        "file_hides_another",
    ),
    "PNG with PHP behind it": (lambda: image("PNG") + PHP, "a.png", "file_hides_another"),
    "PNG with a PDF behind it": (lambda: image("PNG") + pdf(acts_on_opening), "a.png", "file_hides_another"),
    "HEIC with PHP behind it": (lambda: HEIC + PHP + SCRIPT, "a.heif", "file_hides_another"),
    "PDF with an archive behind it": (lambda: pdf() + zipped(), "a.pdf", "file_hides_another"),
    "PDF with an archive before its end": (lambda: pdf() + zipped() + b"\n%%EOF", "a.pdf", "file_hides_another"),
    "PDF with PHP behind it": (lambda: pdf() + PHP + SCRIPT, "a.pdf", "file_hides_another"),
    "PDF that acts on opening": (lambda: pdf(acts_on_opening), "a.pdf", "file_active"),
    "PDF that names a script": (lambda: pdf(names_a_script), "a.pdf", "file_active"),
    "PDF that acts on its page": (lambda: pdf(acts_on_its_page), "a.pdf", "file_active"),
    "PDF with a link to a script": (lambda: pdf(has_a_link_with_a_script), "a.pdf", "file_active"),
    "PDF that launches a program": (lambda: pdf(launches_a_program), "a.pdf", "file_active"),
    "PDF with a script in its resources": (lambda: pdf(hides_a_script_in_its_resources), "a.pdf", "file_active"),
    "PDF that packs its objects": (
        lambda: pdf(names_a_script, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "a.pdf",
        "file_active",
    ),
    "photograph of two lenses with PHP behind it": (lambda: frames("MPO") + PHP, "a.jpg", "file_hides_another"),
}


@pytest.mark.parametrize("lie", REFUSED)
def test_what_cannot_be_shown_is_refused_with_a_sentence(lie: str) -> None:
    make, name, code = REFUSED[lie]
    with pytest.raises(Refused) as refused:
        clean(make(), name)
    assert (refused.value.code, refused.value.http_status) == (code, 422)
    assert refused.value.message.endswith(".")
    assert "%(" not in refused.value.message


def test_there_are_as_many_lies_as_promised() -> None:
    assert len(CLEANED) + len(REFUSED) >= 80


def test_a_photograph_is_turned_upright() -> None:
    made = clean(image(exif=exif()), "a.jpg")
    assert (made.width, made.height) == (240, 320)
    with Image.open(io.BytesIO(made.content)) as picture:
        top, bottom = picture.getpixel((120, 20)), picture.getpixel((120, 300))
    assert top[0] < 60 < 150 < bottom[0]  # the dark left half of the camera's view is on top


def test_colours_survive() -> None:
    for content, name in ((image(), "a.jpg"), (image("PNG", mode="P"), "a.png"), (image("PNG", mode="RGBA"), "a.png")):
        with Image.open(io.BytesIO(clean(content, name).content)) as picture:
            assert all(abs(a - b) < 12 for a, b in zip(picture.getpixel((300, 100)), (200, 120, 40), strict=True))


def test_what_can_be_seen_through_lies_on_white() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (320, 240), (0, 0, 0, 0)).save(content, "PNG")
    with Image.open(io.BytesIO(clean(content.getvalue(), "a.png").content)) as picture:
        assert picture.getpixel((100, 100)) == (255, 255, 255)


def test_large_photographs_are_kept_at_half_their_size() -> None:
    made = clean(image(size=(6_000, 1_000)), "a.jpg")
    assert (made.width, made.height) == (3_000, 500)


def test_a_form_keeps_what_was_typed_into_it() -> None:
    made = clean(pdf(is_a_form), "a.pdf")
    with pikepdf.open(io.BytesIO(made.content)) as document:
        drawn = b"".join(thing.read_bytes() for thing in document.objects if isinstance(thing, pikepdf.Stream))
    assert b"typed" in drawn


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("image/png", lambda: image("PNG", (7_300, 5_400), "RGBA", compress_level=1)),
        ("image/jpeg", lambda: image(size=(7_300, 5_400))),
        ("image/png", lambda: png_claiming(60_000, 60_000)),
        ("application/pdf", lambda: pdf(fat_stream)),
    ],
)
def test_the_memory_of_the_cleaner_is_bounded(kind: str, make: Callable[[], bytes]) -> None:
    # In a process of its own, whose only child is the cleaner.
    program = (
        "import json, resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-I', sys.argv[1], sys.argv[2]], stdin=sys.stdin, stdout=subprocess.DEVNULL,"
        " env={'MALLOC_ARENA_MAX': '1'}, check=False)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    wanted = {
        "type": kind, "memory": MEMORY_BYTES[kind], "seconds": 20, "pixels": 40_000_000, "sheets": 20, "edge": 5_000,
        "least_edge": 200,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program, str(cleaning.PROGRAM), cleaning.json.dumps(wanted)],
        input=make(),
        capture_output=True,
        check=True,
    )
    assert int(done.stdout) < 330_000  # kilobytes


def test_a_cleaner_that_dies_or_hangs_refuses_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    for program in ("import os; os.abort()", "import time; time.sleep(60)", "import sys; sys.exit(1)"):
        path = tmp_path / "cleaner.py"
        path.write_text(program)
        monkeypatch.setattr(cleaning, "PROGRAM", path)
        monkeypatch.setattr(cleaning, "SECONDS", 1)
        with pytest.raises(Refused) as refused:
            clean(image(), "a.jpg")
        assert refused.value.code == "file_too_complex"


def test_the_cleaner_knows_no_secret_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    path = tmp_path / "cleaner.py"
    own = cleaning.PROGRAM.read_text().replace(
        "        content, facts = clean(upload, wanted)\n",
        "        import os\n"
        "        assert not any('SECRET' in name or 'URL' in name for name in os.environ), 'environment'\n"
        f"        open({str(tmp_path / 'written')!r}, 'wb').write(b'x')\n",
    )
    path.write_text(own)
    monkeypatch.setattr(cleaning, "PROGRAM", path)
    monkeypatch.setenv("A_SECRET", "hunter2")
    with pytest.raises(Refused):
        clean(image(), "a.jpg")
    assert not (tmp_path / "written").exists() or (tmp_path / "written").stat().st_size == 0


def test_too_many_at_once_are_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(cleaning, "_turns", cleaning.BoundedSemaphore(1))
    cleaning._turns.acquire()
    with pytest.raises(Refused) as refused:
        clean(image(), "a.jpg")
    assert (refused.value.code, refused.value.http_status) == ("uploads_busy", 503)
    cleaning._turns.release()
    assert clean(image(), "a.jpg").width == 320
