/** What a signed-in player sees live: one WebSocket, and the state that its frames make. */

import { Client, Stopped, localStore } from "/client/client.js";
import { isOutdated } from "/pages/lib/drawing.js";
import { Store } from "/pages/lib/store.js";
import { deviceId } from "/pages/lib/session.js";

const EMPTY = Object.freeze({
  connected: false,
  stopped: null,
  user: null,
  balance: null,
  today: null,
  streak: null,
  unread: 0,
  drawings: null,
  ranks: {},
  waiting: 0,
  ledgerRound: 0,
  inboxRound: 0,
});

/** The address of the WebSocket beside this page. */
const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;

/** Milliseconds over which clients spread what they load after a reconnect. */
const SPREAD_MS = 4_000;

export class PlayerState extends Store {
  /** Positions in ledger and inbox, `{ledger, inbox}`, that were heard of. */
  #known = null;
  /** What the views have missed of `tickets`, `ledger` and `inbox`. */
  #behind = new Set();
  #later = null;

  /**
   * @param {import("/pages/lib/session.js").Session} session
   * @param {import("/pages/lib/api.js").Api} api
   * @param {(toast: {title: string, text?: string, kind?: string}) => void} tell short news
   */
  constructor(session, api, tell) {
    super({ ...EMPTY });
    this.api = api;
    this.tell = tell;
    this.client = new Client(address(), {
      token: () => session.token(),
      deviceId: deviceId(),
      store: localStore(`fittrack.queue.${session.user.user_id}`),
    });
    this.#listen();
  }

  /** Connect, and follow all drawings. */
  start() {
    this.client.start();
    this.client.subscribe("drawings").catch((error) => {
      if (!(error instanceof Stopped)) throw error;
    });
  }

  /** Sign off. */
  stop() {
    clearTimeout(this.#later);
    this.client.close();
  }

  /** Take in one's profile as REST has just said it is. */
  know({ display_name: name }) {
    this.set({ user: { ...this.state.user, display_name: name } });
  }

  /** Send a command and keep count of what waits. Rejects with `CommandRefused`. */
  async command(send) {
    const sent = send(this.client);
    this.#count();
    try {
      return await sent;
    } finally {
      this.#count();
    }
  }

  #count() {
    this.set({ waiting: this.client.waiting.length });
  }

