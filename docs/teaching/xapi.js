// What a learner does in a <netpolis-scene>, as xAPI statements to a learning record store.
//
//   import { reportTo } from "./xapi.js";
//   reportTo(document.querySelector("netpolis-scene"), { endpoint: "https://lrs.example/xapi/", authorization: "Basic …", actor: { mbox: "mailto:learner@example.org" } });
//
// Statements after https://github.com/adlnet/xAPI-Spec: `initialized` when a lesson opens, `progressed` with every task that is solved and question that is answered, `completed` with the
// score once all are.

const VERBS = "http://adlnet.gov/expapi/verbs/";
const PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress";

/** How much of a lesson is done, from 0 to 1: tasks and questions count alike. */
export const scoreOf = ({ tasks, solved, questions, right }) => (tasks + questions === 0 ? 0 : (solved + right) / (tasks + questions));

/**
 * The statement about the state of a lesson.
 * @param {"initialized" | "progressed" | "completed"} verb
 * @param {object} state  of the event `lesson`
 * @param {{actor: object, activity?: (lesson: string) => string}} options
 */
export function statementOf(verb, state, { actor, activity = (lesson) => `https://netpolis.example/lessons/${lesson}` }) {
  const score = Math.round(scoreOf(state) * 100) / 100;
  const result = {
    initialized: undefined,
    progressed: { extensions: { [PROGRESS]: Math.round(score * 100) } },
    completed: { completion: true, success: true, score: { scaled: score, raw: state.solved + state.right, min: 0, max: state.tasks + state.questions } },
  }[verb];
  return {
    actor,
    verb: { id: VERBS + verb, display: { "en-US": verb } },
    object: {
      id: activity(state.lesson),
      definition: { type: "http://adlnet.gov/expapi/activities/lesson", name: { en: state.title } },
    },
    ...(result && { result }),
    timestamp: new Date().toISOString(),
  };
}

/** Sends statements for as long as the element is there. `failed` hears what could not be sent; it is sent again with the next one. */
export function reportTo(scene, options) {
  const { endpoint, authorization, failed = (error) => console.warn(error) } = options;
  const known = new Map();
  let unsent = [];
  let before = Promise.resolve();

  const send = async () => {
    const statements = unsent;
    if (statements.length === 0) return;
    unsent = [];
    try {
      const response = await fetch(new URL("statements", endpoint), {
        method: "POST",
        keepalive: true,
        headers: { "content-type": "application/json", "x-experience-api-version": "1.0.3", ...(authorization && { authorization }) },
        body: JSON.stringify(statements),
      });
      if (!response.ok) throw new Error(`the record store answers ${response.status}`);
    } catch (error) {
      unsent = [...statements, ...unsent];
      failed(error);
    }
  };
  const say = (verb, state) => {
    unsent.push(statementOf(verb, state, options));
    before = before.then(send);
  };

  scene.addEventListener("lesson", ({ detail: state }) => {
    // Before it is loaded it has no steps.
    if (state.steps.length === 0) return;
    const { score, complete } = known.get(state.lesson) ?? { score: undefined, complete: false };
    const now = scoreOf(state);
    if (score === undefined) say("initialized", state);
    // What was right and is undone counts as it did.
    if (now > (score ?? 0)) say("progressed", state);
    if (state.complete && !complete) say("completed", state);
    known.set(state.lesson, { score: Math.max(now, score ?? 0), complete: complete || state.complete });
  });
}
