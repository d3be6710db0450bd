import pytest
from pydantic import ValidationError

from app.core.validators.salesforce import checksum

SALESFORCE = """
kind: link
hosts: ["*.my.salesforce.com", "*.lightning.force.com"]
what: opportunity
"""
ID = "0068X00001abcdE"
FULL = ID + checksum(ID)
ACCOUNT = "0018X00001abcdE"
AT = "https://acme.my.salesforce.com/"
LIGHTNING = "https://acme.lightning.force.com/lightning/r"


def test_the_checksum_is_salesforces() -> None:
    """The pair in Salesforce's own documentation of the 18-character form."""
    assert checksum("001A0000006Vm9r") == "IAC"
    assert FULL == "0068X00001abcdEQAQ"


@pytest.mark.parametrize(
    "text",
    [
        AT + ID,
        AT + FULL,
        AT + FULL.lower(),
        AT + FULL.upper(),
        f"{LIGHTNING}/Opportunity/{FULL}/view",
        f"{LIGHTNING}/{ID}/view?ws=1",
        f"https://acme.lightning.force.com/one/one.app#/sObject/{ID}/view",
        f"{AT}apex/Plan?id={ID}",
        f"The link: {AT}{ID}.",
        f"[the deal]({AT}{ID})",
        f'[the deal]({AT}{ID} "title"), Acme',
        f"<{AT}{ID}>",
        f"({AT}{ID})",
        f"**{AT}{ID}**",
        f"acme.my.salesforce.com/{ID},",
        f"HTTPS://ACME.MY.SALESFORCE.COM/{ID}",
        f"account {AT}{ACCOUNT}, opportunity {AT}{ID}",
        f"{AT}{ACCOUNT},{AT}{ID}",
        f"https://acme--uat.sandbox.my.salesforce.com/{ID}",
        f"{AT[:12]}\u200b{AT[12:]}{ID}",
    ],
)
def test_links_to_an_opportunity(read, text) -> None:
    reading = read(SALESFORCE, text)
    assert reading.problem == ""
    assert reading.value.id in (ID, FULL)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the link to the opportunity is missing"),
        ("Acme, ask me", "the link to the opportunity is missing"),
        (FULL, "the link to the opportunity is missing"),
        (AT + ACCOUNT, "the link is to an account, not to an opportunity"),
        (f"{LIGHTNING}/Opportunity/{ACCOUNT}/view", "the link is to an account, not to an opportunity"),
        (f"{AT}500{ID[3:]}", "the link is to a case, not to an opportunity"),
        (f"{AT}a0B{ID[3:]}", "the link is to a record of another kind, not to an opportunity"),
        (AT + ID[:-1], "the id in the link is incomplete; its end was lost while copying"),
        (AT + FULL[:-1], "the id in the link is incomplete; its end was lost while copying"),
        (AT + FULL[:-2], "the id in the link is incomplete; its end was lost while copying"),
        (AT + FULL + "A", "the id in the link is too long; something was added while copying"),
        (
            AT + FULL[:-1] + "Z",
            "the id in the link does not add up; a character was changed or lost while copying",
        ),
        (AT + ID.swapcase() + FULL[15:], "the id in the link does not add up"),
        (AT + "lightning/o/Opportunity/list", "the link leads to no single opportunity"),
        (f"{AT}{ACCOUNT}?next=/{ID}", "the link is to an account"),
    ],
)
def test_what_else_it_may_be(read, text, problem) -> None:
    assert read(SALESFORCE, text).problem.startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        f"https://evil.com/acme.my.salesforce.com/{ID}",
        f"https://acme.my.salesforce.com.evil.com/{ID}",
        f"https://acme.my.salesforce.com@evil.com/{ID}",
        f"https://evil.com\\@acme.my.salesforce.com/{ID}",
        f"https://evil.com#@acme.my.salesforce.com/{ID}",
        f"https://evil.com/?next={AT}{ID}",
        f"[{AT}{ID}](https://evil.com/)",
        f"https://my.salesforce.com/{ID}",
        f"https://acmemy.salesforce.com/{ID}",
        f"https://acme.my.salesforce.com:x/{ID}",
        f"https://acme。my.salesforce.com/{ID}",
        f"https://evil.com／.my.salesforce.com/{ID}",
        f"https://evil.com%2f.my.salesforce.com/{ID}",
        f"ftp://acme.my.salesforce.com/{ID}",
        f"javascript:alert('{ID}')",
        f"https://[::1/{ID}",
    ],
)
def test_hosts_that_only_look_right_are_refused(read, text) -> None:
    assert read(SALESFORCE, text).problem in (
        "the link to the opportunity is missing",
        "the link leads somewhere else; it should be on *.my.salesforce.com or *.lightning.force.com",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ID, ""),
        (f"Opportunity {FULL}.", ""),
        (FULL[:-1] + "Z", "the id does not add up; a character was changed or lost while copying"),
        (ID[:-1], "the id is incomplete; its end was lost while copying"),
        (ACCOUNT, "the link is to an account, not to an opportunity"),
        ("no id at all", "the link to the opportunity is missing"),
    ],
)
def test_the_id_alone_counts_where_it_may(read, text, problem) -> None:
    assert read(SALESFORCE + "bare_id: true", text).problem == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://docs.example.com/sheet_(2)", ""),
        ("docs.example.com/sheet", ""),
        ("https://example.com/", "the link leads somewhere else; it should be on *.example.com"),
        ("it is in the folder", "a link is missing"),
    ],
)
def test_any_link_on_a_host(read, text, problem) -> None:
    assert read('kind: link\nhosts: ["*.example.com"]', text).problem == problem


