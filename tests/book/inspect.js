// What a reader would find wrong with the page as it stands now, of the kinds that are asked for. Everything
// foldable is open. What costs a browser most, styles and boxes, is asked for once for each element.
(kinds) => {
  const once = (find) => {
    const known = new Map();
    return (element) => (known.has(element) || known.set(element, find(element)), known.get(element));
  };
  const visible = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true });
  const where = (element) => {
    const parts = [];
    for (let e = element; e && e !== document.body && parts.length < 3; e = e.parentElement) {
      const kind = typeof e.className === "string" ? e.className.trim().split(/\s+/)[0] : "";
      parts.unshift(e.localName + (kind ? "." + kind : ""));
    }
    return parts.join(" > ");
  };

  // Text that is seen, with the element it stands in. Formulas count by their container.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, noscript, svg, mjx-container")) continue;
    if (visible(element)) texts.push([element, node]);
  }
  const formulas = [...document.querySelectorAll("mjx-container")].filter(visible);

  // Mathematics that failed: an error box, a macro that nobody defined (MathJax prints it in red), no formula.
  const mathematics = () => [
    ...[...document.querySelectorAll("mjx-merror")].map((e) => "error in " + where(e)),
    ...[...document.querySelectorAll("mjx-mtext[style*='color: red']")].map((e) => "unknown macro in " + where(e)),
    ...[...document.querySelectorAll(".math")]
      .filter((e) => !e.querySelector("mjx-container") && !e.closest("mjx-container"))
      .map((e) => "not rendered: " + e.textContent.trim()),
  ];

  // Markup that should have become something else. Code is code, the signature of a Python function too.
  const markup =
    /\$\$|\\[()[\]]|\\begin\{|\$[^\s$][^$]*\$|\{[a-z]+(:[a-z]+)?\}`|```|:::|^:(label|class|name):|\*\*|\?\?\?/;
  const raw = () =>
    texts
      .filter(([element, node]) => markup.test(node.data) && !element.closest("code, pre, kbd, .highlight, .sig"))
      .map(([element, node]) => `${where(element)}: ${node.data.trim().slice(0, 80)}`);

  // Contrast, as WCAG 2 defines it, of each colour against all that lies below it.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = once((colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  });
  const over = (top, below) => {
    const a = top[3];
    return [0, 1, 2].map((i) => top[i] * a + below[i] * (1 - a)).concat(1);
  };
  const backdrop = once((element) => {
    if (!element) return [255, 255, 255, 1];
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour : over(colour, backdrop(element.parentElement));
  });
  const opacity = once((element) =>
    element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1,
  );
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((c) => {
      const s = c / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element, property, below) => {
    const ink = [...rgba(getComputedStyle(element)[property])];
    ink[3] *= opacity(element);
    const [low, high] = [luminance(over(ink, below)), luminance(below)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const needed = once((element) => {
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
  });
  // Words drawn in a figure are shapes; the guideline for graphics applies. They may stand on filled shapes.
  const filled = once((svg) =>
    [...svg.querySelectorAll("path:not(defs path)")]
      .filter((shape) => getComputedStyle(shape).fill !== "none")
      .map((shape) => [shape, shape.getBoundingClientRect()]),
  );
  const shapesBelow = (label) => {
    const box = label.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const covers = ([shape, its]) =>
      its.left <= x && x <= its.right && its.top <= y && y <= its.bottom &&
      shape.compareDocumentPosition(label) & Node.DOCUMENT_POSITION_FOLLOWING &&
      shape.isPointInFill(new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse()));
    return filled(label.ownerSVGElement).filter(covers).map(([shape]) => shape);
  };
  const fill = (shape) => {
    const style = getComputedStyle(shape);
    const colour = [...rgba(style.fill)];
    colour[3] *= style.fillOpacity * style.opacity;
    return colour;
  };
  // Letters lie in a sheet that the drawings of a page share (workflow/drawings.py), each a path scaled from its font.
  const labels = () => {
    const letters = new Set([...document.querySelectorAll("svg path[id][transform]")].map(({ id }) => "#" + id));
    const calls = [...document.querySelectorAll("figure svg g > use")];
    const drawn = calls.filter((call) => letters.has(call.getAttribute("href")) && visible(call));
    return new Set(drawn.map((call) => call.parentElement));
  };
  const faint = () => {
    const found = {};
    const judge = (element, what, property, least, below = backdrop(element)) => {
      const ratio = contrast(element, property, below);
      if (ratio < least)
        found[`${where(element)} ${getComputedStyle(element)[property]}`] = `${ratio.toFixed(2)} < ${least}: ${what}`;
    };
    for (const [element, node] of texts) judge(element, node.data.trim().slice(0, 40), "color", needed(element));
    for (const element of formulas) judge(element, "formula", "color", needed(element));
    for (const label of labels()) {
      const below = shapesBelow(label).map(fill).reduce((ground, colour) => over(colour, ground), backdrop(label));
      judge(label, "label in " + label.closest("figure").id, "fill", 3, below);
    }
    return found;
  };

  // Text that lies beyond the edge where no scrolling reaches it.
  const edge = document.documentElement.clientWidth + 1;
  const scrolls = once(
    (e) => e !== null && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement)),
  );
  const range = document.createRange();
  const cut = () =>
    texts
      .filter(([element, node]) => {
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        return box.width > 1 && box.left < edge && box.right > edge && !scrolls(element);
      })
      .map(([element, node]) => `${where(element)}: ${node.data.trim().slice(0, 60)}`);
  const sideways = () => document.scrollingElement.scrollWidth - document.documentElement.clientWidth;

  // A formula whose ink passes the edge of its box: where the box scrolls, its end is out of sight; where it does
  // not, the end is lost.
  const ends = (lost) =>
    formulas.flatMap((formula) => {
      const ink = (formula.querySelector("mjx-math") ?? formula).getBoundingClientRect();
      for (let e = formula; e && e !== document.body; e = e.parentElement) {
        const { overflowX } = getComputedStyle(e);
        if (!(lost ? /hidden|clip/ : /auto|scroll|hidden|clip/).test(overflowX)) {
          if (lost && /auto|scroll/.test(overflowX) && e.scrollWidth > e.clientWidth) return []; // scrolled to
          continue;
        }
        const box = e.getBoundingClientRect();
        const beyond = Math.round(Math.max(ink.right - box.right, box.left - ink.left));
        if (beyond > 1) return [`${where(formula)} after "${before(formula)}": ${beyond} px`];
      }
      return [];
    });
  const before = (element) => {
    const box = element.closest("div.math, .output, p, li, td") ?? element;
    const text = (box.previousElementSibling ?? box.parentElement).textContent.replace(/\s+/g, " ").trim();
    return text.slice(-50);
  };
  const wide = () => ends(false);
  const lost = () => ends(true);

  // What a reader meets too late: the first picture of a chapter, in screens of 800 px.
  const late = () => {
    const first = [...document.querySelectorAll("article figure, article [data-root-id]")].find(visible);
    const screens = first ? (first.getBoundingClientRect().top + scrollY) / 800 : 0;
    return screens > 1.5 ? [`the first figure begins ${screens.toFixed(1)} screens down`] : [];
  };

  // What slipped onto the page: complaints of libraries, cells of the machinery, printed objects.
  const stray = () => [
    ...[...document.querySelectorAll(".output.stderr")].map((e) => "stderr: " + e.textContent.trim().slice(0, 80)),
    ...[...document.querySelectorAll(".tag_injected-parameters .cell_input")]
      .filter(visible)
      .map(() => "the cell that papermill injected"),
    ...[...document.querySelectorAll(".cell_input")]
      .filter((e) => /\bevidence\.(record|decide)/.test(e.textContent) && !e.closest("details") && visible(e))
      .map((e) => "open bookkeeping: " + e.textContent.trim().slice(0, 60)),
    ...[...document.querySelectorAll("article .output.text_plain")]
      .filter((e) => visible(e) && !e.querySelector("mjx-container"))
      .map((e) => "raw output: " + e.textContent.trim().slice(0, 80)),
  ];

  // How words stand on the page. A formula or code in a sentence counts as one sign.
  const NO_PROSE = "code, pre, kbd, svg, mjx-container, script, style, .highlight, .sig, .headerlink";
  const prose = () => {
    const found = [];
    for (const [element, node] of texts) {
      if (!element.closest("article") || element.closest(NO_PROSE)) continue;
      if (/(^|\s)\*[^\s*][^*]*\*/.test(node.data)) found.push("stars: " + node.data.trim().slice(0, 60));
      const power = node.data.match(/.{0,30}\b\d(\.\d+)?e[-+]?\d+\b/);
      if (power) found.push("a number as computers write it: " + power[0].trim());
    }
    for (const block of document.querySelectorAll("article :is(p, li, figcaption, td, dd)")) {
      if (block.querySelector("p, li, pre, svg") || !visible(block)) continue;
      const copy = block.cloneNode(true);
      copy.querySelectorAll(NO_PROSE).forEach((e) => e.replaceWith(e.matches(".headerlink, script") ? "" : "\u25a1"));
      const gap = copy.textContent.replace(/\s+/g, " ").match(/.{0,35}\s[.,;:](\s|$)/);
      if (gap) found.push("a space before a stop: " + gap[0]);
    }
    return found;
  };

  // Panels have names of their own: on a phone none is to the left, and black is white in the dark.
  const places = () =>
    [...document.querySelectorAll("figcaption")].flatMap((caption) => {
      const words = caption.textContent.match(/.{0,20}\b(Left|Right|Middle|Top|Bottom|Upper|Lower)\b\s*[:(,].{0,20}|.{0,20}\b(on the (left|right)|(left|right|upper|lower) panel|in the middle|black|white)\b.{0,20}/);
      return words ? [`${caption.closest("figure")?.id}: ${words[0].trim()}`] : [];
    });

  const twice = () => {
    const count = new Map();
    for (const { id } of document.querySelectorAll("[id]")) count.set(id, (count.get(id) ?? 0) + 1);
    return [...count].filter(([, n]) => n > 1).map(([id, n]) => `${id}: ${n} times`);
  };

  // Panels are drawn at one size: where one is stretched, its letters are.
  const uneven = () =>
    [...document.querySelectorAll("figure.panels > .row")].flatMap((row) => {
      const widths = [...row.children].map((panel) => Math.round(panel.getBoundingClientRect().width));
      const even = Math.max(...widths) - Math.min(...widths) <= 2;
      return even ? [] : [`${row.closest("figure").id}: panels ${widths.join(", ")} px wide`];
    });

  const all = { mathematics, raw, faint, cut, sideways, wide, lost, late, stray, prose, places, twice, uneven };
  return Object.fromEntries(kinds.map((kind) => [kind, all[kind]()]));
};
