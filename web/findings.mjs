// What the page shows of a kind of findings when somebody asks for it: `findings.json`, made of docs/lints.md, which is made of what lints say of
// themselves (`core/src/answers/lint/manual.rs`). It is no part of what a visit begins with.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Text for people who have no links at hand: of one within the project its name, of others also the address. */
const plain = (text) => text.replace(/\[([^\]]*)\]\(([^)]*)\)/g, (_, words, to) => (/^https?:/.test(to) ? `${words} (${to})` : words));

/** By code: title, advice, explanation, an example of it, and the same as it should be. Of most codes there is only the title. */
export function findings(manual) {
  const all = {};
  for (const line of manual.split("\n").filter((line) => line.startsWith("| "))) {
    // A bar within a cell is written with a backslash.
    const cells = line.slice(2, -2).split(/(?<!\\) \| /).map((cell) => plain(cell.replaceAll("\\|", "|")));
    if (!/^[A-Z]+\d+$/.test(cells[0])) continue;
    // Code, perhaps the severity, what it says, perhaps what to do.
    all[cells[0]] = cells.length === 4 ? [cells[2], cells[3]] : [cells.at(-1), ""];
  }
  for (const section of manual.split("\n### ").slice(1)) {
    const [, code, text, bad, good] = /^(\w+)\n\n(.*?)\n\nFound at [^\n]*\n\n```yaml\n(.*?)```\n\nAs it should be:\n\n```yaml\n(.*?)```/s.exec(section) ?? [];
    if (!code) throw new Error(`docs/lints.md: a section of another form: ${section.slice(0, 60)}`);
    all[code] = [...(all[code] ?? ["", ""]), plain(text), bad, good];
  }
  return all;
}

export async function writeFindings(root, dist) {
  const manual = await readFile(join(root, "docs/lints.md"), "utf8");
  await writeFile(join(dist, "findings.json"), JSON.stringify(findings(manual)));
}
