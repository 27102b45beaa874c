"""The figures compute what the package computes, answer to keyboard and touch, and fit their page."""

import re

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from manytasks import Tasks, flow, theory
from manytasks.streams import stream

pytestmark = pytest.mark.book
MULTITASK, REPLAY, FLOWS = (
    "notebooks/multitask/explore.html",
    "notebooks/replay/explore-replay.html",
    "notebooks/dynamics/explore-flows.html",
)
PAGES = {
    "explore-multitask": MULTITASK,
    "explore-transfer": MULTITASK,
    "explore-replay": REPLAY,
    "explore-budget": REPLAY,
    "explore-flows": FLOWS,
}
READY = "(n) => window.manytasks && n.every((name) => manytasks.figures[name]?.values)"
# Moves the sliders one by one, as a hand does, and returns what the figure then knows. A slider whose places
# are logarithms stops where it is told to; its box is exact.
MOVE = """([name, setting]) => {
  const box = document.getElementById("figure-" + name);
  for (const [key, value] of Object.entries(setting)) {
    const which = `[type=range]:not([data-scale]), [type=number]:has(~ [data-scale]), select`;
    const control = [...box.querySelectorAll(which)].find((each) => each.dataset.name === key);
    control.value = value;
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, {bubbles: true}));
  }
  const {values, setting: all} = manytasks.figures[name];
  return {values, setting: all, words: box.querySelector("[role=status]").innerText};
}"""
DRAWN = """([name, source]) => Object.fromEntries(Object.entries(manytasks.figures[name].models[source].data)
  .map(([key, column]) => [key, Array.from(column)]))"""


def visit(context, html, path):
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda line: line.type == "error" and page.faults.append(line.text))
    page.goto((html / path).as_uri())
    page.wait_for_function(READY, arg=[name for name, where in PAGES.items() if where == path])
    return page


@pytest.fixture(scope="module")
def pages(html, browser):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = {path: visit(context, html, path) for path in (MULTITASK, REPLAY, FLOWS)}
    yield {name: opened[path] for name, path in PAGES.items()}
    context.close()


def controls(page, name):
    """Return range, step and scale of every number of a figure, and the options of every list."""
    return page.evaluate(
        """(name) => [...document.querySelectorAll(`#figure-${name} :is([type=number], select)`)].map(
          (e) => ({name: e.dataset.name, options: e.options && [...e.options].map((o) => o.value),
                   min: +e.min, max: +e.max, step: +e.step,
                   log: e.parentElement.querySelector("[data-scale=log]") !== null}))""",
        name,
    )


def random_settings(page, name, count):
    """Draw settings that the sliders can take; half of the time p, if there is one, lies at a threshold."""
    rng, all_controls = stream(1, f"settings of {name}"), controls(page, name)
    for _ in range(count):
        setting = {}
        for each in all_controls:
            if each["options"]:
                setting[each["name"]] = str(rng.choice(each["options"]))
            else:
                steps = round((each["max"] - each["min"]) / each["step"])
                step = rng.choice([rng.integers(0, steps + 1), 0, steps], p=[0.8, 0.1, 0.1])
                setting[each["name"]] = round(each["min"] + each["step"] * int(step), 6)
        if "p" in setting and rng.random() < 0.5:
            t, n = int(rng.integers(setting["T"])), setting["n"]
            earlier = t * setting.get("m", n)
            low, high = next((e["min"], e["max"]) for e in all_controls if e["name"] == "p")
            setting["p"] = float(np.clip(earlier + n + rng.integers(-3, 4), low, high))
        yield setting


def near(shown, exact, where):
    np.testing.assert_allclose(np.array(shown, dtype=float), exact, rtol=1e-9, atol=1e-12, err_msg=str(where))


def possible(T, cosine):
    return max(cosine, -1 / (T - 1) if T > 1 else -1)


def pooled_problem(setting):
    T, n = int(setting["T"]), int(setting["n"])
    return Tasks.equiangular(T, possible(T, setting["rho"])), n, setting["sigma"] ** 2


def multitask(setting, p):
    tasks, n, noise_var = pooled_problem(setting)
    terms = theory.multitask_terms(tasks, n, p, noise_var)
    return {
        "error": theory.multitask_error(tasks, n, p, noise_var).mean(axis=-1),
        "dissimilarity": terms["G1"],
        "norm": terms["G2"],
        "noise": terms["G3"],
        "single": theory.single_task_error(tasks, n, p, noise_var).mean(axis=-1),
    }


