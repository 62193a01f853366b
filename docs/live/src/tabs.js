// Two tabs, by click or by arrow keys.
import { $ } from "./dom.js";

const NAMES = ["draw", "photo"];

/** `opened(name)` is called whenever a panel comes into sight. */
export function tabs(opened) {
  function open(name) {
    for (const one of NAMES) {
      const selected = one === name;
      $(`tab-${one}`).setAttribute("aria-selected", String(selected));
      $(`tab-${one}`).tabIndex = selected ? 0 : -1;
      $(one).hidden = !selected;
    }
    opened(name);
  }
  NAMES.forEach((name, i) => {
    $(`tab-${name}`).addEventListener("click", () => open(name));
    $(`tab-${name}`).addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowRight" && key !== "ArrowLeft") return;
      const next = NAMES[1 - i];
      open(next);
      $(`tab-${next}`).focus();
    });
  });
  return open;
}
