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
  const faint = () => {
    const found = {};
    const judge = (element, what, property, least, below = backdrop(element)) => {
      const ratio = contrast(element, property, below);
      if (ratio < least)
        found[`${where(element)} ${getComputedStyle(element)[property]}`] = `${ratio.toFixed(2)} < ${least}: ${what}`;
    };
    for (const [element, node] of texts) judge(element, node.data.trim().slice(0, 40), "color", needed(element));
    for (const element of formulas) judge(element, "formula", "color", needed(element));
    for (const label of document.querySelectorAll("figure svg g[id*='text_'] > g")) {
      if (!visible(label)) continue;
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

  const all = { mathematics, raw, faint, cut, sideways };
  return Object.fromEntries(kinds.map((kind) => [kind, all[kind]()]));
};
