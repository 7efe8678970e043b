/**
 * FitTrack's client for browsers: a player's connection that keeps itself.
 *
 *     const client = new Client("wss://fittrack.example/ws", { token: async () => accessToken });
 *     client.on("points.changed", ({ d }) => show(d.balance));
 *     client.start();
 *     await client.subscribe("drawings");
 *     const bought = await client.buyTickets(drawingId, 3);
 *
 * It resumes after every reconnect, drops what it has already, keeps commands while offline and repeats them
 * under their keys, backs off with full jitter, follows `goaway` without a gap, and stops when it is sent away.
 * With a `store`, commands without an answer and positions outlive the page: see `localStore`.
 */

import { Connection, LOST } from "./connection.js";
import { BackOff, Outbox, Positions, fullJitter, mayReconnect } from "./core.js";
import { CommandRefused, Disconnected, Stopped, StreamGap } from "./errors.js";
import { uuid7 } from "./uuid7.js";
import { jsonWire, msgpackWire } from "./wire.js";

export { ClientProblem, CommandRefused, Disconnected, OutboxFull, Stopped, StreamGap } from "./errors.js";
export { localStore } from "./store.js";
export { uuid7 } from "./uuid7.js";

/** The close code of a connection that was wanted no more (RFC 6455, 7.4.1). */
const NORMAL_CLOSURE = 1000;

/** The correlation id of `auth`; those of other requests start at 1. */
const AUTH_ID = 0;

/** Milliseconds between pings, since browsers do not show the server's (PROTOCOL, Session). */
const PING_EVERY_MS = 25_000;

export class Client {
  #url;
  #token;
  #wire;
  #deviceId;
  #store;
  #listeners = new Map();
  #backOff;
  #outbox;
  #active = null;
  #successor = null;
  #timers = { reconnect: 0, move: 0, due: 0, ping: 0 };
  #stopped = null;
  #refusal = "sent away by the server";
  #opening = false;

  /**
   * @param {string} url of the WebSocket
   * @param {object} options
   * @param {() => Promise<string>} options.token gives an access token that is good for a while
   * @param {"msgpack"|"json"} [options.encoding]
   * @param {string} [options.deviceId]
   * @param {import("./store.js").Store} [options.store] keeps positions and unanswered commands over reloads
   * @param {() => number} [options.draw] numbers in [0, 1) for the jitter
   */
  constructor(url, { token, encoding = "msgpack", deviceId, store = null, draw = Math.random }) {
    this.#url = url;
    this.#token = token;
    this.#wire = encoding === "json" ? jsonWire : msgpackWire;
    this.#deviceId = deviceId;
    this.#store = store;
    this.#backOff = new BackOff(draw);
    this.#outbox = new Outbox((refusals) => fullJitter(refusals, draw()));
    const saved = store?.load() ?? {};
    this.positions = new Positions(saved.positions);
    this.channels = new Set();
    /** The data of the latest `welcome`. */
    this.welcome = null;
    /** Milliseconds that the server's clock is ahead of ours, as of the latest `ping`. */
    this.clockOffset = 0;
    for (const command of saved.commands ?? []) this.#restore(command);
  }

  /** Whether a session is open now. */
  get connected() {
    return this.#active !== null;
  }

  /** Commands without an answer: what to show as "waiting for the connection". */
  get waiting() {
    return this.#outbox.waiting().filter((request) => request.key !== undefined);
  }

  /** The server's time now, as well as it is known. */
  now() {
    return Date.now() + this.clockOffset;
  }

