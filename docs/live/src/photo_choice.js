// Where a photo comes from: the course, a file, or the camera.
import { camera } from "./camera.js";
import { $, complain, make, pressed, say } from "./dom.js";
import { photoAt, photoIn } from "./photo_source.js";

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
  let turn = 0; // rises with each choice
  /** Do what may fail, and say so if it does; `use` what it gives, unless a later choice was made. */
  async function attempt(work, use = () => {}) {
    const mine = ++turn;
    try {
      const given = await work();
      if (mine !== turn) return;
      use(given);
      complain(null);
    } catch (fault) {
      if (mine === turn) complain(fault);
    }
  }
  function still(canvas, number, news) {
    lens.stop();
    take(canvas);
    mark(number);
    say(news);
  }
  const show = (one) =>
    attempt(
      () => photoAt(one.src, one.name),
      (canvas) => still(canvas, photos.indexOf(one), one.alt),
    );

  for (const one of photos) {
    const button = make("button", { ariaLabel: one.alt }, make("img", { src: one.src, alt: "" }));
    button.addEventListener("click", () => show(one));
    $("photos").append(button);
  }
  $("photo-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    await attempt(
      () => photoIn(file),
      (canvas) => still(canvas, null, `This is ${file.name}. It stays on your machine.`),
    );
    target.value = "";
  });
  $("camera").addEventListener("click", () => attempt(lens.runs() ? lens.stop : lens.start));
  return { show, stop: lens.stop, films: lens.runs };
}
