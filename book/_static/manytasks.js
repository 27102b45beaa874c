// Boxes whose content is wider than they are take the keyboard's focus, so that the arrow keys reach their end.
(() => {
  const BOXES = "div.math, mjx-container[display='true'], table, .pst-scrollable-table-container, pre, .cell_output .output";
  const set = (box, scrolls) => {
    if (scrolls && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.dataset.scrolls = "";
    } else if (!scrolls && box.dataset.scrolls !== undefined) {
      box.removeAttribute("tabindex");
      delete box.dataset.scrolls;
    }
  };
  const mark = () => {
    // All are measured before any is changed: a page has thousands of formulas.
    const room = new Map();
    const column = (e) => {
      const block = e.parentElement.closest("p, li, td, th, dd, figcaption, h1, h2, h3, div, section");
      if (!room.has(block)) {
        const { paddingLeft, paddingRight } = getComputedStyle(block);
        room.set(block, block.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
      }
      return room.get(block);
    };
    const inline = [...document.querySelectorAll("mjx-container:not([display])")];
    const found = inline.map((e) => {
      const formula = e.querySelector("mjx-math");
      return [e, formula && column(e) > 0 && formula.getBoundingClientRect().width > column(e)];
    });
    for (const box of document.querySelectorAll(BOXES))
      found.push([box, box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX)]);
    for (const [box, scrolls] of found) set(box, scrolls);
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

// The table of all claims: filters and order, kept in the address so that a view can be sent to others.
(() => {
  const start = () => {
    const table = document.querySelector(".claims-table"), bar = document.querySelector(".claims-filter");
    if (!table || !bar) return;
    const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
    const fields = [...bar.querySelectorAll("[data-filter]")];
    const order = new Intl.Collator("en", { numeric: true });
    let sorted = 0; // column from 1, negative if the order is reversed, 0 for that of the book
    const apply = () => {
      const asked = Object.fromEntries(fields.map((field) => [field.dataset.filter, field.value.trim().toLowerCase()]));
      let shown = 0;
      for (const row of rows) {
        const words = asked.text.split(/\s+/).every((word) => row.textContent.toLowerCase().includes(word));
        row.hidden = !words || ["verdict", "paper", "kind"].some((key) => asked[key] && row.dataset[key].toLowerCase() !== asked[key]);
        shown += !row.hidden;
      }
      const text = (row) => row.cells[Math.abs(sorted) - 1].textContent;
      const inOrder = sorted ? [...rows].sort((a, b) => Math.sign(sorted) * order.compare(text(a), text(b))) : rows;
      body.append(...inOrder);
      heads.forEach((head, i) => {
        if (Math.abs(sorted) === i + 1) head.setAttribute("aria-sort", sorted > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
      bar.querySelector("output").textContent = `${shown} of ${rows.length}`;
      const state = new URLSearchParams(Object.entries({ ...asked, sort: sorted || "" }).filter(([, value]) => value));
      if (state.size || location.hash.startsWith("#claims?"))
        history.replaceState(null, "", "#" + (state.size ? `claims?${state}` : ""));
    };
    const read = () => {
      const state = new URLSearchParams(location.hash.startsWith("#claims?") ? location.hash.slice(8) : "");
      for (const field of fields) {
        const value = state.get(field.dataset.filter) ?? "";
        const option = [...(field.options ?? [])].find((each) => each.value.toLowerCase() === value);
        field.value = field.options ? (option?.value ?? "") : value;
      }
      sorted = Number(state.get("sort")) || 0;
    };
    heads.forEach((head, i) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: head.textContent });
      button.onclick = () => {
        sorted = sorted === i + 1 ? -sorted : i + 1;
        apply();
      };
      head.replaceChildren(button);
    });
    for (const field of fields) field.addEventListener("input", apply);
    addEventListener("hashchange", () => location.hash.startsWith("#claims?") && (read(), apply()));
    bar.hidden = false;
    read();
    apply();
    if (location.hash.startsWith("#claims?")) bar.scrollIntoView();
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();

// Read from the disk, a page may not fetch others, and each result of a search would fail to show an excerpt.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined")
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
