from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        from crm.api import schema  # noqa: F401  # registers itself
        from crm.receivers import endpoint_disabled_tell
        from crm.sentences import SENTENCES
        from crm.sso import issuers  # noqa: F401  # registers itself
        from crm.webhook_events import NAMED_EVENTS
        from forexpro.core.events.sentences import add_sentences
        from forexpro.core.webhooks.catalogue import add_named_events
        from forexpro.core.webhooks.disabling import add_teller

        add_sentences(SENTENCES)
        add_named_events(NAMED_EVENTS)
        add_teller(endpoint_disabled_tell)
