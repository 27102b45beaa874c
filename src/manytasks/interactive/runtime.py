"""What every explorable page carries besides its formulas: how controls look, and how they move a figure."""

STYLE = """
.explore .controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
  gap: .4rem 2rem; }
.explore .control { display: grid; grid-template-columns: 1fr auto; align-items: center; }
.explore .control label { margin: 0; font-size: .95rem; }
.explore input, .explore select { accent-color: #2a8bc6; font: inherit; font-size: .95rem; margin: 0; }
.explore input[type=range] { grid-column: 1 / -1; width: 100%; height: 2rem; touch-action: pan-y;
  cursor: pointer; }
.explore input[type=number], .explore select { color: inherit; background: transparent; padding: .1rem .3rem;
  border: 1px solid #808890; border-radius: .3rem; }
.explore input[type=number] { width: 5.5rem; text-align: right; }
.explore select { grid-column: 1 / -1; width: 100%; height: 2.2rem; }
html[data-theme=dark] .explore input { color-scheme: dark; accent-color: #7fc4f0; }
.explore select option { color: #111; background: #fff; }
.explore :is(input, select):focus-visible { outline: 3px solid #2a8bc6; outline-offset: 1px; }
.explore .readout { margin: .8rem 0; padding: .6rem .8rem; border-left: .35rem solid #2a8bc6;
  min-height: 3.4em; font-variant-numeric: tabular-nums; }
.explore .plots { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; }
.explore .plot { flex: 1 1 19rem; min-width: 0; max-width: 100%; }
.explore .plot.square { flex-basis: 16rem; }
/* On a phone label, slider and box share a row, so that the plot is seen while a finger moves. */
@media (max-width: 40rem) {
  .explore .controls { gap: 0; }
  .explore .control { grid-template-columns: 6.8rem 1fr 4.4rem; gap: .5rem; }
  .explore .control label { line-height: 1.15; }
  .explore input[type=range] { grid-column: 2; grid-row: 1; height: 2.5rem; }
  .explore input[type=number] { grid-column: 3; width: 100%; }
  .explore select { grid-column: 2 / -1; }
  .explore .readout { min-height: 7.5em; font-size: .95rem; line-height: 1.4; }
}
.explore .range { grid-column: 1 / -1; color: #d5602a; font-size: .9rem; }
.explore input[aria-invalid=true] { border-color: #d5602a; outline: 1px solid #d5602a; }
.explore .recipes { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .4rem; }
.explore [data-recipe] { font: inherit; font-size: .95rem; background: transparent; cursor: pointer;
  color: inherit; border: 1px solid #808890; border-radius: .3rem; padding: .15rem .7rem; }
.explore .canvas { position: relative; }
/* A cover, so that a finger on a plot scrolls the page. */
.explore .canvas::after { content: ""; position: absolute; inset: 0; z-index: 2; }
.explore .title { font-weight: 600; }
.explore .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0;
  margin: .2rem 0 0; font-size: .9rem; }
.explore .legend li { margin: 0; }
.explore .legend span { display: inline-block; vertical-align: middle; margin-right: .4rem; width: 1.5rem;
  border-top: 3px solid; }
.explore .legend span.dashed { border-top-style: dashed; }
.explore .legend span.dotted { border-top-style: dotted; }
.explore .legend span.dot { border: 0; width: .7rem; height: .7rem; border-radius: 50%; }
.explore .legend span.diamond { border: 0; width: .65rem; height: .65rem; transform: rotate(45deg); }
.explore .legend span.box { border: 0; width: 1rem; height: .8rem; }
"""

