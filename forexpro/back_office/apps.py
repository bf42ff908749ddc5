from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackOfficePagesConfig(AppConfig):
    """What the back office keeps of its own: the filters that staff save."""

    name = "forexpro.back_office"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from forexpro.back_office.sentences import SENTENCES
        from forexpro.core.events.sentences import add_sentences

        add_sentences(SENTENCES)
