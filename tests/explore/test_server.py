"""The server: it answers its own page, and nobody and nothing else."""

import threading

import pytest

from tests.explore.example import HOSTILE, PORT, Page, page, session
from tests.report.test_page import Page as Parsed

SHARE = "activity/changes/0/share/2030"


def question(**asked):
    own = {"moved": {}, "region": "", "result": "beds", "part": "", "year": 2030, "language": "en"}
    return own | asked


def post(headers=None, **asked):
    own = page()
    return own.client.post("/figures", json=question(**asked), headers=headers or own.headers())


def test_the_page_stands_alone_and_is_guarded():
    response = page().client.get("/", headers={"Host": f"127.0.0.1:{PORT}"})
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in response.headers
    parsed = Parsed(response.get_data(as_text=True))
    for tag, attributes in parsed.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        for name in ("src", "href"):
            assert (attributes.get(name) or "/").startswith(("/", "#")), attributes
    assert [one["src"] for one in parsed.of("script")] == ["/explore.js"]


@pytest.mark.parametrize("language", ["nb", "en"])
def test_names_of_a_scenario_are_inert(language):
    response = page().client.get(f"/?language={language}", headers={"Host": f"localhost:{PORT}"})
    parsed = Parsed(response.get_data(as_text=True))
    assert len(parsed.of("script")) == 1
    assert " ".join(HOSTILE.split()) in parsed.text
    said = page().ask({"activity/changes/3/share/2030": "20"}, language=language)
    for part in said["html"].values():
        inside = Parsed(part)
        assert not inside.of("script")


def test_every_control_has_a_name_and_an_origin():
    response = page().client.get("/", headers={"Host": f"127.0.0.1:{PORT}"})
    parsed = Parsed(response.get_data(as_text=True))
    sliders = [one for one in parsed.of("input") if one["type"] == "range"]
    assert len(sliders) > 100
    for one in sliders:
        assert one["aria-label"]
        assert float(one["min"]) <= float(one["value"]) <= float(one["max"])
        assert float(one["step"]) > 0
    labelled = {one.get("for") for one in parsed.of("label")}
    for one in parsed.of("input"):
        if one["type"] == "number":
            assert one["id"] in labelled
    for control in session().controls("en").values():
        assert control.place or not control.stated, control.key


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", ""]
)
def test_another_name_that_points_here_is_refused(host):
    assert page().client.get("/", headers={"Host": host}).status_code == 403
    assert post(page().headers(Host=host)).status_code == 403


@pytest.mark.parametrize(
    "others",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"X_Projector_Token": "another"},
        {"X_Projector_Token": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_another_page_is_refused(others):
    response = post(page().headers(**others))
    assert response.status_code == 403
    assert "html" not in response.get_json()


def test_only_the_page_and_its_question_are_there():
    own = page()
    for path in ("/etc/passwd", "/../own.yaml", "/own.yaml", "/%2e%2e/own.yaml", "/static/x"):
        assert own.client.get(path, headers=own.headers()).status_code == 404
    assert own.client.get("/figures", headers=own.headers()).status_code == 405
    for method in ("put", "delete", "patch"):
        assert getattr(own.client, method)("/", headers=own.headers()).status_code == 405
    assert own.client.post("/", headers=own.headers()).status_code == 405


def test_a_large_question_is_refused():
    own = page()
    large = b'{"moved": "' + b"x" * (64 * 1024) + b'"}'
    headers = own.headers() | {"Content-Type": "application/json"}
    assert own.client.post("/figures", data=large, headers=headers).status_code == 413


@pytest.mark.parametrize(
    "content", ["", "[]", "null", "{", "1", '"x"', "{}", '{"year": 2030, "moved": []}', "[" * 5000]
)
def test_a_question_of_another_form_is_refused(content):
    own = page()
    headers = own.headers() | {"Content-Type": "application/json"}
    response = own.client.post("/figures", data=content, headers=headers)
    assert response.status_code == 400, response.get_json()
    text = own.client.post("/figures", data=content, headers=own.headers())
    assert text.status_code == 415


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"year": True}, 400),
        ({"year": "2030"}, 400),
        ({"language": "sv"}, 400),
        ({"region": 3}, 400),
        ({"moved": {SHARE: 30}}, 400),
        ({"moved": {SHARE: "3" * 300}}, 400),
        ({"year": 2031}, 422),
        ({"region": "Oslo"}, 422),
        ({"result": "money"}, 422),
        ({"part": "castles"}, 422),
        ({"result": "people", "part": "somatic"}, 422),
        ({"moved": {"inputs/set": "/etc"}}, 422),
        ({"moved": {SHARE: "1e5"}}, 422),
        ({"moved": {SHARE: "${HOME}"}}, 422),
        ({"moved": {SHARE: "!!python/object:os.system"}}, 422),
        ({"moved": {"population/variant/0": "X"}}, 422),
        ({"moved": {"activity/changes/0/on": "maybe"}}, 422),
    ],
)
def test_what_the_page_cannot_have_sent_is_refused(asked, status):
    response = post(**asked)
    assert response.status_code == status
    assert response.get_json()["problems"]


def test_a_value_that_the_language_refuses_is_told_with_its_place():
    said = page().ask({SHARE: "130"}, 422)
    (problem,) = said["problems"]
    assert "own-what-if.yaml:" in problem
    assert "share 130 % lies outside 0–1" in problem
    assert "html" in page().ask({SHARE: "30"})


def test_what_the_model_refuses_is_told():
    said = page().ask({"workforce/supply/retention/physiotherapist": "100"}, 422)
    assert "own-what-if.yaml" in said["problems"][0]


def test_questions_beyond_a_few_are_sent_away():
    own, answers = Page(), []
    start = threading.Barrier(8)

    def ask(share):
        start.wait()
        client = own.client.application.test_client()
        asked = question(moved={SHARE: share})
        answers.append(client.post("/figures", json=asked, headers=own.headers()).status_code)

    threads = [threading.Thread(target=ask, args=(str(20 + i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {200, 429}
    assert answers.count(200) >= 1


def test_a_fault_of_the_program_is_told_and_the_next_question_is_answered(monkeypatch, capsys):
    def broken(*_, **__):
        raise ZeroDivisionError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(type(session()), "run", broken)
        said = page().ask({}, 500)
    assert said["problems"] == ["internal error: ZeroDivisionError; see the terminal"]
    assert "secret" in capsys.readouterr().err
    assert "html" in page().ask({})
