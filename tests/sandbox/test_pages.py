"""The read-only pages."""


def test_an_issue_has_a_page_that_shows_it_and_runs_nothing(sandbox) -> None:
    issue = sandbox.issue(
        title="<script>alert(1)</script>",
        description="**Bold** <img src=x onerror=alert(1)> <!-- secret -->\n\n- [ ] task\n\n[x](javascript:alert(1))",
        labels=["Expedite"],
    )
    issue.notes.create({"body": "> quoted\n\n<b>note</b>"})
    issue.assignee_ids = [3]
    issue.save()
    text = sandbox.http.get(issue.web_url).text
    for shown in (
        "<strong>Bold</strong>",
        "&lt;script&gt;",
        "Expedite",
        "☐ task",
        "&lt;b&gt;note",
        "assigned to @sam",
    ):
        assert shown in text
    for hidden in ("<script", "<img", "secret", 'href="javascript'):
        assert hidden not in text
    assert sandbox.http.get(issue.web_url.replace("issues", "work_items")).text == text
    assert "width=device-width" in text


def test_projects_and_their_boards_have_pages(sandbox) -> None:
    issue = sandbox.issue(labels=["SA Doing"])
    assert "us-east-enterprise-triage" in sandbox.http.get("/").text
    path = sandbox.world.projects[1].full_path
    board = sandbox.http.get(f"/{path}").text
    assert f"/-/issues/{issue.iid}" in board
    assert board.index("SA Doing") < board.index("Acme demo") < board.index("Closed")
    assert sandbox.http.get(f"/{path}/-/boards").text == board
    assert sandbox.http.get(f"/{path}/-/issues/99").status_code == 404
    assert sandbox.http.get("/nowhere").status_code == 404
    assert sandbox.http.post("/").status_code == 405


def test_a_page_folds_what_gitlab_folds_and_shows_other_html_as_text(sandbox) -> None:
    body = "<details><summary>More</summary>\n\n- `</details>` <b onclick=x>b</b>\n\n</details>\n\n<sub>small</sub>"
    issue = sandbox.issue(description=body)
    page = sandbox.http.get(f"/{issue.references['full'].replace('#', '/-/issues/')}").text
    assert "<details><summary>More</summary>" in page
    assert "<sub>small</sub>" in page
    assert "<code>&lt;/details&gt;</code>" in page
    assert "<b onclick" not in page
