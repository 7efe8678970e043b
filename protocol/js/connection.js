/** One connection: opens it, authenticates, reads until it ends. */

import { messages } from "./wire.js";

/** The close code that says that there was none (RFC 6455, 7.1.5). */
export const LOST = 1006;

/** Milliseconds without a word after which a connection is given up (PROTOCOL, Session). */
const SILENCE_MAX_MS = 35_000;

/** Milliseconds in which a doubtful connection must say something: the machine slept, or the network changed. */
const DOUBT_MAX_MS = 5_000;

/** Milliseconds between looks at the silence. */
const LOOK_EVERY_MS = 1_000;

export class Connection {
  #socket = null;
  #url;
  #wire;
  #onFrame;
  #onEnd;
  #quietUntil = 0;
  #watch = 0;
  #over = false;

  /**
   * @param {string} url
   * @param {import("./wire.js").Wire} wire
   * @param {{onFrame: (frame: import("./wire.js").Frame) => void, onEnd: (code: number) => void}} callbacks
   */
  constructor(url, wire, { onFrame, onEnd }) {
    this.#url = url;
    this.#wire = wire;
    this.#onFrame = onFrame;
    this.#onEnd = onEnd;
    /** Whether the server said `goaway`: another connection is to take over. */
    this.draining = false;
  }

  /** Connect, and say who is there. */
  open(auth) {
    this.#socket = new WebSocket(this.#url, [this.#wire.subprotocol]);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.send([auth]);
    this.#socket.onmessage = ({ data }) => this.#read(data);
    this.#socket.onclose = ({ code }) => this.end(code);
    this.#heard();
    this.#watch = setInterval(() => {
      if (performance.now() > this.#quietUntil) this.end(LOST);
    }, LOOK_EVERY_MS);
  }

  /** Send frames, in order, in few messages. What a lost connection swallows, the next one repeats. */
  send(frames) {
    for (const group of messages(frames.map((frame) => this.#wire.encode(frame)))) {
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(this.#wire.join(group));
    }
  }

  /** The other end may be gone: believe in it only if it says something soon. */
  suspect() {
    this.#quietUntil = Math.min(this.#quietUntil, performance.now() + DOUBT_MAX_MS);
    this.send([{ t: "ping", id: "still there?" }]);
  }

  /** End the connection; nothing is lost that a resume would not bring. */
  close(code) {
    this.#socket?.close(code);
  }

  /** It is over, whatever the other end may still say. */
  end(code) {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watch);
    this.#socket.onmessage = null;
    this.#socket.close();
    this.#onEnd(code);
  }

  #read(message) {
    this.#heard();
    let frames;
    try {
      frames = this.#wire.decode(message);
    } catch (error) {
      console.error("a message that cannot be read", error);
      this.end(LOST);
      return;
    }
    for (const frame of frames) {
      if (!this.#over) this.#onFrame(frame);
    }
  }

  #heard() {
    this.#quietUntil = performance.now() + SILENCE_MAX_MS;
  }
}
