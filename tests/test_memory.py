"""Memory gives what was made, and makes it anew for whatever is not the same to the last bit."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.memory import FORGETFUL, Memory, Same, bits


def kept(memory, key, name="f"):
    """Whether the memory knows the key: made anew it is another object."""
    first = memory.keep(name, key, object)
    return memory.keep(name, key, object) is first


def test_the_same_is_made_once_and_a_forgetful_memory_makes_all():
    assert kept(Memory(2), "a")
    assert not kept(FORGETFUL, "a")


def test_the_oldest_is_forgotten_and_names_do_not_crowd_one_another():
    memory = Memory(2)
    first = memory.keep("f", 1, object)
    for key in range(5):
        memory.keep("g", key, object)
    assert memory.keep("f", 1, object) is first
    memory.keep("f", 2, object)
    assert memory.keep("f", 1, object) is first  # asked for again it is not the oldest
    memory.keep("f", 3, object)
    assert memory.keep("f", 1, object) is first
    assert memory.keep("f", 2, lambda: "anew") == "anew"


def test_what_fails_is_not_kept():
    memory = Memory(2)
    with pytest.raises(ZeroDivisionError):
        memory.keep("f", 1, lambda: 1 / 0)
    assert memory.keep("f", 1, lambda: "made") == "made"


def test_a_table_is_the_same_as_itself_alone():
    table = pd.DataFrame({"a": [1.0]})
    assert Same(table) == Same(table)
    assert hash(Same(table)) == hash(Same(table))
    assert Same(table) != Same(table.copy())


@pytest.mark.parametrize(
    "other",
    [
        np.array([1.0, np.nextafter(2.0, 3.0)]),
        np.array([1, 2]),
        np.array([[1.0, 2.0]]),
        np.array(["1.0", "2.0"], dtype=object),
        None,
    ],
    ids=["last bit", "integers", "shape", "texts", "nothing"],
)
def test_bits_tell_apart(other):
    own = np.array([1.0, 2.0])
    assert bits(own) == bits(own.copy())
    assert bits(own) != bits(other)


def test_bits_tell_axes_and_names_apart():
    own = xr.DataArray([1.0, 2.0], coords={"year": [2026, 2027]})
    assert bits(own) == bits(own.copy())
    assert bits(own) != bits(own.assign_coords(year=[2026, 2028]))
    assert bits(own) != bits(own.rename(year="age"))
    assert bits(own.to_dataset(name="a")) != bits(own.to_dataset(name="b"))
    assert bits(own.to_dataset(name="a")) == bits(own.copy().to_dataset(name="a"))


def test_what_is_forgotten_is_made_anew() -> None:
    memory, made = Memory(2), []
    for _ in range(2):
        memory.keep("a", 1, lambda: made.append(1))
    memory.forget()
    memory.keep("a", 1, lambda: made.append(1))
    assert made == [1, 1]