def transfer(setting, p):
    tasks, n, noise_var = pooled_problem(setting)
    with np.errstate(invalid="ignore"):
        whole = theory.knowledge_transfer(tasks, n, p, noise_var).mean(axis=-1)
    return {"transfer": whole, **theory.transfer_terms(tasks, n, p, noise_var)}


@pytest.mark.parametrize(
    ("name", "package"), [("explore-multitask", multitask), ("explore-transfer", transfer)]
)
def test_the_terms_are_those_of_the_package(pages, name, package):
    for wanted in random_settings(pages[name], name, 60):
        seen = pages[name].evaluate(MOVE, [name, wanted])
        assert seen["setting"] == wanted
        for key, value in package(wanted, int(wanted["p"])).items():
            near(seen["values"][key], value, (key, wanted))


@pytest.mark.parametrize(
    ("name", "package"), [("explore-multitask", multitask), ("explore-transfer", transfer)]
)
def test_the_curves_are_those_of_the_package(pages, name, package):
    for wanted in random_settings(pages[name], name, 10):
        pages[name].evaluate(MOVE, [name, wanted])
        drawn = pages[name].evaluate(DRAWN, [name, "data"])
        p = np.array(drawn.pop("p"))
        assert len(p) > 100
        for key, value in package(wanted, p).items():
            near(drawn[key], np.where(np.isfinite(value), value, np.nan), (key, wanted))


def replay_matrices(setting, p):
    T, n, first = int(setting["T"]), int(setting["n"]), int(setting["first"])
    memory = min(int(setting["m"]), n, first)
    if setting["geometry"] == "chain":
        tasks = Tasks.chain(T, setting["rho"])
    else:
        tasks = Tasks.equiangular(T, possible(T, setting["rho"]))
    samples = [first] + [n] * (T - 1)
    return {
        start: theory.replay_error(tasks, samples, memory, p, setting["sigma"] ** 2, start)
        for start in ("warm", "scratch")
    }


def test_the_error_matrices_are_those_of_the_package(pages):
    page, infinite = pages["explore-replay"], 0
    for wanted in random_settings(page, "explore-replay", 90):
        seen = page.evaluate(MOVE, ["explore-replay", wanted])
        for start, exact in replay_matrices(wanted, int(wanted["p"])).items():
            shown = seen["values"][start]
            near(shown["matrix"], exact, wanted)
            near(shown["error"], theory.average_error(exact), wanted)
            near(shown["forgetting"], theory.forgetting(exact), wanted)
            words = page.evaluate(DRAWN, ["explore-replay", start])["words"]
            assert [each == "∞" for each in words] == np.isinf(exact).ravel().tolist()
            infinite += np.isinf(exact).any()
    assert infinite > 10


def test_error_and_forgetting_are_drawn_across_the_thresholds(pages):
    page = pages["explore-replay"]
    for wanted in random_settings(page, "explore-replay", 8):
        page.evaluate(MOVE, ["explore-replay", wanted])
        for source, read in (("error", theory.average_error), ("forgetting", theory.forgetting)):
            drawn = page.evaluate(DRAWN, ["explore-replay", source])
            for start, exact in replay_matrices(wanted, drawn["p"]).items():
                value = read(exact)
                near(drawn[start], np.where(np.isfinite(value), value, np.nan), (source, start, wanted))


def test_the_markers_are_the_best_splits(pages):
    page, kinds = pages["explore-budget"], set()
    for wanted in random_settings(page, "explore-budget", 60):
        found = page.evaluate(MOVE, ["explore-budget", wanted])["values"]["best"]
        tasks, n, noise_var = pooled_problem(wanted)
        for objective in ("error", "forgetting"):
            exact = theory.best_split(
                tasks, n, noise_var, wanted["budget"], 1, wanted["price"], objective, wanted["start"]
            )
            near(found[objective]["value"], exact.value, wanted)
            drawn = page.evaluate(DRAWN, ["explore-budget", f"{objective}_best"])
            assert drawn["m"] == [found[objective]["m"]]
            near(drawn["value"], [exact.value], wanted)
            # Where splits are equal up to rounding, which comes first is rounding too.
            same = theory.replay_error(
                tasks, n, found[objective]["m"], found[objective]["p"], noise_var, wanted["start"]
            )
            read = theory.average_error if objective == "error" else theory.forgetting
            near(read(same), exact.value, wanted)
            if abs(found[objective]["m"] - exact.memory) > 0:
                assert read(same) == pytest.approx(exact.value, rel=1e-12, abs=1e-13), wanted
            else:
                assert (found[objective]["p"], found[objective]["kind"]) == (exact.p, exact.kind)
            kinds.add(exact.kind)
    assert kinds == {"all model", "interior", "all buffer"}


