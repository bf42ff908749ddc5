"""Programs and visits with open WebSockets: until when they may stay. What a session's viewer is to a browser."""

import uuid
from collections.abc import Collection
from typing import NamedTuple

from django.utils import timezone

from accounts.models import ApiKey, RefreshFamily, User, Visit
from accounts.tokens import stands_for
from accounts.visits import holds
from forexpro.core.realtime.sessions import SessionViewer


class TokenViewer(NamedTuple):
    """Who opened a socket with an access token: it may stay open for as long as the token's family lives."""

    family_id: uuid.UUID
    user_id: int
    standing: str

    @classmethod
    def holding(cls, viewers: "Collection[TokenViewer]") -> "set[TokenViewer]":
        """Return those whose tokens have not been ended, in one query."""
        living = RefreshFamily.objects.filter(
            pk__in={viewer.family_id for viewer in viewers},
            ended_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        people = {family.pk: family.user for family in living.select_related("user")}
        return {
            viewer
            for viewer in viewers
            if (person := people.get(viewer.family_id)) and stands_for(viewer.standing, person)
        }


class KeyViewer(NamedTuple):
    """Who opened a socket with an API key."""

    api_key_id: int
    user_id: int

    @classmethod
    def holding(cls, viewers: "Collection[KeyViewer]") -> "set[KeyViewer]":
        """Return those whose keys are neither revoked nor expired, nor their owner suspended, in one query."""
        good = ApiKey.objects.filter(
            pk__in={viewer.api_key_id for viewer in viewers},
            revoked_at=None,
            expires_at__gt=timezone.now(),
            owner__is_active=True,
        )
        ids = set(good.values_list("pk", flat=True))
        return {viewer for viewer in viewers if viewer.api_key_id in ids}


class VisitViewer(NamedTuple):
    """Who opened a socket in a visit: it needs its session, and has to hold as a visit."""

    session_key: str
    user_id: int
    visit_id: int

    @classmethod
    def holding(cls, viewers: "Collection[VisitViewer]") -> "set[VisitViewer]":
        """Return those whose sessions and visits go on; few, so that each visit may ask for its issuer."""
        by_session = {SessionViewer(viewer.session_key, viewer.user_id): viewer for viewer in viewers}
        signed_in = {by_session[one] for one in SessionViewer.holding(by_session)}
        visits = Visit.objects.in_bulk({viewer.visit_id for viewer in signed_in})
        clients = User.objects.in_bulk({viewer.user_id for viewer in signed_in})
        return {
            viewer
            for viewer in signed_in
            if (visit := visits.get(viewer.visit_id)) and holds(visit, clients[viewer.user_id])
        }
