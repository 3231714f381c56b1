import type {
    Answer, CheckResult, Connectivity, Conversion, ConvertQuestion, Diff, Endpoint, Engine, ErrorCode, Exposure, FixQuestion, Fixes, FlowLogs,
    LeastPrivilege, LeastPrivilegeQuestion, Part, Path, PathQuestion, PathSettings, PathVerdict, Problem, Question, Settings, SourceFile,
} from "./index.js";

/** What the embedded page can show. */
export type SceneViewName = "graph" | "trace" | "matrix" | "path" | "azure" | "problems" | "checks" | "lesson";

/** The answer that is shown. */
export interface ShownVerdict {
    /** What was asked, with full names. */
    question: Question;
    /** The answer's word. */
    verdict: PathVerdict;
    /** The same as a headline, with the share of connections that it is about. */
    headline: string;
    /** One sentence. */
    summary: string;
}

/** What came of loading. */
export interface Loaded {
    /** The verdict that the scene opens with. */
    verdict: ShownVerdict | null;
    /** Why there is none. */
    unanswered: string | null;
}

/** How far a learner is with a step. */
export interface LessonStepState {
    /** What links name it by. */
    id: string;
    /** Its title. */
    title: string;
    /** How many tasks it has. */
    tasks: number;
    /** How many of them are solved. */
    solved: number;
    /** How many questions and predictions it has. */
    questions: number;
    /** How many of them have the right answer now. */
    right: number;
}

/** How far a learner is with a lesson. */
export interface LessonState {
    /** Its folder: `policy/peers`. */
    lesson: string;
    /** Its title. */
    title: string;
    /** The step that is shown, counted from 0. */
    step: number;
    /** Its steps. */
    steps: LessonStepState[];
    /** How many tasks it has. */
    tasks: number;
    /** How many of them are solved. */
    solved: number;
    /** How many questions and predictions it has. */
    questions: number;
    /** How many of them have the right answer now. */
    right: number;
    /** Whether everything is solved and answered rightly. */
    complete: boolean;
}

/** What `load` takes: one of the three. */
export type Loadable =
    | { files: readonly SourceFile[]; link?: undefined; example?: undefined }
    | { link: string; files?: undefined; example?: undefined }
    | { example: string; files?: undefined; link?: undefined };

/** Requests: what each takes, and what it is answered with. */
export interface Requests {
    /** Shows other files, a link or an example. */
    load: [fields: Loadable, result: Loaded];
    /** Asks, and shows the answer; without a question, what is asked already. */
    ask: [fields: { question?: Question & PathQuestion }, result: ShownVerdict];
    /** Changes settings; without any, says which were chosen. */
    settings: [fields: { settings?: Settings }, result: Settings];
    /** The files as they are now. */
    files: [fields: {}, result: SourceFile[]];
    /** Opens a lesson; without one, says how far the learner is. */
    lesson: [fields: { lesson?: string; step?: string }, result: LessonState | null];
    /** Shows another view. */
    view: [fields: { view: SceneViewName }, result: { view: SceneViewName }];
    /** Chooses colours. */
    theme: [fields: { theme: "light" | "dark" | "auto" }, result: { theme: string }];
    /** The answer for one flow. */
    decide: [fields: { question: Question }, result: Answer];
    /** The whole path of a packet. */
    path: [fields: { question: PathQuestion; settings?: PathSettings }, result: Path];
    /** What there is to say about the text. */
    problems: [fields: {}, result: Problem[]];
    /** Who can send and receive. */
    endpoints: [fields: {}, result: Endpoint[]];
    /** All pairs of endpoints. */
    connectivity: [fields: {}, result: Connectivity];
    /** Makes the checks among the files. */
    checks: [fields: {}, result: CheckResult[]];
    /** The smallest changes that allow a flow or stop it. */
    fix: [fields: { question: FixQuestion }, result: Fixes];
    /** What workloads are exposed to. */
    exposure: [fields: {}, result: Exposure];
    /** Which rules could be removed. */
    pointless: [fields: {}, result: Part[]];
    /** What other engines answer. */
    engines: [fields: {}, result: Engine[]];
    /** The policies in another language. */
    convert: [fields: { question: ConvertQuestion }, result: Conversion];
    /** What differs from older files. */
    diff: [fields: { older: readonly SourceFile[] }, result: Diff];
    /** The smallest policies for wanted flows. */
    leastPrivilege: [fields: { question: LeastPrivilegeQuestion }, result: LeastPrivilege];
    /** Flows of logs, judged. */
    flowLogs: [fields: { logs: readonly SourceFile[] }, result: FlowLogs];
}

