// Feature maps: sliders for layer and filter, one map large, 64 small.
import { $ } from "./dom.js";
import { coloured, put } from "./picture.js";

const PAGE = 64; // maps at once
const COLUMNS = 8;
const FINE = 200; // pixels from which a mosaic is smoothed, or its thin lines become uneven

/** The values of one channel, and their range. */
function channelOf({ values, channels }, channel) {
  const one = new Float32Array(values.length / channels);
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < one.length; i++) {
    const value = (one[i] = values[i * channels + channel]);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { one, low, high };
}

/** From mean minus two deviations to mean plus two; a constant map stays dark. */
function standardised({ one, low, high }) {
  const varied = high - low > 1e-6 * Math.max(Math.abs(high), Math.abs(low));
  if (!varied) return one.fill(0);
  let mean = 0;
  for (const value of one) mean += value / one.length;
  let variance = 0;
  for (const value of one) variance += (value - mean) ** 2 / one.length;
  const scale = 0.25 / Math.sqrt(variance);
  for (let i = 0; i < one.length; i++) one[i] = (one[i] - mean) * scale + 0.5;
  return one;
}

function mosaic(maps, first) {
  const count = Math.min(PAGE, maps.channels - first);
  const [w, h] = [maps.width + 1, maps.height + 1];
  const columns = Math.min(COLUMNS, count);
  const width = columns * w - 1;
  const all = new Float32Array(width * (Math.ceil(count / columns) * h - 1));
  for (let i = 0; i < count; i++) {
    const tile = standardised(channelOf(maps, first + i));
    const [left, top] = [(i % columns) * w, Math.floor(i / columns) * h];
    for (let y = 0; y < maps.height; y++)
      all.set(tile.subarray(y * maps.width, (y + 1) * maps.width), (top + y) * width + left);
  }
  return { all, width, height: all.length / width, columns, count };
}

const short = (value) => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));

/** Build the view in `box`, with `first` {layer, filter}; `ask` is called for maps of a layer. */
export function mapsView(box, layers, first, ask) {
  box.append($("maps-template").content.cloneNode(true));
  const find = (name) => box.querySelector(`.${name}`);
  const [layer, filter, caption] = ["layer", "filter", "caption"].map(find);
  let shown = null;
  let ratio = 1; // width by height of the picture that was squeezed into the square maps
  let page = null;
  layer.max = layers.length - 1;
  layer.value = layers.indexOf(first.layer);
  filter.value = first.filter;

  function draw() {
    filter.max = shown.channels - 1;
    const number = Number(filter.value);
    const chosen = channelOf(shown, number);
    const { one, low, high } = chosen;
    const span = high - low || 1;
    put(
      find("one"),
      coloured(
        one.map((v) => (v - low) / span),
        "viridis",
      ),
      shown.width,
      shown.height,
    );
    find("one").style.aspectRatio = ratio;
    const start = Math.floor(number / PAGE) * PAGE;
    page = { start, ...mosaic(shown, start) };
    put(find("all"), coloured(page.all, "viridis"), page.width, page.height);
    find("all").style.aspectRatio = (ratio * page.width) / page.height;
    find("all").classList.toggle("fine", page.width > FINE);
    const name = layers[layer.value];
    const places = `${shown.height} × ${shown.width} places`;
    const range = `values from ${short(low)} to ${short(high)}`;
    caption.textContent = `${name}, filter ${number} of ${shown.channels}: ${places}, ${range}`;
    find("all-title").textContent = `Filters ${start} to ${start + page.count - 1} of ${name}`;
    find("one").setAttribute("aria-label", caption.textContent);
    find("all").setAttribute("aria-label", find("all-title").textContent);
    layer.setAttribute("aria-valuetext", name);
  }

  layer.addEventListener("input", ask);
  filter.addEventListener("input", draw);
  find("all").addEventListener("click", (event) => {
    const canvas = find("all");
    const column = Math.floor((event.offsetX / canvas.clientWidth) * page.columns);
    const rows = Math.ceil(page.count / page.columns);
    const row = Math.floor((event.offsetY / canvas.clientHeight) * rows);
    filter.value = Math.min(page.start + row * page.columns + column, shown.channels - 1);
    draw();
  });

  return {
    layer: () => layers[layer.value],
    goTo(name) {
      layer.value = layers.indexOf(name);
      ask();
    },
    show(maps, ofPicture = 1) {
      shown = maps;
      ratio = ofPicture;
      draw();
    },
  };
}
