// Numbers of a net: from bytes to float32, each array under its name.

const HALF = new Float32Array(65536);
for (let bits = 0; bits < 65536; bits++) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) HALF[bits] = fraction ? NaN : sign * Infinity;
  else if (exponent === 0) HALF[bits] = sign * fraction * 2 ** -24;
  else HALF[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Float32 values of little-endian bytes of float16 or float32. */
export function floats(bytes, dtype) {
  if (dtype === "float16") return Float32Array.from(new Uint16Array(bytes.buffer), (b) => HALF[b]);
  return new Float32Array(bytes.buffer);
}

/** Cut the values of a file into its arrays: name -> {shape, values}. */
export function arraysOf(file, expected) {
  const all = floats(file.data, file.dtype);
  const arrays = {};
  let start = 0;
  for (const [name, shape] of Object.entries(file.shapes)) {
    const size = shape.reduce((a, b) => a * b, 1);
    arrays[name] = { shape, values: all.subarray(start, start + size) };
    start += size;
  }
  const missing = expected.find((name) => !arrays[name]);
  if (missing || start !== all.length)
    throw new Error(`The file ${file.name}.js is damaged: ${missing ?? "its end"} is missing.`);
  return arrays;
}

/** Nested arrays [row][column][channel] of flat values; without channels [row][column]. */
export function nested({ values, height, width, channels }) {
  const cell = (at) =>
    channels ? Array.from(values.subarray(at * channels, (at + 1) * channels)) : values[at];
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => cell(row * width + column)),
  );
}