RUNTIME = """
window.manytasks = {
  figures: {},

  // Whole numbers of parameters, evenly spread on a logarithmic axis and dense at every threshold.
  widths(most, thresholds, count = 240) {
    const all = new Set();
    for (let k = 0; k <= count; k++) all.add(Math.round(2 * Math.pow(most / 2, k / count)));
    for (const N of thresholds) for (let k = -4; k <= 4; k++) if (N + k >= 2 && N + k <= most) all.add(N + k);
    return [...all].sort((a, b) => a - b);
  },

  // Columns for Bokeh. What is infinite or undefined leaves a gap.
  columns(names, rows) {
    return Object.fromEntries(names.map((name) =>
      [name, Float64Array.from(rows, (row) => Number.isFinite(row[name]) ? row[name] : NaN)]));
  },

  ink: () => getComputedStyle(document.body).color,

  text(x) {
    if (Number.isFinite(x)) return (x === 0 ? "0" : x.toPrecision(4)).replace("-", "−");
    return x > 0 ? "∞" : x < 0 ? "−∞" : "undefined";
  },

  // Bokeh paints on a canvas, where CSS currentColor means nothing: hand it the page's text colour.
  paint(doc) {
    const ink = this.ink();
    for (const model of doc._all_models.values()) if (model.type === "LinearAxis" || model.type === "LogAxis")
      model.setv({ axis_label_text_color: ink, major_label_text_color: ink, axis_line_color: ink,
        major_tick_line_color: ink });
  },

  // The value of a control. A browser forgives a typed number by a hair; here it lies on the slider's grid.
  read(control) {
    if (control.tagName === "SELECT") return control.value;
    const min = +control.min, step = +control.step, last = Math.floor((control.max - min) / step + 1e-9);
    const at = Math.min(Math.max(Math.round((control.valueAsNumber - min) / step), 0), last);
    return Number((min + at * step).toPrecision(12));
  },

  // What differs from the start stands in the address, so that a view can be kept and sent to others.
  note(name, start) {
    const now = Object.entries(this.figures[name].setting).filter(([key, value]) => value !== start[key]);
    const said = new URLSearchParams(now).toString();
    history.replaceState(null, "", `#figure-${name}` + (said && `?${said}`));
  },

  asked(name) {
    const [figure, said] = location.hash.slice(1).split("?");
    return figure === `figure-${name}` && said ? Object.fromEntries(new URLSearchParams(said)) : null;
  },

  start(name, ids, update) {
    const wanted = Object.entries(ids), has = (doc) => wanted.every(([, id]) => doc.get_model_by_id(id));
    const ready = window.Bokeh && Bokeh.documents.find(has);
    if (!ready) { setTimeout(() => this.start(name, ids, update), 30); return; }
    const models = Object.fromEntries(wanted.map(([key, id]) => [key, ready.get_model_by_id(id)]));
    const box = document.getElementById("figure-" + name), readout = box.querySelector(".readout");
    const figure = this.figures[name] = { setting: {}, values: {}, models };
    const draw = () => { const { values, words } = update(figure.setting, models);
      figure.values = values; readout.innerHTML = words; };
    const inputs = [...box.querySelectorAll("[data-name]")];
    const read = (e) => this.read(e);
    const put = (input) => { input.value = figure.setting[input.dataset.name]; say(input); };
    const show = () => inputs.forEach(put);
    // A number that cannot be is answered with those that can; what was typed stays.
    const say = (input) => {
      const possible = input.checkValidity() && input.value !== "";
      const hint = input.type === "number" && input.parentElement.querySelector(".range");
      if (hint) { hint.hidden = possible; input.setAttribute("aria-invalid", String(!possible)); }
      return possible;
    };
    for (const input of inputs) {
      const key = input.dataset.name, twins = inputs.filter((each) => each.dataset.name === key);
      figure.setting[key] = read(input);
      input.addEventListener("input", () => {
        if (!say(input)) return;
        figure.setting[key] = read(input);
        for (const twin of twins) if (twin !== input) put(twin);
        draw();
      });
      input.addEventListener("change", () => { if (say(input)) this.note(name, start); });
      input.addEventListener("blur", () => { if (input.value === "" || say(input)) put(input); });
    }
    const start = { ...figure.setting };
    const set = (setting) => { Object.assign(figure.setting, start, setting); show(); draw(); };
    const asked = this.asked(name);
    if (asked) {
      for (const input of inputs) if (input.type !== "range" && input.dataset.name in asked) {
        const before = input.value;
        input.value = asked[input.dataset.name];
        if (!input.checkValidity() || input.value === "") input.value = before;
        figure.setting[input.dataset.name] = read(input);
      }
      show();
      box.scrollIntoView();
    }
    for (const button of box.querySelectorAll("[data-recipe]")) button.addEventListener("click", () => {
      set(JSON.parse(button.dataset.recipe));
      this.note(name, start);
    });
    const all = () => { this.paint(ready); draw(); };
    all();
    new MutationObserver(all).observe(document.documentElement,
      { attributes: true, attributeFilter: ["data-theme"] });
  },
};
"""
