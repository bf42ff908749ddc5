"""The tags from which pages are built."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone

from forexpro.core.templatetags.components import direction, money, price_parts, signed_money


def render(source: str, **context) -> str:
    return Template("{% load components %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "digits", "parts"),
    [
        ("1.08012", 5, ("1.08", "01", "2")),
        ("151.234", 3, ("151.", "23", "4")),
        ("2345.67", 2, ("2345.", "67", "")),
        ("1.0801", 4, ("1.08", "01", "")),
        ("5210.4", 1, ("521", "0.4", "")),
        ("38500", 0, ("385", "00", "")),
        ("0.5", 5, ("0.50", "00", "0")),
    ],
)
def test_a_price_splits_into_figure_pips_and_fraction(value, digits, parts):
    assert price_parts(Decimal(value), digits) == parts
    assert "".join(parts) == f"{Decimal(value):.{digits}f}"


def test_a_missing_price_is_a_dash():
    assert price_parts(None, 5) == ("", "–", "")
    assert "–" in render("{% price None 5 %}")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12345.6", "USD", "12,345.60\u00a0USD"),
        ("12345.6", "JPY", "12,346\u00a0JPY"),
        ("-0.5", "KWD", "-0.500\u00a0KWD"),
        ("7", "", "7.00"),
    ],
)
def test_money_has_the_digits_of_its_currency(amount, currency, text):
    assert money(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("amount", "text", "way"), [("1.5", "+1.50", "up"), ("-1.5", "-1.50", "down"), ("0", "0.00", "")]
)
def test_a_change_carries_its_sign_and_direction(amount, text, way):
    assert signed_money(Decimal(amount)) == text
    assert direction(Decimal(amount)) == way


def test_a_time_is_local_with_utc_behind_it():
    moment = datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):
        html = render("{% moment value %}", value=moment)
    assert html == (
        '<time datetime="2026-11-20T14:05:09.000Z" title="2026-11-20 14:05:09 UTC">20 Nov 2026, 23:05:09</time>'
    )


def test_an_age_can_be_kept_right_by_the_page():
    assert " data-age>" in render("{% moment value 'age' %}", value=timezone.now())


def test_an_icon_is_hidden_from_screen_readers():
    html = render('{% icon "x" "small" %}')
    assert 'class="icon small" aria-hidden="true"' in html
    assert "icons.svg#x" in html


def test_an_icon_outside_the_sprite_is_an_error():
    with pytest.raises(TemplateSyntaxError, match=r"icons\.txt"):
        render('{% icon "no-such-icon" %}')


def test_markup_in_a_price_is_not_possible():
    assert "<script>" not in render("{% price value 2 classes %}", value=Decimal(1), classes="<script>")


class TestForms:
    class Form(forms.Form):
        volume = forms.DecimalField(min_value=1, help_text="In lots.")
        comment = forms.CharField(required=False)
        agreed = forms.BooleanField()
        side = forms.ChoiceField(choices=[("buy", "Buy"), ("sell", "Sell")], widget=forms.RadioSelect)
        hidden = forms.CharField(widget=forms.HiddenInput, initial="kept")

        def clean(self):
            raise forms.ValidationError("The market is closed.")

    def test_an_error_stands_beside_its_field_and_describes_it(self):
        html = str(self.Form({"volume": "0", "hidden": "kept"}))
        assert 'aria-invalid="true"' in html
        assert 'aria-describedby="id_volume_helptext id_volume_error"' in html
        assert 'id="id_volume_helptext"' in html
        assert 'id="id_volume_error"' in html

    def test_what_was_typed_stays(self):
        assert 'value="0"' in str(self.Form({"volume": "0"}))

    def test_errors_of_the_whole_form_come_first(self):
        html = str(self.Form({}))
        assert html.index("The market is closed.") < html.index("id_volume")
        assert 'class="errorlist nonfield"' in html

    def test_hidden_fields_are_sent(self):
        assert 'type="hidden" name="hidden" value="kept"' in str(self.Form())

    def test_optional_fields_say_so_and_groups_have_a_legend(self):
        html = str(self.Form())
        assert html.count("optional</span>") == 1
        assert "<legend>Side</legend>" in html
