// Reading the table of all pairs. It is a plain object, so that it can be handed between threads.

/**
 * What passes from one endpoint to another, or between the pods of one: a name or an index for each. Nothing for the only pod of an
 * endpoint and itself, and for two ends outside.
 */
export function allowedBetween(connectivity, from, to) {
  const [a, b] = [from, to].map((end) => (typeof end === "number" ? end : connectivity.endpoints.indexOf(end)));
  return connectivity.sets[setBetween(connectivity, a, b)];
}

/** Every pair of endpoints of which one at least is not outside, and the pods of one endpoint among each other, row by row. */
export function* pairs(connectivity) {
  const { endpoints, sets } = connectivity;
  for (let a = 0; a < endpoints.length; a++) {
    for (let b = 0; b < endpoints.length; b++) {
      const set = setBetween(connectivity, a, b);
      if (set >= 0) yield { from: endpoints[a], to: endpoints[b], allowed: sets[set] };
    }
  }
}

function setBetween({ outside, classes, classCount, cells, within }, a, b) {
  if (a === b) return within[a] ?? -1;
  if (outside[a] && outside[b]) return -1;
  return cells[classes[a] * classCount + classes[b]] ?? -1;
}
