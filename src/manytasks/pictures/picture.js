// Moves the pictures of manytasks.pictures. Each brings its numbers as functions of what the reader moves, and a
// plan: which attribute of which shape takes which number.
window.manytasks ??= { figures: {} };

manytasks.picture = (name, functions, plan) => {
  const box = document.getElementById("figure-" + name);
  const shapes = [...box.querySelectorAll("svg [data-moves]")], readout = box.querySelector("[role=status]");
  const controls = Object.fromEntries(plan.controls.map((each) => [each.name, each]));
  const inputs = Object.fromEntries([...box.querySelectorAll("input")].map((each) => [each.dataset.name, each]));
  const setting = {}, figure = (manytasks.figures[name] = { setting, values: {} });
  const symbols = [...plan.controls.map((each) => each.name), ...plan.handles.flatMap((h) => [h.name + "_x", h.name + "_y"])];

  // The same as `write` in words.py.
  const write = (place, number) => {
    if (typeof number === "string") return number;
    if (place.includes("|")) return place.split("|")[number];
    if (!place) return number.toFixed(2);
    if (place === "g") return String(Number(number.toPrecision(3)));
    const digits = number.toFixed(place.replace(/[+.]/g, ""));
    if (Number(digits) === 0) return digits.replace("-", "");
    return (place.startsWith("+") && number > 0 ? "+" + digits : digits).replace("-", "−");
  };
  const fill = (parts, numbers) =>
    parts.map((part, i) => (i % 2 ? write(part, numbers[(i - 1) / 2]) : part)).join("");
  const stop = (key) => controls[key].stops.indexOf(setting[key]);
  const shown = ({ name: key, unit }) => setting[key].toLocaleString("en") + unit;

  const draw = () => {
    // Each function adds a result on the way; the last returns all numbers.
    const known = symbols.map((key) => setting[key]);
    for (const step of functions.slice(0, -1)) known.push(...step(...known).all);
    const { all } = functions.at(-1)(...known);
    const look = (from) => (typeof from === "number" ? all[from] : plan.tables[from[1]][stop(from[0])]);
    for (const { to, key, parts, from } of plan.slots) {
      const words = fill(parts, from.map(look));
      if (key) shapes[to].setAttribute(key, words);
      else shapes[to].textContent = words;
    }
    figure.values = Object.fromEntries(Object.entries(plan.values).map(([key, from]) => [key, look(from)]));
    const words = fill(plan.readout.parts, plan.readout.from.map(look));
    if (readout.innerHTML !== words) readout.innerHTML = words;
    for (const each of plan.controls) {
      const input = inputs[each.name];
      if (input.type === "checkbox") { input.checked = setting[each.name] === 1; continue; }
      input.value = stop(each.name);
      input.nextElementSibling.value = shown(each);
      input.setAttribute("aria-valuetext", shown(each));
    }
    for (const button of box.querySelectorAll("[data-set]")) {
      const there = Object.entries(JSON.parse(button.dataset.set)).every(([key, value]) => setting[key] === value);
      button.setAttribute("aria-pressed", there);
    }
  };

  // A slider goes to its nearest stop, a point stays inside its frame.
  const near = (stops, value) => stops.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
  figure.set = (wanted) => {
    for (const [key, value] of Object.entries(wanted)) {
      if (!Number.isFinite(value)) continue;
      if (controls[key]) setting[key] = near(controls[key].stops, value);
      for (const { name: point, range } of plan.handles) for (const i of [0, 1])
        if (key === point + "_" + "xy"[i]) setting[key] = Math.min(Math.max(value, range[i][0]), range[i][1]);
    }
    draw();
  };

  // The address holds what differs from the start, so that a view can be shared.
  const start = Object.fromEntries([...plan.controls.map((each) => [each.name, each.start]),
    ...plan.handles.flatMap((h) => [[h.name + "_x", h.start[0]], [h.name + "_y", h.start[1]]])]);
  const keep = () => {
    const moved = symbols.filter((key) => setting[key] !== start[key]);
    const words = moved.map((key) => key + ":" + +setting[key].toFixed(4)).join(",");
    try { history.replaceState(null, "", words ? `#${name}=${words}` : location.pathname + location.search); } catch {}
  };
  const recall = () => {
    const [whose, words] = decodeURIComponent(location.hash.slice(1)).split("=");
    if (whose !== name || !words) return;
    figure.set(Object.fromEntries(words.split(",").map((each) => each.split(":")).map(([k, v]) => [k, parseFloat(v)])));
    box.scrollIntoView({ block: "center" });
  };

  for (const [key, input] of Object.entries(inputs)) {
    const read = () => (input.type === "checkbox" ? +input.checked : controls[key].stops[input.value]);
    input.addEventListener("input", () => { rest(); figure.set({ [key]: read() }); });
    input.addEventListener("change", keep);
  }
  for (const button of box.querySelectorAll("[data-set]"))
    button.addEventListener("click", () => { rest(); figure.set(JSON.parse(button.dataset.set)); keep(); });
  box.querySelector(".reset").addEventListener("click", () => { rest(); figure.set(start); keep(); });

  // Play sweeps the first slider once; a second click stops it. Nothing moves by itself.
  const play = box.querySelector(".play"), [first] = plan.controls;
  let frame = 0;
  const rest = () => { cancelAnimationFrame(frame); frame = 0; play.textContent = "Play"; };
  play.addEventListener("click", () => {
    if (frame) { rest(); keep(); return; }
    play.textContent = "Stop";
    const began = performance.now(), last = first.stops.length - 1;
    const step = (now) => {
      const share = Math.min((now - began) / 4000, 1);
      figure.set({ [first.name]: first.stops[Math.round(share * last)] });
      if (share < 1) frame = requestAnimationFrame(step);
      else { rest(); keep(); }
    };
    frame = requestAnimationFrame(step);
  });

  for (const handle of plan.handles) {
    const shape = box.querySelector(`[data-handle="${handle.name}"]`), keys = [handle.name + "_x", handle.name + "_y"];
    const move = (at) => figure.set({ [keys[0]]: at[0], [keys[1]]: at[1] });
    const place = (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(shape.ownerSVGElement.getScreenCTM().inverse());
      return [at.x, at.y].map((pixel, i) => (pixel - handle.origin[i]) / handle.scale[i]);
    };
    shape.addEventListener("pointerdown", (event) => { rest(); shape.setPointerCapture(event.pointerId); });
    shape.addEventListener("pointermove", (event) => shape.hasPointerCapture(event.pointerId) && move(place(event)));
    shape.addEventListener("pointerup", keep);
    const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    shape.addEventListener("keydown", (event) => {
      const way = arrows[event.key];
      if (!way) return;
      event.preventDefault();
      const far = handle.step * (event.shiftKey ? 5 : 1);
      move(keys.map((key, i) => setting[key] + far * way[i]));
      keep();
    });
  }

  figure.set(start);
  box.querySelector(".controls").hidden = false;
  recall();
  addEventListener("hashchange", recall);
};