/** What an answer says of an error. */
export interface MessageError {
    /** What is the matter: a code of the package, or one of those that only messages have. */
    code: ErrorCode | MessageErrorCode;
    /** The same in a sentence. */
    message: string;
    /** The part of the request that it is about. */
    field?: string;
}

/** Codes that only messages have; docs/embedding.md says what each means. */
export type MessageErrorCode =
    | "unknown-type" | "malformed" | "version" | "unknown-example" | "unknown-lesson" | "unknown-step" | "unknown-view" | "invalid-link" | "superseded"
    | "engine" | "unavailable" | "failed";

/** What every message has. */
interface Envelope {
    source: "netpolis";
    version: 1;
}

/** A message to the embedded page. */
export type RequestMessage = { [Type in keyof Requests]: Envelope & { type: Type; id?: string | number } & Requests[Type][0] }[keyof Requests];

/** What a request with an `id` is answered with. */
export type AnswerMessage = {
    [Type in keyof Requests]: Envelope & { type: "answer"; id: string | number; to: Type } & ({ ok: true; result: Requests[Type][1] } | { ok: false; error: MessageError });
}[keyof Requests];

/** What happens, by its type. */
export interface SceneEvents {
    /** It listens; what it answers. */
    ready: { types: (keyof Requests)[] };
    /** Another answer is shown. */
    verdict: ShownVerdict;
    /** What is asked has no answer, and why. */
    unanswered: { question: PathQuestion; message: string };
    /** The files or settings are others. */
    changed: { files: SourceFile[]; settings: Settings };
    /** The learner did something. */
    lesson: LessonState;
    /** How high it would like to be, in pixels. */
    height: { height: number };
}

/** A message that the embedded page sends without being asked. */
export type EventMessage = { [Type in keyof SceneEvents]: Envelope & { type: Type } & SceneEvents[Type] }[keyof SceneEvents];

/** A message from the embedded page. */
export type SceneMessage = AnswerMessage | EventMessage;

/** Events of the element: those of the embedded page, and its own errors (`unreachable`: the embedded page did not load). */
export interface SceneEventMap {
    /** The scene is shown. */
    ready: CustomEvent<SceneEvents["ready"]>;
    /** Another answer is shown. */
    verdict: CustomEvent<SceneEvents["verdict"]>;
    /** What is asked has no answer, and why. */
    unanswered: CustomEvent<SceneEvents["unanswered"]>;
    /** The files or settings are others. */
    changed: CustomEvent<SceneEvents["changed"]>;
    /** The learner did something. */
    lesson: CustomEvent<SceneEvents["lesson"]>;
    /** How high it would like to be. */
    height: CustomEvent<SceneEvents["height"]>;
    /** What attributes ask for cannot be done, or the embedded page did not load. */
    error: CustomEvent<{ code: string; message: string }>;
}

/** `<netpolis-scene>`. Methods load the embedded page if that was not done, and reject with an error that has a `code`. */
export declare class NetpolisScene extends HTMLElement {
    /** Shows other files, a link or an example. */
    load(what: readonly SourceFile[] | Loadable): Promise<Loaded>;
    /** Asks, and shows the answer; without a question, what is asked already. */
    ask(question?: Question & PathQuestion): Promise<ShownVerdict>;
    /** The whole path of a packet. */
    path(question: PathQuestion, settings?: PathSettings): Promise<Path>;
    /** The answer for one flow. */
    decide(question: Question): Promise<Answer>;
    /** Makes the checks among the files. */
    check(): Promise<CheckResult[]>;
    /** What there is to say about the text. */
    problems(): Promise<Problem[]>;
    /** Who can send and receive. */
    endpoints(): Promise<Endpoint[]>;
    /** All pairs of endpoints. */
    connectivity(): Promise<Connectivity>;
    /** The files as they are now. */
    files(): Promise<SourceFile[]>;
    /** Changes settings; without any, says which were chosen. */
    settings(settings?: Settings): Promise<Settings>;
    /** Opens a lesson; without one, says how far the learner is. */
    lesson(lesson?: string, step?: string): Promise<LessonState | null>;
    /** Shows another view. */
    show(view: SceneViewName): Promise<{ view: SceneViewName }>;
    /** Any request. */
    request<Type extends keyof Requests>(type: Type, fields?: Requests[Type][0]): Promise<Requests[Type][1]>;

    addEventListener<Type extends keyof SceneEventMap>(
        type: Type,
        listener: (this: NetpolisScene, event: SceneEventMap[Type]) => unknown,
        options?: boolean | AddEventListenerOptions,
    ): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
    interface HTMLElementTagNameMap {
        /** A scene of Netpolis. */
        "netpolis-scene": NetpolisScene;
    }
}
