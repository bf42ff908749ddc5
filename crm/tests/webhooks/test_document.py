"""The OpenAPI document tells of every promised event, with a schema that its example fits."""

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from crm.webhook_events import NAMED_EVENTS


def test_every_promised_event_is_in_the_document_with_an_example_that_fits():
    document = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(document)
    assert list(document["webhooks"]) == [event.name for event in NAMED_EVENTS]
    for event in NAMED_EVENTS:
        operation = document["webhooks"][event.name]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        Draft202012Validator.check_schema(content["schema"])
        validator = Draft202012Validator(content["schema"], format_checker=FormatChecker())
        for example in content["examples"].values():
            assert example["value"]["type"] == event.name
            assert example["value"]["data"] == event.example
            assert list(validator.iter_errors(example["value"])) == []
            assert list(validator.iter_errors(example["value"] | {"type": "user.flown"})) != []
        assert {"webhook-id", "webhook-timestamp", "webhook-signature"} < {p["name"] for p in operation["parameters"]}
