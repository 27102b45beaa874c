// The explorers of many tasks at once: their formulas are printed by multitask.py.

// JavaScript only chooses the side of the threshold; within one of it whatever feeds the peak is infinite.
const peak = (fed) => fed > 0 ? Infinity : fed < 0 ? -Infinity : 0;
function predict({T, n, p, rho, sigma}) {
  const at = [T, n, p, rho, sigma * sigma], N = T * n, spread = T > 1 ? 1 - rho : 0;
  const error = (p >= N ? pooled_over : pooled_under)(...at);
  const single = (p >= n ? alone_over : alone_under)(...at);
  const gain = (p >= N ? transfer_over_over : p >= n ? transfer_under_over : transfer_under_under)(...at);
  if (Math.abs(p - n) <= 1) single.noise = peak(sigma);
  if (Math.abs(p - N) <= 1) {
    error.noise = peak(sigma);
    error.dissimilarity = peak(spread);
    gain.K1 = T > 1 ? peak(rho) : 0;
    gain.K2 = T > 1 ? -Infinity : 0;
  }
  if (Math.abs(p - N) <= 1 || Math.abs(p - n) <= 1) gain.K3 = T > 1 ? single.noise - error.noise : 0;
  const all = error.dissimilarity + error.norm + error.noise, one = single.norm + single.noise;
  return {p, error: all, ...error, single: one, transfer: T === 1 ? 0 : one - all, ...gain};
}
// No more than T vectors can oppose one another.
function possible(setting) {
  const least = setting.T > 1 ? -1 / (setting.T - 1) : -1;
  const rho = Math.max(setting.rho, least);
  const note = rho === setting.rho ? ""
    : ` <em>${setting.T} tasks cannot share a cosine below ${least.toFixed(3)}; that is used.</em>`;
  return [{...setting, rho}, note];
}

// Where sliders stop: at the thresholds, or where these meet p.
const stops_of = ({T, n, p}) => ({p: {n, N: T * n}, n: p % T ? {} : {"p / T": p / T}});

function draw(now, here, models) {
  const rows = manytasks.widths(20000, [now.n, now.T * now.n]).map((p) => predict({...now, p}));
  manytasks.draw_curves(models, "data", rows, here, [now.T * now.n]);
}

function explore_multitask(setting, models, before) {
  const [now, note] = possible(setting), here = predict(now), show = (x) => manytasks.text(x);
  draw(now, here, models);
  const words = `With <b>p = ${now.p}</b> and N = ${now.T * now.n} samples the error is <b>${manytasks.change(before, here, "error")}</b> `
    + `= ${show(here.dissimilarity)} (dissimilarity) + ${show(here.norm)} (norm) + ${show(here.noise)} (label noise). `
    + `A task alone: ${show(here.single)}.` + note;
  return {values: here, words, stops: stops_of(now)};
}

function explore_transfer(setting, models, before) {
  const [now, note] = possible(setting), here = predict(now), show = (x) => manytasks.text(x);
  draw(now, here, models);
  const verdict = here.transfer > 0 ? "Learning together helps."
    : here.transfer < 0 ? "Learning together hurts." : "";
  const words = `With <b>p = ${now.p}</b> the transfer is <b>${manytasks.change(before, here, "transfer")}</b>: `
    + `error ${show(here.single)} alone, ${show(here.error)} together. `
    + `K1 = ${show(here.K1)}, K2 = ${show(here.K2)}, K3 = ${show(here.K3)}. ${verdict}` + note;
  return {values: here, words, stops: stops_of(now)};
}
