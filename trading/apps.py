from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trading"

    def ready(self) -> None:
        from forexpro.core.events.sentences import add_sentences
        from trading.selectors.sentences import SENTENCES

        add_sentences(SENTENCES)
