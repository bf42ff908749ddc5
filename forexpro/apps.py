from django.apps import AppConfig


class ForexProConfig(AppConfig):
    """The roof: commands that put the apps together."""

    name = "forexpro"
    verbose_name = "ForexPro"
