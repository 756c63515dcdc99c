from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from comments.api import schemas
from config.api import api

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "reference" / "openapi.json"
REFERENCE = ROOT / "docs" / "reference" / "api.md"


def test_schema_that_is_checked_in_is_the_one_served(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")

    assert response.status_code == 200
    assert response.content.decode() == DOCUMENT.read_text(encoding="utf-8")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_schema_is_openapi_3_1_and_every_reference_in_it_leads_somewhere() -> None:
    text = api.schema_text()
    document = json.loads(text)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert document["openapi"] == "3.1.0"
    assert names <= set(document["components"]["schemas"])
    assert len(names) > 20


def test_schema_holds_what_the_reference_describes_and_nothing_else() -> None:
    document = json.loads(api.schema_text())
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1/')}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    described = {
        line.removeprefix("## `").removesuffix("`")
        for line in REFERENCE.read_text(encoding="utf-8").splitlines()
        if line.startswith("## `")
    }

    assert described == operations


def test_schema_gives_every_refusal_as_a_problem_document() -> None:
    document = json.loads(api.schema_text())
    refusals = {
        media_type
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for media_type in response["content"]
    }

    assert refusals == {"application/problem+json"}


@pytest.mark.parametrize(
    "name", ["Problem", "Thread", "CommentIn", "RevisionIn", "OwnArticlesIn", "PostedComment", "OwnComment"]
)
def test_example_of_a_schema_fits_it(name: str) -> None:
    example = json.loads(api.schema_text())["components"]["schemas"][name]["examples"][0]

    assert getattr(schemas, name).model_validate(example).model_dump(mode="json", exclude_unset=True) == example
