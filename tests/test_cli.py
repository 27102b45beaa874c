"""The command line prints the package's numbers, and answers a mistake with one line and exit code 2."""

import os
import re
import subprocess
import sys

import pytest

from manytasks import Tasks, evidence, replication, theory
from manytasks.cli import main
from manytasks.cli.claims_table import table, verdicts_at
from manytasks.cli.names import NAMES
from manytasks.deep import sweep_names
from manytasks.evidence import Evidence
from manytasks.replication import Replicated

SETTING = "--tasks 10 --cosine .9 --samples 50 --p 1000 --noise-var .1"
SIMILAR = (Tasks.equiangular(10, 0.9), 50, 1000, 0.1)


def printed(capsys, words):
    """Run one command that succeeds; return its table."""
    assert main(words.split()) == 0
    output = capsys.readouterr()
    assert output.err == ""
    return dict(line.rsplit(maxsplit=1) for line in output.out.splitlines())


def test_multitask_prints_the_error_and_its_terms(capsys):
    terms = theory.multitask_terms(*SIMILAR)
    assert printed(capsys, f"predict multitask {SETTING}") == {
        "excess risk": f"{theory.multitask_error(*SIMILAR).mean():.6f}",
        "G1 dissimilarity": f"{terms['G1']:.6f}",
        "G2 norm": f"{terms['G2']:.6f}",
        "G3 label noise": f"{terms['G3']:.6f}",
        "effective noise": f"{theory.effective_noise(*SIMILAR):.6f}",
    }


def test_transfer_prints_the_gain_and_its_terms(capsys):
    terms = theory.transfer_terms(*SIMILAR)
    assert printed(capsys, f"predict transfer {SETTING}") == {
        "knowledge transfer": f"{theory.knowledge_transfer(*SIMILAR).mean():.6f}",
        "K1 inner products": f"{terms['K1']:.6f}",
        "K2 norms": f"{terms['K2']:.6f}",
        "K3 label noise": f"{terms['K3']:.6f}",
    }


@pytest.mark.parametrize("start", ["warm", "scratch"])
def test_replay_prints_the_error_matrix_and_forgetting(start, capsys):
    command = f"predict replay --tasks 3 --cosine .5 --samples 20 --memory 10 --p 200 --start {start}"
    assert main(command.split()) == 0
    _, *rows, average, forgetting = capsys.readouterr().out.splitlines()
    errors = theory.replay_error(Tasks.equiangular(3, 0.5), 20, 10, 200, 0.0, start=start)
    assert [row.split() for row in rows] == [[f"{error:.4f}" for error in row] for row in errors]
    assert average == f"average error  {theory.average_error(errors):.6f}"
    assert forgetting == f"forgetting     {theory.forgetting(errors):.6f}"


@pytest.mark.parametrize("objective", ["error", "forgetting"])
def test_split_prints_the_best_use_of_a_budget(objective, capsys):
    command = f"predict split --tasks 5 --cosine .2 --samples 30 --budget 600 --objective {objective}"
    assert main(command.split()) == 0
    best = theory.best_split(Tasks.equiangular(5, 0.2), 30, 0.0, 600, 1.0, 1.0, objective=objective)
    assert capsys.readouterr().out == (
        f"parameters {best.p}, samples kept per past task {best.memory} ({best.kind})\n"
        f"{objective} {best.value:.6f}\n"
    )


def test_a_chain_and_a_length_are_handed_on(capsys):
    setting = (Tasks.chain(4, -0.5, 2.0), 20, 30, 0.0)
    table = printed(
        capsys,
        "predict multitask --geometry chain --tasks 4 --cosine -.5 --norm 2 --samples 20 --p 30",
    )
    assert table["excess risk"] == f"{theory.multitask_error(*setting).mean():.6f}"


