// Photos from files, refused in a sentence where they are none or too large.
import { make } from "./dom.js";

const LONGEST = 480; // pixels of the longer side that the page keeps
const MOST = 64e6; // pixels, as many as the course's read_photo takes

/** Scale a picture or a video's frame onto a canvas, which it gets if there is none. */
export function scaled(picture, width, height, canvas = make("canvas")) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A canvas of the picture at an address. */
export async function photoAt(address, name) {
  const picture = make("img");
  const loaded = new Promise((resolve, reject) => {
    picture.onload = resolve;
    picture.onerror = () =>
      reject(new Error(`“${name}” is no picture that this browser can read. Try JPEG or PNG.`));
  });
  picture.src = address;
  await loaded;
  const { naturalWidth: width, naturalHeight: height } = picture;
  if (width * height > MOST)
    throw new Error(
      `“${name}” has ${Math.round((width * height) / 1e6)} million pixels; the page takes 64 ` +
        "million at most. Scale it down first.",
    );
  if (!width || !height) throw new Error(`“${name}” has no size of its own.`);
  return scaled(picture, width, height);
}

/** A canvas of the picture in a file that somebody chose. */
export async function photoIn(file) {
  const address = URL.createObjectURL(file);
  try {
    return await photoAt(address, file.name);
  } finally {
    URL.revokeObjectURL(address);
  }
}
