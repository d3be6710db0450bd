import pytest

from app.core.document import Model, parse


class Inner(Model):
    label: str


class Outer(Model):
    id: str
    inner: Inner
    many: tuple[Inner, ...] = ()


def problems(text: str) -> list[str]:
    document = parse(text, "rules/x.yaml")
    document.read(Outer)
    return [str(p) for p in document.problems]


def test_a_good_document_is_read() -> None:
    document = parse("id: a\ninner: {label: b}\n", "x.yaml")
    assert document.read(Outer) == Outer(id="a", inner=Inner(label="b"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "id: a\ninner:\n  lable: b\n",
            ['rules/x.yaml:3:3: unknown key "lable", did you mean "label"?'],
            id="a misspelt key",
        ),
        pytest.param(
            "id: a\ninner: {label: b}\nzzz: 1\n",
            ['rules/x.yaml:3:1: unknown key "zzz"; known here: id, inner, many'],
            id="a key that is like none",
        ),
        pytest.param("id: a\n", ['rules/x.yaml:1:1: "inner" is missing'], id="a missing key"),
        pytest.param(
            "id: a\ninner: {label: b}\nmany:\n- {label: c}\n- {label: [d]}\n",
            ["rules/x.yaml:5:11: Input should be a valid string"],
            id="a wrong value in a list",
        ),
        pytest.param(
            "id: a\ninner: {label: b}\nmany: c\n",
            ["rules/x.yaml:3:7: Input should be a valid list; write [c]"],
            id="one value where a list is wanted",
        ),
        pytest.param(
            "id: a\nid: b\ninner: {label: b}\n",
            ['rules/x.yaml:2:1: "id" is given twice, first at 1:1; keep one'],
            id="a key given twice",
        ),
        pytest.param("id: [a\n", None, id="no YAML"),
        pytest.param("&a [*a]", None, id="a document that contains itself"),
        pytest.param("", ["rules/x.yaml:1:1: "], id="nothing at all"),
    ],
)
def test_faults_name_their_place(text: str, said: list[str] | None) -> None:
    found = problems(text)
    assert found
    if said is not None:
        assert all(f.startswith(s) for f, s in zip(found, said, strict=True))
    assert all(f.startswith("rules/x.yaml:") for f in found)


@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("on", "on"), ("yes", "yes"), ("12:30", "12:30"), ("012", 12), ("1.5", 1.5), ("true", True),
     ("null", None), ("'1'", "1"), ("2026-03-02", "2026-03-02")],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert parse(f"x: {text}", "x.yaml").data == {"x": value}
