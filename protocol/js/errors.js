/** What can go wrong for a user of the client. */

/** Any of them. */
export class ClientProblem extends Error {
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** An event came without its predecessors: only a resume can tell what was missed. */
export class StreamGap extends ClientProblem {}

/** Too many requests wait for a connection. */
export class OutboxFull extends ClientProblem {}

/** The connection went away before an answer that only it could have brought. */
export class Disconnected extends ClientProblem {
  constructor() {
    super("the connection was lost");
  }
}

/** The client will not come back by itself: the server sent it away, or it was closed. */
export class Stopped extends ClientProblem {
  /** @param {number} code the WebSocket's close code @param {string} reason */
  constructor(code, reason) {
    super(`${code} ${reason}`.trim());
    this.code = code;
    this.reason = reason;
  }
}

/** The server's `err`: `code` is one of the problem catalogue, `data` the whole of it. */
export class CommandRefused extends ClientProblem {
  /** @param {{code?: string, status?: number, detail?: string}} data */
  constructor(data) {
    super(data.detail ?? data.code ?? "refused");
    this.code = data.code ?? "unknown";
    this.status = data.status ?? 0;
    this.data = data;
  }
}