def bowls(setting):
    a, half = np.deg2rad(setting["angle"]), setting["d"] / 2
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    A = np.diag([setting["k"], 1.0])
    return (A, np.array([-half, 0.0])), (turn @ A @ turn.T, np.array([half, 0.0]))


def test_the_flows_are_matrix_exponentials_and_the_bracket_that_of_the_package(pages):
    page = pages["explore-flows"]
    for wanted in random_settings(page, "explore-flows", 60):
        values = page.evaluate(MOVE, ["explore-flows", wanted])["values"]
        h, both = wanted["h"], bowls(wanted)
        start = np.array([wanted["x"], wanted["y"]])
        ends = {}
        for name, order in (("one_two", both), ("two_one", both[::-1])):
            at = start
            for A, centre in order:
                at = centre + expm(-h * A) @ (at - centre)
            ends[name] = at
            near(values[name], at, wanted)
        tensors = [(torch.tensor(A), torch.tensor(centre)) for A, centre in both]
        losses = [lambda t, A=A, c=c: (t - c) @ A @ (t - c) / 2 for A, c in tensors]
        bracket = flow.lie_bracket(*losses, torch.tensor(start)).numpy()
        near(values["bracket"], bracket, wanted)
        gap = ends["one_two"] - ends["two_one"]
        near(values["gap"], gap, wanted)
        near(values["law"], h**2 * bracket, wanted)
        arrow = page.evaluate(
            """() => { const {x_end, y_end} = manytasks.figures["explore-flows"].models.gap_arrow;
                 return [x_end.value, y_end.value]; }"""
        )
        near(arrow, gap, wanted)


@pytest.mark.parametrize("name", PAGES)
def test_whatever_is_set_is_painted_without_a_fault(pages, name):
    """Bokeh paints later, and where it cannot, all that would follow stays empty."""
    page = pages[name]
    page.bring_to_front()
    page.locator(f"#figure-{name}").scroll_into_view_if_needed()
    for wanted in random_settings(page, name, 3):
        page.evaluate(MOVE, [name, wanted])
        page.wait_for_timeout(200)
    assert page.faults == []


def test_the_ratio_of_gap_and_bracket_tends_to_one(pages):
    page = pages["explore-flows"]
    page.evaluate(MOVE, ["explore-flows", {"angle": 40, "k": 3, "d": 1, "x": 1.2, "y": 1.3}])
    drawn = page.evaluate(DRAWN, ["explore-flows", "ratio"])
    assert drawn["x"][0] == pytest.approx(0.001)
    assert abs(drawn["y"][0] - 1) < 0.01 < abs(drawn["y"][-1] - 1)


@pytest.mark.parametrize("name", PAGES)
def test_arrow_keys_move_every_slider_by_a_step(pages, name):
    page = pages[name]
    for slider in (each for each in controls(page, name) if not each["options"]):
        page.evaluate(MOVE, [name, {slider["name"]: slider["min"]}])
        box = page.locator(f"#figure-{name}")
        box.locator(f"[type=range][data-name={slider['name']}]").focus()
        page.keyboard.press("ArrowRight")
        after = page.evaluate("(n) => manytasks.figures[n].setting", name)
        step = max(slider["step"], 0.02 * slider["min"] if slider["log"] else 0)
        assert after[slider["name"]] == pytest.approx(slider["min"] + step, abs=slider["step"] / 2)
        shown = box.locator(f"[type=number][data-name={slider['name']}]").input_value()
        assert float(shown) == after[slider["name"]]


@pytest.mark.parametrize(
    ("name", "long"),
    [
        ("explore-multitask", {"n", "p"}),
        ("explore-transfer", {"n", "p"}),
        ("explore-replay", {"first", "p"}),
        ("explore-budget", {"budget"}),
        ("explore-flows", {"h"}),
    ],
)
def test_what_spans_two_decades_has_a_logarithmic_slider(pages, name, long):
    numbers = [each for each in controls(pages[name], name) if not each["options"]]
    assert {each["name"] for each in numbers if each["log"]} == long
    assert {each["name"] for each in numbers if each["max"] > 100 * each["min"] > 0} == long


