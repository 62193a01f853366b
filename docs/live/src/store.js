// The folder's files. Each is a script, because a page that was opened from a file may not fetch.
// A script calls `liveFile` with its name, its bytes in base64 and their checksum.

const arrived = new Map();
window.liveFile = (file) => arrived.set(file.name, file);

/** The bytes of a text in base64. */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

/** The checksum of zlib. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Decode what a script handed over; what was changed or cut on the way is refused. */
export function opened(file, name) {
  const fault = new Error(`The file ${name}.js is damaged. Take it from the course again.`);
  if (file?.name !== name || typeof file.data !== "string") throw fault;
  let bytes;
  try {
    bytes = bytesOf(file.data);
  } catch {
    throw fault;
  }
  if (crc32(bytes) !== file.crc32) throw fault;
  return { ...file, data: bytes };
}

function scriptLoaded(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${name}.js`;
    script.onload = () => resolve(script.remove());
    const says = `The file ${name}.js is missing beside this page, or the connection was lost.`;
    script.onerror = () => reject(new Error(says));
    document.head.append(script);
  });
}

/** Load one file of the folder by its name. */
export async function load(name) {
  await scriptLoaded(name);
  const file = arrived.get(name);
  arrived.delete(name);
  return opened(file, name);
}

const CALL = /^\s*liveFile\((\{[^]*\})\);?\s*$/;

/** Read a net that somebody gives as a file. It is parsed, never run. */
export async function readNet(blob, name) {
  let file;
  try {
    file = JSON.parse(CALL.exec(await blob.text())[1]);
  } catch {
    throw new Error(`“${blob.name}” is no net for this page. In Python, export_live writes one.`);
  }
  return opened(file, name);
}
