// The page begins: backend, the small net and its drawing, then the large net.
import { startBackend } from "./backend.js";
import { readCourse } from "./course.js";
import { $, complain, say } from "./dom.js";
import { drawPanel } from "./draw_panel.js";
import { makeLab } from "./lab.js";
import { netOf } from "./net.js";
import { photoPanel } from "./photo_panel.js";
import { load } from "./store.js";
import { tabs } from "./tabs.js";
import { tour } from "./tour.js";

/** Promise what `begin` promises, once; what failed is begun again when it is asked for again. */
function once(promises, name, begin) {
  promises[name] ??= begin().catch((fault) => {
    delete promises[name];
    throw fault;
  });
  return promises[name];
}

const nets = {};
const netFor = (name) => once(nets, name, () => load(name).then(netOf));

const shared = {};
const backend = () => once(shared, "backend", startBackend);
const course = () => once(shared, "course", openCourse);

async function openCourse() {
  const given = readCourse(await load("course"));
  const authors = [...new Set(given.photos.map(({ credit }) => credit).filter(Boolean))];
  $("credits").textContent = `Photos by ${authors.join(", ")}; all in the public domain or CC0.`;
  return given;
}

window.lab = makeLab(backend, netFor);

const panels = {};
let slow = ""; // what the line of news says where nothing is new

async function openDrawing() {
  const [simd, given] = await Promise.all([backend(), course()]);
  panels.draw = drawPanel(given, await netFor("fashion_cnn"), (own) => {
    nets.fashion_cnn = Promise.resolve(own);
  });
  if (!simd) slow = "This browser lacks WebAssembly SIMD, so the nets run more slowly.";
  say(slow);
  complain(null); // of weights that did not arrive at first
}

async function openPhoto() {
  const [given] = await Promise.all([course(), backend()]);
  say("The large net is loading…");
  panels.photo = photoPanel(given, await netFor("efficientnet_lite0"));
  await panels.photo.show(given.photos[0]);
}

const opened = {};
/** Open a panel; it promises its controls, or says what is wrong. */
function panel(name) {
  const begin = { draw: openDrawing, photo: openPhoto }[name];
  return once(opened, name, () => begin().then(() => panels[name]));
}
function failed(fault) {
  say("");
  complain(fault);
}
const openTab = tabs(
  (name) => {
    if (name !== "photo") panels.photo?.stop();
    if (panels[name]) say(slow);
    panel(name).catch(failed);
  },
  () => hideTour(),
);

const hideTour = tour((name) => {
  if ($(name).hidden) openTab(name);
  return panel(name);
});
panel("draw").catch(failed);
