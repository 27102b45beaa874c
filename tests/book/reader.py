"""Read a page as people do: on a screen, in the dark, on a phone; and note everything that is wrong."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INSPECT = Path(__file__).with_name("inspect.js").read_text(encoding="utf-8")
OPEN_ALL = """() => {
  document.head.append(Object.assign(document.createElement("style"),
    {textContent: "*, ::before, ::after { transition: none !important; animation: none !important; }"}));
  for (const box of document.querySelectorAll("details")) box.open = true;
  for (const box of document.querySelectorAll(".toggle-hidden")) box.classList.remove("toggle-hidden");
}"""
AS_SHIPPED = ["late", "stray", "prose", "places", "twice", "uneven"]  # before anything is opened
# axe-core is a program of its own: who has its `axe.min.js` (npm pack axe-core) names it in AXE.
AXE = os.environ.get("AXE", "")
# The insides of drawings have no meaning for it, and by far the most elements.
SERIOUS = """async () => {
  const inside = {exclude: [["figure svg g"], [".summary svg g"]]};
  const found = await axe.run(inside, {resultTypes: ["violations"]});
  return found.violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 120)}`));
}"""
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Findings:
    """What is wrong with one page, by kind; a page in order has none."""

    console: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    mathematics: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    faint_by_day: dict[str, str] = field(default_factory=dict)
    faint_by_night: dict[str, str] = field(default_factory=dict)
    sideways: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)  # formulas whose end is out of sight on a desktop
    lost: list[str] = field(default_factory=list)  # formulas whose end cannot be reached on a phone
    late: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    uneven: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)  # by day and by night; empty without axe-core
    formulas: int = 0


def read(browser: Any, address: str) -> Findings:
    """Open a page in a context of its own and look at it by day, by night and at 390 px."""
    found = Findings()
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", service_workers="block")
    page = context.new_page()

    def note_request(request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:")):
            found.leaving.append(request.url)

    page.on("console", lambda line: line.type in ("error", "warning") and found.console.append(line.text))
    page.on("pageerror", lambda error: found.console.append(str(error)))
    page.on("request", note_request)
    page.on("requestfailed", lambda request: found.failed.append(f"{request.url}: {request.failure}"))
    page.on(
        "response",
        lambda answer: answer.status >= 400 and found.failed.append(f"{answer.url}: {answer.status}"),
    )
    try:
        page.goto(address, wait_until="load", timeout=120_000)
        page.evaluate("async () => { await window.MathJax?.startup.promise; await document.fonts.ready; }")
        for kind, what in page.evaluate(INSPECT, AS_SHIPPED).items():
            setattr(found, kind, what)
        page.evaluate(OPEN_ALL)
        found.formulas = page.locator("mjx-container").count()
        seen = page.evaluate(INSPECT, ["mathematics", "raw", "faint", "wide"])
        found.wide = seen["wide"]
        found.mathematics, found.raw, found.faint_by_day = seen["mathematics"], seen["raw"], seen["faint"]
        if AXE:
            page.evaluate(Path(AXE).read_text(encoding="utf-8"))
            found.axe = page.evaluate(SERIOUS)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'", timeout=60_000)
        found.faint_by_night = page.evaluate(INSPECT, ["faint"])["faint"]
        if AXE:
            found.axe += [line for line in page.evaluate(SERIOUS) if line not in found.axe]
        page.set_viewport_size(PHONE)
        page.evaluate("() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
        seen = page.evaluate(INSPECT, ["cut", "sideways", "lost"])
        found.lost = seen["lost"]
        found.sideways = seen["cut"] + ([f"{seen['sideways']} px too wide"] if seen["sideways"] > 0 else [])
    finally:
        context.close()
    return found
