/** Who is signed in, in this browser. Tokens are renewed before they end, once for all tabs. */

import { problemOf, request } from "./api.js";

/** Milliseconds before its end at which an access token is renewed. */
const RENEW_BEFORE_MS = 90_000;

const DEVICE = "fittrack.device";

/** This browser's name among the account's sessions; made once. */
export function deviceId() {
  const known = localStorage.getItem(DEVICE);
  if (known) return known;
  const made = `browser-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  localStorage.setItem(DEVICE, made);
  return made;
}

export class Session {
  #name;
  #storage;
  #listeners = new Set();
  #renewing = null;

  /** @param {string} name of the entry in `storage` @param {Storage} storage */
  constructor(name, storage = localStorage) {
    this.#name = name;
    this.#storage = storage;
    globalThis.addEventListener("storage", ({ key }) => key === name && this.#changed());
  }

  /** The account, or null: `{user_id, email, role, status, point_balance}`. */
  get user() {
    return this.#load()?.user ?? null;
  }

  /** Hear when somebody signs in or out. @returns {() => void} hear no more */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sign in. Rejects with `Problem`. */
  async signIn(email, password) {
    const response = await request("POST", "auth/login", { body: { email, password, device_id: deviceId() } });
    if (!response.ok) throw await problemOf(response);
    this.#keep(await response.json());
  }

  /** End the session here and at the server; a server that cannot be reached ends it by its age. */
  async signOut() {
    const kept = this.#load();
    this.forget();
    if (kept === null) return;
    await request("POST", "auth/logout", { body: {}, headers: { Authorization: `Bearer ${kept.access_token}` } }).catch(
      (error) => console.warn("signed out here alone", error),
    );
  }

  /** An access token that is good for a while, or null when nobody is signed in. */
  async token() {
    const kept = this.#load();
    if (kept === null) return null;
    if (Date.now() < kept.ends_at - RENEW_BEFORE_MS) return kept.access_token;
    await this.renew();
    return this.#load()?.access_token ?? null;
  }

  /** Get new tokens; who is refused is signed out. Rejects with `Problem` or `Offline`. */
  renew() {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renewOnce() {
    const before = this.#load();
    const renewal = async () => {
      const kept = this.#load();
      if (kept === null || kept.access_token !== before?.access_token) return; // another tab was quicker
      const response = await request("POST", "auth/refresh", { body: { refresh_token: kept.refresh_token } });
      if (response.ok) {
        this.#keep(await response.json());
        return;
      }
      const problem = await problemOf(response);
      if (problem.status === 401 || problem.status === 403) this.forget();
      throw problem;
    };
    await (navigator.locks ? navigator.locks.request(this.#name, renewal) : renewal());
  }

  #keep(answer) {
    const ends_at = Date.now() + answer.expires_in * 1000;
    this.#storage.setItem(this.#name, JSON.stringify({ ...answer, ends_at }));
    this.#changed();
  }

  /** Nobody is signed in here any more: the server ended the session. */
  forget() {
    this.#storage.removeItem(this.#name);
    this.#changed();
  }

  #load() {
    return JSON.parse(this.#storage.getItem(this.#name));
  }

  #changed() {
    for (const listener of this.#listeners) listener(this.user);
  }
}