def reading(page, name, key):
    """Return what a slider of a figure stands for, and what it says of itself."""
    return page.evaluate(
        """([name, key]) => [manytasks.figures[name].setting[key],
          document.querySelector(`#figure-${name} [type=range][data-name=${key}]`).ariaValueText]""",
        [name, key],
    )


def test_keys_move_a_long_slider_by_shares_and_stop_at_thresholds(pages):
    page, name = pages["explore-multitask"], "explore-multitask"
    page.evaluate(MOVE, [name, {"T": 10, "n": 50, "p": 1000}])
    page.locator("#explore-multitask-p").focus()
    for key, expected in (
        ("ArrowRight", "1020"),
        ("ArrowLeft", "1000"),
        ("PageDown", "667"),
        ("PageUp", "1001"),  # to the grid of whole numbers
        ("End", "5000"),
        ("Home", "2"),
        ("ArrowUp", "3"),
    ):
        page.keyboard.press(key)
        assert reading(page, name, "p") == [int(expected), expected], key
    for value, key, expected in (
        (495, "ArrowRight", 500),  # 505 lies beyond N = 500
        (505, "ArrowLeft", 500),
        (500, "ArrowRight", 510),  # and nothing holds who leaves
        (500, "ArrowLeft", 490),
        (335, "PageUp", 500),
        (300, "PageUp", 450),
        (400, "PageUp", 600),  # a leap over it is a leap
    ):
        page.evaluate(MOVE, [name, {"p": value}])
        page.keyboard.press(key)
        assert reading(page, name, "p") == [
            expected,
            f"{expected}, equal to N" * (expected == 500) or str(expected),
        ]


def test_a_thumb_is_caught_by_the_thresholds_and_the_box_is_not(pages):
    page, name = pages["explore-multitask"], "explore-multitask"
    page.evaluate(MOVE, [name, {"T": 10, "n": 50}])
    pull = """([key, value]) => { const e = document.querySelector(`#explore-multitask-${key}`);
      e.value = Math.log(value); e.dispatchEvent(new Event("input")); }"""
    for at, expected in ((508, 500), (493, 500), (512, 512), (486, 486), (50.6, 50), (52, 52)):
        page.evaluate(pull, ["p", at])
        assert reading(page, name, "p")[0] == expected
    page.get_by_role("spinbutton", name="parameters p, exact value").first.fill("501")
    assert reading(page, name, "p") == [501, "501"]
    place = float(page.locator("#explore-multitask-p").input_value())
    assert place == pytest.approx(np.log(501))
    page.evaluate(MOVE, [name, {"p": 600}])
    page.evaluate(pull, ["n", 60.9])  # 61 samples of each task: within 2 % of 600 in all
    assert reading(page, name, "n") == [60, "60, equal to p / T"]


def test_what_is_out_of_view_is_drawn_when_the_move_ends_and_never_read_out(pages):
    page = pages["explore-multitask"]
    first, second = "explore-multitask", "explore-transfer"
    page.evaluate(MOVE, [first, {"T": 4}])
    page.set_viewport_size({"width": 1200, "height": 400})
    page.evaluate("document.getElementById('figure-explore-multitask').scrollIntoView({behavior: 'instant'})")
    events = """(kind) => { const slider = document.querySelector("#explore-multitask-T");
      if (kind === "input") slider.value = 6;
      slider.dispatchEvent(new Event(kind));
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
        done(Object.values(manytasks.figures).map((figure) => figure.stale))))); }"""
    page.bring_to_front()
    assert page.evaluate(events, "input") == [False, True]
    live = [page.locator(f"#figure-{name} .readout").get_attribute("aria-live") for name in (first, second)]
    assert live == ["polite", "off"]
    assert page.evaluate(events, "change") == [False, False]
    page.set_viewport_size({"width": 1200, "height": 900})
    setting, values, before = (
        page.evaluate(f"manytasks.figures['{second}'].{part}") for part in ("setting", "values", "before")
    )
    assert setting["T"] == 6
    for T, shown in ((6, values), (4, before)):
        exact = transfer(setting | {"T": T}, int(setting["p"]))
        near(shown["transfer"], exact["transfer"], setting)


