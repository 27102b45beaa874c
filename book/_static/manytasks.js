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

// A link to code that is folded away opens the fold.
(() => {
  const unfold = () => {
    const target = location.hash.startsWith("#code-") && document.getElementById(location.hash.slice(1));
    const fold = target && target.closest("details");
    if (!fold) return;
    fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => {
    if (event.target.closest(`a[href="${location.hash || "#"}"]`)) unfold(); // a second time
  });
  unfold();
})();

// A drawing of a figure as a file of its own: what the page shows already, so nothing is fetched.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-drawing]");
  if (!button) return;
  const figure = button.closest("figure");
  const drawing = figure.querySelectorAll(".panel > svg")[button.dataset.drawing].cloneNode(true);
  const letters = document.createElementNS(drawing.namespaceURI, "defs"); // the page shares them among figures
  for (const call of drawing.querySelectorAll("use")) {
    const name = call.getAttribute("href");
    call.setAttributeNS("http://www.w3.org/1999/xlink", "xlink:href", name); // for older programs
    if (drawing.querySelector(name) || letters.querySelector(name)) continue;
    letters.append(document.querySelector(name).cloneNode(true));
  }
  drawing.prepend(letters);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" }));
  link.download = `${figure.id.replace("figure-", "")}${button.textContent.slice(3).replace(" ", "-")}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

// A look at what a link leads to: on hover, on the keyboard's focus, on a first tap. Escape closes it.
(() => {
  const box = document.createElement("div");
  box.id = "preview";
  box.role = "tooltip";
  box.popover = "manual";
  let shown = null;
  let waiting = 0;
  const SHOWS = ".claim, .citation, .proof, .math[id], dt[id], figure.panels";
  const content = (link) => {
    const href = link.getAttribute("href");
    const kept = document.getElementById("previews");
    for (const each of kept ? kept.content.children : []) if (each.dataset.for === href) return each.cloneNode(true);
    const target = href.startsWith("#") && document.getElementById(decodeURIComponent(href.slice(1)));
    if (!target?.matches(SHOWS)) return null;
    const copy = document.createElement("div");
    const parts = target.matches("dt") ? [target, target.nextElementSibling]
      : target.matches("figure") ? [target.querySelector("figcaption")] : [target];
    for (const part of parts) copy.append(part.cloneNode(true));
    for (const each of copy.querySelectorAll(".headerlink, .carries")) each.remove();
    for (const each of copy.querySelectorAll("[id]")) each.removeAttribute("id");
    return copy;
  };
  const hide = () => {
    clearTimeout(waiting);
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    box.hidePopover();
  };
  const show = async (link) => {
    clearTimeout(waiting);
    if (link === shown) return;
    const found = content(link);
    hide();
    if (!found) return;
    link.removeAttribute("title"); // the browser's own would lie over it
    box.replaceChildren(found);
    shown = link;
    box.showPopover();
    link.setAttribute("aria-describedby", box.id);
    const place = () => {
      const at = link.getBoundingClientRect();
      const below = at.bottom + box.offsetHeight + 8 < innerHeight || at.top < box.offsetHeight + 8;
      box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
      box.style.top = `${below ? at.bottom + 4 : at.top - box.offsetHeight - 4}px`;
    };
    place();
    await window.MathJax?.startup?.promise;
    const raw = found.querySelector(".math, .tex2jax_process") && !found.querySelector("mjx-container");
    if (raw) await window.MathJax?.typesetPromise?.([box]);
    if (shown === link) place();
  };
  const linkAt = (event) => event.target.closest?.("article a[href*='#']:not(.headerlink)");
  const later = (action) => {
    clearTimeout(waiting);
    waiting = setTimeout(action, 250);
  };
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const link = linkAt(event);
    if (link) later(() => show(link));
    else if (box.contains(event.target)) clearTimeout(waiting);
    else if (shown) later(hide);
  });
  document.addEventListener("focusin", (event) => {
    const link = linkAt(event);
    if (link?.matches(":focus-visible")) show(link);
    else if (!box.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
  });
  document.addEventListener("click", (event) => {
    const link = linkAt(event);
    if (touched && link && link !== shown && content(link)) {
      event.preventDefault(); // a second tap follows
      show(link);
    } else if (!box.contains(event.target)) hide();
  });
  if (box.showPopover) document.body.append(box);
})();
