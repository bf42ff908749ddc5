"""What the API of verification takes and gives."""

from typing import Any

from rest_framework import serializers

from kyc.models import Document, Level, Page, VerificationCase


class PageOutput(serializers.ModelSerializer[Page]):
    class Meta:
        model = Page
        fields = ("position", "media_type", "size", "sheets")


class DocumentOutput(serializers.ModelSerializer[Document]):
    id = serializers.CharField()
    reason = serializers.CharField(
        source="rejection_text", help_text="Of a rejected document: what is wrong and what to do. Otherwise empty."
    )
    pages = PageOutput(many=True)

    class Meta:
        model = Document
        fields = ("id", "kind", "status", "reason", "submitted_at", "decided_at", "expires_on", "pages")


class NeedOutput(serializers.Serializer[Any]):
    name = serializers.CharField(source="requirement.name")
    kinds = serializers.ListField(child=serializers.ChoiceField(Document.Kind.choices), source="requirement.kinds")
    what_to_send = serializers.CharField(source="requirement.files")
    status = serializers.ChoiceField(
        [("not_started", "Not started"), *Document.Status.choices], help_text="Of the newest document for it."
    )
    is_met = serializers.BooleanField()


class LevelOutput(serializers.Serializer[Any]):
    level = serializers.ChoiceField(Level.choices)
    name = serializers.CharField(source="level.label")
    is_reached = serializers.BooleanField()
    unlocks = serializers.ListField(child=serializers.CharField())
    needs = NeedOutput(many=True)


class VerificationOutput(serializers.Serializer[Any]):
    level = serializers.ChoiceField(Level.choices)
    status = serializers.ChoiceField(VerificationCase.Status.choices)
    levels = LevelOutput(many=True)


class DocumentInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Document.Kind.choices)
    pages = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        min_length=1,
        help_text="JPEG, PNG, HEIC or PDF: every page, or the front and the back.",
    )
