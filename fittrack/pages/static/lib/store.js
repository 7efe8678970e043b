/** State that changes outside of views, and the hook that makes views follow it. */

import { useEffect, useState } from "./base.js";

export class Store {
  #listeners = new Set();

  /** @param {object} state */
  constructor(state) {
    this.state = state;
  }

  /** Change some of it; views that look at it render again. */
  set(changes) {
    this.state = { ...this.state, ...changes };
    for (const listener of this.#listeners) listener();
  }

  /** @returns {() => void} hear no more */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The state of a store, followed. */
export function useStore(store) {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    const follow = () => setState(store.state);
    follow();
    return store.onChange(follow);
  }, [store]);
  return state;
}
