from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        from crm.api import schema  # noqa: F401  # registers itself
        from crm.sentences import SENTENCES
        from crm.sso import issuers  # noqa: F401  # registers itself
        from forexpro.core.events.sentences import add_sentences

        add_sentences(SENTENCES)
