import pytest

AT = "https://gitlab.example"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{AT}/g/p/-/issues/13", "g/p#13"),
        (f"{AT}/g/s/p/-/work_items/13#note_3", "g/s/p#13"),
        (f"{AT}/g/p/issues/13", "g/p#13"),
        (f"[before]({AT}/groups/g/s/-/epics/5).", "g/s&5"),
        ("g/p#13", "g/p#13"),
        ("see p#13.", "p#13"),
        ("#13", "#13"),
        ("(&5)", "&5"),
        ("g&7", "g&7"),
        ("#12 and #13", "#13"),
        ("x/p#12", "x/p#12"),
    ],
)
def test_issues_and_epics_are_found(read, text, shown) -> None:
    reading = read("kind: reference", text)
    assert (reading.problem, reading.understood) == ("", shown)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a link to an issue or an epic is missing"),
        ("the last one", "a link to an issue or an epic is missing"),
        ("!13", "a link to an issue or an epic is missing"),
        ("#fff &nbsp; &#39; 5", "a link to an issue or an epic is missing"),
        (
            f"{AT}/g/p/-/merge_requests/13",
            "the link leads to no issue or epic; please link an issue or an epic",
        ),
        (f"{AT}/g/p", "the link leads to no issue or epic; please link an issue or an epic"),
        ("#12", "this points to the request itself; please link the one that it follows"),
        ("g/p#12", "this points to the request itself; please link the one that it follows"),
        (f"{AT}/g/p/-/issues/12", "this points to the request itself; please link the one that it follows"),
    ],
)
def test_what_is_none(read, text, problem) -> None:
    assert read("kind: reference", text).problem == problem


def test_one_kind_may_be_asked_for(read) -> None:
    assert (
        read("kind: reference\nto: [issue]", "&5").problem
        == "this points to an epic, and an issue is asked for"
    )
    assert read("kind: reference\nto: [epic]", "&5").problem == ""


def test_the_request_itself_may_count(read) -> None:
    assert read("kind: reference\nnot_self: false", "#12").problem == ""


def test_addresses_elsewhere_do_not_count(read) -> None:
    spec = "kind: reference\nhosts: [gitlab.example]"
    assert read(spec, f"{AT}/g/p/-/issues/13").problem == ""
    assert read(spec, "https://gitlab.example.evil.com/g/p/-/issues/13").problem != ""


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("n/a", ""),
        ("None yet, they start in May", ""),
        ("no such project", ""),
        ("", "a link to an issue is missing"),
        ("TBD", "a link to an issue is missing"),
        ("the last one", "a link to an issue is missing"),
        ("none but &5", "this points to an epic, and an issue is asked for"),
        (f"none: {AT}/g/p", "the link leads to no issue or epic; please link an issue"),
        ("n/a, or #12", "this points to the request itself; please link the one that it follows"),
        ("n/a, or #13", ""),
    ],
)
def test_whoever_has_none_may_say_so_where_it_is_allowed(read, text, allowed) -> None:
    assert read("kind: reference\nto: [issue]\nallow_na: true", text).problem == allowed
    if "13" not in text:
        assert read("kind: reference\nto: [issue]", text).problem != ""
