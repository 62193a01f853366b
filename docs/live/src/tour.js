// The tour: a few steps, each sets the page to something and asks for something.
import { $, complain } from "./dom.js";
import { STEPS } from "./tour_steps.js";

/** Bring into sight what a step is about: below the card where that stays, else the card. */
function aim(place) {
  const card = $("tour");
  const stays = getComputedStyle(card).position === "sticky";
  const goal = stays ? $(place) : card;
  goal.style.scrollMarginTop = stays ? `${card.offsetHeight}px` : "0";
  goal.scrollIntoView({ block: "start" });
}

/** `panel(name)` opens a panel and promises its controls. Returns what hides the tour. */
export function tour(panel) {
  let number = 0;

  async function go(next) {
    number = next;
    const { title, text, tab, place = tab, prepare } = STEPS[number];
    $("tour").hidden = false;
    document.body.classList.add("touring");
    document.body.classList.toggle("looking", place === "look");
    $("tour-place").textContent = `Step ${number + 1} of ${STEPS.length}`;
    $("tour-title").textContent = title;
    $("tour-text").textContent = text;
    $("tour-back").disabled = number === 0;
    $("tour-next").textContent = number === STEPS.length - 1 ? "Play freely" : "Next";
    $("tour-title").focus();
    try {
      const controls = await panel(tab);
      if (number === next) await prepare?.(controls);
      if (number === next) aim(place);
    } catch (fault) {
      complain(fault);
    }
  }
  function hide() {
    $("tour").hidden = true;
    document.body.classList.remove("touring", "looking");
  }
  function leave() {
    hide();
    $("tour-start").focus();
  }

  $("tour-start").addEventListener("click", () => go(0));
  $("tour-back").addEventListener("click", () => number && go(number - 1));
  $("tour-next").addEventListener("click", () => {
    if (number === STEPS.length - 1) leave();
    else go(number + 1);
  });
  $("tour-end").addEventListener("click", leave);
  return hide;
}
