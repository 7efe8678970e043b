/**
 * The client's side of the protocol without a socket: what to send when, what to believe, when to come back.
 *
 * Three small machines: `Positions` (what was received, and what is a duplicate), `Outbox` (requests that wait
 * for their answer, over any number of connections) and `BackOff` (how long to stay away).
 */

import { CommandRefused, Disconnected, OutboxFull, StreamGap } from "./errors.js";

/** Requests waiting in a client, sent or not: days offline; beyond, the caller should know. */
export const OUTBOX_REQUESTS_MAX = 1000;

/** Requests without an answer on one connection; `welcome` may say otherwise. */
export const COMMANDS_IN_FLIGHT_MAX = 64;

/** Milliseconds that the first delay is drawn from; each further one doubles it. */
export const BACK_OFF_FIRST_MS = 500;

/** Milliseconds that any delay is drawn from at most. */
export const BACK_OFF_MAX_MS = 30_000;

/** Milliseconds a connection must have lasted for the back-off to start anew. */
export const STABLE_AFTER_MS = 60_000;

/** The stream that a numbered event without a channel belongs to. */
const STREAMS = Object.freeze({ "points.changed": "ledger", notification: "inbox" });

/** Close codes of the server's own: from 4500 on they say stop. */
const FIRST_OWN_CODE = 4000;
const FIRST_STOP_CODE = 4500;
const LAST_OWN_CODE = 4999;

/**
 * Whether a client may come back after a close code. Only the server's own 45xx say stop: what networks and
 * proxies do to a connection never means that the player was sent away.
 */
export function mayReconnect(code) {
  return !(code >= FIRST_OWN_CODE && code >= FIRST_STOP_CODE && code <= LAST_OWN_CODE);
}

/** What this client has: its place in both streams, and the latest state of each channel. */
export class Positions {
  #channels = new Map();

  /** @param {{ledger?: number, inbox?: number}} [saved] of an earlier run, to resume after it */
  constructor(saved = {}) {
    this.ledger = saved.ledger ?? null;
    this.inbox = saved.inbox ?? null;
  }

  /** What `auth` tells the server, and what to save. */
  resume() {
    return this.ledger === null || this.inbox === null ? null : { ledger: this.ledger, inbox: this.inbox };
  }

  /** A session opened. Unless it resumes, the lists are to be loaded anew, up to these positions. */
  welcomed({ ledger_seq, inbox_seq, resumed }) {
    if (!resumed) {
      this.ledger = ledger_seq;
      this.inbox = inbox_seq;
    }
  }

  /** Whether a frame is news. Throws `StreamGap` when others are missing before it. */
  accept({ t, ch, seq }) {
    if (seq === undefined || seq === null) return true;
    if (ch) return this.#acceptState(t, ch, seq);
    const stream = STREAMS[t];
    return stream === undefined || this.#acceptEvent(stream, seq);
  }

  /** No longer subscribed. */
  forget(channel) {
    this.#channels.delete(channel);
  }

  #acceptState(t, channel, seq) {
    if (t !== "snapshot" && seq < (this.#channels.get(channel) ?? seq)) return false;
    this.#channels.set(channel, seq);
    return true;
  }

  #acceptEvent(stream, seq) {
    const last = this[stream];
    if (last !== null && seq <= last) return false;
    if (last !== null && seq !== last + 1) throw new StreamGap(`${stream} has ${last}, got ${seq}`);
    this[stream] = seq;
    return true;
  }
}

/** A request and who waits for its answer. A `durable` one outlives the connection, under the same key. */
class Request {
  refusals = 0;
  settled = false;
  notBefore = 0;

  constructor(id, { t, d, key, ch, durable = true }, done) {
    Object.assign(this, { id, t, d, key, ch, durable, done });
  }

  frame() {
    const { t, id, key, ch, d } = this;
    return Object.fromEntries(Object.entries({ t, id, key, ch, d }).filter(([, value]) => value !== undefined));
  }

  settle(error, answer) {
    if (this.settled) return;
    this.settled = true;
    this.done(error, answer);
  }
}

/**
 * Requests that wait for an answer: queued, sent, or put off until the server may take them.
 *
 * Each is answered exactly once. After a reconnect everything durable without an answer is sent again, in the
 * order of submission, under the same keys.
 */