def test_at_the_threshold_the_error_is_infinite(capsys):
    assert printed(capsys, "predict multitask --p 500 --noise-var .1")["excess risk"] == "inf"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("predict multitask --p 1000 --cosine 2", "cosine must be in [-1, 1]; got 2.0"),
        ("predict multitask --p 0", "p must be a whole number of at least 1 parameter; got 0"),
        ("predict multitask --p 9 --tasks 0", "T must be a whole number of at least 1 task; got 0"),
        ("predict multitask --p 9 --samples -1", "samples must be whole numbers of at least 0; got -1"),
        (
            "predict transfer --p 9 --noise-var nan",
            "noise_var must be a variance, finite and at least 0; got nan",
        ),
        (
            "predict replay --p 100 --memory 60",
            "memory must be at most samples: task 1 has 50 and would keep 60",
        ),
        ("predict split --budget -1", "budget must be finite and at least 0; got -1.0"),
        ("predict multitask --p 100 --cosine -1.5e0", "cosine must be in [-1, 1]; got -1.5"),
        ("predict multitask --p 100 --cosine -inf", "cosine must be in [-1, 1]; got -inf"),
        (f"predict multitask --p 1{400 * '0'}", f"p must be numbers below 1.8e308; got 1{58 * '0'}…"),
        ("predict multitask --p 9 --tasks 20000", "T must be at most 5000; got 20000"),
        ("predict multitask --p 5", "tasks of rank 10 need p >= 10 parameters; got p = 5"),
        (
            "predict multitask --p 5 --tasks 2000",
            "tasks of rank above 5 need more parameters; got p = 5",
        ),
        *[
            (
                f"predict {quantity} --norm {norm}",
                f"norm must be 0 or from 1e-150 to 1e+150, so that its square is a float; got {norm}",
            )
            for quantity, norm in [("multitask --p 9", "1e+160"), ("split --budget 50", "1e-155")]
        ],
        ("predict replay --p 100 --tasks 1", "forgetting needs at least 2 tasks; got an error matrix for 1"),
        (
            "data show digits --out digits.gibberish",
            "--out must be a picture (.png, .jpg, .jpeg, .tif, .tiff); got digits.gibberish",
        ),
        (
            "audit table.csv --html nowhere/page.html",
            "nowhere/page.html cannot be written: it needs a folder that is there, and a name in it",
        ),
        ("sweep depth --shard 3", "shard must look like 0/4; got '3'"),
        ("sweep depth --time-limit 9x", "time limit must look like 90s, 9m or 2h; got '9x'"),
        (
            "sweep width",
            f"no sweep 'width'; the sweeps are {', '.join(sweep_names())}",
        ),
        (
            "data prepare cifar",
            "no data set 'cifar'; the data sets are digits, glyphs, fashion, mnist, fashion-mnist, cifar100, "
            "cifar100-15k, cub200, imagenet-r",
        ),
        ("data show", "`manytasks data show` needs the name of a data set; `data list` shows them"),
        (
            "claims --profile nosuch",
            "there is no build/nosuch/notebooks; run `make book PROFILE=nosuch` first",
        ),
    ],
)
def test_a_bad_value_gets_one_line_and_code_two(words, message, capsys):
    assert main(words.split()) == 2
    assert capsys.readouterr() == ("", f"manytasks: {message}\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "predict multitask --p many",
            "manytasks predict multitask: argument --p: must be a whole number; got 'many'"
            " (see manytasks predict multitask --help)",
        ),
        *[
            (
                f"predict multitask --p 1000 {words}",
                f"manytasks predict multitask: {message} (see manytasks predict multitask --help)",
            )
            for words, message in [
                ("--p 5", "argument --p: is there twice"),
                ("--task 3", "there is no '--task'; the nearest is --tasks"),
                ("--sam=3", "there is no '--sam=3'; the nearest is --samples"),
                ("--norm ٣", "argument --norm: must be a number; got '٣'"),
                ("--samples 1_000", "argument --samples: must be a whole number; got '1_000'"),
                ("--samples 5.0", "argument --samples: must be a whole number; got '5.0'"),
                (
                    "--tasks 1" + 5000 * "0",
                    "argument --tasks: must be a whole number; got '1" + 57 * "0" + "…",
                ),
                ("--noise-var 0x1", "argument --noise-var: must be a number; got '0x1'"),
                ("--cosine", "argument --cosine: expected one argument"),
                ("more", "there is no 'more'"),
            ]
        ],
        (
            "data list --yes --roo X",
            "manytasks data: there is no '--roo'; the nearest is --root (see manytasks data --help)",
        ),
        (
            "sweep depth --dry",
            "manytasks sweep: there is no '--dry'; the nearest is --dry-run (see manytasks sweep --help)",
        ),
        (
            "predict multitask",
            "manytasks predict multitask: the following arguments are required: --p"
            " (see manytasks predict multitask --help)",
        ),
        (
            "predict",
            "manytasks predict: the following arguments are required: QUANTITY"
            " (see manytasks predict --help)",
        ),
        ("", "manytasks: the following arguments are required: COMMAND (see manytasks --help)"),
    ],
)
def test_a_wrong_word_gets_one_line_and_code_two(words, message, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words.split())
    assert stop.value.code == 2
    assert capsys.readouterr() == ("", message + "\n")


