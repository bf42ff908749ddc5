from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "forexpro.core"
    label = "core"
    verbose_name = "Event log"
