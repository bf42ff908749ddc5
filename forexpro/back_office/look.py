"""How the back office looks: unfold's settings."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# The colours of the product's pages; unfold names them by weight, 900 and 950 are the dark page.
UNFOLD = {
    "SITE_TITLE": "ForexPro",
    "SITE_HEADER": "ForexPro",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "candlestick_chart",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("brand/favicon.svg")}],
    "BORDER_RADIUS": "6px",
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [
        lambda request: static("back_office/panels.css"),
        lambda request: static("back_office/sections.css"),
        lambda request: static("back_office/lists.css"),
        lambda request: static("back_office/desk.css"),
        lambda request: static("back_office/density.css"),
        lambda request: static("back_office/forms.css"),
    ],
    "SCRIPTS": [
        lambda request: static("back_office/theme.js"),
        lambda request: static("back_office/live.js"),
        lambda request: static("back_office/keyboard.js"),
    ],
    "SIDEBAR": {"navigation": "forexpro.back_office.navigation.sidebar"},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Profile"), "link": reverse_lazy("accounts:profile")},
            {"title": _("Security"), "link": reverse_lazy("accounts:security")},
        ]
    },
    "COLORS": {
        "base": {
            "50": "#fafafa",
            "100": "#f4f4f5",
            "200": "#e4e4e7",
            "300": "#d4d4d8",
            "400": "#a1a1aa",
            "500": "#8b8b94",
            "600": "#52525b",
            "700": "#2e2e35",
            "800": "#212126",
            "900": "#000000",
            "950": "#0a0a0b",
        },
        "primary": {
            "50": "#fff4ec",
            "100": "#ffe6d5",
            "200": "#ffc9a3",
            "300": "#ffab72",
            "400": "#ff934a",
            "500": "#ff7a1a",
            "600": "#ff7a1a",
            "700": "#ff934a",
            "800": "#a34400",
            "900": "#6b2d00",
            "950": "#3d1a00",
        },
    },
}