  /**
   * Hear of frames that are news: by type (`points.changed`, `snapshot`, …) or all (`*`), as `{t, d, ch, seq}`.
   * Also of `connection` (`{d: {connected}}`), `stopped` (`{d: {code, reason}}`), and `answered`
   * (`{d: {command, error, answer}}`) for commands of an earlier page.
   *
   * @returns {() => void} hear no more
   */
  on(type, listener) {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Begin to connect. */
  start() {
    globalThis.addEventListener?.("online", this.#hurry);
    globalThis.document?.addEventListener("visibilitychange", this.#hurry);
    this.#open();
  }

  /** Say goodbye. What still waits for an answer gets `Stopped`; its keys may be used again later. */
  close() {
    this.#save();
    this.#giveUp(new Stopped(NORMAL_CLOSURE, "closed by the app"), { keep: true });
    this.#active?.close(NORMAL_CLOSURE);
  }

  /** Report up to 500 activities. Rejects with `CommandRefused`. */
  logActivities(activities, { key = uuid7() } = {}) {
    return this.request({ t: "activity.log", d: { activities }, key });
  }

  /** Buy tickets with points. Rejects with `CommandRefused`. */
  buyTickets(drawingId, quantity, { key = uuid7() } = {}) {
    return this.request({ t: "tickets.buy", d: { drawing_id: drawingId, quantity }, key });
  }

  /** Mark notifications as read, up to that position. Rejects with `CommandRefused`. */
  readInbox(upTo, { key = uuid7() } = {}) {
    return this.request({ t: "inbox.read", d: { up_to: upTo }, key });
  }

  /** Ask for a channel, now and after every reconnect. Rejects with `CommandRefused`. */
  async subscribe(channel) {
    this.channels.add(channel);
    try {
      await this.request({ t: "sub", ch: channel });
    } catch (error) {
      if (error instanceof CommandRefused) this.channels.delete(channel);
      throw error;
    }
  }

  /** Have enough of a channel. */
  async unsubscribe(channel) {
    this.channels.delete(channel);
    this.positions.forget(channel);
    for (const request of this.#outbox.waiting()) {
      if (request.t === "sub" && request.ch === channel) request.settle(new Disconnected());
    }
    if (!this.connected) return;
    try {
      await this.request({ t: "unsub", ch: channel, durable: false });
    } catch (error) {
      if (!(error instanceof Disconnected || error instanceof Stopped)) throw error; // a lost connection has no subscriptions
    }
  }

  /** Measure how far the server's clock is ahead; milliseconds. Rejects with `Disconnected`. */
  async ping() {
    const asked = Date.now();
    const { now } = await this.request({ t: "ping", durable: false });
    const middle = asked + (Date.now() - asked) / 2;
    this.clockOffset = Date.parse(now) - middle;
    return this.clockOffset;
  }

  /**
   * Send a frame, wait for its answer. A durable one waits for a connection too, and survives many.
   * Rejects with `CommandRefused`, `OutboxFull`, `Stopped` and, if not durable, `Disconnected`.
   *
   * @param {{t: string, d?: object, key?: string, ch?: string, durable?: boolean}} request
   * @returns {Promise<object>}
   */
  request(request) {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== null) throw this.#stopped;
      if (request.durable === false && !this.connected) throw new Disconnected();
      this.#outbox.submit(request, (error, answer) => {
        this.#save();
        if (error) reject(error);
        else resolve(answer);
      });
      this.#save();
      this.#pump();
    });
  }

  // --- Connections ------------------------------------------------------------------------------------------

  async #open() {
    this.#opening = true;
    const token = await this.#token().catch((error) => {
      console.warn("no token", error);
      return null;
    });
    if (this.#stopped !== null) return;
    if (token === null) {
      this.#opening = false;
      this.#comeBack();
      return;
    }
    const resume = this.positions.resume() ?? undefined;
    const auth = { token, device_id: this.#deviceId, resume };
    const connection = new Connection(this.#url, this.#wire, {
      onFrame: (frame) => this.#receive(connection, frame),
      onEnd: (code) => this.#ended(connection, code),
    });
    if (this.#active !== null) this.#successor = connection;
    connection.open({ t: "auth", id: AUTH_ID, d: withoutUndefined(auth) });
  }

  #ended(connection, code) {
    this.#opening = false;
    if (connection === this.#successor) this.#successor = null;
    const wasActive = connection === this.#active;
    if (wasActive) this.#lose();
    if (this.#stopped !== null || (!wasActive && this.#active !== null)) {
      if (this.#active?.draining && this.#stopped === null) this.#later("move", 1000, this.#move);
      return;
    }
    if (!mayReconnect(code)) this.#giveUp(new Stopped(code, this.#refusal), { keep: true });
    else if (this.#successor === null) this.#comeBack();
  }

  #comeBack() {
    this.#later("reconnect", this.#backOff.wait(performance.now()), () => this.#open());
  }

  /** The network or the reader is back: no reason to wait any longer. */
  #hurry = () => {
    if (this.#stopped !== null || globalThis.document?.visibilityState === "hidden") return;
    if (this.connected) {
      this.#active.suspect();
      return;
    }
    if (this.#opening) return;
    clearTimeout(this.#timers.reconnect);
    this.#open();
  };

  #lose() {
    this.#active = null;
    clearInterval(this.#timers.ping);
    this.#outbox.disconnected();
    this.#tell({ t: "connection", d: { connected: false } });
  }

  #giveUp(why, { keep }) {
    if (this.#stopped !== null) return;
    this.#stopped = why;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    globalThis.removeEventListener?.("online", this.#hurry);
    globalThis.document?.removeEventListener("visibilitychange", this.#hurry);
    if (keep) this.#store = null; // what waits now is for the next run
    this.#outbox.abandon(why);
    this.#tell({ t: "stopped", d: { code: why.code, reason: why.reason } });
  }

  // --- What arrives -----------------------------------------------------------------------------------------

  #receive(connection, frame) {
    switch (frame.t) {
      case "hello":
        break;
      case "ok":
      case "pong":
        this.#answered(frame);
        break;
      case "err":
        if (frame.id === AUTH_ID) this.#refusal = frame.d?.detail ?? this.#refusal;
        else this.#answered(frame);
        break;
      case "welcome":
        this.#welcomed(connection, frame);
        break;
      case "goaway":
        this.#goAway(connection, frame.d);
        break;
      case "expiring":
        this.#refresh();
        break;
      default:
        if (this.#isNews(connection, frame)) this.#emit(frame);
    }
  }

  #answered(frame) {
    this.#outbox.answered(frame, performance.now());
    this.#pump();
  }

  #isNews(connection, frame) {
    try {
      return this.positions.accept(frame);
    } catch (error) {
      if (!(error instanceof StreamGap)) throw error;
      if (connection === this.#active) connection.end(LOST);
      return false; // else the successor is replaying what lies between
    }
  }

  #welcomed(connection, frame) {
    const former = this.#active;
    this.#active = connection;
    this.#successor = null;
    this.#opening = false;
    this.#outbox.disconnected();
    this.positions.welcomed(frame.d);
    this.#outbox.inFlightMax = frame.d.limits?.commands_in_flight ?? this.#outbox.inFlightMax;
    this.welcome = frame.d;
    this.#backOff.opened(performance.now());
    this.#resubscribe();
    this.#pump();
    if (former !== null && former !== connection) former.close(NORMAL_CLOSURE);
    clearInterval(this.#timers.ping);
    this.#timers.ping = setInterval(this.#beat, PING_EVERY_MS);
    this.#beat();
    this.#emit(frame);
    this.#tell({ t: "connection", d: { connected: true } });
  }

  #beat = () => {
    this.ping().catch((error) => {
      if (!(error instanceof Disconnected || error instanceof Stopped)) throw error;
    });
  };

  #resubscribe() {
    const asked = new Set(
      this.#outbox
        .waiting()
        .filter(({ t }) => t === "sub")
        .map(({ ch }) => ch),
    );
    for (const channel of this.channels) {
      if (asked.has(channel)) continue;
      this.#outbox.submit({ t: "sub", ch: channel }, (error) => {
        if (!(error instanceof CommandRefused)) return;
        this.channels.delete(channel);
        this.#tell({ t: "err", ch: channel, d: error.data });
      });
    }
  }

  #goAway(connection, { after_ms: afterMs }) {
    if (connection !== this.#active || connection.draining) return;
    connection.draining = true;
    this.#later("move", afterMs, this.#move);
  }

  #move = () => {
    if (this.#active?.draining && this.#stopped === null && this.#successor === null) this.#open();
  };

  async #refresh() {
    try {
      await this.request({ t: "refresh", d: { token: await this.#token() }, durable: false });
    } catch (error) {
      console.warn("refresh failed", error); // the next connection asks for a token again
    }
  }

  #emit(frame) {
    this.#tell(frame);
    if (frame.t === "welcome" || (frame.seq !== undefined && !frame.ch)) this.#save();
  }

  #tell(frame) {
    for (const listener of [...(this.#listeners.get(frame.t) ?? []), ...(this.#listeners.get("*") ?? [])]) {
      listener(frame);
    }
  }

  // --- What is sent -----------------------------------------------------------------------------------------

  #pump() {
    if (this.#active === null) return;
    const now = performance.now();
    const frames = this.#outbox.take(now).map((request) => request.frame());
    const due = this.#outbox.nextDue();
    if (due !== null) this.#later("due", Math.max(0, due - now), () => this.#pump());
    if (frames.length > 0) this.#active.send(frames);
  }

  #later(name, ms, work) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(work, ms);
  }

  #restore(command) {
    this.#outbox.submit(command, (error, answer) => {
      if (error instanceof Stopped) return;
      this.#save();
      this.#tell({ t: "answered", d: { command, error, answer } });
    });
  }

  #save() {
    const commands = this.waiting.map(({ t, d, key }) => ({ t, d, key }));
    this.#store?.save({ positions: this.positions.resume() ?? undefined, commands });
  }
}

function withoutUndefined(map) {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
