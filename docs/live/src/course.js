// What the course gives the page: names, garments, photos and colour maps.
import { setColours } from "./picture.js";

/** Read the file `course`. Its bytes are two colour maps, then the garments. */
export function readCourse({ data, labels, ...rest }) {
  setColours("inferno", data.subarray(0, 768));
  setColours("viridis", data.subarray(768, 1536));
  const garments = labels.map((label, i) => ({
    label,
    pixels: Float32Array.from(data.subarray(1536 + 784 * i, 1536 + 784 * (i + 1)), (b) => b / 255),
  }));
  return { ...rest, garments };
}