export class Outbox {
  #lastId = 0;
  #queued = [];
  #sent = new Map();
  #putOff = [];
  #backOffMs;
  #requestsMax;

  /** @param {(refusals: number) => number} backOffMs how long to put off what was refused for now */
  constructor(backOffMs, requestsMax = OUTBOX_REQUESTS_MAX) {
    this.#backOffMs = backOffMs;
    this.#requestsMax = requestsMax;
    this.inFlightMax = COMMANDS_IN_FLIGHT_MAX;
  }

  get size() {
    return this.#queued.length + this.#sent.size + this.#putOff.length;
  }

  /** Everything without an answer, in the order of submission. */
  waiting() {
    const all = [...this.#sent.values(), ...this.#queued, ...this.#putOff];
    return all.filter((request) => !request.settled).sort((a, b) => a.id - b.id);
  }

  /** Queue a request; `done(error, answer)` is called once. Throws `OutboxFull`. */
  submit(request, done) {
    if (this.size >= this.#requestsMax) throw new OutboxFull(`${this.#requestsMax} requests wait already`);
    const made = new Request(++this.#lastId, request, done);
    this.#queued.push(made);
    return made;
  }

  /** What may be sent now; counts it as sent. @param {number} now milliseconds */
  take(now) {
    const due = this.#putOff.filter((request) => request.notBefore <= now);
    this.#putOff = this.#putOff.filter((request) => request.notBefore > now);
    this.#queued.push(...due.sort((a, b) => a.notBefore - b.notBefore || a.id - b.id));
    const taken = [];
    while (this.#queued.length > 0 && this.#sent.size < this.inFlightMax) {
      const request = this.#queued.shift();
      if (request.settled) continue;
      this.#sent.set(request.id, request);
      taken.push(request);
    }
    return taken;
  }

  /** When something put off may be sent, or null. */
  nextDue() {
    return this.#putOff.length > 0 ? Math.min(...this.#putOff.map((request) => request.notBefore)) : null;
  }

  /** An `ok`, `pong` or `err` arrived. What is retryable is no answer: the request stays, for later. */
  answered(frame, now) {
    const request = this.#sent.get(frame.id);
    if (request === undefined) return; // the answer to a request that was answered on an earlier connection
    this.#sent.delete(frame.id);
    const data = frame.d ?? {};
    if (frame.t !== "err") {
      request.settle(null, data);
    } else if (data.retryable === true && request.durable) {
      request.notBefore = now + this.#backOffMs(request.refusals) + (data.after_ms ?? 0);
      request.refusals += 1;
      this.#putOff.push(request);
    } else {
      request.settle(new CommandRefused(data));
    }
  }

  /** The connection is gone: what may be repeated is queued again, in order; the rest has no answer. */
  disconnected() {
    const everything = this.waiting();
    this.#clear();
    this.#queued = everything.filter((request) => request.durable);
    for (const request of everything) {
      if (!request.durable) request.settle(new Disconnected());
    }
  }

  /** There will be no connection any more. */
  abandon(why) {
    const everything = this.waiting();
    this.#clear();
    for (const request of everything) request.settle(why);
  }

  #clear() {
    this.#queued = [];
    this.#sent.clear();
    this.#putOff = [];
  }
}

/** Milliseconds to wait before attempt number `attempt` (from 0); `draw` is uniform in [0, 1). */
export function fullJitter(attempt, draw) {
  return draw * Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** Math.min(attempt, 16));
}

/** How long to stay away after a connection ended: full jitter, reset only by a stable minute. */
export class BackOff {
  #attempts = 0;
  #openedAt = null;
  #draw;

  /** @param {() => number} draw numbers in [0, 1) */
  constructor(draw = Math.random) {
    this.#draw = draw;
  }

  /** A session is open since `now`. */
  opened(now) {
    this.#openedAt = now;
  }

  /** The connection ended, or never was: milliseconds until the next attempt. */
  wait(now) {
    if (this.#openedAt !== null && now - this.#openedAt >= STABLE_AFTER_MS) this.#attempts = 0;
    this.#openedAt = null;
    return fullJitter(this.#attempts++, this.#draw());
  }
}
