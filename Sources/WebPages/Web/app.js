/** Shows the page that the address names: #listen, #live, #runs/NAME, #mistakes/NAME[/SEED/VARIANT] or #corpus/NAME. */
import { Listen } from "./listen.js";
import { Live } from "./live.js";
import { Runs } from "./runs.js";
import { Mistakes } from "./mistakes.js";
import { Corpus } from "./corpus.js";

const kinds = { listen: Listen, live: Live, runs: Runs, mistakes: Mistakes, corpus: Corpus };
const pages = {};
let current = null;

function show() {
  const [word, ...names] = location.hash.slice(1).split("/");
  if (word === "main") return;
  const name = word in kinds ? word : "listen";
  const section = document.getElementById(name);
  if (current && current !== name) pages[current].hide?.();
  for (const other of Object.keys(kinds)) document.getElementById(other).hidden = other !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${name[0].toUpperCase()}${name.slice(1)} – Prosody`;
  pages[name] ??= new kinds[name](section);
  const isNew = current !== null && current !== name;
  current = name;
  pages[name].show?.(names.filter(Boolean).map(decodeURIComponent));
  if (isNew) {
    document.getElementById("main").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

window.addEventListener("hashchange", show);
show();
