// Small things of the page: its elements, its two lines of news, one update a frame.

export const $ = (id) => document.getElementById(id);

/** Make an element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Say how things stand. */
export function say(text) {
  $("status").textContent = text;
}

/** Say what went wrong; the page goes on. Nothing takes the sentence away again. */
export function complain(fault) {
  $("fault").hidden = !fault;
  $("fault").textContent = fault ? fault.message : "";
}

/** Run `work` at the next frame, however often it is asked for until then. */
export function oncePerFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

/** Give the focus to the first thing in a box, for a button that hides itself. */
export const focusFirst = (box) => box.firstElementChild?.focus({ preventScroll: true });

export const pressed = (button, state) => button.setAttribute("aria-pressed", String(state));
export const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}\u00a0%`;
