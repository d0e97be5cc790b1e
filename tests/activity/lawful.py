"""Lists of changes that any planner may write for the small world, for Hypothesis."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.activity.world import change

__all__ = ["few", "lists_of_changes", "portions"]

few = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
portions = st.integers(0, 90).map(lambda percent: percent / 100)


def _selections(*settings_: str, urgency: bool = True) -> st.SearchStrategy[dict[str, object]]:
    optional: dict[str, st.SearchStrategy[object]] = {
        "diagnosis": st.sampled_from(["heart", "copd"]),
        "ages": st.sampled_from(["65+", "80+", "0-17", "30-69"]),
        "sex": st.sampled_from(["female", "male"]),
        "region": st.sampled_from(["West", "0003"]),
    }
    if urgency:
        optional["urgency"] = st.sampled_from(["acute", "elective"])
    return st.fixed_dictionaries({"setting": st.sampled_from(settings_)}, optional=optional)


def _with(
    kind: str, selections: st.SearchStrategy[dict[str, object]], **more: st.SearchStrategy[object]
) -> st.SearchStrategy[dict[str, object]]:
    return st.builds(change, st.just(kind), selections, **more)


_adds = st.just({"setting": "ambulatory", "contacts": 3})
_inpatient = _selections("inpatient")
_anywhere = _inpatient.map(
    lambda chosen: {
        key: value for key, value in chosen.items() if key not in ("setting", "urgency")
    }
)
_changes = st.one_of(
    _with("avoid", _inpatient, share=portions, adds=_adds),
    _with(
        "shift",
        _inpatient,
        share=portions,
        to=st.sampled_from(["municipal_acute", "observation", "day"]),
    ),
    _with("shorten", _inpatient, share=portions, adds=_adds),
    _with("shorten", _inpatient, share=portions, part=st.just("discharge_ready")),
    _with("readmissions", _anywhere, share=portions),
    _with("redirect", _inpatient, share=portions, to_site=st.sampled_from(["A", "C"])),
    _with("add", st.just({"diagnosis": "copd", "setting": "ambulatory"}), share=portions),
    _with("add", st.just({"diagnosis": "heart", "setting": "day"}), per_1000=portions),
)
lists_of_changes = st.lists(_changes, max_size=4)
