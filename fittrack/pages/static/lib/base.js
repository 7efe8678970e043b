/** Preact and htm, bound together: what every view begins with. */

import { Fragment, createContext, h, render } from "/pages/vendor/preact.mjs";
import htm from "/pages/vendor/htm.mjs";

export { Fragment, createContext, render };
export {
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "/pages/vendor/hooks.mjs";

export const html = htm.bind(h);
