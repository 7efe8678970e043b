/** The REST API as the pages use it: tokens that stay fresh, problems as errors, retries under one key. */

import { uuid7 } from "/client/uuid7.js";

const BASE = "/api/v1";

/** A problem document (RFC 9457) as an error; `code` is the last part of its type. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? document.title ?? `The server answered ${status}`);
    this.status = status;
    this.code = (document.type ?? "").split("/").pop();
    this.errors = document.errors ?? [];
    this.document = document;
  }

  /** What is wrong with each field, by its name. */
  get fields() {
    return Object.fromEntries(
      this.errors.map((error) => [(error.pointer ?? "").replace(/^#?\//, "").replaceAll("/", "."), error.detail]),
    );
  }
}

/** The server did not answer at all. */
export class Offline extends Error {
  constructor() {
    super("FitTrack cannot be reached. Check your connection and try again.");
    this.code = "offline";
    this.fields = {};
  }
}

export class Api {
  #session;

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.#session = session;
  }

  get = (path, params) => this.#call("GET", path + query(params));
  post = (path, body = {}, { key = uuid7(), headers } = {}) =>
    this.#call("POST", path, { body, headers: { "Idempotency-Key": key, ...headers } });
  put = (path, body, { headers } = {}) =>
    this.#call("PUT", path, { body, headers: { "Idempotency-Key": uuid7(), ...headers } });
  patch = (path, body, { headers } = {}) => this.#call("PATCH", path, { body, headers });
  delete = (path, { headers } = {}) => this.#call("DELETE", path, { headers });

  /** A resource and the tag that guards its next change: `{data, etag}`. */
  async tagged(path) {
    const response = await this.#send("GET", path, {});
    return { data: await content(response), etag: response.headers.get("ETag") };
  }

  /** What `path` answers, byte for byte. */
  async text(path) {
    const response = await this.#send("GET", path, {});
    return response.text();
  }

  /** Have the browser save what `path` answers. */
  async download(path, name) {
    const response = await this.#send("GET", path, {});
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async #call(method, path, options = {}) {
    return content(await this.#send(method, path, options));
  }

  async #send(method, path, { body, headers = {} }, again = true) {
    const token = await this.#session.token();
    const response = await request(method, path, {
      body,
      headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) },
    });
    if (response.status === 401 && token && again) {
      await this.#session.renew();
      return this.#send(method, path, { body, headers }, false);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/** One request, and its answer whatever it is. Rejects with `Offline`. */
export async function request(method, path, { body, headers = {} } = {}) {
  try {
    return await fetch(path.startsWith("/") ? path : `${BASE}/${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof TypeError) throw new Offline();
    throw error;
  }
}

/** The error that an answer is. */
export async function problemOf(response) {
  const document = await response.json().catch(() => ({}));
  return new Problem(response.status, document);
}

async function content(response) {
  const kind = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return null;
  return kind.includes("json") ? response.json() : response.text();
}

function query(params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}
