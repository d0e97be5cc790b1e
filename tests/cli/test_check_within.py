"""``projector check --within``: scenarios of others are held to a folder."""

from pathlib import Path

from click.testing import CliRunner

from projector.cli.main import cli


def test_a_scenario_of_somebody_else_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    received = tmp_path / "received"
    received.mkdir()
    (tmp_path / "secret.csv").write_text("password\nhunter2\n", "utf-8")
    scenario = received / "scenario.yaml"
    scenario.write_text(
        "scenario: S\ninputs: {set: ., population: ../secret.csv}\nregions: [Oslo]\n"
        "years: {base: 2026, end: 2040}\n",
        "utf-8",
    )
    held = CliRunner().invoke(cli, ["check", str(scenario), "--within", str(received)])
    assert held.exit_code == 3
    assert "scenario.yaml:2:30: this leads out of the folder" in held.output
    assert "hunter2" not in held.output
    free = CliRunner().invoke(cli, ["check", str(scenario)])
    assert free.exit_code == 4
    assert "leads out" not in free.output
