/**
 * How frames become messages and messages frames, in either encoding of the protocol.
 *
 * @typedef {{t: string, id?: number|string, ch?: string, seq?: number, key?: string, d?: object}} Frame
 * @typedef {{subprotocol: string, encode(frame: Frame): Uint8Array, join(frames: Uint8Array[]): Uint8Array|string,
 *            decode(message: ArrayBuffer|string): Frame[]}} Wire
 */

import { decode, encode } from "./vendor/msgpack/index.mjs";

/** Frames of one message at most (PROTOCOL, Frame). */
export const FRAMES_PER_MESSAGE_MAX = 64;

/** Bytes of one message at most; an `activity.log` alone may have more. */
export const MESSAGE_BYTES_MAX = 64 * 1024;

/** Bytes that make frames a list: a MessagePack array header; JSON takes two, and a comma per frame. */
const LIST_OVERHEAD = 3;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Binary messages: what an app should speak. */
export const msgpackWire = Object.freeze({
  subprotocol: "fittrack.v1.msgpack",
  encode: (frame) => encode(frame, { ignoreUndefined: true }),
  join: (frames) => (frames.length === 1 ? frames[0] : concatenated([arrayHeader(frames.length), ...frames])),
  decode: (message) => framesOf(decode(new Uint8Array(message))),
});

/** Text messages: for reading along. */
export const jsonWire = Object.freeze({
  subprotocol: "fittrack.v1.json",
  encode: (frame) => utf8.encode(JSON.stringify(frame)),
  join: (frames) => {
    const texts = frames.map((frame) => text.decode(frame));
    return texts.length === 1 ? texts[0] : `[${texts.join(",")}]`;
  },
  decode: (message) => framesOf(JSON.parse(message)),
});

/**
 * Group encoded frames, in order, into messages that keep both limits.
 * A frame too large to share a message travels alone.
 *
 * @param {Iterable<Uint8Array>} frames
 * @returns {Generator<Uint8Array[]>}
 */
export function* messages(frames, framesMax = FRAMES_PER_MESSAGE_MAX, bytesMax = MESSAGE_BYTES_MAX) {
  let group = [];
  let size = LIST_OVERHEAD;
  for (const frame of frames) {
    if (group.length > 0 && (group.length === framesMax || size + frame.length + 1 > bytesMax)) {
      yield group;
      group = [];
      size = LIST_OVERHEAD;
    }
    group.push(frame);
    size += frame.length + 1;
  }
  if (group.length > 0) yield group;
}

function framesOf(content) {
  const frames = Array.isArray(content) ? content : [content];
  for (const frame of frames) {
    if (typeof frame !== "object" || frame === null || typeof frame.t !== "string") {
      throw new TypeError("not a frame");
    }
  }
  return frames;
}

function arrayHeader(length) {
  return length < 16 ? Uint8Array.of(0x90 | length) : Uint8Array.of(0xdc, length >> 8, length & 0xff);
}

function concatenated(parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
