// Where a photo comes from: the course, a file, or the camera.
import { camera } from "./camera.js";
import { $, complain, make, pressed, say } from "./dom.js";
import { photoAt, photoIn } from "./photo_source.js";

/** Do what may fail, and say so if it does. */
async function attempt(work) {
  try {
    await work();
    complain(null);
  } catch (fault) {
    complain(fault);
  }
}

/** `take(canvas)` gets a photo; `film(video)` a frame; `begin()` and `end()` surround the film. */
export function photoChoice(photos, { take, film, begin, end }) {
  function cameraRuns(state) {
    pressed($("camera"), state);
    $("camera").textContent = state ? "Stop the camera" : "Use the camera";
  }
  /** Press the button of the photo that is shown, if it has one. */
  const mark = (number) =>
    Array.from($("photos").children).forEach((button, i) => pressed(button, i === number));
  function started() {
    begin();
    mark(null);
    cameraRuns(true);
    say("The camera is on. Its pictures stay in this page.");
  }
  function stopped() {
    cameraRuns(false);
    say("The camera is off. Its last picture stays.");
    end();
  }
  const lens = camera(started, film, stopped);
  function still(canvas) {
    lens.stop();
    take(canvas);
  }
  const show = (one) =>
    attempt(async () => {
      still(await photoAt(one.src, one.name));
      mark(photos.indexOf(one));
      say(one.alt);
    });

  for (const one of photos) {
    const button = make("button", { ariaLabel: one.alt }, make("img", { src: one.src, alt: "" }));
    button.addEventListener("click", () => show(one));
    $("photos").append(button);
  }
  $("photo-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    await attempt(async () => {
      still(await photoIn(file));
      mark(null);
      say(`This is ${file.name}. It stays on your machine.`);
    });
    target.value = "";
  });
  $("camera").addEventListener("click", () => {
    if (lens.runs()) return lens.stop();
    attempt(lens.start);
  });
  return { show, stop: lens.stop, films: lens.runs };
}
