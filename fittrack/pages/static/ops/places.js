/** The sections of the console, in the order of its navigation. Each is loaded when somebody goes there. */

/** @type {{name: string, label: string, icon: string, load: () => Promise<Function>}[]} */
export const PLACES = [
  { name: "overview", label: "Overview", icon: "M3 12h4l3-8 4 16 3-8h4", load: async () => (await import("./sections/overview.js")).Overview },
  { name: "drawings", label: "Drawings", icon: "M4 7h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4zM14 7v12", load: async () => (await import("./sections/drawings.js")).Drawings },
  { name: "templates", label: "Templates", icon: "M8 8h12v12H8zM4 16V4h12M11 12h6M11 16h4", load: async () => (await import("./sections/templates.js")).Templates },
  { name: "players", label: "Players", icon: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.5 3-5.5 6.5-5.5s6.5 2 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 15c2 .8 3.5 2.6 3.5 5", load: async () => (await import("./sections/players.js")).Players },
  { name: "reviews", label: "Reviews", icon: "M12 3l8 3v6c0 4.5-3.5 7.5-8 9-4.5-1.5-8-4.5-8-9V6zM9 12l2 2 4-4", load: async () => (await import("./sections/reviews.js")).Reviews },
  { name: "fulfilments", label: "Prizes", icon: "M3 7h11v10H3zM14 10h4l3 3v4h-7M7 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4z", load: async () => (await import("./sections/fulfilments.js")).Fulfilments },
  { name: "sponsors", label: "Sponsors", icon: "M4 20V9l8-5 8 5v11M9 20v-6h6v6", load: async () => (await import("./sections/sponsors.js")).Sponsors },
  { name: "analytics", label: "Analytics", icon: "M4 20V4M4 20h16M8 16l4-5 3 3 5-7", load: async () => (await import("./sections/analytics.js")).Analytics },
  { name: "clients", label: "Third parties", icon: "M8 8l-4 4 4 4M16 8l4 4-4 4M13 5l-2 14", load: async () => (await import("./sections/clients.js")).Clients },
  { name: "webhooks", label: "Webhooks", icon: "M12 9a3 3 0 1 0-2.6-4.5M10.5 8.5L7 14M6 20a3 3 0 1 0-1-5.8M9 17h6M18 20a3 3 0 1 0-1.5-5.6M15 13l-2.5-4.3", load: async () => (await import("./sections/webhooks.js")).Webhooks },
  { name: "audit", label: "Audit log", icon: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7", load: async () => (await import("./sections/audit.js")).Audit },
];

/** The place that an address means; the first one when it means none. */
export const placeOf = (name) => PLACES.find((place) => place.name === name) ?? PLACES[0];