def test_the_figures_of_a_page_share_their_state(pages):
    page = pages["explore-multitask"]
    wanted = {"T": 7, "n": 33, "p": 410, "rho": 0.25, "sigma": 0.6}
    page.evaluate(MOVE, ["explore-transfer", wanted])
    assert page.evaluate("manytasks.figures['explore-multitask'].setting") == wanted
    for key, value in wanted.items():
        assert (
            float(page.locator(f"#figure-explore-multitask [type=number][data-name={key}]").input_value())
            == value
        )
    near(
        page.evaluate("manytasks.figures['explore-multitask'].values.error"),
        multitask(wanted, 410)["error"],
        wanted,
    )
    p = np.array(page.evaluate(DRAWN, ["explore-multitask", "data"])["p"])
    drawn = np.array(page.evaluate(DRAWN, ["explore-multitask", "data"])["single"], dtype=float)
    exact = multitask(wanted, p)["single"]
    near(drawn, np.where(np.isfinite(exact), exact, np.nan), wanted)


def test_a_shared_slider_goes_as_far_as_each_figure_can(pages):
    page = pages["explore-replay"]
    page.evaluate(MOVE, ["explore-replay", {"rho": -0.5, "T": 3}])
    assert page.evaluate("manytasks.figures['explore-budget'].setting.rho") == 0
    page.evaluate(MOVE, ["explore-budget", {"T": 4}])  # moves T and nothing else
    assert page.evaluate("manytasks.figures['explore-replay'].setting.rho") == -0.5
    page.evaluate(MOVE, ["explore-budget", {"rho": 0.3}])
    assert page.evaluate("manytasks.figures['explore-replay'].setting.rho") == 0.3


def test_a_key_changes_what_is_said(pages):
    page = pages["explore-multitask"]
    setting = {"T": 10, "n": 50, "p": 1000, "rho": 0.8, "sigma": 0.3}
    page.evaluate(MOVE, ["explore-multitask", setting])
    page.locator("#explore-multitask-T").focus()
    page.keyboard.press("ArrowRight")
    status = page.locator("#figure-explore-multitask").get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    old, new = (theory.multitask_error(Tasks.equiangular(T, 0.8), 50, 1000, 0.09).mean() for T in (10, 11))
    assert f"With p = 1000 and N = 550 samples the error is {old:.4g} → {new:.4g} =" in status.inner_text()


@pytest.mark.parametrize(
    ("name", "source", "columns"),
    [
        ("explore-multitask", "data", {"error", "dissimilarity", "norm", "noise", "single"}),
        ("explore-transfer", "data", {"transfer", "K1", "K2", "K3"}),
        ("explore-replay", "error", {"warm", "scratch"}),
        ("explore-replay", "forgetting", {"warm", "scratch"}),
    ],
)
def test_a_dot_lies_on_every_curve_at_the_readers_p(pages, name, source, columns):
    page, shown = pages[name], 0
    for wanted in random_settings(page, name, 12):
        page.evaluate(MOVE, [name, wanted])
        dots, lines = (page.evaluate(DRAWN, [name, f"{source}{end}"]) for end in ("_dots", ""))
        assert dots.keys() == lines.keys() == {"p", *columns}
        assert dots["p"] == [wanted["p"]]
        lines = {key: np.array(column, dtype=float) for key, column in lines.items()}
        below, above = (np.searchsorted(lines["p"], wanted["p"], side) for side in ("left", "right"))
        for key in columns if above > below else ():  # p is one of the widths that are drawn
            near(dots[key], lines[key][below:above], (key, wanted))
            shown += bool(np.isfinite(lines[key][below]))
    assert shown > 5


@pytest.mark.parametrize(
    ("name", "sources", "key", "values"),
    [
        ("explore-multitask", ["data"], "T", [8, 9, 10]),
        ("explore-transfer", ["data"], "rho", [0.2, 0.3, 0.4]),
        ("explore-replay", ["error", "forgetting"], "rho", [0.2, 0.3, 0.4]),
        ("explore-budget", ["lines"], "price", [2, 3, 4]),
        ("explore-flows", ["one_two_2", "two_one_1", "gap", "ratio"], "angle", [20, 30, 40]),
    ],
)
def test_what_was_drawn_before_a_move_stays_until_the_next(pages, name, sources, key, values):
    page = pages[name]
    page.evaluate(MOVE, [name, {key: values[0]}])
    drawn = [page.evaluate(DRAWN, [name, source]) for source in sources]
    for value in values[1:]:
        page.evaluate(MOVE, [name, {key: value}])
        before = [page.evaluate(DRAWN, [name, f"{source}_before"]) for source in sources]
        np.testing.assert_equal(before, drawn)
        drawn = [page.evaluate(DRAWN, [name, source]) for source in sources]
        assert str(before) != str(drawn)


