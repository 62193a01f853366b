// What the tour says. `prepare` gets the controls of the panel in `tab`.
import { $ } from "./dom.js";

const press = (box, number) => $(box).children[number].click();

export const STEPS = [
  {
    title: "Change its mind",
    tab: "draw",
    text:
      "This is a T-shirt that the net never saw in training. Give it long sleeves with the pen, " +
      "down both sides, and keep an eye on the bars. How much sleeve does it take before the net " +
      "calls it something else? Then take the shirt again and rub out a strip up its middle.",
    prepare: ({ choose }) => {
      choose(null);
      press("garments", 0);
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
    text:
      "Below the drawing are the maps that the net computes on its way. Move the layer's slider " +
      "from left to right. The first maps still show the garment, and the last ones have 7 by 7 " +
      "places left. Draw a line now: which filters notice it?",
    prepare: ({ maps }) => maps.goTo("conv1"),
  },
  {
    title: "Two animals, one net",
    tab: "photo",
    text:
      "The large net knows 1,000 names. Here it sees two animals at once. Look at the heatmap of " +
      "the German shepherd on the left, and at the one of the giant panda below the bars. Do the " +
      "two heatmaps share a place?",
    prepare: async ({ show, compare, choose, photos, classCalled }) => {
      await show(photos[0]);
      choose(classCalled("German shepherd"));
      compare(classCalled("giant panda"));
    },
  },
  {
    title: "Cover it",
    tab: "photo",
    text:
      "A heatmap is a claim, and you can test it. Cover the hottest place with your finger, and " +
      "watch the logit fall. Then uncover it and cover a place of the same size that is dark. If " +
      "the heatmap is right, that should cost little. It isn't always.",
    prepare: async ({ show, compare, photos }) => {
      compare(null);
      await show(photos[1]);
    },
  },
  {
    title: "Your turn",
    tab: "photo",
    text:
      "Take a photo of your own, or use the camera. What the net says of your cup, your cat or " +
      "your face has no right answer in its list, perhaps: it knows 1,000 names and must choose " +
      "one of them. The lessons of the course build all of this from the beginning.",
    prepare: ({ compare }) => compare(null),
  },
];
