"""Results do not depend on how many threads the machine would give to matrix products."""

from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from projector.inputs import composite_link
from projector.population import calibrate
from projector.run import run
from projector.run.threads import in_one_thread
from tests.embedded import scenario_with


@in_one_thread
def threads_inside() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_matrix_products_have_one_thread_while_it_runs_and_theirs_again_after() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        inside = threads_inside()
        outside = [p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"]
    assert inside
    assert set(inside) == {1}
    assert set(outside) != {1}


def test_the_same_bytes_with_one_thread_and_two(tmp_path: Path) -> None:
    scenario = scenario_with(tmp_path, "hallingdal-copd", years="{base: 2026, end: 2028}")
    results = []
    for threads in (1, 2):
        composite_link.LATELY.forget()
        calibrate.LATELY.forget()
        with threadpool_limits(limits=threads, user_api="blas"):
            results.append(run(scenario))
    for variable in ("activity/contacts", "activity/bed_days"):
        one, two = (np.asarray(result[variable]) for result in results)
        assert one.tobytes() == two.tobytes()
