from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KycConfig(AppConfig):
    name = "kyc"
    verbose_name = _("Verification")

    def ready(self) -> None:
        from forexpro.core.events.sentences import add_sentences
        from kyc.sentences import SENTENCES

        add_sentences(SENTENCES)
