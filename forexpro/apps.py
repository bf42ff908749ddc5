from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ForexProConfig(AppConfig):
    """The roof: commands that put the apps together."""

    default = True
    name = "forexpro"
    verbose_name = "ForexPro"

    def ready(self) -> None:
        from forexpro import checks  # noqa: F401  # registers them


class BackOfficeConfig(admin.AdminConfig):
    """Django's admin with the product's own site."""

    default = False
    default_site = "forexpro.back_office.site.BackOffice"
