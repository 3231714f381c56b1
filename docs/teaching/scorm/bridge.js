// What a learner does in a <netpolis-scene>, told to the learning platform that has this page as a SCORM package: SCORM 2004 (`API_1484_11`) and 1.2 (`API`).

/** The platform's interface: in one of the windows around this one, or around the one that opened it. */
function platform() {
  const search = (start) => {
    for (let own = start, depth = 0; own && depth < 20; depth += 1) {
      try {
        if (own.API_1484_11) return { api: own.API_1484_11, is2004: true };
        if (own.API) return { api: own.API, is2004: false };
      } catch {
        return undefined; // Of another origin.
      }
      if (own === own.parent) return undefined;
      own = own.parent;
    }
    return undefined;
  };
  return search(window) ?? (window.opener ? search(window.opener) : undefined);
}

(() => {
  const found = platform();
  if (!found) {
    console.info("There is no learning platform around this page: nothing is reported.");
    return;
  }
  const { api, is2004 } = found;
  const call = (name, ...args) => api[is2004 ? name : `LMS${name === "Terminate" ? "Finish" : name}`](...args);
  const names = is2004
    ? { status: "cmi.completion_status", success: "cmi.success_status", raw: "cmi.score.raw", min: "cmi.score.min", max: "cmi.score.max", place: "cmi.location" }
    : { status: "cmi.core.lesson_status", raw: "cmi.core.score.raw", min: "cmi.core.score.min", max: "cmi.core.score.max", place: "cmi.core.lesson_location" };
  const set = (name, value) => names[name] && call("SetValue", names[name], `${value}`);

  call("Initialize", "");
  // A lesson begins anew with every visit; what was reached before stays.
  const before = call("GetValue", names.raw);
  let best = before === "" || before === undefined ? -1 : Number(before);
  let done = ["completed", "passed"].includes(call("GetValue", names.status));
  const scene = document.querySelector("netpolis-scene");
  // Where the learner was.
  const place = call("GetValue", names.place);
  if (place) scene.setAttribute("step", place);

  scene.addEventListener("lesson", ({ detail: { steps, step, tasks, solved, questions, right, complete } }) => {
    // Before it is loaded it has no steps.
    if (steps.length === 0) return;
    set("place", steps[step].id);
    const score = tasks + questions === 0 ? 0 : Math.round((100 * (solved + right)) / (tasks + questions));
    if (score > best) {
      best = score;
      set("min", 0);
      set("max", 100);
      set("raw", score);
      if (is2004) call("SetValue", "cmi.score.scaled", `${score / 100}`);
    }
    done ||= complete;
    set("status", done ? "completed" : "incomplete");
    if (done) set("success", "passed");
    call("Commit", "");
  });
  let ended = false;
  addEventListener("pagehide", () => {
    if (!ended) call("Terminate", "");
    ended = true;
  });
})();
