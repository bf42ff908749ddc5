"""People in the back office. Every button and every form calls a service."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from accounts import admin_panels as admin_panels
from accounts.admin_forms import ForceLogoutForm, InvitationForm, ProfileForm, ReasonForm, RoleForm
from accounts.models import User
from accounts.roles import Role
from accounts.selectors import second_factor_of
from accounts.services.passwords import password_reset_request
from accounts.services.profile import profile_update_apply
from accounts.services.registration import verification_request
from accounts.services.staff import (
    staff_invite_apply,
    totp_reset,
    user_activate,
    user_force_logout,
    user_set_role,
    user_suspend,
)
from accounts.signed_in import signed_in_person
from accounts.visits_admin import begin_visit
from forexpro.core.admin.audited import BackOfficeModelAdmin
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.admin.extensions import ReadyFilter, add_ready_filters
from forexpro.core.admin.pages import LongList
from forexpro.core.http.origin import request_origin

admin.site.unregister(Group)  # roles are made by migrations


@admin.register(User)
class UserAdmin(LongList, BackOfficeModelAdmin):
    list_display = ("email", "full_name", "roles", "standing_label", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "groups", ("email_verified_at", admin.EmptyFieldListFilter))
    # Addresses are kept in small letters, and so is what is searched for.
    search_fields = ("email__contains", "full_name")
    search_help_text = _("E-mail address, name, number of the person or of one of their accounts")
    ordering = ("-id",)
    live_streams = ("user:",)
    fieldsets = (
        (None, {"fields": (("email", "standing"), ("full_name", "time_zone"), "roles")}),
        (_("Dates"), {"fields": (("date_joined", "email_verified_at"), ("last_login", "two_steps"))}),
    )
    add_fieldsets = ((_("Invite a colleague"), {"fields": ("email", "full_name", "role")}),)
    actions_detail = (
        "view_as_client",
        "suspend",
        "activate",
        "force_logout",
        "resend_verification",
        "send_password_reset",
        "reset_totp",
        "change_role",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return super().get_search_results(request, queryset, search_term.lower())

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    # --- Who may do what -----------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.manage_staff")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_staff and not request.user.has_perm("accounts.manage_staff"):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # people leave traces that must stay: they are suspended instead

    # Methods, because unfold looks named permissions up in the database before that has its tables.
    def has_visit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.view_as_client")

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.suspend_user")

    def has_annotate_client_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.annotate_client")

    def has_limit_client_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.limit_client")

    def has_change_account_group_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.change_account_group")

    def has_manage_staff_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.manage_staff")

    def has_reset_totp_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.reset_totp")

    def has_mail_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.change_user")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("email", "standing", "roles", "date_joined", "email_verified_at", "last_login", "two_steps")

    # --- Forms ---------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: User | None = None, **options: Any) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            options["form"] = InvitationForm if obj is None else ProfileForm
        return super().get_form(request, obj, **options)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        origin = request_origin(request)
        if change:
            profile_update_apply(
                user_id=obj.pk,
                full_name=form.cleaned_data["full_name"],
                time_zone=form.cleaned_data["time_zone"],
                origin=origin,
            )
        else:
            invited = staff_invite_apply(
                actor=signed_in_person(request),
                email=form.cleaned_data["email"],
                full_name=form.cleaned_data["full_name"],
                role=Role(form.cleaned_data["role"]),
                origin=origin,
            )
            obj.pk = invited.pk

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"user:{object_id}"}

    def streams(self, instance: Any) -> list[str]:
        return [instance.stream]

    # --- Columns -------------------------------------------------------------------------------
    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all())) or "–"

    @display(
        description=_("standing"),
        label={"active": "success", "suspended": "danger", "not verified": "warning"},
    )
    def standing_label(self, user: User) -> tuple[str, Any]:
        if not user.is_active:
            return "suspended", _("Suspended")
        if not user.is_email_verified:
            return "not verified", _("E-mail not verified")
        return "active", _("Active")

    @display(description=_("standing"))
    def standing(self, user: User) -> Any:
        return self.standing_label(user)[1]

    @display(description=_("two-step sign-in"))
    def two_steps(self, user: User) -> str:
        factor = second_factor_of(user)
        if factor is None:
            return gettext("Off")
        codes = ngettext("%(count)s backup code left", "%(count)s backup codes left", factor.codes_left)
        return gettext("On since %(day)s, %(codes)s") % {
            "day": date_format(timezone.localtime(factor.since), "DATE_FORMAT"),
            "codes": codes % {"count": factor.codes_left},
        }

    # --- Buttons -------------------------------------------------------------------------------
    @action(
        description=_("View as client"),
        permissions=["visit"],
        icon="visibility",
        dialog={
            "title": _("Look at the pages as the client sees them"),
            "description": _(
                "For half an hour at most, and nothing can be changed. The client reads who visited, why, and what was "
                "looked at."
            ),
            "form_class": ReasonForm,
            "form_submit_text": _("View as client"),
        },
    )
    def view_as_client(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        with refusals_told(request):
            begin_visit(request, self._person(request, object_id), form.cleaned_data["reason"])
            return led_to(reverse("overview"))
        return self._back(object_id)

    @action(
        description=_("Suspend"),
        permissions=["suspend"],
        icon="block",
        dialog={
            "title": _("Suspend this person"),
            "description": _("They are signed out at once and cannot sign in until somebody activates them."),
            "form_class": ReasonForm,
            "form_submit_text": _("Suspend"),
        },
    )
    def suspend(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._serve(
            request,
            object_id,
            user_suspend,
            _("Suspended; every session of this person has ended."),
            reason=form.cleaned_data["reason"],
        )

    @action(
        description=_("Activate"),
        permissions=["suspend"],
        icon="check_circle",
        dialog={
            "title": _("Activate this person"),
            "description": _("They can sign in again."),
            "form_class": ReasonForm,
            "form_submit_text": _("Activate"),
        },
    )
    def activate(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._serve(request, object_id, user_activate, _("Activated."), reason=form.cleaned_data["reason"])

    @action(
        description=_("Force logout"),
        permissions=["suspend"],
        icon="logout",
        dialog={
            "title": _("Sign this person out everywhere"),
            "description": _("Every session and every token of programs ends at once. They can sign in again."),
            "form_class": ForceLogoutForm,
            "form_submit_text": _("Sign out"),
        },
    )
    def force_logout(self, request: HttpRequest, form: ForceLogoutForm, object_id: str) -> HttpResponse:
        return self._serve(
            request,
            object_id,
            user_force_logout,
            _("Signed out everywhere."),
            reason=form.cleaned_data["reason"],
            with_api_keys=form.cleaned_data["with_api_keys"],
        )

    @action(
        description=_("Change role"),
        permissions=["manage_staff"],
        icon="badge",
        dialog={
            "title": _("Change the role"),
            "description": _("The person has this role, and no other, from the next click on."),
            "form_class": RoleForm,
            "form_submit_text": _("Change"),
        },
    )
    def change_role(self, request: HttpRequest, form: RoleForm, object_id: str) -> HttpResponse:
        role = Role(form.cleaned_data["role"])
        return self._serve(request, object_id, user_set_role, _("The role is changed."), role=role)

    @action(
        description=_("Resend verification"),
        permissions=["mail"],
        icon="mark_email_unread",
        dialog={
            "title": _("Mail the verification link again?"),
            "description": _("Links that were mailed before stay valid for their three days."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Send"),
        },
    )
    def resend_verification(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        verification_request(email=self._person(request, object_id).email)
        return self._done(request, object_id, _("The verification link is on its way."))

    @action(
        description=_("Send password reset"),
        permissions=["mail"],
        icon="lock_reset",
        dialog={
            "title": _("Mail a link that sets a new password?"),
            "description": _("The present password stays valid until the link is used."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Send"),
        },
    )
    def send_password_reset(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        email = self._person(request, object_id).email
        password_reset_request(email=email, origin=request_origin(request))
        return self._done(request, object_id, _("The link is on its way."))

    @action(
        description=_("Reset two-step sign-in"),
        permissions=["reset_totp"],
        icon="phonelink_erase",
        dialog={
            "title": _("Reset two-step sign-in"),
            "description": _(
                "For somebody who has lost the app and the backup codes. Make sure that it is them: from then on the "
                "password is all it takes. Their sessions end, and they are told by mail."
            ),
            "form_class": ReasonForm,
            "form_submit_text": _("Reset"),
        },
    )
    def reset_totp(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        done = _("Two-step sign-in is reset; every session of this person has ended.")
        return self._serve(request, object_id, totp_reset, done, reason=form.cleaned_data["reason"])

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer only what can be done to this person now."""
        user = self.get_object(request, unquote(str(object_id)))
        if user is None:
            return []
        pointless = {"suspend" if not user.is_active else "activate"}
        if user.is_email_verified:
            pointless.add("resend_verification")
        if second_factor_of(user) is None:
            pointless.add("reset_totp")
        if user.is_staff or not user.is_active:
            pointless.add("view_as_client")
        offered = super().get_actions_detail(request, object_id)
        if user.is_staff and not request.user.has_perm("accounts.manage_staff"):
            return []
        return [entry for entry in offered if entry.path not in pointless]

    def _serve(self, request: HttpRequest, object_id: str, service: Any, done: Any, **arguments: Any) -> HttpResponse:
        person = self._person(request, object_id)
        with refusals_told(request):
            service(actor=signed_in_person(request), user_id=person.pk, origin=request_origin(request), **arguments)
            messages.success(request, done)
        return self._back(object_id)

    def _person(self, request: HttpRequest, object_id: str) -> User:
        person = self.get_object(request, unquote(object_id))
        if person is None:
            raise Http404("There is no such person.")
        return person

    def _done(self, request: HttpRequest, object_id: str, done: Any) -> HttpResponse:
        messages.success(request, done)
        return self._back(object_id)

    def _back(self, object_id: str) -> HttpResponse:
        return led_to(reverse("admin:accounts_user_change", args=[object_id]))


add_ready_filters(
    "accounts.user",
    ReadyFilter(_("E-mail not verified"), "email_verified_at__isempty=1&is_active__exact=1"),
    ReadyFilter(_("Suspended"), "is_active__exact=0"),
    ReadyFilter(_("Staff"), "is_staff__exact=1"),
    permission="accounts.view_user",
)
