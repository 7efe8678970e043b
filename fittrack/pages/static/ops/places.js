/** The sections of the console, in the order of its navigation. Each is loaded when somebody goes there. */

/** @type {{name: string, label: string, icon: string, load: () => Promise<Function>}[]} */
export const PLACES = [
  { name: "overview", label: "Overview", icon: "M3 12h4l3-8 4 16 3-8h4", load: async () => (await import("./sections/overview.js")).Overview },
];

/** The place that an address means; the first one when it means none. */
export const placeOf = (name) => PLACES.find((place) => place.name === name) ?? PLACES[0];
