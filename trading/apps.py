from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trading"

    def ready(self) -> None:
        from forexpro.core.events.sentences import add_explanations, add_sentences
        from kyc.requirements import add_unlocks
        from trading import visits  # noqa: F401  # registers itself
        from trading.selectors.bookings import SENTENCES as BOOKING_SENTENCES
        from trading.selectors.funding_sentences import SENTENCES as FUNDING_SENTENCES
        from trading.selectors.sentences import SENTENCES
        from trading.services.funding.limits import unlocks
        from trading.why import staff_address

        add_sentences(SENTENCES)
        add_sentences(FUNDING_SENTENCES)
        add_sentences(BOOKING_SENTENCES)
        add_explanations("account", staff_address)
        add_unlocks(unlocks)
