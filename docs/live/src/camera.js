// The camera: frames, one after the other, until somebody stops it.
import { make } from "./dom.js";

const REASONS = {
  NotAllowedError: "The camera was not allowed.",
  NotFoundError: "No camera was found.",
  NotReadableError: "Another program is using the camera.",
};

/** `onStart` and `onEnd` surround the frames. */
export function camera(onStart, onFrame, onEnd) {
  let stream = null;

  function stop() {
    if (!stream) return;
    stream.getTracks().forEach((track) => track.stop());
    stream = null;
    onEnd();
  }

  async function start() {
    try {
      const wanted = { video: { width: 640, facingMode: "environment" }, audio: false };
      if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
      stream = await navigator.mediaDevices.getUserMedia(wanted);
    } catch (fault) {
      const reason = REASONS[fault.name] ?? "The camera does not start.";
      throw new Error(`${reason} You can choose a photo instead.`, { cause: fault });
    }
    const own = stream;
    own.getTracks().forEach((track) => track.addEventListener("ended", stop));
    const video = make("video", { srcObject: own, muted: true, playsInline: true });
    await video.play();
    onStart();
    const next = () => {
      if (stream !== own) return;
      if (video.videoWidth) onFrame(video);
      requestAnimationFrame(next);
    };
    next();
  }

  return { start, stop, runs: () => stream !== null };
}
