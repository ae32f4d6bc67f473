"""`python -m research`: what it takes, what it prints."""

import json
from pathlib import Path

import pytest

from research.__main__ import main
from research.page import PageError, rewrite


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return exit code, output and complaints."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_missing_folder_is_one_clear_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Rule: one line that names what is missing; exit 1."""
    code, out, err = run(capsys, "--history", str(tmp_path / "none"))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "none: no such folder" in err


def test_days_in_the_wrong_order_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: usage errors exit with 2 and say what to do."""
    code, _, err = run(capsys, "--history", "x", "--from", "2018-02-01", "--to", "2018-01-01")
    assert code == 2
    assert "exchange them" in err


def test_the_page_is_written_from_the_whole_range_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: documentation shows the full range."""
    code, _, err = run(capsys, "--history", "x", "--from", "2018-02-01", "--write-docs")
    assert code == 2
    assert "leave --from and --to out" in err


@pytest.mark.parametrize("text", ["-1", "0", "much", "NaN"])
def test_an_account_needs_dollars(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Rule: an amount that is none is refused with field and value."""
    with pytest.raises(SystemExit) as ended:
        main(["--history", "x", f"--cash={text}"])
    assert ended.value.code == 2
    assert f"{text!r} is no amount" in capsys.readouterr().err


def test_rules_that_are_none_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Rule: the file is named, and what is wrong in it."""
    file = tmp_path / "rules.json"
    file.write_text('{"rsi": {"period": "x"}}')
    code, _, err = run(capsys, "--history", str(tmp_path), "--rules", str(file))
    assert code == 2
    assert "rsi.period" in err


@pytest.mark.history
def test_four_weeks_of_2018_come_out_as_the_method_tells_them(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    """Rule: the last line counts every rule; the first engine fires on 2018-01-22."""
    days = ("--from", "2018-01-22", "--to", "2018-02-16")
    code, out, _ = run(capsys, "--history", str(data), *days, "--json")
    assert code == 0
    rules = json.loads(out.splitlines()[-1])["rules"]
    assert rules["first_engine"]["fired"] >= 2
    assert rules["contango"]["refused"] > 0
    assert all(set(count) == {"looked_at", "fired", "refused"} for count in rules.values())
    assert "the curve is in backwardation" in out
    assert "Option values are modelled" in out


@pytest.mark.history
def test_first_days_are_told(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    """Rule: --first-fired names each rule's first real day, or says never."""
    days = ("--from", "2018-01-22", "--to", "2018-01-23")
    code, out, _ = run(capsys, "--history", str(data), *days, "--first-fired")
    assert code == 0
    told = dict(line.rsplit(maxsplit=1) for line in out.splitlines())
    assert told["first_engine"] == "2018-01-22"
    assert told["exit_tenor"] == "never"


def test_a_block_of_a_page_is_rewritten_and_nothing_else(tmp_path: Path) -> None:
    """Rule: what stands between the marks is replaced; without marks there is an error."""
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- /x -->\nb\n")
    rewrite(page, "x", ["new", "lines"])
    assert page.read_text() == "a\n<!-- x -->\nnew\nlines\n<!-- /x -->\nb\n"
    with pytest.raises(PageError, match="<!-- y -->"):
        rewrite(page, "y", [])


def test_generated_days_can_be_replayed_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: without a data folder there are regimes, with made-up macro facts of their own."""
    code, out, _ = run(capsys, "--regime", "melt-up", "--sessions", "3", "--json")
    assert code == 0
    rules = json.loads(out.splitlines()[-1])["rules"]
    assert rules["condor_entry"]["fired"] == 1
    assert rules["signal pe_elevated"]["refused"] == 0


def test_days_come_from_one_source(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a folder or a regime, not both and not none."""
    for options in (["--history", "x", "--regime", "calm"], []):
        with pytest.raises(SystemExit) as ended:
            main(options)
        assert ended.value.code == 2
    capsys.readouterr()