@pytest.mark.parametrize(
    ("text", "allowed", "without"),
    [
        ("n/a", "", "a link is missing"),
        ("None yet.", "", "a link is missing"),
        ("- no plan yet", "", "a link is missing"),
        ("", "a link is missing", "a link is missing"),
        ("TBD", "a link is missing", "a link is missing"),
        ("it is in the folder", "a link is missing", "a link is missing"),
        (
            "none, see https://elsewhere.example/",
            "the link leads somewhere else",
            "the link leads somewhere else",
        ),
        ("n/a https://docs.example.com/plan", "", ""),
    ],
)
def test_whoever_has_none_may_say_so_where_it_is_allowed(read, text, allowed, without) -> None:
    spec = 'kind: link\nhosts: ["*.example.com"]'
    assert read(f"{spec}\nallow_na: true", text).problem.partition(";")[0] == allowed
    assert read(spec, text).problem.partition(";")[0] == without


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("n/a", ""),
        ("no opportunity yet", ""),
        (f"none yet: {AT}{ACCOUNT}", "the link is to an account, not to an opportunity"),
        (ID[:-1], "the id is incomplete; its end was lost while copying"),
    ],
)
def test_so_they_may_of_a_record(read, text, allowed) -> None:
    assert read(SALESFORCE + "bare_id: true\nallow_na: true", text).problem == allowed


@pytest.mark.parametrize(
    ("text", "problem", "understood"),
    [
        ("g/q#7", "", "g/q#7"),
        ("see #13", "", "#13"),
        ("g&5", "", "g&5"),
        ("https://gitlab.example/g/q/-/issues/7", "", "https://gitlab.example/g/q/-/issues/7"),
        ("https://docs.example.com/plan, and g/q#7", "", "https://docs.example.com/plan"),
        ("#12", "a link is missing", ""),  # the request itself
        ("g/p#12", "a link is missing", ""),
        ("the plan", "a link is missing", ""),
    ],
)
def test_a_reference_counts_where_it_may(read, text, problem, understood) -> None:
    reading = read("kind: link\nbare_reference: true", text)
    assert (reading.problem, reading.understood) == (problem, understood)
    if "://" not in text:
        assert read("kind: link", text).problem == "a link is missing"


def test_a_reference_is_a_target_without_an_address(read) -> None:
    target = read("kind: link\nbare_reference: true", "g/q#7").value
    assert (target.url, target.id, target.kind) == ("", "g/q#7", "issue")


@pytest.mark.parametrize("host", ["https://x.com", "*", "a/b", "*x.com"])
def test_hosts_are_plain(read, host) -> None:
    with pytest.raises(ValidationError, match="is no host"):
        read(f'kind: link\nhosts: ["{host}"]', "")
