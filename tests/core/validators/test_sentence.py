import pytest

FINE = [
    "Releases take six weeks because every team has its own pipeline.",
    "Teams lose hours waiting daily",
    "- Releases take far too long",
    "Their audit in June asks for it",
    "Jenkins, GitHub\nThe renewal of Jenkins is due in June, and nobody wants it.",
    "A long first line that an editor has wrapped\nand continued here",
    "Releases dauern sechs Wochen, weil jedes Team anders baut",
    "Le contrat se termine en juin",
    "Релизы занимают шесть недель всегда",
    "リリースに六週間かかって困っています",
    "releases, audits, and reviews all take weeks",
    "We need security, compliance, speed and lower cost",
]
KEYWORDS = [
    "security, compliance, speed, cost, quality",
    "Security, Compliance, Speed and Cost Reduction.",
    "Security Scanning Jenkins Compliance Automation",
    "- Jenkins\n- GitHub\n- Bamboo\n- SVN",
    "security / compliance / speed / lower cost / audit",
    "slow builds jenkins audit security",
]


@pytest.mark.parametrize("text", FINE)
def test_sentences_pass(read, text) -> None:
    assert read("kind: sentence", text).problem == ""


@pytest.mark.parametrize("text", KEYWORDS)
def test_keywords_do_not(read, text) -> None:
    assert read("kind: sentence", text).problem == "these are keywords; please say it in a full sentence"


@pytest.mark.parametrize(
    ("text", "fine"),
    [("It is too slow", False), ("It is far too slow", True), ("It is really far too slow", True)],
)
def test_a_sentence_has_five_words(read, text, fine) -> None:
    assert (read("kind: sentence", text).problem == "") is fine


@pytest.mark.parametrize("text", ["", "TBD", "...", "[why now?]"])
def test_nothing_is_no_sentence(read, text) -> None:
    assert "one full sentence is enough" in read("kind: sentence", text).problem
