// What the types of the element and of messages allow, and what they do not.
import { NetpolisScene } from "netpolis/element";
import type { AnswerMessage, EventMessage, LessonState, RequestMessage, SceneMessage, ShownVerdict } from "netpolis/element";

const scene: NetpolisScene = document.createElement("netpolis-scene");
const verdict: ShownVerdict = await scene.ask({ from: "shop/web", to: "svc/shop/db", port: 5432, entry: "node-port" });
const word: "allowed" | "denied" | "sometimes" | "cannotTell" = verdict.verdict;
await scene.load([{ name: "a.yaml", text: "" }]);
await scene.load({ example: "three-tier" });
const share: string | undefined = (await scene.path({ from: "internet", to: "svc/shop/web" }, { dataplane: "ebpf" })).branches[0]?.share;
const outcome: "passed" | "failed" | "cannotTell" | "broken" | undefined = (await scene.check())[0]?.outcome;
const state: LessonState | null = await scene.lesson();
const cells: Uint32Array = (await scene.request("connectivity")).cells;
scene.addEventListener("lesson", ({ detail }) => console.log(detail.solved / detail.tasks, detail.complete));
scene.addEventListener("verdict", (event) => console.log(event.detail.headline));
scene.addEventListener("click", (event) => event.preventDefault());
await scene.show("path");

const request: RequestMessage = { source: "netpolis", version: 1, id: 1, type: "ask", question: { from: "a", to: "b" } };
function take(message: SceneMessage) {
    if (message.type === "answer") {
        if (!message.ok) return console.log(message.id, message.error.code === "unknown-endpoint");
        if (message.to === "problems") return console.log(message.result[0]?.code);
    } else if (message.type === "lesson") console.log(message.steps[message.step]?.title);
}
const told: EventMessage["type"] = "height";
const to: AnswerMessage["to"] = "path";

// @ts-expect-error There is no such view.
await scene.show("sphere");
// @ts-expect-error One of them, not two.
await scene.load({ example: "three-tier", link: "#v1." });
// @ts-expect-error Both ends are needed.
await scene.ask({ from: "a" });
// @ts-expect-error There is no such request.
await scene.request("polish");
// @ts-expect-error There is no such field.
const wrong: RequestMessage = { source: "netpolis", version: 1, id: 1, type: "files", question: {} };
