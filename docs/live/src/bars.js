// Names with bars; each is a button that chooses its class.
import { make, percent, pressed } from "./dom.js";

/** Show rows {index, name, share} in `box`, the chosen one pressed. */
export function bars(box, choose) {
  const buttons = [];
  return (rows, chosen) => {
    while (buttons.length < rows.length) {
      const button = make("button", {}, make("span"), make("span"));
      button.addEventListener("click", () => choose(Number(button.value)));
      buttons.push(button);
      box.append(button);
    }
    while (buttons.length > rows.length) buttons.pop().remove();
    rows.forEach(({ index, name, share }, i) => {
      buttons[i].value = index;
      buttons[i].children[0].textContent = name;
      buttons[i].children[1].textContent = percent(share);
      buttons[i].style.setProperty("--share", `${100 * share}%`);
      pressed(buttons[i], index === chosen);
    });
  };
}
