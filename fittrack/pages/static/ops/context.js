/** What every section of the console may use: `{session, api, live, looking, tell, stepUp}`. */

import { createContext, useContext, useEffect } from "/pages/lib/base.js";
import { useStore } from "/pages/lib/store.js";

export const OpsContext = createContext(null);

/**
 * - `session`, `api`: who is signed in, and the REST API in their name
 * - `live`: the `LiveState` of the channels; `useLive()` follows it
 * - `looking`: what oneself and others have open (`parts/others.js` shows it)
 * - `tell({title, text, kind})`: short news at the edge of the page
 * - `stepUp(action)`: runs `action`; when the second factor must be shown first, asks for it and runs it again
 */
export const useOps = () => useContext(OpsContext);

/** The live state, followed. */
export const useLive = () => useStore(useOps().live);

/** How often somebody did something to things of these kinds (`drawing`, `prize`, …): a key for `useLoaded`. */
export function useRounds(...kinds) {
  const { rounds } = useLive();
  return kinds.map((kind) => rounds[kind] ?? 0).join(".");
}

/** The latest that somebody did to this one thing: a key for `useLoaded`. */
export const useDoneTo = (id) => useLive().actions.find((action) => action.entity_id === id)?.audit_id;

/** Follow a drawing's countdown and tickets while the view is there. */
export function useFollowed(ids) {
  const { live } = useOps();
  const key = ids.join(" ");
  useEffect(() => {
    const ends = ids.map((id) => live.follow(id));
    return () => ends.forEach((end) => end());
  }, [key]);
}
