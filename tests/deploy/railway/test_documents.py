"""Every document is one that the vendor's own schema takes."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.railway import documents
from autocrea_lsp.deploy.railway.states import remote
from tests.emulators.railway_schema import whole_schema

DOCUMENTS: dict[str, str] = {
    name: value for name, value in vars(documents).items() if name.isupper() and not name.startswith("_")
}


@pytest.fixture
def schema() -> Any:
    found = whole_schema()
    if found is None:
        pytest.skip("the vendor's schema is not here")
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_vendors_schema_takes_it(schema: Any, name: str) -> None:
    assert validate(schema, parse(DOCUMENTS[name])) == []


def test_a_wrong_selection_would_be_noticed(schema: Any) -> None:
    wrong = documents.ROLLBACK.replace("deploymentRollback(id: $id)", "deploymentRollback(id: $id) { id }")
    assert validate(schema, parse(wrong))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_holds_one_operation_with_a_name(name: str) -> None:
    definitions = parse(DOCUMENTS[name]).definitions
    (operation,) = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    assert operation.name is not None


def test_there_are_no_states_that_we_have_no_word_for(schema: Any) -> None:

    told = {name: remote({"id": "d", "status": name}, Place(), None, fallback={}) for name in _statuses(schema)}
    assert len(told) >= 13
    assert [name for name, found in told.items() if found.state == "unknown"] == ["REMOVING"]


def _statuses(schema: Any) -> list[str]:
    return list(schema.get_type("DeploymentStatus").values)