def test_a_missing_data_set_says_where_it_belongs(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("MANYTASKS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["data", "prepare", "mnist", "--root", str(tmp_path)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"manytasks: {tmp_path}/mnist/train-images-idx3-ubyte.gz is missing")
    assert output.err.count("\n") == 1


def test_an_output_that_cannot_be_written_is_named(tmp_path, capsys):
    target = tmp_path / "nosuch" / "digits.png"
    assert main(["data", "show", "digits", "--out", str(target)]) == 1
    assert capsys.readouterr() == ("", f"manytasks: {target}: No such file or directory\n")


def test_claims_prints_every_row_with_its_committed_verdict(monkeypatch, capsys):
    monkeypatch.setattr(replication, "load_replication", lambda: ({}, {}))
    assert main(["claims"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{claim.id:<7} {claim.verdict}: {claim.statement}" for claim in evidence.registry().values()
    ]


def test_claims_as_a_table_set_an_earlier_verdict_beside_the_present_one():
    row = Evidence(
        "A.T1", "a", "largest |z|", 1.9, "<", 4.2, "9", "holds", level=8e-5, detects="2 %", seeds=3
    )
    text = table([row], {"A.T1": "holds"}, {"A.T1": "open"}, {})
    line = next(each for each in text.splitlines() if each.startswith("| A.T1 "))
    assert line == (
        "| A.T1 | open | holds | a: largest ∣z∣: 1.9 < 4.2 (n = 9, error rate 8e-05) | 2 % | 3 "
        "| not drawn yet | Overturned if its check, a, found largest ∣z∣ ≥ 4.2; it found 1.9. |"
    )
    assert len(text.splitlines()) == len(evidence.registry()) + 2


def test_claims_tells_how_verdicts_changed(capsys):
    assert main(["claims", "--history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    changes = lines[lines.index("B.S2") + 1 :][:2]
    assert [line.split(":")[0].strip() for line in changes] == ["2026-11-28", "2026-11-28"]


def test_an_unknown_commit_is_named():
    with pytest.raises(ValueError, match="nosuch: "):
        verdicts_at("nosuch")


def run(*command):
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)


def test_the_module_runs_as_the_script_does():
    command = ("-m", "manytasks", "predict", "multitask", *SETTING.split())
    done = run(*command)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("excess risk       0.735291\n")
    done = run(*command[:4], "--p", "0")
    message = "manytasks: p must be a whole number of at least 1 parameter; got 0\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_a_negative_number_is_no_option(capsys):
    setting = (Tasks.equiangular(4, -1e-3), 50, 300, 0.0)
    table = printed(capsys, "predict multitask --tasks 4 --cosine -1e-3 --p 300")
    assert table["excess risk"] == f"{theory.multitask_error(*setting).mean():.6f}"


def test_large_and_small_numbers_have_a_power_of_ten(capsys):
    assert (
        main(["predict", "replay", "--tasks", "2", "--norm", "1e100", "--samples", "20", "--p", "200"]) == 0
    )
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 60
    assert lines[1].split() == ["9e+199", "1e+200"]
    small = printed(capsys, "predict multitask --p 1000 --cosine 1 --noise-var 1e-9")
    assert (small["G1 dissimilarity"], small["effective noise"]) == ("0.000000", "1e-09")


def test_terms_without_a_limit_say_so(capsys):
    assert main(["predict", "transfer", "--p", "500", "--noise-var", ".1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split(maxsplit=2)[-1].split("  ")[-1] for row in rows[1:3]] == [
        "(undefined at the threshold, N = 500)"
    ] * 2
    assert main(["predict", "transfer", "--p", "502", "--noise-var", ".1"]) == 0
    assert "undefined" not in capsys.readouterr().out


def test_the_version_names_the_commit(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert re.fullmatch(r"manytasks \S+, commit ([0-9a-f]{40}\+?|unknown)\n", capsys.readouterr().out)


def test_the_list_of_sweeps_is_that_of_the_registry():
    assert NAMES == sweep_names(), "src/manytasks/cli/names.py lists the sweeps of the registry, in its order"


def test_a_sweep_that_there_is_not_is_refused_without_torch():
    script = "import sys; from manytasks.cli import main; code = main(['sweep', 'lst'])\n"
    done = run("-c", script + "sys.exit(code + ('torch' in sys.modules))")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"manytasks: no sweep 'lst'; the sweeps are {', '.join(NAMES)}\n"


def test_what_a_terminal_cannot_print_is_replaced():
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "manytasks", "claims"]
    done = subprocess.run(command, env=os.environ | plain, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert sum(claim.id in done.stdout.decode() for claim in evidence.registry().values()) == len(
        evidence.registry()
    )


def test_a_reader_who_has_enough_is_no_fault():
    done = subprocess.run(
        f"{sys.executable} -m manytasks claims | head -1", shell=True, capture_output=True, check=False
    )
    assert done.stderr == b""
    assert done.stdout.startswith(b"A.")


@pytest.mark.parametrize(
    ("fault", "code", "line"),
    [
        (MemoryError(), 2, "these numbers are too large for this machine: MemoryError"),
        (OverflowError("int too\nlarge"), 2, "these numbers are too large for this machine: int too large"),
        (ModuleNotFoundError("No module named 'torch'"), 1, "No module named 'torch'"),
        (KeyError("x"), 1, "a mistake of the package, which nobody should see: KeyError: 'x' ("),
    ],
)
def test_whatever_stops_a_command_is_one_line(fault, code, line, monkeypatch, capsys):
    def fails(*_):
        raise fault

    monkeypatch.setattr(theory, "multitask_terms", fails)
    assert main(["predict", "multitask", "--p", "1000"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"manytasks: {line}")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("words", [["sweep", "--help"], ["sweep", "list"]])
def test_a_sweep_needs_nothing_that_a_cluster_node_lacks(words):
    script = (
        "import sys; from manytasks.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print('imported', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = run("-c", script, *words)
    assert (done.returncode, done.stderr) == (0, "")
    imported = set(done.stdout.splitlines()[-1].split())
    assert {"imported", "numpy"} <= imported
    assert "torch" not in imported
    assert imported & {"sympy", "matplotlib", "yaml", "IPython", "seaborn", "bokeh", "jupytext"} == set()


def test_the_list_of_data_names_the_backbones_and_what_they_need(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MANYTASKS_DATA", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    assert main(["data", "list"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["+glyph-resnet"] == "ready"
    assert main(["data", "list", "--root", str(tmp_path / "own")]) == 0
    assert f"there is no folder {tmp_path}/own/backbones/resnet50; get" in capsys.readouterr().out
    assert os.environ["MANYTASKS_DATA"] == str(tmp_path)
    assert rows["+resnet50"].startswith(
        f"files missing  there is no folder {tmp_path}/backbones/resnet50; get"
    )


def test_claims_says_how_verdicts_replicate(monkeypatch, capsys):
    found = {"A.T1": Replicated("A.T1", "holds", {1: "holds", 2: "open"}, ())}
    origin = {"profile": "book", "commit": ["0123abc"]}
    monkeypatch.setattr(replication, "load_replication", lambda: (found, origin))
    assert main(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("A.T1 "))
    assert lines[place + 1].strip() == f"drawn again: {found['A.T1']}"
    assert lines[-1] == f"{replication.summary(found)} book profile, commit 0123abc"
