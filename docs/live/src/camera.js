// The camera: frames, one after the other, until somebody stops it.
import { make } from "./dom.js";

const REASONS = {
  NotAllowedError: "The camera was not allowed.",
  NotFoundError: "No camera was found.",
  NotReadableError: "Another program is using the camera.",
};

const release = (stream) => stream?.getTracks().forEach((track) => track.stop());

/** `onStart` and `onEnd` surround the frames. */
export function camera(onStart, onFrame, onEnd) {
  let stream = null; // whose frames are shown
  let turn = 0; // rises with each start and stop, so that a start that had to wait sees them

  function stop() {
    turn++;
    if (!stream) return;
    release(stream);
    stream = null;
    onEnd();
  }

  async function start() {
    const mine = ++turn;
    const video = make("video", { muted: true, playsInline: true });
    let own = null;
    try {
      const wanted = { video: { width: 640, facingMode: "environment" }, audio: false };
      if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
      own = await navigator.mediaDevices.getUserMedia(wanted);
      video.srcObject = own;
      if (mine === turn) await video.play();
    } catch (fault) {
      release(own);
      if (mine !== turn) return;
      const reason = REASONS[fault.name] ?? "The camera does not start.";
      throw new Error(`${reason} You can choose a photo instead.`, { cause: fault });
    }
    if (mine !== turn) return release(own);
    stream = own;
    own.getTracks().forEach((track) => track.addEventListener("ended", stop));
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
