from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401  # register themselves, as what follows
        from accounts.api import schema  # noqa: F401  # likewise
        from accounts.sentences import SENTENCES
        from forexpro.core.events.sentences import add_sentences

        add_sentences(SENTENCES)