  #listen() {
    const on = (type, work) => this.client.on(type, work);
    on("connection", ({ d }) => this.set({ connected: d.connected, waiting: this.client.waiting.length }));
    on("stopped", ({ d }) => this.set({ connected: false, stopped: d }));
    on("welcome", ({ d }) => this.#welcomed(d));
    on("points.changed", ({ d }) => this.#pointsChanged(d));
    on("streak.changed", ({ d }) => this.set({ today: d.today, streak: d.streak }));
    on("inbox.changed", ({ d }) => this.set({ unread: d.unread, inboxRound: this.state.inboxRound + 1 }));
    on("notification", ({ d, seq }) => this.#notified(d, seq));
    on("rank.changed", ({ d }) => this.set({ ranks: { ...this.state.ranks, [`${d.period}:${d.tier_code}`]: d } }));
    on("answered", ({ d }) => this.#answeredLate(d));
    on("snapshot", ({ ch, d }) => this.#snapshot(ch, d));
    on("tickets.changed", ({ d }) => this.#patch(d.drawing_id, { my_tickets: d.my_tickets, odds: d.odds }));
    on("drawing.added", ({ d }) => this.#patch(d.drawing.drawing_id, d.drawing));
    on("drawing.opened", ({ d }) => this.#patch(d.drawing.drawing_id, d.drawing));
    on("drawing.tick", ({ ch, d }) => this.#ticked(ch.slice("drawing:".length), d));
    on("drawing.closed", ({ d }) =>
      this.#patch(d.drawing_id, { status: "closed", total_tickets: d.tickets, entrants: d.entrants, root: d.root }),
    );
    on("drawing.completed", ({ d }) => this.#patch(d.drawing_id, { status: "completed" }));
    on("drawing.result", ({ d }) => this.#patch(d.drawing_id, { status: "completed", result: d }));
    on("drawing.cancelled", ({ d }) => this.#patch(d.drawing_id, { status: "cancelled", reason: d.reason }));
  }

  #welcomed({ user, balance, today, streak, unread, resumed, ledger_seq: ledger, inbox_seq: inbox }) {
    this.set({ user, balance, today, streak, unread, stopped: null });
    const known = this.#known;
    this.#known = { ledger, inbox };
    if (known === null) {
      this.#loadTickets();
      return;
    }
    if (known.ledger !== ledger) this.#behind.add("tickets"); // no event of theirs is repeated
    if (known.ledger !== ledger && !resumed) this.#behind.add("ledger");
    if (known.inbox !== inbox && !resumed) this.#behind.add("inbox");
    // At a moment of its own: all clients may have come back at once.
    if (this.#behind.size > 0) this.#later ??= setTimeout(() => this.#catchUp(), Math.random() * SPREAD_MS);
  }

  /** Load again what changed while nobody was connected. */
  #catchUp() {
    this.#later = null;
    if (!this.client.connected) return; // the next welcome puts it off again
    const behind = this.#behind;
    this.#behind = new Set();
    if (behind.has("tickets")) this.#loadTickets();
    if (behind.has("ledger")) this.set({ ledgerRound: this.state.ledgerRound + 1 });
    if (behind.has("inbox")) this.set({ inboxRound: this.state.inboxRound + 1 });
  }

  #pointsChanged({ transaction, balance, today, streak }) {
    if (this.#known !== null) this.#known.ledger = transaction.seq;
    this.set({ balance, today, streak, ledgerRound: this.state.ledgerRound + 1 });
    const { transaction_type: type, amount, description } = transaction;
    if (type === "earn" && amount > 0) this.tell({ title: `+${amount} points`, text: description });
    else if (type === "adjust") this.tell({ title: `${amount > 0 ? "+" : ""}${amount} points`, text: description });
  }

  #notified({ title, body, notification_type: type, unread }, seq) {
    if (this.#known !== null) this.#known.inbox = seq;
    this.set({ unread, inboxRound: this.state.inboxRound + 1 });
    if (type === "streak" || type === "point_adjustment") return; // the ledger's event says it already
    this.tell({ title, text: body, kind: type === "winner_selected" ? "gold" : "" });
  }

  #answeredLate({ command, error, answer }) {
    this.#count();
    if (error) {
      this.tell({ title: "What you did while offline was refused", text: error.message, kind: "bad" });
    } else if (command.t === "tickets.buy") {
      this.tell({ title: "Your tickets are bought", text: `${answer.quantity} for ${answer.points_spent} points` });
    } else if (command.t === "activity.log") {
      this.tell({ title: "Your workout arrived", text: `${answer.points} points` });
    }
  }

  #snapshot(channel, d) {
    if (channel === "drawings") {
      this.set({ drawings: Object.fromEntries(d.drawings.map((drawing) => [drawing.drawing_id, this.#merged(drawing)])) });
    } else if (channel.startsWith("drawing:")) {
      this.#patch(d.drawing.drawing_id, { ...d.drawing, odds: d.odds, result: d.result ?? undefined, root: d.closed?.root });
      this.#ticked(d.drawing.drawing_id, d.tick);
    }
  }

  /** One's own tickets: the channel of all drawings is the same for everybody. */
  async #loadTickets() {
    try {
      for (const status of ["open", "closed"]) {
        const { items } = await this.api.get("drawings", { status, limit: 100 });
        for (const drawing of items) this.#patch(drawing.drawing_id, drawing);
      }
    } catch (problem) {
      this.#behind.add("tickets"); // after the next welcome
      console.warn("own tickets are not known yet", problem);
    }
  }

  #ticked(drawingId, tick) {
    this.#patch(drawingId, {
      status: tick.status,
      total_tickets: tick.tickets,
      entrants: tick.entrants,
      ticket_sales_close: tick.closes_at,
      drawing_time: tick.draws_at,
    });
  }

  #merged(drawing) {
    const known = this.state.drawings?.[drawing.drawing_id];
    return isOutdated(known, drawing) ? known : { ...known, ...drawing };
  }

  #patch(id, changes) {
    const known = this.state.drawings ?? {};
    if (isOutdated(known[id], changes)) return;
    const drawing = { drawing_id: id, ...known[id], ...changes };
    if (drawing.my_tickets > 0 && drawing.total_tickets > 0) {
      drawing.odds = Math.min(1, drawing.my_tickets / drawing.total_tickets);
    }
    this.set({ drawings: { ...known, [id]: drawing } });
  }
}
