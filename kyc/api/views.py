"""The client's own verification, for programs. Staff decide in the back office, not here."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.signed_in import signed_in_person
from forexpro.core.http.origin import request_origin
from forexpro.core.http.schema import idempotency_key, worked
from forexpro.core.idempotency import ensure_key_fits, key_in_header
from kyc.api.serializers import DocumentInput, DocumentOutput, VerificationOutput
from kyc.models import Document
from kyc.selectors import document_of, documents_of, verification_of
from kyc.services.documents import document_submit
from kyc.throttles import UploadThrottle

KEY_LENGTH = 64
IDEMPOTENCY_KEY = idempotency_key(
    f"Any text of at most {KEY_LENGTH} characters that is unique to this document, such as a UUID. Sent again with the "
    "same files it returns the same document; 422 with others.",
    KEY_LENGTH,
)
REFUSED = worked(
    "A file that is not what its name says",
    {
        "error": {
            "code": "file_name_disagrees",
            "message": "The name of this file does not end like what is in it (PDF). Save it again under a right name.",
            "details": {"type": "application/pdf", "file": 1},
            "request_id": "5f0c9c1e8b7d4c0f9a3b2d1e0f9a8b7c",
        }
    },
    422,
)


_DOCUMENT: dict[str, Any] = {
    "id": "11",
    "kind": "passport",
    "status": "in_review",
    "reason": "",
    "submitted_at": "2026-03-02T09:30:00.123456Z",
    "decided_at": None,
    "expires_on": None,
    "pages": [{"position": 1, "media_type": "image/jpeg", "size": 481213, "sheets": 1}],
}
STANDING = worked(
    "An identity document waits",
    {
        "level": 0,
        "status": "in_review",
        "levels": [
            {
                "level": 1,
                "name": "Identity",
                "is_reached": False,
                "unlocks": ["Deposits up to 10,000.00 USD in all."],
                "needs": [
                    {
                        "name": "Proof of identity",
                        "kinds": ["passport", "identity_card"],
                        "what_to_send": "The page with the picture, or both sides.",
                        "status": "in_review",
                        "is_met": False,
                    }
                ],
            }
        ],
    },
)


class StatusView(APIView):
    @extend_schema(
        operation_id="kyc_status",
        summary="Your level, what is missing for the next one, and what it unlocks",
        responses=VerificationOutput,
        examples=[STANDING],
    )
    def get(self, request: Request) -> Response:
        return Response(VerificationOutput(verification_of(signed_in_person(request).pk)).data)


class DocumentListView(APIView):
    parser_classes = [MultiPartParser]
    changing_scope = None  # papers of a person come from the person

    def get_throttles(self) -> list[BaseThrottle]:
        throttles = super().get_throttles()
        return [*throttles, UploadThrottle()] if self.request.method == "POST" else throttles

    @extend_schema(
        operation_id="kyc_documents_list",
        summary="The documents that you have sent, newest first",
        responses=DocumentOutput(many=True),
        examples=[worked("A document", _DOCUMENT)],
    )
    def get(self, request: Request) -> Response:
        return Response(DocumentOutput(documents_of(signed_in_person(request).pk), many=True).data)

    @extend_schema(
        operation_id="kyc_documents_send",
        summary="Send a document",
        description="As a person who is signed in, or with an access token: API keys send none.",
        request={"multipart/form-data": DocumentInput},
        parameters=[IDEMPOTENCY_KEY],
        responses={201: DocumentOutput},
        examples=[worked("Taken, and waits for a decision", _DOCUMENT, 201), REFUSED],
    )
    def post(self, request: Request) -> Response:
        key = key_in_header(request.headers.get("Idempotency-Key"))
        ensure_key_fits(key, KEY_LENGTH)
        asked = DocumentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        document = document_submit(
            user_id=signed_in_person(request).pk,
            kind=Document.Kind(asked.validated_data["kind"]),
            uploads=asked.validated_data["pages"],
            submission=key,
            origin=request_origin(request),
        )
        return Response(DocumentOutput(document).data, status=201)


class DocumentView(APIView):
    @extend_schema(
        operation_id="kyc_documents_get",
        summary="A document that you have sent",
        responses=DocumentOutput,
        examples=[worked("A passport waits", _DOCUMENT)],
    )
    def get(self, request: Request, document_id: int) -> Response:
        return Response(DocumentOutput(document_of(signed_in_person(request).pk, document_id)).data)
