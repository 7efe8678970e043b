/**
 * Where a client keeps what must outlive the page.
 *
 * @typedef {{positions?: {ledger: number, inbox: number}, commands: {t: string, d: object, key: string}[]}} Saved
 * @typedef {{load(): Saved|null, save(saved: Saved): void}} Store
 */

/**
 * A store in the browser's own storage, under a name of the account's: another account's commands are not ours.
 *
 * @param {string} name
 * @param {Storage} [storage]
 * @returns {Store}
 */
export function localStore(name, storage = globalThis.localStorage) {
  return {
    load() {
      const saved = storage.getItem(name);
      if (saved === null) return null;
      try {
        return JSON.parse(saved);
      } catch {
        storage.removeItem(name); // not ours, or cut off: an empty start is better than none
        return null;
      }
    },
    save(saved) {
      storage.setItem(name, JSON.stringify(saved));
    },
  };
}
