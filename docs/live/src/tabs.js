// Two tabs, by click or by arrow keys.
import { $ } from "./dom.js";

const NAMES = ["draw", "photo"];

/** `opened(name)` is called whenever a panel comes into sight, `byHand()` where somebody chose it. */
export function tabs(opened, byHand) {
  function open(name) {
    for (const one of NAMES) {
      const selected = one === name;
      $(`tab-${one}`).setAttribute("aria-selected", String(selected));
      $(`tab-${one}`).tabIndex = selected ? 0 : -1;
      $(one).hidden = !selected;
    }
    opened(name);
  }
  function choose(name) {
    if ($(name).hidden) byHand();
    open(name);
  }
  NAMES.forEach((name, i) => {
    $(`tab-${name}`).addEventListener("click", () => choose(name));
    $(`tab-${name}`).addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowRight" && key !== "ArrowLeft") return;
      const next = NAMES[1 - i];
      choose(next);
      $(`tab-${next}`).focus();
    });
  });
  return open;
}
