// What every page with explorers carries besides its formulas: how controls move a figure.
window.manytasks = {
  figures: {},
  state: {},  // one for the page, by name: what one figure sets, every figure that has it takes
  origin: {},  // where everything stands at first
  moves: 0,  // how often the reader moved something, a drag being one move

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

  // A plot of curves: all rows, a dot on each curve where the reader stands, and the thresholds.
  draw_curves(models, name, rows, here, thresholds) {
    const names = Object.keys(models[name].data);
    models[name].data = this.columns(names, rows);
    models[name + "_dots"].data = this.columns(names, [here]);
    models[name + "_walls"].data = { N: thresholds };
    models[name + "_chosen"].location = here.p;
  },

  ink: () => getComputedStyle(document.body).color,

  text(x) {
    if (Number.isFinite(x)) return (x === 0 ? "0" : x.toPrecision(4)).replace("-", "−");
    return x > 0 ? "∞" : x < 0 ? "−∞" : "undefined";
  },

  // A number, after what it was before the last move.
  change(before, now, key) {
    const words = this.text(now[key]), old = before ? this.text(before[key]) : words;
    return (old === words ? "" : `<span class="before">${old} → </span>`) + words;
  },

  // Bokeh paints on a canvas, where CSS currentColor means nothing: hand it the page's text colour.
  paint(doc) {
    const ink = this.ink();
    for (const model of doc._all_models.values()) if (model.type === "LinearAxis" || model.type === "LogAxis")
      model.setv({ axis_label_text_color: ink, major_label_text_color: ink, axis_line_color: ink,
        major_tick_line_color: ink });
  },

  // The nearest value that a control can take. A browser forgives a typed number by a hair; here it lies on the grid.
  nearest(exact, value, now) {
    if (exact.tagName === "SELECT") return [...exact.options].some((each) => each.value === value) ? value : now;
    const min = +exact.min, step = +exact.step, last = Math.floor((exact.max - min) / step + 1e-9);
    const at = Math.min(Math.max(Math.round((value - min) / step), 0), last);
    return Number((min + at * step).toPrecision(12));
  },

  possible: (exact) => exact.value !== "" && exact.checkValidity(),

  // On a slider for a long range equal ways are equal ratios. A place worth stopping at catches what comes within 2 %.
  NEAR: 0.02,
  FACTORS: { ArrowRight: 1.02, ArrowUp: 1.02, ArrowLeft: 1 / 1.02, ArrowDown: 1 / 1.02, PageUp: 1.5, PageDown: 1 / 1.5 },

  caught(value, stops) {
    const off = (stop) => Math.abs(value / stop - 1), [best] = stops.sort((a, b) => off(a) - off(b));
    return off(best) <= this.NEAR ? best : value;
  },

  // Where a key leads from a value: by its factor, by a step at least, and never past a stop that is near.
  pressed(exact, now, factor, stops) {
    let next = this.nearest(exact, now * factor);
    if (next === now) next = this.nearest(exact, now + Math.sign(factor - 1) * exact.step);
    return this.caught(next, stops.filter((stop) => stop !== now && (stop - now) * (stop - next) <= 0));
  },

  // What differs from the start stands in the address, so that a view can be kept and sent to others.
  note(name) {
    const now = Object.entries(this.state).filter(([key, value]) => value !== this.origin[key]);
    const said = new URLSearchParams(now).toString();
    history.replaceState(null, "", `#figure-${name}` + (said && `?${said}`));
    this.end_move();
  },

  asked() {
    const [figure, said] = location.hash.slice(1).split("?");
    return { name: figure.replace("figure-", ""), setting: Object.fromEntries(new URLSearchParams(said ?? "")) };
  },

  // Moves controls, and with them all figures of the page: the one at hand now, others with the next picture if they
  // are in view, all when the move ends. Only the one at hand is read out.
  set(name, changes, typing) {
    Object.assign(this.state, changes);
    for (const [each, figure] of Object.entries(this.figures)) {
      const moved = figure.take(changes, typing);
      if (moved && figure.kept !== this.moves) figure.keep();
      figure.readout.setAttribute("aria-live", each === name ? "polite" : "off");
      if (each === name) figure.draw();
      else figure.stale ||= moved;
    }
    requestAnimationFrame(() => this.catch_up((box) => box.bottom > 0 && box.top < innerHeight));
  },

  end_move() {
    this.catch_up();
    this.moves += 1;
  },

  catch_up(wanted = () => true) {
    for (const figure of Object.values(this.figures))
      if (figure.stale && wanted(figure.box.getBoundingClientRect())) figure.draw();
  },

  start(name, ids, update) {
    const wanted = Object.entries(ids), has = (doc) => wanted.every(([, id]) => doc.get_model_by_id(id));
    const ready = window.Bokeh && Bokeh.documents.find(has);
    if (!ready) { setTimeout(() => this.start(name, ids, update), 30); return; }
    const models = Object.fromEntries(wanted.map(([key, id]) => [key, ready.get_model_by_id(id)]));
    const box = document.getElementById("figure-" + name), readout = box.querySelector(".readout");
    const controls = {};  // of each name the slider, and what holds its exact value: a number's box, or a list
    for (const input of box.querySelectorAll("[data-name]"))
      (controls[input.dataset.name] ??= {})[input.type === "range" ? "range" : "exact"] = input;
    const figure = { setting: {}, values: {}, stops: {}, models, box, readout, stale: false, kept: -1 };

    figure.draw = () => {
      figure.stale = false;
      const { values, words, stops = {} } = update(figure.setting, models, figure.before);
      Object.assign(figure, { values, stops });
      readout.innerHTML = words;
      Object.keys(controls).forEach(tell);
    };
    // What is drawn before a move stays, pale, until the next.
    figure.keep = () => {
      Object.assign(figure, { before: figure.values, kept: this.moves });
      for (const key of Object.keys(models)) if (key.endsWith("_before"))
        models[key].data = { ...models[key.replace(/_before$/, "")].data };
    };
    // A number that cannot be is answered with those that can; what was typed stays.
    const answer = (exact) => {
      const possible = this.possible(exact), hint = exact.parentElement.querySelector(".range");
      if (hint) { hint.hidden = possible; exact.setAttribute("aria-invalid", String(!possible)); }
      return possible;
    };
    const is_long = (range) => range?.dataset.scale === "log";
    const put = (key, typing) => {
      const { exact, range } = controls[key], value = figure.setting[key];
      if (exact !== typing) { exact.value = value; answer(exact); }
      if (range) range.value = is_long(range) ? Math.log(value) : value;
      tell(key);
    };
    // A slider whose places are logarithms says what they stand for.
    const tell = (key) => {
      const { range } = controls[key], value = figure.setting[key];
      const met = Object.entries(figure.stops[key] ?? {}).find(([, stop]) => stop === value);
      if (is_long(range)) range.setAttribute("aria-valuetext", value + (met ? `, equal to ${met[0]}` : ""));
    };
    figure.take = (changes, typing) => {
      let moved = false;
      for (const key of Object.keys(changes).filter((each) => each in controls)) {
        const before = figure.setting[key];
        figure.setting[key] = this.nearest(controls[key].exact, changes[key], before);
        moved ||= figure.setting[key] !== before;
        put(key, typing);
      }
      return moved;
    };

    for (const [key, { exact, range }] of Object.entries(controls)) {
      const read = () => exact.tagName === "SELECT" ? exact.value : this.nearest(exact, exact.valueAsNumber);
      const stops = () => Object.values(figure.stops[key] ?? {}).filter((stop) => stop >= +exact.min && stop <= +exact.max);
      exact.addEventListener("input", () => { if (answer(exact)) this.set(name, { [key]: read() }, exact); });
      exact.addEventListener("blur", () => { if (exact.value === "" || answer(exact)) put(key); });
      range?.addEventListener("input", () => {
        const at = is_long(range) ? this.caught(Math.exp(range.value), stops()) : range.valueAsNumber;
        this.set(name, { [key]: this.nearest(exact, at) });
      });
      if (is_long(range)) range.addEventListener("keydown", (event) => {
        const factor = this.FACTORS[event.key];
        if (!factor || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        this.set(name, { [key]: this.pressed(exact, figure.setting[key], factor, stops()) });
        this.note(name);
      });
      for (const input of [exact, range]) input?.addEventListener("change", () => {
        if (answer(exact)) this.note(name);
        else this.end_move();
      });

      // The address may ask for another value than the page does; another figure may have it already.
      figure.setting[key] = this.origin[key] ??= read();
      const asked = this.asked().setting;
      if (!(key in this.state) && key in asked) {
        exact.value = asked[key];
        if (this.possible(exact)) this.state[key] = read();
      }
      this.state[key] ??= figure.setting[key];
    }
    this.figures[name] = figure;
    figure.take(this.state);
    if (this.asked().name === name && location.hash.includes("?")) box.scrollIntoView();

    const home = () => Object.fromEntries(Object.keys(controls).map((key) => [key, this.origin[key]]));
    for (const button of box.querySelectorAll("[data-recipe]")) button.addEventListener("click", () => {
      this.set(name, { ...home(), ...JSON.parse(button.dataset.recipe) });
      this.note(name);
    });
    const all = () => { this.paint(ready); figure.draw(); };
    all();
    new MutationObserver(all).observe(document.documentElement,
      { attributes: true, attributeFilter: ["data-theme"] });
  },
};
