/** Boards by period, of one's own tier and of everybody, live. */

import { Stopped } from "/client/client.js";
import { html, useEffect, useState } from "/pages/lib/base.js";
import { number } from "/pages/lib/format.js";
import { Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";

const PERIODS = [
  ["daily", "Today"],
  ["weekly", "Week"],
  ["monthly", "Month"],
  ["alltime", "Ever"],
];

export function Boards() {
  const [period, setPeriod] = useState("weekly");
  const [everybody, setEverybody] = useState(false);
  return html`<div class="view stack narrow">
    <h1>Boards</h1>
    <div class="row between">
      <div class="segments" role="group" aria-label="Period">
        ${PERIODS.map(([name, label]) => html`<button type="button" aria-pressed=${period === name} onClick=${() => setPeriod(name)}>${label}</button>`)}
      </div>
      <div class="segments" role="group" aria-label="Who">
        <button type="button" aria-pressed=${!everybody} onClick=${() => setEverybody(false)}>My tier</button>
        <button type="button" aria-pressed=${everybody} onClick=${() => setEverybody(true)}>Everybody</button>
      </div>
    </div>
    <${Board} key="${period}${everybody}" period=${period} tier=${everybody ? "OPEN" : undefined} />
  </div>`;
}

/** The board as it is by REST at first, live from then on. */
function useBoard(period, tier) {
  const { api, state } = usePlayer();
  const [live, setLive] = useState(null);
  const { data, problem, reload } = useLoaded(() => api.get(`leaderboards/${period}`, { tier, limit: 100 }), [period, tier]);
  const code = data?.tier_code;
  useEffect(() => {
    if (!code) return undefined;
    const channel = `leaderboard:${period}:${code}`;
    const mine = ({ ch }) => ch === channel;
    const ends = [
      state.client.on("snapshot", (frame) => mine(frame) && setLive(frame.d.board)),
      state.client.on("leaderboard", (frame) => mine(frame) && setLive(frame.d)),
    ];
    state.client.subscribe(channel).catch((error) => {
      if (!(error instanceof Stopped)) console.warn(error);
    });
    return () => {
      ends.forEach((end) => end());
      state.client.unsubscribe(channel);
    };
  }, [period, code]);
  return { board: data && { ...data, ...live }, problem, reload };
}

function Board({ period, tier }) {
  const { board, problem, reload } = useBoard(period, tier);
  const { user, ranks } = useLive();
  if (problem) return html`<${Trouble} problem=${problem} retry=${reload} />`;
  if (!board) return html`<${Waiting} lines=${10} />`;
  const me = { ...board.me, ...ranks[`${period}:${board.tier_code}`] };
  return html`<section class="card stack" aria-label=${board.tier_name}>
    <div class="row between">
      <h2>${board.tier_name}</h2>
      <p class="small soft numbers">${me.rank ? `You: ${number(me.rank)} of ${number(board.total_players)}` : "No points in this period yet"}</p>
    </div>
    ${board.rankings.length === 0 && html`<${Nothing} title="Nobody has points yet">Be the first.<//>`}
    <ol class="board">
      ${board.rankings.map(
        (line) => html`<li key=${line.user_id} class=${line.user_id === user?.user_id ? "me" : ""} aria-current=${line.user_id === user?.user_id ? "true" : undefined}>
          <span class="place numbers place-${line.rank}">${line.rank}</span><span>${line.display_name}</span><span class="numbers strong">${number(line.points_earned)}</span>
        </li>`,
      )}
    </ol>
  </section>`;
}
