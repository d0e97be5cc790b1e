"""A statistics bank that is busy, away, slow, wrong or changes meanwhile."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from projector.errors import FetchError, ProjectorError
from projector.inputs.fetch import transport as transport_module
from projector.inputs.fetch.pace import Clock, TokenBucket
from projector.inputs.fetch.parts import Part
from projector.inputs.fetch.service import known_service
from projector.inputs.fetch.sets import Order, Workplace, fetch_set
from projector.inputs.fetch.transport import Transport, UnreachableError
from tests.inputs.fetch.bank import Bank, Fault, norway, serving
from tests.inputs.fetch.test_pace import Hands


@pytest.fixture
def bank() -> Iterator[Bank]:
    with serving(norway(range(2022, 2027))) as bank:
        yield bank


class Desk:
    """A fetch of people of Hol, with hands on its clock."""

    def __init__(self, bank: Bank, folder: Path) -> None:
        self.hands, self.told = Hands(), list[str]()
        self.bank, self.folder = bank, folder

    def fetch(self, interface: str = "2", cells: int | None = None) -> Part:
        address = self.bank.address
        service = replace(
            known_service().elsewhere(f"{address}/v2", f"{address}/v1", f"{address}/klass"),
            queries=6_000_000,
        )
        place = Workplace(
            service,
            self.folder,
            self.hands.clock(),
            lambda: "2026-11-26 06:00",
            self.told.append,
            interface,
            cells,
        )
        return fetch_set(Order(["Hol"], parts=("population",)), place)


@pytest.fixture
def desk(bank: Bank, tmp_path: Path) -> Desk:
    return Desk(bank, tmp_path / "kept")


def test_too_many_questions_wait_as_long_as_the_service_asks(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("07459/data", "status", 429, {"Retry-After": "37"})]
    assert desk.fetch().files
    assert desk.hands.slept == [37.0]
    assert any("answer 429" in line and "37 s" in line for line in desk.told)


def test_a_date_to_wait_for_is_understood(bank: Bank, desk: Desk) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    bank.faults += [Fault("07459/data", "status", 429, {"Retry-After": until})]
    assert desk.fetch().files
    assert 40 < sum(desk.hands.slept) <= 50


def test_a_service_that_fails_is_asked_again_after_longer_and_longer_waits(
    bank: Bank, desk: Desk
) -> None:
    bank.faults += [Fault("07459/metadata", "status", 503, times=3)]
    assert desk.fetch().files
    assert desk.hands.slept == [2.0, 4.0, 8.0]


def test_a_service_that_keeps_failing_is_given_up_and_said(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("07459/data", "status", 500, times=99)]
    with pytest.raises(UnreachableError) as error:
        desk.fetch()
    assert "no answer after 6 tries: answer 500" in str(error.value)
    assert "the same command later: what has come so far is kept" in str(error.value)


def test_a_wait_of_an_hour_is_left_to_the_planner(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("07459/data", "status", 429, {"Retry-After": "3600"})]
    with pytest.raises(UnreachableError, match="left alone for 3600 s"):
        desk.fetch()
    assert desk.hands.slept == []


@pytest.mark.parametrize("kind", ["truncate", "cut", "html", "reset"])
def test_an_answer_that_is_none_is_asked_for_again(bank: Bank, desk: Desk, kind: str) -> None:
    bank.faults += [Fault("07459/data", kind)]
    assert desk.fetch().files
    assert desk.hands.slept == [2.0]


def test_a_slow_answer_is_given_up_and_asked_for_again(
    bank: Bank, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "_READ", 0.1)
    bank.faults += [Fault("07459/data", "slow")]
    assert desk.fetch().files
    assert any("no answer in time" in line for line in desk.told)


def test_an_answer_that_drips_is_not_waited_for(
    bank: Bank, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "_WHOLE", -1.0)
    with pytest.raises(UnreachableError, match="takes more than"):
        desk.fetch()


def test_a_table_updated_meanwhile_is_begun_anew(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("07459/data", "update")]
    part = desk.fetch()
    assert part.sources[0].updated == "2026-09-09T06:00:00Z"
    assert any("it is begun anew" in line for line in desk.told)


def test_metadata_that_say_another_time_than_answers_do_not_stop_a_fetch(
    bank: Bank, desk: Desk
) -> None:
    bank.faults += [
        Fault(
            "07459/metadata",
            "change",
            body=b"2026-02-25T07:00:00Z",
            headers={"to": "2026-02-25T08:30:00Z"},
            times=99,
        )
    ]
    assert desk.fetch().sources[0].updated == "2026-02-25T07:00:00Z"


def test_an_update_in_the_middle_leaves_no_answer_of_before(bank: Bank, desk: Desk) -> None:
    desk.fetch(cells=1000)
    older = bank.data_asked("07459")
    bank.tables["07459"].updated = "2026-10-10T06:00:00Z"
    bank.tables["07459"].values[...] *= 2
    part = desk.fetch(cells=1000)
    assert bank.data_asked("07459") == 2 * older
    assert part.sources[0].updated == "2026-10-10T06:00:00Z"


def test_a_fetch_that_broke_off_goes_on_where_it_was(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("07459/data", "pass", times=3)]  # three extracts come
    bank.faults += [Fault("07459/data", "status", 404, body=b"{}", times=99)]
    with pytest.raises(FetchError):
        desk.fetch(cells=1000)
    bank.faults.clear()
    came = bank.data_asked("07459")
    desk.fetch(cells=1000)
    rest = bank.data_asked("07459") - came
    again = Desk(bank, desk.folder.with_name("other"))
    before = bank.data_asked("07459")
    again.fetch(cells=1000)
    assert rest == bank.data_asked("07459") - before - 3


def test_a_kept_answer_that_was_spoilt_is_fetched_again(bank: Bank, desk: Desk) -> None:
    whole = desk.fetch()
    for path in desk.folder.rglob("*.json"):
        if "note" not in path.name:
            path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    before = bank.data_asked("07459")
    assert desk.fetch().files == whole.files
    assert bank.data_asked("07459") == before + 2
    for path in desk.folder.rglob("*.note.json"):
        path.write_bytes(path.read_bytes()[:20])
    assert desk.fetch().files == whole.files
    assert bank.data_asked("07459") == before + 4


@pytest.mark.parametrize("interface", ["1", "2"])
def test_too_many_cells_is_told_with_what_to_do(
    bank: Bank, desk: Desk, interface: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.most_cells = 100
    if interface == "2":  # it says how many it allows, and is believed
        monkeypatch.setitem(bank.__dict__, "most_cells", 100)
        with pytest.raises(ProjectorError, match="one region and year hold more cells"):
            desk.fetch(interface)
        return
    with pytest.raises(FetchError) as error:
        desk.fetch(interface)
    assert "Too many values selected" in str(error.value)
    assert "fewer cells in each extract: --cells" in str(error.value)


def test_the_older_interface_is_asked_where_the_newer_is_away(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("/v2/config", "status", 503, times=99)]
    part = desk.fetch("auto")
    assert part.sources[0].version == "PxWebApi 1"
    assert any("PxWebApi 1 is asked instead" in line for line in desk.told)


def test_changed_metadata_are_told(bank: Bank, desk: Desk) -> None:
    bank.faults += [
        Fault("07459/metadata", "change", body=b'"Alder"', headers={"to": '"AlderNy"'}, times=9)
    ]
    with pytest.raises(FetchError, match=r"no dimension 'Alder'|'alder', which is not known"):
        desk.fetch()


def test_klass_of_another_shape_is_told(bank: Bank, desk: Desk) -> None:
    bank.faults += [Fault("codesAt", "change", body=b'"code"', headers={"to": '"kode"'})]
    with pytest.raises(FetchError, match="a list 'codes'"):
        desk.fetch()


def test_a_missing_figure_is_not_taken_for_none(bank: Bank, desk: Desk) -> None:
    bank.tables["07459"].values[0, 0, 3, 0, 2] = float("nan")
    with pytest.raises(ProjectorError, match=r"do not sum|confidential"):
        desk.fetch()


def test_a_proxy_is_asked_to_carry_the_question(
    bank: Bank, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HTTP_PROXY", bank.address)
    service = known_service().elsewhere("http://statbank.invalid/v2")
    hands = desk.hands
    bucket = TokenBucket(100, 1, hands.clock())
    clock = Clock(time.monotonic, hands.sleep)
    asked = Transport(bucket, clock, desk.told.append, requests.Session())
    # A proxy is given the whole address, of a host that nobody else finds.
    assert asked.ask("GET", f"{service.address_v2}/config", tries=1).document["apiVersion"]
    assert any("statbank.invalid" in path for _, path, _ in bank.asked)
