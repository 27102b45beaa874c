// The replay explorers: their formulas are printed by replay.py, which also says how many TASKS they know and lists
// the `readings` of so many tasks.

// What error_matrix does, with the formulas above it. Within one of a threshold the error is infinite if
// noise or spread feeds it, and what remains is what the mean task costs if nothing does.
function replay({T, n, m, p, sigma2, distances, start}) {
  const sum = (list) => list.reduce((a, b) => a + b, 0), zeros = Array(TASKS).fill(0), matrix = [];
  let error = Array(TASKS).fill(1), counts = zeros;
  for (let t = 0; t < T; t++) {
    const previous = counts, buffer = zeros.map((_, s) => s < t ? m[s] : 0);
    counts = buffer.map((c, s) => s === t ? n[s] : c);
    const N = sum(counts), M = sum(buffer), over = p >= N;
    const spread = counts_spread(counts, distances).spread;
    let next = Math.abs(p - N) > 1 ? (over ? span_over : span_under)(counts, distances, p, sigma2).error
      : sigma2 > 0 || spread > 0 ? Array(TASKS).fill(Infinity)
      : (over ? mean_over : mean_under)(counts, distances, p).error;
    if (start === "scratch") {
      if (over) next = next.map((e) => e + bias_over(N, p).share);
    } else if (p > N) {
      const {share} = unseen_over(M, N, p);
      const seen = M === 0 ? zeros
        : p < sum(previous) ? least_squares_seen(previous, buffer, distances, p, sigma2).error
        : span_over(buffer, distances, p, sigma2).error;
      next = next.map((e, i) => e + share * (error[i] - seen[i]));
    }
    error = next;
    matrix.push(error.slice(0, T));
  }
  return matrix;
}

// The first task may have more samples than the others, as in pretraining. No task stores more than it has.
function problem({T, first, n, m, p, rho, sigma, geometry}) {
  const most = Math.min(first, n), counts = [first, ...Array(TASKS - 1).fill(n)];
  const least = geometry === "chain" ? -1 : -1 / (T - 1), cosine = Math.max(rho, least);
  const note = (m > most ? ` <em>Only ${most} samples can be kept of each task.</em>` : "")
    + (cosine > rho ? ` <em>${T} tasks cannot share a cosine below ${least.toFixed(3)}; that is used.</em>` : "");
  const kept = Math.min(m, most), {distances} = {equiangular, chain}[geometry](cosine);
  const thresholds = counts.slice(0, T).map((c, t) => kept * t + c);
  return {T, n: counts, m: Array(TASKS).fill(kept), p, sigma2: sigma * sigma, distances, thresholds, note};
}
function both(at) {
  return Object.fromEntries(["warm", "scratch"].map((start) => {
    const matrix = replay({...at, start});
    return [start, {matrix, ...readings[at.T](matrix.flat())}];
  }));
}
// All splits of a budget: whole samples, and as many parameters as the rest buys.
function splits({T, n, rho, sigma, budget, price, start}) {
  const {distances} = equiangular(rho), step = price * (T - 1), least = rho === 1 ? 1 : T;  // rank of the tasks
  const most = Math.min(n, Math.floor((budget - least) / step));
  return Array.from({length: most + 1}, (_, m) => {
    const p = budget - step * m;
    const at = {T, n: Array(TASKS).fill(n), m: Array(TASKS).fill(m), p, sigma2: sigma * sigma, distances, start};
    return {m, p, ...readings[T](replay(at).flat())};
  });
}
function best(all, objective) {
  const finite = all.filter((split) => Number.isFinite(split[objective]));
  if (finite.length === 0) return undefined;
  const {m, p, [objective]: value} = finite.reduce((a, b) => b[objective] < a[objective] ? b : a);
  return {m, p, value, kind: m === 0 ? "all model" : m === all.length - 1 ? "all buffer" : "interior"};
}

