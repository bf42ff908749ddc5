"""The desk of the reviewers: who waits, what they have sent, and the decision. Every button calls a service."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import display

from accounts.models import User
from accounts.signed_in import signed_in_person
from forexpro.core.admin.audited import AuditedModelAdmin, ReadOnlyModelAdmin
from forexpro.core.admin.pages import LongList
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused
from forexpro.core.uploads.storage import file_sources, private_file
from kyc import admin_panels as admin_panels
from kyc.admin_forms import ApproveForm, RejectForm
from kyc.models import Document, RejectionReason, VerificationCase
from kyc.selectors import cases_for_list, documents_of_case, next_case, others_who_sent
from kyc.services.retention import kept_until, relationship_end, relationship_resume
from kyc.services.reviews import document_approve, document_reject, page_view

Status = VerificationCase.Status
# Of clients who sent the same file, so many are named.
OTHERS_MAX = 5
STATUS_COLOURS = {
    Status.IN_REVIEW.value: "info",
    Status.APPROVED.value: "success",
    Status.REJECTED.value: "danger",
    Status.EXPIRED.value: "warning",
}


@admin.register(RejectionReason)
class RejectionReasonAdmin(AuditedModelAdmin):
    list_display = ("title", "position", "is_active")
    search_fields = ("title", "text")
    fields = ("title", "text", ("position", "is_active"))

    def has_delete_permission(self, request: HttpRequest, obj: RejectionReason | None = None) -> bool:
        if obj is not None and Document.objects.filter(rejection_reason=obj).exists():
            return False
        return super().has_delete_permission(request, obj)


@admin.register(VerificationCase)
class VerificationCaseAdmin(LongList, ReadOnlyModelAdmin):
    list_display = ("client", "full_name", "standing", "level", "waiting", "waiting_since")
    list_filter = ("status", "level")
    search_fields = ("client__email", "client__full_name", "=client__id")
    search_help_text = _("E-mail address, name or number of the client")
    ordering = ("waiting_since", "-id")  # who waits longest first, then who does not wait
    list_fullwidth = False
    live_streams = ("kyc:",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[VerificationCase]:
        return cases_for_list()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[VerificationCase], search_term: str
    ) -> tuple[QuerySet[VerificationCase], bool]:
        text = search_term.strip()
        if _number(text):
            return queryset.filter(client=_number(text)), False
        # Clients first, whose table alone is read through, and then their cases by the index.
        clients = User.objects.filter(Q(email__contains=text.lower()) | Q(full_name__icontains=text))
        return queryset.filter(client__in=clients.values("pk")), False

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"kyc:{object_id}"}

    def get_urls(self) -> list[URLPattern]:
        def guarded(view: Callable[..., Any]) -> Callable[..., Any]:
            return self.admin_site.admin_view(view)

        return [
            path("next/", guarded(self.next_view), name="kyc_next"),
            path("documents/<int:document_id>/approve/", guarded(self.approve_view), name="kyc_approve"),
            path("documents/<int:document_id>/reject/", guarded(self.reject_view), name="kyc_reject"),
            path("pages/<int:page_id>/", guarded(self.page_view), name="kyc_page"),
            path("<int:case_id>/end/", guarded(self.end_view), name="kyc_end"),
            path("<int:case_id>/resume/", guarded(self.resume_view), name="kyc_resume"),
            *super().get_urls(),
        ]

    # --- Columns -------------------------------------------------------------------------------
    @display(description=_("name"), ordering="client__full_name")
    def full_name(self, case: VerificationCase) -> str:
        return case.client.full_name

    @display(description=_("status"), label=STATUS_COLOURS, ordering="status")
    def standing(self, case: VerificationCase) -> tuple[str, str]:
        return case.status, case.get_status_display()

    @display(description=_("documents waiting"))
    def waiting(self, case: Any) -> str:
        return str(case.waiting or "–")

    # --- The desk ------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a case: to reviewers with its documents, to others who may see cases with their status only."""
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied  # decisions have addresses of their own
        case = get_object_or_404(VerificationCase.objects.select_related("client"), pk=_number(object_id))
        return self._desk(request, case, chosen=_number(request.GET.get("document", "")))

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Go to the case that waits longest, or the one behind the case named by `after`."""
        reviewer = _reviewer(request)
        after = VerificationCase.objects.filter(pk=_number(request.GET.get("after", ""))).first()
        case = next_case(reviewer, after=after)
        if case is None:
            messages.success(request, _("Nobody else waits for you."))
            return redirect("admin:kyc_verificationcase_changelist")
        return redirect("admin:kyc_verificationcase_change", case.pk)

    def approve_view(self, request: HttpRequest, document_id: int) -> HttpResponse:
        """Approve a document, then go on with what waits; what is refused is explained beside the form."""
        reviewer, document = _reviewer(request), _posted_document(request, document_id)
        form = ApproveForm(request.POST, document=document)
        status = self._serve(request, form, document, document_approve)
        if not status:
            return self._go_on(reviewer, document.case)
        return self._desk(request, document.case, chosen=document.pk, status=status, approve=form)

    def reject_view(self, request: HttpRequest, document_id: int) -> HttpResponse:
        """Reject a document likewise."""
        reviewer, document = _reviewer(request), _posted_document(request, document_id)
        form = RejectForm(request.POST)
        status = self._serve(request, form, document, document_reject)
        if not status:
            return self._go_on(reviewer, document.case)
        return self._desk(request, document.case, chosen=document.pk, status=status, reject=form)

    @method_decorator(require_safe)
    def page_view(self, request: HttpRequest, page_id: int) -> HttpResponseBase:
        """Answer a page of a document; that this person has looked at it is recorded first."""
        reviewer = _reviewer(request)
        try:
            page = page_view(actor=reviewer, page_id=page_id, origin=request_origin(request))
        except Refused as refusal:
            raise Http404(refusal.message) from None
        extension = "pdf" if page.is_pdf else "jpg"
        filename = f"document-{page.document_id}-{page.position}.{extension}"
        return private_file(request, page.file, media_type=page.media_type, filename=filename)

    def end_view(self, request: HttpRequest, case_id: int) -> HttpResponse:
        """Note that the relationship with a client has ended."""
        return self._stand(request, case_id, relationship_end)

    def resume_view(self, request: HttpRequest, case_id: int) -> HttpResponse:
        """Note that it goes on."""
        return self._stand(request, case_id, relationship_resume)

    def _stand(self, request: HttpRequest, case_id: int, service: Callable[..., Any]) -> HttpResponse:
        reviewer = _reviewer(request)
        if request.method != "POST":
            raise Http404
        case = get_object_or_404(VerificationCase, pk=case_id)
        service(actor=reviewer, case_id=case.pk, origin=request_origin(request))
        return redirect("admin:kyc_verificationcase_change", case.pk)

    def _serve(
        self,
        request: HttpRequest,
        form: ApproveForm | RejectForm,
        document: Document,
        service: Callable[..., Document],
    ) -> int:
        """Call a service with what the form says; return the status of the page that explains why not, 0 when done."""
        if not form.is_valid():
            return 422
        try:
            decided = service(
                actor=request.user, document_id=document.pk, origin=request_origin(request), **form.answers
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
            messages.error(request, refusal.message)
            return refusal.http_status
        messages.success(request, _done(decided))
        return 0

    def _go_on(self, reviewer: User, case: VerificationCase) -> HttpResponse:
        """Stay while this case has another document to decide, then take the next one."""
        waiting = case.documents.filter(status=Document.Status.IN_REVIEW).exclude(first_approved_by=reviewer)
        address = reverse("admin:kyc_verificationcase_change", args=[case.pk])
        return redirect(address if waiting.exists() else f"{reverse('admin:kyc_next')}?after={case.pk}")

    def _desk(
        self,
        request: HttpRequest,
        case: VerificationCase,
        *,
        chosen: int,
        status: int = 200,
        approve: ApproveForm | None = None,
        reject: RejectForm | None = None,
    ) -> HttpResponse:
        documents = documents_of_case(case)
        document = next((each for each in documents if each.pk == chosen), documents[0] if documents else None)
        may_review = request.user.has_perm("kyc.review_document")
        decidable = (
            document is not None
            and may_review
            and document.status == Document.Status.IN_REVIEW
            and case.client_id != request.user.pk
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": case.client.full_name,
            "case": case,
            "documents": documents,
            "document": document,
            "may_review": may_review,
            "kept_until": kept_until(case),
            "four_eyes": settings.KYC_FOUR_EYES,
            "others": others_who_sent(document)[:OTHERS_MAX] if document and may_review else [],
            "approve": (approve or ApproveForm(document=document)) if decidable and document else None,
            "reject": (reject or RejectForm()) if decidable else None,
        }
        response = TemplateResponse(request, "back_office/kyc_desk.html", context, status=status)
        if sources := file_sources():
            # The addresses are known only here.
            policy = {"img-src": sources, "frame-src": ["'self'", *sources]}
            response._csp_update = policy  # type: ignore[attr-defined]  # as the decorators of django-csp set it
        return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _reviewer(request: HttpRequest) -> User:
    """Return the person who asks, who may see documents and decide."""
    person = signed_in_person(request)
    if not person.has_perm("kyc.review_document"):
        raise PermissionDenied
    return person


def _posted_document(request: HttpRequest, document_id: int) -> Document:
    if request.method != "POST":
        raise Http404
    return get_object_or_404(Document.objects.select_related("case__client"), pk=document_id)


def _done(document: Document) -> Any:
    if document.status == Document.Status.APPROVED:
        return _("Approved; the client is told.")
    if document.status == Document.Status.REJECTED:
        return _("Rejected; the client is told why.")
    return _("Approved by you. It counts when a colleague agrees.")
