/** What operators see live: one WebSocket on `ops` and `drawings`, and on the drawings that views look at. */

import { Client, CommandRefused, Disconnected, Stopped } from "/client/client.js";
import { isOutdated } from "/pages/lib/drawing.js";
import { deviceId } from "/pages/lib/session.js";
import { Store } from "/pages/lib/store.js";

/** Seconds of figures that charts show. */
export const SHOWN_S = 300;

/** Actions that are kept to show. */
const ACTIONS_KEPT = 100;

const EMPTY = Object.freeze({
  connected: false,
  stopped: null,
  refused: null,
  figures: null,
  history: [],
  alerts: [],
  actions: [],
  drawings: null,
  rounds: {},
});

const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
const sameAlert = (a, b) => a.code === b.code && a.subject === b.subject;

/** Lets pass that somebody stopped listening before an answer came. */
function unlessOver(error) {
  if (!(error instanceof Stopped || error instanceof Disconnected || error instanceof CommandRefused)) throw error;
}

export class LiveState extends Store {
  #followers = new Map();

  /** @param {import("/pages/lib/session.js").Session} session */
  constructor(session) {
    super({ ...EMPTY });
    this.client = new Client(address(), { token: () => session.token(), deviceId: deviceId() });
    this.#listen();
  }

  /** Connect, and hear of everything. */
  start() {
    this.client.start();
    for (const channel of ["ops", "drawings"]) {
      this.client.subscribe(channel).catch((error) => {
        if (error instanceof CommandRefused) this.set({ refused: error });
        else unlessOver(error);
      });
    }
  }

  /** Sign off. */
  stop() {
    this.client.close();
  }

  /** The server's time, for countdowns. */
  now = () => this.client.now();

  /** Hear of a drawing's ticks, as long as anybody follows it. @returns {() => void} */
  follow(id) {
    const channel = `drawing:${id}`;
    const followers = this.#followers.get(id) ?? 0;
    this.#followers.set(id, followers + 1);
    if (followers === 0) this.client.subscribe(channel).catch(unlessOver);
    return () => {
      const left = this.#followers.get(id) - 1;
      this.#followers.set(id, left);
      if (left === 0) this.client.unsubscribe(channel).catch(unlessOver);
    };
  }

  /** Take in a drawing as REST has just said it is. */
  know(drawing) {
    this.#patch(drawing.drawing_id, drawing);
  }

  #listen() {
    const on = (type, work) => this.client.on(type, work);
    on("connection", ({ d }) => this.set({ connected: d.connected }));
    on("stopped", ({ d }) => this.set({ connected: false, stopped: d }));
    on("snapshot", ({ ch, d }) => this.#snapshot(ch, d));
    on("ops.live", ({ d }) => this.#figures(d));
    on("ops.alert", ({ d }) => this.#alert(d));
    on("ops.action", ({ d }) => this.#action(d));
    on("drawing.added", ({ d }) => this.#patch(d.drawing.drawing_id, d.drawing));
    on("drawing.opened", ({ d }) => this.#patch(d.drawing.drawing_id, d.drawing));
    on("drawing.tick", ({ ch, d }) => this.#ticked(ch.slice("drawing:".length), d));
    on("drawing.closed", ({ d }) => this.#closed(d));
    on("drawing.completed", ({ d }) => this.#patch(d.drawing_id, { status: "completed" }));
    on("drawing.result", ({ d }) => this.#patch(d.drawing_id, { status: "completed", result: d }));
    on("drawing.cancelled", ({ d }) => this.#patch(d.drawing_id, { status: "cancelled", reason: d.reason }));
  }

  #snapshot(channel, d) {
    if (channel === "ops") {
      this.set({ alerts: d.alerts });
      if (this.state.actions.length === 0) this.set({ actions: d.actions });
      else [...d.actions].reverse().forEach((action) => this.#action(action)); // what was done while nobody listened
      if (d.live) this.#figures(d.live);
    } else if (channel === "drawings") {
      for (const drawing of d.drawings) this.#patch(drawing.drawing_id, drawing);
      this.set({ drawings: this.state.drawings ?? {} });
    } else if (channel.startsWith("drawing:")) {
      this.#patch(d.drawing.drawing_id, { ...d.drawing, closing: d.closed ?? undefined, result: d.result ?? undefined });
      if (d.drawing.status !== "draft") this.#ticked(d.drawing.drawing_id, d.tick);
    }
  }

  #figures(figures) {
    const at = Date.parse(figures.now);
    const history = this.state.history.filter((former) => former.at < at && former.at > at - SHOWN_S * 1000);
    this.set({ figures, history: [...history, { at, ...figures }] });
  }

  #alert(alert) {
    const others = this.state.alerts.filter((known) => !sameAlert(known, alert));
    this.set({ alerts: alert.cleared ? others : [...others, alert] });
  }

  #action(action) {
    const { actions, rounds } = this.state;
    if (actions.some(({ audit_id: id }) => id === action.audit_id)) return;
    const kind = action.entity_type;
    this.set({ actions: [action, ...actions].slice(0, ACTIONS_KEPT), rounds: { ...rounds, [kind]: (rounds[kind] ?? 0) + 1 } });
  }

  #closed(closing) {
    const { drawing_id: id, tickets, entrants } = closing;
    this.#patch(id, { status: "closed", total_tickets: tickets, entrants, closing });
  }

  #ticked(id, tick) {
    this.#patch(id, {
      status: tick.status,
      total_tickets: tick.tickets,
      entrants: tick.entrants,
      ticket_sales_close: tick.closes_at,
      drawing_time: tick.draws_at,
    });
  }

  #patch(id, changes) {
    const known = this.state.drawings ?? {};
    if (isOutdated(known[id], changes)) return;
    this.set({ drawings: { ...known, [id]: { drawing_id: id, ...known[id], ...changes } } });
  }
}
