"""Files to send, made where they are needed."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def photo(text="a", *, size=(320, 240), name=None):
    """Return a photograph; another `text` is another picture."""
    content = io.BytesIO()
    Image.new("RGB", size, (sum(text.encode()) % 256, len(text) % 256, 90)).save(content, "JPEG")
    return SimpleUploadedFile(name or f"{text}.jpg", content.getvalue(), "image/jpeg")
