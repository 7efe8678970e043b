/** What every view of a signed-in player may use: `{session, api, state, tell}`. */

import { createContext, useContext } from "/pages/lib/base.js";
import { useStore } from "/pages/lib/store.js";

export const PlayerContext = createContext(null);

export const usePlayer = () => useContext(PlayerContext);

/** The live state, followed. */
export const useLive = () => useStore(usePlayer().state);
