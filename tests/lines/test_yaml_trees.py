"""YAML as plain trees."""

import pytest

from maquette.lines.yaml_trees import TreeTooLargeError, read_yaml_tree


def tree_of(text):
    """What a text holds, within limits that do not matter."""
    return read_yaml_tree(text, most_values=1_000, most_depth=10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("a: no", {"a": "no"}, id="words-stay-words"),
        pytest.param("a: 2024-01-01", {"a": "2024-01-01"}, id="dates-stay-words"),
        pytest.param("a: 1.50", {"a": "1.50"}, id="numbers-stay-words"),
        pytest.param("a: ~", {"a": None}, id="no-value"),
        pytest.param("a: ''", {"a": ""}, id="empty-text"),
        pytest.param("- [1, {b: c}]", [["1", {"b": "c"}]], id="nested"),
        pytest.param("a: &x [1]\nb: *x", {"a": ["1"], "b": ["1"]}, id="alias"),
        pytest.param("- &x {p: 1}\n- {<<: *x}", [{"p": "1"}, {"p": "1"}], id="merged"),
        pytest.param("a: 1\n---\nb: 2", {"a": "1"}, id="first-document"),
    ],
)  # fmt: skip
def test_trees(text, expected):
    """Mappings and lists are kept, everything else is the text that was written."""
    assert expected == tree_of(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: [", id="open"),
        pytest.param("a: *x", id="no-anchor"),
        pytest.param("a: !!python/name:os.system x", id="tag"),
        pytest.param("[1]: 2", id="list-as-name"),
        pytest.param("a: \x00", id="control-character"),
    ],
)
def test_damage_is_a_value_error(text):
    """What is not YAML, or asks for more than values, is a ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        tree_of(text)


@pytest.mark.parametrize(
    "text", [pytest.param("[" * 50, id="deep"), pytest.param("- a\n" * 2_000, id="many")]
)
def test_limits_hold(text):
    """Too many values and too deep nesting are refused before they cost anything."""
    with pytest.raises(TreeTooLargeError):
        tree_of(text)
