// The explorer of two flows: their formulas are printed by the page that derives them.

function gaps({x, y, angle, k, d, h}) {
  const found = orders(x, y, angle * Math.PI / 180, k, d, h);
  const gap = found.one_two.map((v, i) => v - found.two_one[i]), law = found.bracket.map((v) => h * h * v);
  const size = Math.hypot(...gap), predicted = Math.hypot(...law);
  return {...found, gap, law, ratio: predicted > 1e-12 ? size / predicted : NaN, size, predicted};
}

// Draws the paths, the gap beside its law, and their ratio.
function explore_flows(setting, models, before) {
  const {x, y, k, d, h} = setting, a = setting.angle * Math.PI / 180, now = gaps(setting);
  const show = (v) => manytasks.text(v);
  const table = (points) => ({x: points.map((p) => p[0]), y: points.map((p) => p[1])});
  const share = (count) => Array.from({length: count + 1}, (_, i) => i / count);
  const flows = {1: flow_1, 2: flow_2}, rings = {1: ring_1, 2: ring_2};
  for (const task of [1, 2]) models["rings_" + task].data = table([1 / 3, 2 / 3, 1].flatMap((level) =>
    [...share(72).map((s) => rings[task](x, y, a, k, d, 2 * Math.PI * s, level).at), [NaN, NaN]]));
  for (const [name, first, second] of [["one_two", 1, 2], ["two_one", 2, 1]]) {
    const corner = flows[first](x, y, a, k, d, h).at;
    models[name + "_" + first].data = table(share(24).map((t) => flows[first](x, y, a, k, d, h * t).at));
    models[name + "_" + second].data = table(share(24).map((t) => flows[second](...corner, a, k, d, h * t).at));
  }
  models.gap.data = table([now.two_one, now.one_two]);
  const ink = manytasks.ink(), [red] = models.spots.tags, ends = [[x, y], now.one_two, now.two_one];
  models.spots.data = {...table(ends), fill: [ink, red, "rgba(0,0,0,0)"], line: [ink, red, red]};
  models.gap_arrow.setv({x_end: now.gap[0], y_end: now.gap[1]});
  models.law_arrow.setv({x_end: now.law[0], y_end: now.law[1]});
  const far = 1.25 * Math.max(1e-9, ...now.gap.map(Math.abs), ...now.law.map(Math.abs));
  models.reach.setv({start: -far, end: far});
  const times = share(60).map((t) => 0.001 * Math.pow(1000, t));
  models.ratio.data = table(times.map((time) => [time, gaps({...setting, h: time}).ratio]));
  models.dot.data = table([[h, now.ratio]]);
  const turned = Math.abs(Math.atan2(now.gap[0] * now.law[1] - now.gap[1] * now.law[0],
    now.gap[0] * now.law[0] + now.gap[1] * now.law[1])) * 180 / Math.PI;
  const words = Number.isFinite(now.ratio)
    ? `With <b>h = ${h}</b> the two orders end <b>${manytasks.change(before, now, "size")}</b> apart; h²‖[g₁, g₂]‖ is ${show(now.predicted)}. `
      + `Ratio <b>${manytasks.change(before, now, "ratio")}</b>, directions ${show(turned)}° apart.`
    : `The bracket is zero: these flows commute, and the two orders end ${show(now.size)} apart.`;
  return {values: now, words};
}
