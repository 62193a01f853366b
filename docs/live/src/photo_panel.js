// “Show a photo”: the large net before a photo, a file or the camera, and under a finger.
import { bars } from "./bars.js";
import { chart } from "./chart.js";
import { classesCalled, classSearch } from "./class_search.js";
import { covers, meanColour } from "./covers.js";
import { $, focusFirst, make, oncePerFrame } from "./dom.js";
import { ask, best, covered } from "./explaining.js";
import { bytesOf, pixelsOf } from "./frame.js";
import { mapsView } from "./maps.js";
import { photoChoice } from "./photo_choice.js";
import { scaled } from "./photo_source.js";
import { overlay, put } from "./picture.js";
import { surface } from "./surface.js";
import { heatSentence, logitSentence } from "./words.js";

const FIRST = { layer: "block2b_add", filter: 4 }; // a dog is yellow in this map

export function photoPanel(course, net) {
  const names = course.imagenet;
  const strokes = covers();
  const line = chart($("chart"));
  const showBars = bars($("photo-bars"), choose);
  const maps = mapsView($("photo-maps"), net.layers, FIRST, () => update());
  const frame = make("canvas"); // of the camera
  let photo = null; // a canvas
  let colour = "#777";
  let before = null; // logits of the photo as it is
  let chosen = null; // null: the winner
  let other = null; // the class to compare with
  let traced = null; // the class in the chart
  let moved = false; // whether the net has got another picture since the chart's last point

  function trace(logits, explained) {
    const start = before && before[explained];
    if (traced !== explained) line.restart(start);
    if (traced !== explained || moved) line.add(logits[explained]);
    traced = explained;
    moved = false;
    if (strokes.any() || start === null) $("trace").hidden = false;
    $("logit").textContent = logitSentence(logits[explained], start, strokes.any());
  }

  /** Draw a photo under a heatmap, and say below it for which class. */
  function picture(place, answer, map, index) {
    const { probabilities, rgba, width, height } = answer;
    put($(place), overlay(rgba, map, width, height, Number($("opacity").value)), width, height);
    $(`${place}-caption`).textContent = heatSentence(names[index], probabilities[index], map);
  }

  function draw() {
    if (!photo) return;
    const asked = other === null ? [chosen] : [chosen, other];
    const answer = ask(net, covered(photo, strokes, colour), asked, maps.layer());
    const { probabilities, heatmaps } = answer;
    const explained = chosen ?? answer.top;
    picture("picture", answer, heatmaps[0], explained);
    $("compare").hidden = other === null;
    if (other !== null) {
      picture("compare-picture", answer, heatmaps[1], other);
      const caption = $("compare-picture-caption").textContent;
      $("compare-picture").setAttribute("aria-label", caption);
    }
    const rows = best(probabilities, explained);
    showBars(
      rows.map((index) => ({ index, name: names[index], share: probabilities[index] })),
      explained,
    );
    trace(answer.logits, explained);
    maps.show(answer.maps, answer.width / answer.height);
  }
  const update = oncePerFrame(draw);

  function choose(index) {
    chosen = index;
    $("photo-winner").hidden = index === null;
    $("class-search").value = "";
    update();
  }
  function compare(index) {
    other = index;
    $("compare-search").value = index === null ? "" : names[index];
    update();
  }

  /** Show a new photo, uncovered. */
  function take(canvas) {
    photo = canvas;
    colour = meanColour(bytesOf(canvas));
    strokes.clear();
    before = net.run(pixelsOf(canvas)).logits;
    traced = other = null;
    $("trace").hidden = true;
    clearSearch();
    choose(null);
  }

  function pictureMoved() {
    moved = true;
    update();
  }
  const choice = photoChoice(course.photos, {
    take,
    begin() {
      strokes.clear();
      before = traced = null;
    },
    film(video) {
      photo = scaled(video, video.videoWidth, video.videoHeight, frame);
      moved = true;
      draw();
    },
    end: () => photo && take(photo),
  });

  const radius = () => Number($("cover-size").value) / 200;
  surface($("picture"), {
    begin() {
      if (chosen === null && !choice.films()) choose(traced); // follow one logit, also when it loses
      strokes.begin();
    },
    stroke(from, to) {
      strokes.line(from, to, radius());
      pictureMoved();
    },
    radius,
  });
  for (const end of ["undo", "clear"])
    $(`cover-${end}`).addEventListener("click", () => {
      strokes[end]();
      pictureMoved();
    });
  $("opacity").addEventListener("input", update);
  $("photo-winner").addEventListener("click", () => {
    choose(null);
    focusFirst($("photo-bars"));
  });
  const clearSearch = classSearch(names, { chosen: choose, compared: compare });
  return {
    show: choice.show,
    choose,
    compare,
    photos: course.photos,
    classCalled: (name) => classesCalled(names, name)[0],
    stop: choice.stop,
  };
}
