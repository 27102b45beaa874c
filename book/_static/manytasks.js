// Boxes whose content is wider than they are take the keyboard's focus, so that the arrow keys reach their end.
(() => {
  const BOXES = "div.math, mjx-container[display='true'], table, pre, .cell_output .output";
  const mark = () => {
    for (const box of document.querySelectorAll(BOXES)) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX);
      if (scrolls && !box.hasAttribute("tabindex")) {
        box.tabIndex = 0;
        box.dataset.scrolls = "";
      } else if (!scrolls && box.dataset.scrolls !== undefined) {
        box.removeAttribute("tabindex");
        delete box.dataset.scrolls;
      }
    }
  };
  const ready = async () => {
    await window.MathJax?.startup?.promise;
    mark();
    addEventListener("resize", mark);
    document.addEventListener("toggle", mark, true); // a fold that opens
    document.addEventListener("click", () => requestAnimationFrame(mark)); // a solution that opens
  };
  if (document.readyState === "complete") ready();
  else addEventListener("load", ready);
})();
