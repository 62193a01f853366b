// “Draw a garment”: the small net under a pen.
import { bars } from "./bars.js";
import { $, complain, focusFirst, make, oncePerFrame, percent, pressed } from "./dom.js";
import { drawing, SIDE } from "./drawing.js";
import { mapsView } from "./maps.js";
import { netOf } from "./net.js";
import { coloured, enlarged, overlay, put } from "./picture.js";
import { readNet } from "./store.js";
import { surface } from "./surface.js";
import { heatSentence } from "./words.js";

const FIRST = 24; // the test image to begin with, a coat
const LARGE = 12; // pixels of the picture for one of the drawing

/** Ten buttons; each press takes the next test image of its class. */
function garmentButtons(course, take) {
  course.classNames.forEach((name, label) => {
    const images = course.garments.filter((one) => one.label === label);
    const canvas = make("canvas");
    put(canvas, coloured(images[0].pixels, "grey"), SIDE, SIDE);
    const button = make("button", { title: name, ariaLabel: `Test image: ${name}` }, canvas);
    let next = 0;
    button.addEventListener("click", () => take(images[next++ % images.length].pixels));
    $("garments").append(button);
  });
}

export function drawPanel(course, firstNet, onNet) {
  let net = firstNet;
  let chosen = null; // null: the winner
  const art = drawing();
  const showBars = bars($("draw-bars"), choose);
  const maps = mapsView($("draw-maps"), net.layers, { layer: "conv1", filter: 0 }, () => update());
  let erasing = false;
  let isExample = true; // the coat makes room for the first stroke of a pen

  function choose(index) {
    chosen = index;
    $("draw-winner").hidden = index === null;
    update();
  }

  function draw() {
    put($("pen"), coloured(art.pixels, "grey"), SIDE, SIDE);
    const answer = net.run(art.pixels, { layer: maps.layer(), classIndices: [chosen] });
    const { probabilities, top, heatmaps } = answer;
    const explained = chosen ?? top;
    const names = course.classNames;
    showBars(
      names.map((name, index) => ({ index, name, share: probabilities[index] })),
      explained,
    );
    const side = SIDE * LARGE;
    const large = enlarged(art.pixels, SIDE, LARGE);
    put($("draw-heat"), overlay(large, heatmaps[0], side, side), side, side);
    const words = heatSentence(names[explained], probabilities[explained], heatmaps[0]);
    $("draw-heat").setAttribute("aria-label", words);
    $("draw-heat-caption").textContent = art.pixels.some((shade) => shade)
      ? words
      : `${words} Even an empty picture must get one of the ten names.`;
    $("pen-says").textContent = `${names[top]} ${percent(probabilities[top])}`;
    maps.show(answer.maps);
  }
  const update = oncePerFrame(draw);

  function changed(work) {
    work();
    update();
  }
  function erase(state) {
    erasing = state;
    pressed($("pen-erase"), state);
    $("pen-title").textContent = state ? "Erase here" : "Draw here";
  }

  const draws = () => erase(false);
  const radius = () => Number($("pen-size").value);
  surface($("pen"), {
    begin() {
      art.keep();
      if (isExample && !erasing) art.pixels.fill(0);
      isExample = false;
    },
    stroke: (from, to) => {
      const shade = erasing ? 0 : Number($("pen-shade").value);
      changed(() => art.line(from, to, radius(), shade));
    },
    radius: () => radius() / SIDE,
    keys: { e: () => erase(!erasing) },
  });
  $("pen-erase").addEventListener("click", () => erase(!erasing));
  $("pen-undo").addEventListener("click", () => changed(() => art.undo()));
  $("pen-clear").addEventListener("click", () => take(new Float32Array(SIDE * SIDE)));
  $("draw-winner").addEventListener("click", () => {
    choose(null);
    focusFirst($("draw-bars"));
  });
  function take(pixels) {
    draws();
    isExample = false;
    changed(() => art.take(pixels));
  }
  garmentButtons(course, take);

  $("net-file").addEventListener("change", async ({ target }) => {
    try {
      const [file] = target.files;
      if (!file) return;
      const own = netOf(await readNet(file, net.name));
      try {
        own.run(art.pixels); // fails here rather than at the next stroke
      } catch (fault) {
        own.free();
        throw fault;
      }
      net.free();
      net = own;
      onNet(own);
      complain(null);
      $("net-title").textContent = `This is ${own.title}, from ${file.name}.`;
      update();
    } catch (fault) {
      complain(fault);
    }
    target.value = "";
  });

  $("net-title").textContent = `This is ${net.title}.`;
  const begin = (number = FIRST) => take(course.garments[number].pixels);
  art.pixels.set(course.garments[FIRST].pixels);
  draw();
  return { begin, choose, draws, maps };
}
