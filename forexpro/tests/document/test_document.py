"""The document in `docs/` is that of the code, whatever the pages do is in it, and it can be read without its pages."""

import re

import pytest
import yaml
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from forexpro.tests.authorisation.expectations import TABLE
from forexpro.tests.document.page_actions import ACTIONS, Page

KEPT = settings.BASE_DIR / "docs" / "openapi.yaml"
GUIDE = settings.BASE_DIR / "docs" / "trader-api.md"
METHODS = {"get", "post", "put", "patch", "delete"}
NO_PAGES = ("api/", "admin/", "crm/", "market/", "sso/impersonate")


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(document):
    return {
        operation["operationId"]: (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_the_kept_document_is_that_of_the_code(document):
    written = OpenApiYamlRenderer().render(document, renderer_context={}).decode()
    same = KEPT.read_text() == written  # a comparison of such lengths explains nothing
    assert same, "The API has changed: write its document anew with `make openapi`, and commit it."


def test_it_is_openapi(document):
    assert document["openapi"].startswith("3.1")
    validate_schema(document)


def test_what_pages_do_programs_do(operations):
    pages = {line for line in TABLE if not line.partition(" ")[2].startswith(NO_PAGES)}
    assert pages - set(ACTIONS) == set(), "Say in `page_actions.py` by which call a program does this, or why not."
    assert set(ACTIONS) - pages == set(), "There is no such page (any more)."
    for line, calls in ACTIONS.items():
        if isinstance(calls, Page):
            assert calls.reason
            continue
        unknown = set(calls) - set(operations)
        assert not unknown, f"{line}: the document has no {unknown}"
        for call in calls:
            assert operations[call][0].startswith(("/api/v1/", "/market/")), f"{line}: {call} is not of traders"


def test_the_page_for_traders_names_every_call_and_no_other(operations):
    named = set(re.findall("`([a-z]+(?:_[a-z]+)+)`", GUIDE.read_text()))
    offered = {name for name, (path, *_rest) in operations.items() if path.startswith(("/api/v1/", "/market/"))}
    assert named == offered


def test_every_operation_has_examples_and_errors(operations):
    missing = []
    for name, (_path, _method, operation) in operations.items():
        answers = operation["responses"]
        shown = [
            content
            for status, answer in answers.items()
            if status.startswith("2")
            for content in answer.get("content", {}).values()
        ]
        if shown and not all("examples" in content for content in shown):
            missing.append(f"{name}: no example of its answer")
        bodies = operation.get("requestBody", {}).get("content", {})
        fields = [body for kind, body in bodies.items() if kind == "application/json" and body["schema"] != {}]
        if fields and "examples" not in fields[0] and operation["requestBody"].get("required"):
            missing.append(f"{name}: no example of its body")
        missing += [
            f"{name}: {status} without the number of the request"
            for status, answer in answers.items()
            if "X-Request-ID" not in answer.get("headers", {})
        ]
        if "429" not in answers:
            missing.append(f"{name}: no limit")
    assert not missing, "\n".join(missing)


def test_every_example_is_what_its_schema_says(document, operations):
    wrong = []
    for name, (_path, _method, operation) in operations.items():
        contents = [("body", content) for content in operation.get("requestBody", {}).get("content", {}).values()]
        for status, answer in operation["responses"].items():
            contents += [(status, content) for content in answer.get("content", {}).values()]
        for place, content in contents:
            schema = {**content["schema"], "components": document["components"]}
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            for title, example in content.get("examples", {}).items():
                errors = validator.iter_errors(example["value"])
                wrong += [f"{name} {place} {title}: {error.json_path} {error.message[:200]}" for error in errors]
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_anybody_downloads_it(client):
    response = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi"})
    assert response.status_code == 200
    assert re.search(r'filename="[^"]+\.yaml"', response["Content-Disposition"])
    assert yaml.safe_load(response.content)["info"]["title"] == "ForexPro API"


@pytest.mark.django_db
def test_the_page_to_try_it_runs_nothing_from_elsewhere(client):
    page = client.get("/api/docs/")
    policy = page["Content-Security-Policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules.get("script-src", rules["default-src"]) == "'self'"
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page.content.decode()), "a script in the page"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.content.decode()), "something from another site"
