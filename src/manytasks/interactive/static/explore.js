// What every page with explorers carries besides its formulas: how controls move a figure.
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
