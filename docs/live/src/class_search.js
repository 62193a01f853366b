// Two fields that find a class of ImageNet by its name.
import { $, complain, make } from "./dom.js";

/** The number of a class by name, or of the first that holds the words. -1: none. */
export function classCalled(names, words) {
  const wanted = words.trim().toLowerCase().replaceAll("_", " ");
  const plain = names.map((name) => name.toLowerCase().replaceAll("_", " "));
  const exact = plain.indexOf(wanted);
  return exact >= 0 ? exact : plain.findIndex((name) => name.includes(wanted));
}

export function classSearch(names, { chosen, compared }) {
  $("class-names").append(...names.map((value) => make("option", { value })));
  const listen = (field, use) =>
    field.addEventListener("change", () => {
      if (!field.value.trim()) return use(null);
      const index = classCalled(names, field.value);
      const words = `None of the 1,000 names holds “${field.value}”.`;
      complain(index < 0 ? new Error(words) : null);
      if (index < 0) return;
      field.value = names[index];
      use(index);
    });
  listen($("class-search"), chosen);
  listen($("compare-search"), compared);
}
