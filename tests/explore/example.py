"""A session that the tests of the page share: a short scenario with names that want to act."""

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask", reason="the extra `explore` is not installed")

from flask.testing import FlaskClient
from ruamel.yaml import YAML

from projector.explore.server import application
from projector.explore.session import Session, open_session
from tests.embedded import SCENARIOS

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
HOSTILE = """<script>alert(1)</script>"'&{{ 7 * 7 }}=SUM(A1)"""

OWN = "own.yaml"


def scenario() -> dict[str, Any]:
    """What the scenario says."""
    return {
        "scenario": HOSTILE,
        "extends": (SCENARIOS / "hallingdal-copd.yaml").resolve().as_posix(),
        "years": {"base": 2026, "end": 2030},
        "population": {"visitors": {"Gol": 2000}},
        "activity": {
            "growth": {
                "copd": [
                    {"annual": "1 %", "sex": "female"},
                    {"annual": "0.5 %", "sex": "male", "source": "assumption"},
                ]
            },
            "changes": [
                {
                    "name": HOSTILE,
                    "avoid": {"diagnosis": "heart", "setting": "inpatient"},
                    "share": {2026: 0, 2030: "10 %"},
                    "source": HOSTILE,
                },
                {
                    "name": "Places for one in four over 80",
                    "cover": {"setting": ["nursing_home", "care_home"]},
                    "coverage": "25 %",
                },
            ],
        },
        "workforce": {
            "duty": {"nurse": {"inpatient": {"per": "bed", "FTE": 1.5}}},
            "levers": {"productivity": {"annual": "0.5 %"}},
        },
        "uncertainty": {"population": "written"},
    }


@cache
def session() -> Session:
    """The session; tests leave it as it is."""
    folder = Path(tempfile.mkdtemp(prefix="projector-explore-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / OWN
    YAML(typ="safe").dump(scenario(), path)
    return open_session(path)


class Page:
    """What the page does, without a browser."""

    def __init__(self) -> None:
        app = application(session(), PORT, "en")
        self.client: FlaskClient = app.test_client()
        self.token = app.config["TOKEN"]

    def headers(self, **others: str) -> dict[str, str]:
        """Headers of a question, some of them other ones."""
        own = {"Host": f"127.0.0.1:{PORT}", "Origin": ORIGIN, "X-Projector-Token": self.token}
        return own | {name.replace("_", "-"): value for name, value in others.items()}

    def ask(
        self, moved: Mapping[str, Any] | None = None, status: int = 200, **asked: Any
    ) -> dict[str, Any]:
        """The answer to a question."""
        question = {
            "moved": dict(moved or {}),
            "region": "",
            "result": "beds",
            "part": "",
            "year": 2030,
            "language": "en",
        }
        response = self.client.post("/figures", json=question | asked, headers=self.headers())
        assert response.status_code == status, response.get_data(as_text=True)[:500]
        said: dict[str, Any] = response.get_json()
        return said


@cache
def page() -> Page:
    """A page of the session."""
    return Page()
