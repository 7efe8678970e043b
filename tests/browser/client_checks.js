/** What the tests of the client ask: each answers with what it saw. Read as one expression, beside a page. */
({
  async readGolden(frames) {
    const { jsonWire, msgpackWire } = await import("/client/wire.js");
    const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
    const wrong = [];
    for (const frame of frames) {
      const [packed] = msgpackWire.decode(bytes(frame.msgpack).buffer);
      const [written] = jsonWire.decode(frame.json);
      if (JSON.stringify(packed) !== JSON.stringify(written)) wrong.push(frame.name);
      const again = msgpackWire.decode(msgpackWire.join([msgpackWire.encode(written)]).slice().buffer);
      if (JSON.stringify(again) !== JSON.stringify([written])) wrong.push(`${frame.name}, written again`);
      if (jsonWire.join([jsonWire.encode(written)]) !== frame.json) wrong.push(`${frame.name} as text`);
    }
    return wrong;
  },

  async groups([sizes, framesMax, bytesMax]) {
    const { messages } = await import("/client/wire.js");
    return [...messages(sizes.map((size) => new Uint8Array(size)), framesMax, bytesMax)].map((group) => group.length);
  },

  async positions() {
    const { Positions } = await import("/client/core.js");
    const { StreamGap } = await import("/client/errors.js");
    const positions = new Positions();
    positions.welcomed({ ledger_seq: 4, inbox_seq: 0, resumed: false });
    const accepts = (t, seq, ch) => positions.accept({ t, seq, ch });
    const seen = [accepts("points.changed", 4), accepts("points.changed", 5), accepts("points.changed", 5)];
    let gap = false;
    try { accepts("points.changed", 7); } catch (error) { gap = error instanceof StreamGap; }
    const states = [accepts("snapshot", 9, "drawings"), accepts("drawing.added", 8, "drawings"), accepts("drawing.added", 9, "drawings")];
    positions.forget("drawings");
    states.push(accepts("drawing.added", 1, "drawings"));
    return { seen, gap, states, resume: positions.resume(), tick: accepts("drawing.tick") };
  },

  async outbox() {
    const { Outbox } = await import("/client/core.js");
    const outbox = new Outbox(() => 100, 4);
    outbox.inFlightMax = 2;
    const told = [];
    const submit = (t, more = {}) => outbox.submit({ t, ...more }, (error, answer) => told.push([t, error?.name ?? null, answer ?? null]));
    submit("a", { key: "k1" }); submit("b", { durable: false }); submit("c"); submit("d");
    let full = null;
    try { submit("e"); } catch (error) { full = error.name; }
    const first = outbox.take(0).map(({ t }) => t);
    outbox.answered({ t: "err", id: 1, d: { code: "busy", retryable: true, after_ms: 50 } }, 1000);
    const due = outbox.nextDue();
    const second = outbox.take(1000).map(({ t }) => t);
    outbox.disconnected();
    const again = outbox.take(1000).map((request) => request.frame());
    outbox.answered({ t: "ok", id: 1, d: { done: true } }, 1000);
    outbox.answered({ t: "ok", id: 1, d: { done: true } }, 1000);
    outbox.answered({ t: "err", id: 3, d: { code: "conflict", detail: "no" } }, 1000);
    outbox.abandon(new Error("over"));
    return { full, first, due, second, again, told };
  },

  async backOff() {
    const { BackOff, mayReconnect } = await import("/client/core.js");
    const backOff = new BackOff(() => 1);
    const waits = Array.from({ length: 9 }, () => backOff.wait(0));
    backOff.opened(0);
    const soon = backOff.wait(59_999);
    backOff.opened(0);
    const late = backOff.wait(60_000);
    return { waits, soon, late, codes: [1006, 1011, 4001, 4005, 4500, 4503, 4999, 3000].map(mayReconnect) };
  },
})
