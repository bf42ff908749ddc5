from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "forexpro.core"
    label = "core"
    verbose_name = "Event log"

    def ready(self) -> None:
        from forexpro.core.crypto import checks  # noqa: F401  # registers them
        from forexpro.core.events.sentences import add_sentences
        from forexpro.core.sentences import SENTENCES

        add_sentences(SENTENCES)