def test_a_drag_is_one_move(pages):
    page, name = pages["explore-multitask"], "explore-multitask"
    page.evaluate(MOVE, [name, {"T": 10, "n": 50, "p": 1000, "rho": 0.5, "sigma": 0.3}])
    slider = page.locator("#explore-multitask-rho")
    slider.scroll_into_view_if_needed()
    place = slider.bounding_box()
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + 0.5 * place["width"], middle)
    page.mouse.down()
    for share in (0.55, 0.6, 0.7):
        page.mouse.move(place["x"] + share * place["width"], middle)
    page.mouse.up()
    now = page.evaluate("manytasks.figures['explore-multitask'].setting.rho")
    assert now == pytest.approx(0.56, abs=0.05)
    old, new = (
        theory.multitask_error(Tasks.equiangular(10, rho), 50, 1000, 0.09).mean() for rho in (0.5, now)
    )
    status = page.locator("#figure-explore-multitask").get_by_role("status").inner_text()
    assert f"the error is {old:.4g} → {new:.4g} =" in status
    near(page.evaluate("manytasks.figures['explore-multitask'].before.error"), old, now)
    gains = [
        multitask(page.evaluate("manytasks.figures['explore-multitask'].setting") | {"rho": rho}, 1000)
        for rho in (0.5, now)
    ]
    gains = [each["single"] - each["error"] for each in gains]
    status = page.locator("#figure-explore-transfer").get_by_role("status").inner_text().replace("−", "-")
    assert f"the transfer is {gains[0]:.4g} → {gains[1]:.4g}:" in status


def test_a_typed_number_counts_once_it_is_possible(pages):
    page = pages["explore-multitask"]
    page.evaluate(MOVE, ["explore-multitask", {"p": 1000}])
    box = page.get_by_role("spinbutton", name="parameters p, exact value").first
    figure = "manytasks.figures['explore-multitask'].setting"
    box.fill("322.0000000000001")  # a browser takes it for a whole number
    assert page.evaluate(f"{figure}.p") == 322
    box.blur()
    assert box.input_value() == "322"
    for typed, expected in (("321", 321), ("99999", 321), ("", 321), ("12.5", 321)):
        box.fill(typed)
        assert page.evaluate(f"{figure}.p") == expected
    box.blur()  # what cannot be stays, and is answered with what can
    assert page.locator("#explore-multitask-p-range").inner_text() == "whole numbers from 2 to 5000"
    slider = page.locator("#explore-multitask-p")
    assert (box.input_value(), slider.get_attribute("aria-valuetext")) == ("12.5", "321")
    box.fill("")
    box.blur()
    assert (box.input_value(), slider.get_attribute("aria-valuetext")) == ("321", "321")
    assert page.locator("#explore-multitask-p-range").is_hidden()


def test_the_address_keeps_what_was_set_until_it_is_reset(html, browser):
    page = browser.new_page()
    try:
        page.goto((html / MULTITASK).as_uri() + "#figure-explore-multitask?p=777&n=99999&rho=0.25")
        page.wait_for_function(READY, arg=["explore-multitask", "explore-transfer"])
        setting = page.evaluate("manytasks.figures['explore-multitask'].setting")
        box = page.locator("#figure-explore-multitask [type=number][data-name=n]")
        start = box.get_attribute("value")
        assert (setting["p"], setting["rho"], setting["n"]) == (777, 0.25, float(start))  # n cannot be
        page.locator("#explore-multitask-p").focus()
        page.keyboard.press("ArrowRight")
        assert page.url.endswith("#figure-explore-multitask?p=793&rho=0.25")
        assert page.evaluate("manytasks.figures['explore-transfer'].setting.p") == 793
        page.locator("#explore-transfer-rho").focus()
        page.keyboard.press("ArrowLeft")
        assert page.url.endswith("#figure-explore-transfer?p=793&rho=0.24")
        page.locator("#figure-explore-multitask").get_by_role("button", name="Reset").click()
        assert page.url.endswith("#figure-explore-multitask")
        assert box.input_value() == start
        assert page.evaluate("manytasks.figures['explore-multitask'].setting.p") not in (777, 793)
        page.locator("#figure-explore-multitask").get_by_role("button", name="more data hurt").click()
        assert box.input_value() == "100"
        error, alone = (
            theory.multitask_error(Tasks.equiangular(10, 0.8), n, 1000, 0.09).mean() for n in (100, 50)
        )
        assert error == float("inf") > alone
    finally:
        page.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_control_has_a_name(pages, name):
    box = pages[name].locator(f"#figure-{name}")
    for role in ("slider", "spinbutton", "combobox"):
        every = box.get_by_role(role)
        with_letter = box.get_by_role(role, name="e", exact=False)  # each label has an e or an a
        with_other = box.get_by_role(role, name="a", exact=False)
        assert every.count() == every.and_(with_letter.or_(with_other)).count()
    assert box.get_by_role("slider").count() >= 5


