// Two fields that find a class of ImageNet by its name.
import { $, make } from "./dom.js";

const FEW = 4; // names in a complaint

/** The numbers of all classes that hold the words, or of the one that is called so. */
export function classesCalled(names, words) {
  const plain = (text) => text.trim().toLowerCase().replaceAll("_", " ");
  const wanted = plain(words);
  const exact = names.findIndex((name) => plain(name) === wanted);
  if (exact >= 0) return [exact];
  return Array.from(names.keys()).filter((index) => plain(names[index]).includes(wanted));
}

/** Say why words that somebody wrote name no class. */
function complaint(names, words, found) {
  if (!found.length) return `None of the 1,000 names holds “${words}”.`;
  const first = found.slice(0, FEW).map((index) => names[index]);
  const more = found.length > FEW ? ", …" : ".";
  return `${found.length} names hold “${words}”: ${first.join(", ")}${more} Which one?`;
}

/** `chosen` and `compared` get a number, or null from an empty field. Returns what empties both. */
export function classSearch(names, { chosen, compared }) {
  $("class-names").append(...names.map((value) => make("option", { value })));
  function refuse(field, text) {
    $(`${field.id}-fault`).hidden = !text;
    $(`${field.id}-fault`).textContent = text;
  }
  function listen(field, use) {
    field.addEventListener("change", () => {
      const words = field.value.trim();
      const found = words ? classesCalled(names, words) : [null];
      refuse(field, found.length === 1 ? "" : complaint(names, words, found));
      if (found.length !== 1) return;
      use(found[0]);
      field.value = words && names[found[0]];
    });
    return () => {
      field.value = "";
      refuse(field, "");
    };
  }
  const clears = [listen($("class-search"), chosen), listen($("compare-search"), compared)];
  return () => clears.forEach((clear) => clear());
}