// Draws the matrices, and error and forgetting against p.
function explore_replay(setting, models, before) {
  const at = problem(setting), now = both(at), ink = manytasks.ink();
  const blend = (from, to, share) => "rgb(" + from.map((c, k) => Math.round(c + (to[k] - c) * share)).join() + ")";
  const shade = (e) => { const x = Math.max(-1, Math.min(1, Math.log2(e)));
    return x < 0 ? blend([242, 239, 233], [42, 139, 198], -x) : blend([242, 239, 233], [213, 96, 42], x); };
  for (const [start, {matrix}] of Object.entries(now)) {
    const cells = matrix.flatMap((row, t) => row.map((e, i) => ({e, t, i})));
    models[start].data = {
      task: cells.map(({i}) => i + 1), after: cells.map(({t}) => t + 1),
      fill: cells.map(({e}) => Number.isFinite(e) ? shade(e) : "rgba(0,0,0,0)"),
      ink: cells.map(({e}) => Number.isFinite(e) ? "#111" : ink),
      edge: cells.map(({e, t, i}) => t !== i ? "rgba(0,0,0,0)" : Number.isFinite(e) ? "#111" : ink),
      words: cells.map(({e}) => Number.isFinite(e) ? (e < 9.995 ? e.toFixed(2) : e.toPrecision(2)) : "∞"),
    };
    models[start + "_x"].end = models[start + "_y"].start = at.T + 0.5;
  }
  const widths = manytasks.widths(5000, at.thresholds, 160);
  const curves = widths.map((p) => ({p, ...both({...at, p})}));
  for (const name of ["error", "forgetting"]) {
    const row = ({p, warm, scratch}) => ({p, warm: warm[name], scratch: scratch[name]});
    manytasks.draw_curves(models, name, curves.map(row), row({p: at.p, ...now}), at.thresholds);
  }
  const change = (start, key) => manytasks.change(before?.[start], now[start], key);
  const sides = at.thresholds.map((N) => at.p > N + 1 ? "above" : at.p < N - 1 ? "below" : "at");
  const words = `With <b>p = ${at.p}</b> the mean error is <b>${change("warm", "error")}</b> warm, `
    + `<b>${change("scratch", "error")}</b> from scratch; `
    + `forgetting ${change("warm", "forgetting")} warm, ${change("scratch", "forgetting")} from scratch. `
    + `Thresholds: ${at.thresholds.map((N, t) => `${N} (${sides[t]})`).join(", ")}.` + at.note;
  const stops = {p: Object.fromEntries(at.thresholds.map((N, t) => [`the threshold of task ${t + 1}`, N]))};
  return {values: now, words, stops};
}

// Draws error and forgetting along the budget line.
function explore_budget(setting, models, before) {
  const all = splits(setting), names = ["error", "forgetting"], show = (x) => manytasks.text(x);
  const found = Object.fromEntries(names.map((name) => [name, best(all, name)]));
  models.lines.tags = [setting.budget, setting.price * (setting.T - 1)];
  models.lines.data = manytasks.columns(["m", ...names], all);
  models.x.setv({start: -0.03 * all.length - 0.2, end: 1.03 * (all.length - 1) + 0.2});
  for (const name of names) {
    const at = found[name], values = all.map((split) => split[name]).filter(Number.isFinite).sort((a, b) => a - b);
    models[name + "_best"].data = at ? {m: [at.m], value: [at.value]} : {m: [], value: []};
    // From the best split to a little above most others; what lies beside a threshold may leave the plot.
    const low = values[0] ?? 0, usual = values[Math.floor(0.8 * values.length)] ?? 1;
    const high = Math.min(values[values.length - 1] ?? 1, low + 1.5 * (usual - low)) + 0.01;
    models[name + "_y"].setv({start: low - 0.12 * (high - low), end: high + 0.06 * (high - low)});
  }
  const say = (name, word) => found[name]
    ? `Least ${word}: <b>m = ${found[name].m}</b> and p = ${found[name].p} (${found[name].kind}), `
      + `${manytasks.change(before?.best[name], found[name], "value")}. `
    : `No split has a finite ${word}. `;
  const words = say("error", "error") + say("forgetting", "forgetting")
    + `Without a buffer the error is ${show(all[0].error)}, with the largest ${show(all[all.length - 1].error)}.`;
  return {values: {splits: all, best: found}, words};
}
