/** Parts that all pages share. */

import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "./base.js";
import { left } from "./format.js";

/** A field with its label, hint and error, tied together for screen readers. */
export function Field({ label, error, hint, children, as = "input", ...props }) {
  const id = useId();
  const Tag = as;
  const told = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <${Tag} id=${id} aria-invalid=${error ? "true" : undefined} aria-describedby=${told} ...${props}>${children}<//>
    ${hint && !error && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}

/** A button that shows that something is under way. It keeps the focus meanwhile; `useAction` ignores further presses. */
export function Button({ busy = false, kind = "", children, ...props }) {
  const under = busy ? "true" : undefined;
  return html`<button type="button" class="button ${kind}" aria-busy=${under} aria-disabled=${under} ...${props}>${children}</button>`;
}

/**
 * A dialog of the browser's own: focus stays inside, and returns when it closes. Escape closes it, and a press beside it,
 * unless `firm`: what it shows is not shown again.
 */
export function Dialog({ title, onClose, children, wide = false, firm = false }) {
  const dialog = useRef(null);
  const pressed = useRef(null);
  const leaving = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement; // before anything else can get the focus
    const element = dialog.current;
    element.showModal();
    return () => {
      leaving.current = true;
      element.close(); // as long as it is open, nothing behind it takes the focus
      (opener.isConnected && opener !== document.body ? opener : document.getElementById("main"))?.focus();
    };
  }, []);
  // Not only at `close`: focus is back before that event, and a quick key would still find the dialog open.
  const onCancel = ({ target }) => target === dialog.current && onClose();
  const beside = ({ target }) => !firm && target === dialog.current && pressed.current === target && onClose();
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${onCancel} onClose=${() => leaving.current || onClose()}
    onMouseDown=${({ target }) => (pressed.current = target)} onClick=${beside}>
    <header>
      <h2 id=${id}>${title}</h2>
      <button type="button" class="icon" aria-label="Close" onClick=${onClose}>×</button>
    </header>
    ${children}
  </dialog>`;
}

/** Runs one action at a time and keeps what went wrong: `[run, {busy, problem}]`. */
export function useAction(action) {
  const [state, setState] = useState({ busy: false, problem: null });
  const running = useRef(false);
  const here = useRef(true);
  useEffect(() => () => (here.current = false), []);
  const run = async (...args) => {
    if (running.current) return;
    running.current = true;
    setState({ busy: true, problem: null });
    let problem = null;
    try {
      await action(...args);
    } catch (refused) {
      problem = refused;
    }
    running.current = false;
    if (here.current) setState({ busy: false, problem });
  };
  return [run, state];
}

/** Loads something now and whenever `keys` change: `{data, problem, reload}`; what was shown stays meanwhile. */
export function useLoaded(load, keys = []) {
  const [state, setState] = useState({ data: null, problem: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    load().then(
      (data) => wanted && setState({ data, problem: null }),
      (problem) => wanted && setState(({ data }) => ({ data, problem })),
    );
    return () => (wanted = false);
  }, [...keys, round]);
  return { ...state, reload: () => setRound((n) => n + 1) };
}

/** Renders again each second (or more often), in step with `now()`. */
export function useNow(now = Date.now, everyMs = 1000) {
  const [value, setValue] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => setValue(now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return value;
}

/** What is left until an instant after the word `before`, ticking by the server's clock; then `over`. */
export function Countdown({ until, now, before = "", over }) {
  const remaining = Date.parse(until) - useNow(now);
  if (remaining <= 0) return html`<span class="small soft">${over}</span>`;
  const urgent = remaining < 60_000;
  return html`<span class="small soft">${before}</span><time class="countdown ${urgent ? "urgent" : ""}" datetime=${until}>${left(remaining)}</time>`;
}

/** What went wrong, read out at once. */
export function Trouble({ problem, retry }) {
  if (!problem) return null;
  return html`<div class="trouble" role="alert">
    <p>${problem.message}</p>
    ${retry && html`<button type="button" class="button small" onClick=${retry}>Try again</button>`}
  </div>`;
}

/** Stands where something is being loaded. */
export function Waiting({ lines = 3 }) {
  return html`<div class="waiting" role="status" aria-label="Loading">
    ${Array.from({ length: lines }, () => html`<span class="bone"></span>`)}
  </div>`;
}

/** Says that there is nothing, and what to do about it. */
export function Nothing({ title, children }) {
  return html`<div class="nothing"><p class="strong">${title}</p>${children && html`<p>${children}</p>`}</div>`;
}

/** Short news at the edge of the page; read out politely. */
export function Toasts({ list, onGone }) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${list.map((toast) => html`<${Toast} key=${toast.id} ...${toast} onGone=${onGone} />`)}
  </div>`;
}

const TOAST_SHOWN_MS = 6_000;

function Toast({ id, title, text, kind = "", onGone }) {
  useEffect(() => {
    const timer = setTimeout(() => onGone(id), TOAST_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return html`<div class="toast ${kind}">
    <p class="strong">${title}</p>
    ${text && html`<p>${text}</p>`}
  </div>`;
}

/** Keeps short news: `[list, tell, dismiss]`. */
export function useToasts() {
  const [list, setList] = useState([]);
  const last = useRef(0);
  const tell = (toast) => setList((shown) => [...shown.slice(-3), { ...toast, id: ++last.current }]);
  return [list, tell, (id) => setList((shown) => shown.filter((toast) => toast.id !== id))];
}

/** The page's address after the hash, e.g. `#/drawings/1` as `["drawings", "1"]`. */
export function useRoute() {
  const read = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  const [route, setRoute] = useState(read());
  useEffect(() => {
    const changed = () => {
      setRoute(read());
      window.scrollTo(0, 0);
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

/** Begins at the content again whenever the route changes: for the keyboard, and for who has the page read out. */
export function useFocusOnArrival(route) {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) document.getElementById("main").focus({ preventScroll: true });
    first.current = false;
  }, [route.join("/")]);
}

/** For links to a part of the page, since the hash is the route. */
export const skipTo = (id) => (event) => {
  event.preventDefault();
  document.getElementById(id).focus();
};
