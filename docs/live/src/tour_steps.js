// What the tour says. `prepare` gets the controls of the panel in `tab`; `place` is to be seen.
import { $ } from "./dom.js";

const PULLOVER = 22; // a test image of the course that loses its name with its sleeves
const FACE = 24; // a finger large enough to cover a face
const SPOT = 18; // one that covers a part of a neck, and leaves the face alone

function prepareFinger(size) {
  $("cover-size").value = size;
}

export const STEPS = [
  {
    title: "Change its mind",
    tab: "draw",
    text:
      "This is a pullover that the net never saw in training. Choose Eraser, and rub out both " +
      "sleeves from the cuffs up to the shoulders. Keep an eye on what it says: how much must go " +
      "before the net calls it something else? Undo brings a sleeve back.",
    prepare: ({ choose, begin }) => {
      choose(null);
      begin(PULLOVER);
    },
  },
  {
    title: "Ask for another answer",
    tab: "draw",
    text:
      "Here is a coat. The heatmap shows what speaks for the most probable class. Choose another " +
      "class in the list. The picture has not changed and the net has not changed, and yet the " +
      "heatmap has: it answers a question, and you have asked another one. Now and then it is hot " +
      "where there is nothing at all, so take it as a suspicion, and test it with the pen.",
    prepare: ({ choose, begin }) => {
      choose(null);
      begin();
    },
  },
  {
    title: "Look behind the answer",
    tab: "draw",
    place: "draw-maps",
    text:
      "Further down, under “What its filters see”, are the maps that the net computes on its way. " +
      "Move the layer's slider from left to right. The first maps still show the garment, and the " +
      "last ones have 7 by 7 places left. Then choose Clear and draw a line: which filters notice it?",
    prepare: ({ draws, maps }) => {
      draws();
      maps.goTo("conv1");
    },
  },
  {
    title: "Two animals, one net",
    tab: "photo",
    place: "look",
    text:
      "The large net knows 1,000 names. Here it sees two animals at once, and has to explain two " +
      "of its names: first comes the heatmap of the German shepherd, then the one of the giant " +
      "panda. Do the two heatmaps share a place?",
    prepare: async ({ show, compare, choose, photos, classCalled }) => {
      await show(photos[0]);
      choose(classCalled("German shepherd"));
      compare(classCalled("giant panda"));
    },
  },
  {
    title: "Cover it",
    tab: "photo",
    place: "look",
    text:
      "A heatmap is a claim, and you can test it. Rub over the kitten's face, where it is hottest, " +
      "and watch the score fall. Then choose “Uncover all”, and rub over a place of the same size " +
      "that is dark. If the heatmap is right, that costs little.",
    prepare: async ({ show, photos }) => {
      prepareFinger(FACE);
      await show(photos[6]);
    },
  },
  {
    title: "Don't trust it blindly",
    tab: "photo",
    place: "look",
    text:
      "Now the dog: click or tap once on its hottest place, on the neck. The score may even " +
      "rise. A heatmap is a claim, and this one fails. Which place makes the score fall, then? " +
      "Choose “Uncover all”, and try the head.",
    prepare: async ({ show, photos }) => {
      prepareFinger(SPOT);
      await show(photos[1]);
    },
  },
  {
    title: "Your turn",
    tab: "photo",
    text:
      "Take a photo of your own, or use the camera: a cup, a cat, your face. Your face has no " +
      "right answer in its list: it knows 1,000 names and must choose one of them. The lessons of " +
      "the course build all of this from the beginning.",
    prepare: ({ compare }) => compare(null),
  },
];