@pytest.fixture(scope="module")
def phone(html, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    opened = {path: visit(context, html, path) for path in (MULTITASK, REPLAY, FLOWS)}
    yield {name: opened[path] for name, path in PAGES.items()}
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_finger_taps_and_drags_a_slider(phone, name):
    page = phone[name]
    page.bring_to_front()  # a page behind another paints seldom, and answers a touch when it paints
    slider = page.locator(f"#figure-{name} [type=range]").first
    slider.scroll_into_view_if_needed()
    key, low, high, log = slider.evaluate(
        "(e) => [e.dataset.name, +e.min, +e.max, e.dataset.scale === 'log']"
    )
    place = slider.bounding_box()
    across, middle = place["width"], place["y"] + place["height"] / 2
    assert place["height"] >= 32
    page.touchscreen.tap(place["x"] + 0.25 * across, middle)
    now = "([n, k]) => manytasks.figures[n].setting[k]"
    tapped = page.evaluate(now, [name, key])
    tapped = np.log(tapped) if log else tapped
    assert tapped == pytest.approx(low + 0.25 * (high - low), abs=0.1 * (high - low) + 0.5)
    touch = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.25), *[("touchMove", x) for x in (0.4, 0.6, 0.75)]):
        points = [{"x": place["x"] + share * across, "y": middle}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    dragged = page.evaluate(now, [name, key])
    dragged = np.log(dragged) if log else dragged
    assert dragged == pytest.approx(low + 0.75 * (high - low), abs=0.1 * (high - low) + 0.5)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


# Where things are: the controls, what of the window is left above them, and one more thing.
PLACES = """(thing) => {
  const controls = thing.closest("figure").querySelector(".controls");
  const [bar, place] = [controls, thing].map((e) => e.getBoundingClientRect());
  const header = document.querySelector(".bd-header-article")?.getBoundingClientRect().bottom ?? 0;
  return {header, top: place.top, bottom: place.bottom, bar: bar.top, end: bar.bottom, window: innerHeight};
}"""


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_controls_stay_in_view_and_cover_no_plot(phone, name):
    page = phone[name]
    page.bring_to_front()
    plots = page.locator(f"#figure-{name} .canvas")
    page.locator(f"#figure-{name} .explore").evaluate("(e) => { e.scrollIntoView(); scrollBy(0, -300); }")
    seen = plots.first.evaluate(PLACES)  # the head of the figure: at the lower edge they are there already
    assert (seen["end"], seen["bar"]) == pytest.approx((seen["window"], seen["window"] - 144), abs=10)
    for i in range(plots.count()):
        plots.nth(i).evaluate("(e) => { e.scrollIntoView(); scrollBy(0, -60); }")
        seen = plots.nth(i).evaluate(PLACES)
        assert seen["end"] <= seen["window"] + 1
        assert seen["end"] - seen["bar"] < 0.2 * seen["window"]
        assert seen["header"] <= seen["top"] < seen["bottom"] <= seen["bar"]
    caption = page.locator(f"#figure-{name} figcaption")
    caption.evaluate("(e) => e.scrollIntoView({block: 'end'})")
    seen = caption.evaluate(PLACES)
    assert seen["end"] <= seen["top"]  # below their figure they cover nothing
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    seen = caption.evaluate(PLACES)
    assert seen["end"] < seen["window"] - 100


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_the_keyboard_reaches_every_control_and_the_plot_stays(phone, name):
    page = phone[name]
    page.bring_to_front()
    plot = page.locator(f"#figure-{name} .canvas").first
    plot.evaluate("(e) => { e.scrollIntoView(); scrollBy(0, -60); }")
    inputs = page.locator(f"#figure-{name} [data-name]")
    inputs.first.evaluate("(e) => e.focus({preventScroll: true})")
    before = plot.evaluate(PLACES)["top"]
    for i in range(inputs.count()):
        focused = page.locator(":focus")
        assert focused.evaluate("(e) => [e.tagName, e.dataset.name, e.type]") == inputs.nth(i).evaluate(
            "(e) => [e.tagName, e.dataset.name, e.type]"
        )
        seen = focused.evaluate(PLACES)
        assert seen["bar"] - 1 <= seen["top"] < seen["bottom"] <= seen["end"] + 1 <= seen["window"] + 2
        assert plot.evaluate(PLACES)["top"] == pytest.approx(before, abs=1)
        page.keyboard.press("Tab")
    button = page.locator(":focus")
    assert button.inner_text() == "Reset"
    seen = button.evaluate(PLACES)
    assert seen["end"] <= seen["top"] < seen["bottom"] <= seen["window"]


def test_on_a_desk_the_controls_stand_above_their_plot(pages):
    for name, page in pages.items():
        page.locator(f"#figure-{name} .canvas").first.evaluate("(e) => e.scrollIntoView()")
        seen = page.locator(f"#figure-{name} .canvas").first.evaluate(PLACES)
        assert seen["end"] < seen["top"]


def test_nothing_glides_for_whoever_wants_no_motion(html, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = visit(context, html, MULTITASK)
    page.evaluate(MOVE, ["explore-multitask", {"T": 5}])
    page.locator("#figure-explore-multitask .canvas").evaluate("(e) => e.scrollIntoView()")
    gliding = page.evaluate(
        """[...document.querySelectorAll(".explore, .explore *")].filter((e) => {
             const style = getComputedStyle(e);
             return e.getAnimations().length || style.transitionDuration !== "0s" ||
               style.scrollBehavior !== "auto"; }).length"""
    )
    context.close()
    assert gliding == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_finger_on_a_plot_scrolls_the_page(phone, name):
    # Bokeh would keep touches for itself. There is nothing to pan, so a cover hands them to the page.
    plot = phone[name].locator(f"#figure-{name} .canvas").first
    plot.scroll_into_view_if_needed()
    covered = plot.evaluate(
        """(e) => { const {x, y, width, height} = e.getBoundingClientRect();
             return document.elementFromPoint(x + width / 2, y + height / 2) === e; }"""
    )
    assert covered
    assert plot.evaluate("(e) => getComputedStyle(e, '::after').touchAction") == "auto"


@pytest.mark.parametrize("name", PAGES)
def test_the_axes_follow_the_theme(html, browser, name):
    context = browser.new_context(color_scheme="light")
    page = visit(context, html, PAGES[name])
    inks = """(name) => { const [model] = Object.values(manytasks.figures[name].models);
      return [getComputedStyle(document.body).color,
        ...new Set([...model.document._all_models.values()].filter((m) => /Axis$/.test(m.type))
          .map((axis) => axis.major_label_text_color))]; }"""
    day = page.evaluate(inks, name)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    night = page.evaluate(inks, name)
    context.close()
    assert day[0] != night[0]
    assert day == [day[0]] * 2
    assert night == [night[0]] * 2


def test_pages_with_an_explorer_share_one_bokeh(html):
    texts = [(html / path).read_text(encoding="utf-8") for path in (MULTITASK, REPLAY, FLOWS)]
    loaded = [re.findall(r'<script src="[./]*(_static/shared/[^"]+)"', text) for text in texts]
    assert loaded[0] == loaded[1] == loaded[2]
    (program,) = loaded[0]
    assert b"Bokeh Contributors" in (html / program).read_bytes()
    assert list((html / program).parent.iterdir()) == [html / program]
    assert max(len(text) for text in texts) < 300_000


def test_the_first_page_explores_without_bokeh(html, browser):
    text = (html / "notebooks/welcome.html").read_text(encoding="utf-8")
    assert "bokeh" not in text.lower()
    assert "_static/shared/" not in text
    picture = text[text.index('id="figure-pooled"') :]
    assert len(picture[: picture.index("</figure>")]) < 20_000
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((html / "notebooks/welcome.html").as_uri())
    page.wait_for_function("window.manytasks?.figures.pooled?.values.error")
    assert page.locator("#figure-pooled [type=range]").count() == 2
    for key, cosine in (("ArrowRight", 0.8), ("PageUp", 0.8), ("Home", 0.8), ("End", 0.8)):
        page.locator("#pooled-p").focus()
        page.keyboard.press(key)
        p = page.evaluate("manytasks.figures.pooled.setting.p")
        exact = theory.multitask_error(Tasks.equiangular(10, cosine), 50, int(p), 0.01).mean()
        near(page.evaluate("manytasks.figures.pooled.values.error"), exact, key)
        said = page.locator("#figure-pooled p[role=status]").inner_text()
        assert said.startswith(
            f"With {p} parameters and a cosine of 0.80 one model for 10 tasks errs by {exact:.3g}"
        )
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    context.close()
