"""What clients send, as forms."""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forexpro.core.uploads.types import ACCEPTED
from kyc.models import Document
from kyc.requirements import Requirement


class FilesInput(forms.ClearableFileInput):
    """Several files; `components/files_input.html` adds a place to drop them on."""

    allow_multiple_selected = True
    template_name = "components/files_input.html"

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ACCEPTED})


class FilesField(forms.FileField):
    """A list of files. What is in them is looked at by whoever keeps them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [file for file in data or [] if file]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class DocumentForm(forms.Form):
    """A document for one requirement. The kind is asked for where several will do."""

    kind = forms.ChoiceField(label=_("Document"), widget=forms.RadioSelect)
    pages = FilesField(label=_("Files"), error_messages={"required": _("Choose at least one file.")})
    # The form that is sent twice is one document.
    submission = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, requirement: Requirement):
        initial = {"kind": requirement.kinds[0], "submission": uuid4().hex}
        super().__init__(data, files, prefix=requirement.slug, initial=initial)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(kind.value, kind.label) for kind in requirement.kinds]
        if len(requirement.kinds) == 1:
            kind.widget = forms.HiddenInput()
        megabytes = settings.UPLOAD_BYTES_MAX // 1_000_000
        self.fields["pages"].help_text = ngettext(
            "JPEG, PNG, HEIC or PDF, at most %(count)s file of %(megabytes)s MB.",
            "JPEG, PNG, HEIC or PDF, at most %(count)s files of %(megabytes)s MB each.",
            settings.KYC_PAGES_MAX,
        ) % {"count": settings.KYC_PAGES_MAX, "megabytes": megabytes}

    def clean_kind(self) -> Document.Kind:
        return Document.Kind(self.cleaned_data["kind"])
