"""`docs/security.md` names what answers each requirement; what it names must be there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`([\w./-]+\.py)(?:::(\w+))?`")
TEXT = (ROOT / "docs" / "security.md").read_text()
TESTS = sorted(set(NAMED.findall(TEXT)))


@pytest.mark.parametrize(("path", "test"), TESTS)
def test_what_answers_a_requirement_exists(path, test):
    source = (ROOT / path).read_text()
    assert not test or re.search(rf"^\s*(?:async )?def {test}\(", source, flags=re.MULTILINE), f"{path} has no {test}"


def test_the_document_names_tests():
    assert len(TESTS) > 60


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([\w./-]+\.md)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
