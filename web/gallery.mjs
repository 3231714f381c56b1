// The gallery: a page of its own with a picture of every example and lesson, to be read, searched and linked without the program.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Topics of examples, as `www/examples/index.json` names them, in the order of the page. */
const TOPICS = [
  ["policies", "Network policies"],
  ["admin", "Policies of administrators"],
  ["calico", "Calico"],
  ["azure", "Azure"],
  ["paths", "The path of a packet"],
];

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)};`);
/** Code in backticks. */
const prose = (text) => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");

function card({ href, picture, title, summary, facts, words }) {
  return `<li class="gallery-card" data-words="${escape(words.join(" ").toLowerCase())}">
<a href="${escape(href)}"><picture><source srcset="${escape(`pictures/dark/${picture}.svg`)}" media="(prefers-color-scheme: dark)"><img src="${escape(`pictures/${picture}.svg`)}" alt="" width="320" height="200" loading="lazy"></picture><b>${prose(title)}</b></a>
<p>${prose(summary)}</p><small>${facts}</small></li>`;
}

const section = (id, title, about, cards) =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${escape(title)}</h2>${about ? `<p class="about">${prose(about)}</p>` : ""}<ul class="gallery-cards">${cards.join("\n")}</ul></section>`;

function exampleCard(example) {
  const { from, to, protocol, port } = example.flow;
  const asked = `<code>${escape(from)}</code> → <code>${escape(to)}</code>${port ? ` on ${escape(protocol ?? "TCP")} ${port}` : ""}: ${escape(example.verdict)}`;
  return card({
    href: `./?example=${example.id}`,
    picture: example.id,
    title: example.title,
    summary: example.summary,
    facts: asked,
    words: [example.id, example.title, example.summary, example.teaches ?? "", from, to, example.verdict],
  });
}

function lessonCard(course, lesson) {
  const tasks = lesson.tasks === 1 ? "1 task" : `${lesson.tasks} tasks`;
  return card({
    href: `./?lesson=${course.id}/${lesson.id}`,
    picture: `lessons/${course.id}/${lesson.id}`,
    title: lesson.title,
    summary: lesson.summary,
    facts: `Lesson · ${lesson.minutes} minutes · ${tasks}`,
    words: [lesson.id, lesson.title, lesson.summary, course.title, "lesson"],
  });
}

/** What a link to the gallery begins with: the same policy as the page's, without a program. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** Writes `gallery.html` into the built site. `style` is the name of its style sheet there. */
export async function writeGallery(root, dist, style) {
  const json = async (path) => JSON.parse(await readFile(join(root, "www", path), "utf8"));
  const [examples, courses] = await Promise.all([json("examples/index.json"), json("lessons/index.json")]);
  const sections = [
    ...courses.map((course) =>
      section(`course-${course.id}`, `Lessons: ${course.title}`, course.summary, course.lessons.map((lesson) => lessonCard(course, lesson)))),
    ...TOPICS.map(([topic, title]) => section(`topic-${topic}`, `Examples: ${title}`, "", examples.filter((example) => example.topic === topic).map(exampleCard))),
  ];
  const lost = examples.filter((example) => !TOPICS.some(([topic]) => topic === example.topic));
  if (lost.length) throw new Error(`examples without a topic of the gallery: ${lost.map((example) => example.id).join(", ")}`);
  const [tasks, lessons] = [courses.flatMap((c) => c.lessons).reduce((sum, l) => sum + l.tasks, 0), courses.flatMap((c) => c.lessons).length];
  await writeFile(join(dist, "gallery.html"), `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Gallery · Netpolis</title>
<meta name="description" content="Lessons and examples about Kubernetes network policies, Calico and Azure networks, each a scene to open and change.">
<link rel="icon" href="icons/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
<script type="module" src="gallery.js"></script>
</head>
<body>
<header class="gallery-head"><a href="./" class="home"><img src="icons/icon.svg" alt="" width="24" height="24"><b>Netpolis</b></a>
<label class="gallery-search"><span class="visually-hidden">Search lessons and examples</span><input type="search" id="search" placeholder="Search lessons and examples" autocomplete="off" hidden></label></header>
<main><h1>Gallery</h1>
<p class="about">${lessons} lessons with ${tasks} tasks, and ${examples.length} examples. Each opens as a scene that you can change.</p>
<nav class="gallery-jump" aria-label="Parts of the gallery"><a href="#course-${courses[0].id}">Lessons</a><a href="#topic-${TOPICS[0][0]}">Examples</a></nav>
<p class="none" id="none" role="status" hidden>Nothing has all of these words.</p>
${sections.join("\n")}
</main>
</body>
</html>
`);
}
