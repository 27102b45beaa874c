"""What one move of a slider costs the reader's browser, against the 16 ms that a frame lasts."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from browser import chromium, sandboxed

FRAME = 16.0  # ms
MOVES = 200
PAGES = {
    "explore-multitask": "multitask/explore",
    "explore-transfer": "multitask/explore",
    "explore-replay": "replay/explore-replay",
    "explore-budget": "replay/explore-replay",
    "explore-flows": "dynamics/explore-flows",
}
# The first slider runs to and fro; each move recomputes every formula and hands Bokeh its new columns.
MOVE = """async ([name, moves]) => {
  const slider = document.querySelector(`#figure-${name} [type=range]`), times = [];
  const values = Array.from({length: 21}, (_, k) => +slider.min + (slider.max - slider.min) * k / 20);
  for (let k = 0; k < moves; k++) {
    slider.value = values[Math.abs(k % 40 - 20)];
    const start = performance.now();
    slider.dispatchEvent(new Event("input"));
    times.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return times.sort((a, b) => a - b);
}"""


def busy(session: object) -> float:
    """Return the milliseconds of processor time of the main thread, painting included."""
    metrics = session.send("Performance.getMetrics")["metrics"]  # type: ignore[attr-defined]
    return 1000 * next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def main() -> None:
    html = next((path for path in map(Path, ("build/html", "build/html-smoke")) if path.exists()), None)
    if len(sys.argv) > 1:
        html = Path(sys.argv[1])
    if html is None:
        print("the interactive figures are timed in the built book: `make book` first")
        return
    print(f"{MOVES} moves per figure; ratios to a frame of {FRAME:.0f} ms: median, 95 %, mean with painting")
    with sync_playwright() as playwright:
        program = chromium()
        confined = program is not None and sandboxed(program)
        browser = playwright.chromium.launch(
            executable_path=program, args=["--disable-gpu"], chromium_sandbox=confined
        )
        for name, path in PAGES.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto((html / "notebooks" / f"{path}.html").resolve().as_uri())
            page.wait_for_function("(name) => window.manytasks?.figures[name]?.values", arg=name)
            page.evaluate(MOVE, [name, 40])  # warm up the compiler
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            before = busy(session)
            times = page.evaluate(MOVE, [name, MOVES])
            whole = (busy(session) - before) / MOVES
            median, late = times[MOVES // 2], times[int(0.95 * MOVES)]
            print(
                f"{name}: {median / FRAME:.2f}, {late / FRAME:.2f}, {whole / FRAME:.2f} of a frame "
                f"({median:.1f} ms, {late:.1f} ms, {whole:.1f} ms)"
            )
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
