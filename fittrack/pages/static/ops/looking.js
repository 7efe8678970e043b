/** What oneself and other admins have open at this moment. */

import { Store } from "/pages/lib/store.js";

/** Milliseconds after which what is open is said again, and after which what others said is over (docs/protocol.md). */
const SAY_EVERY_MS = 20_000;
const LASTS_MS = 50_000;

const keyOf = ({ type, id }) => `${type}:${id}`;

export class Looking extends Store {
  #session;
  #api;
  #client;
  #open = new Map();
  #timer = 0;

  /**
   * @param {import("/pages/lib/session.js").Session} session
   * @param {import("/pages/lib/api.js").Api} api
   * @param {import("/client/client.js").Client} client that listens to `ops`
   */
  constructor(session, api, client) {
    super({ looks: [] });
    this.#session = session;
    this.#api = api;
    this.#client = client;
    client.on("ops.looking", ({ d }) => this.#heard(d));
    client.on("connection", () => this.#sayAll());
  }

  start() {
    this.#timer = setInterval(() => this.#sayAll(), SAY_EVERY_MS);
    document.addEventListener("visibilitychange", this.#turned);
  }

  stop() {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#turned);
  }

  /** Let others know that this is open, until the end that is returned. @param {{type: string, id: string}} thing */
  open(thing) {
    const { count } = this.#open.get(keyOf(thing)) ?? { count: 0 };
    this.#open.set(keyOf(thing), { thing, count: count + 1 });
    if (count === 0) this.#say(thing);
    return () => this.#close(thing);
  }

  /** Who has it open, by the latest that was heard: emails. */
  at({ type, id }) {
    const now = performance.now();
    return this.state.looks.filter((look) => look.type === type && look.id === id && look.until > now).map(({ actor }) => actor);
  }

  #close(thing) {
    const { count } = this.#open.get(keyOf(thing));
    if (count > 1) {
      this.#open.set(keyOf(thing), { thing, count: count - 1 });
      return;
    }
    this.#open.delete(keyOf(thing));
    this.#say(thing, true);
  }

  #heard({ actor, entity_type: type, entity_id: id, gone }) {
    const now = performance.now();
    const known = this.at({ type, id }).includes(actor);
    const others = this.state.looks.filter((look) => look.until > now && !(look.actor === actor && look.type === type && look.id === id));
    this.set({ looks: gone ? others : [...others, { actor, type, id, until: now + LASTS_MS }] });
    const open = this.#open.get(keyOf({ type, id }));
    if (open && !gone && !known) this.#say(open.thing); // who has just come does not know of us yet
  }

  #turned = () => {
    if (document.visibilityState === "visible") this.#sayAll();
    else for (const { thing } of this.#open.values()) this.#say(thing, true);
  };

  #sayAll() {
    for (const { thing } of this.#open.values()) this.#say(thing);
  }

  #say({ type, id }, gone = false) {
    if (this.#session.user === null || !this.#client.connected || (!gone && document.visibilityState !== "visible")) return;
    this.#api
      .post("admin/live/looking", { entity_type: type, entity_id: id, gone })
      .catch((problem) => console.warn("others are not told what is open here", problem));
  }
}
