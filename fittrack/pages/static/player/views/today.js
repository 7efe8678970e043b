/** Balance, streak and the day so far; a workout is logged from here. */

import { html, useState } from "/pages/lib/base.js";
import { count, number, when } from "/pages/lib/format.js";
import { Button, Dialog, Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";
import { Icon } from "./icons.js";
import { LogWorkout } from "./log_workout.js";
import { VerifyEmail } from "./verify_email.js";

const LATEST = 6;

export function Today() {
  const [logging, setLogging] = useState(false);
  const { today, streak, user } = useLive();
  if (!today) return html`<${Waiting} lines=${6} />`;
  return html`
    <div class="view two-columns">
      <div class="stack">
        <h1>${greeting()}${user.display_name ? `, ${user.display_name}` : ""}</h1>
        ${user.status === "pending" ? html`<${Pending} />` : html`<${Barred} status=${user.status} />`}
        <section class="card day" aria-labelledby="day-title">
          <${Ring} value=${today.points_earned} max=${today.points_cap} />
          <div class="stack tight">
            <h2 id="day-title">Today</h2>
            <dl class="figures">
              <${Figure} name="Steps" value=${number(today.steps)} />
              <${Figure} name="Active minutes" value=${number(today.active_minutes)} />
              <${Figure} name="Workouts" value=${number(today.workouts)} />
            </dl>
            <p class="small soft">${today.points_remaining > 0 ? `${count(today.points_remaining, "point")} still to earn today` : "All of today's points are yours. Well done!"}</p>
          </div>
        </section>
        <${StreakCard} streak=${streak} />
        <${Button} kind="primary wide" onClick=${() => setLogging(true)}>Log a workout<//>
      </div>
      <${Latest} />
    </div>
    ${logging && html`<${LogWorkout} onClose=${() => setLogging(false)} />`}
  `;
}

function greeting() {
  const hour = new Date().getHours();
  if (hour < 5) return "Good night";
  if (hour < 12) return "Good morning";
  return hour < 18 ? "Good afternoon" : "Good evening";
}

const BARRED = { suspended: "Your account is suspended. Your inbox says why.", banned: "Your account is closed." };

function Barred({ status }) {
  return BARRED[status] && html`<p class="note" role="status">${BARRED[status]}</p>`;
}

/** Who put off the code that came by mail gives it here. */
function Pending() {
  const { session, state, tell } = usePlayer();
  const [asking, setAsking] = useState(false);
  const verified = async () => {
    state.set({ user: { ...state.state.user, status: "active" } });
    tell({ title: "Your address is verified", text: "From now on you earn points." });
  };
  return html`<div class="note row between">
    <p>Verify your email address to earn points and buy tickets.</p>
    <${Button} kind="small" onClick=${() => setAsking(true)}>Enter the code<//>
    ${asking && html`<${Dialog} title="Verify your address" onClose=${() => setAsking(false)}><${VerifyEmail} email=${session.user.email} onVerified=${verified} /><//>`}
  </div>`;
}

const RADIUS = 52;
const ROUND = 2 * Math.PI * RADIUS;

function Ring({ value, max }) {
  const share = Math.min(1, value / max);
  return html`<div class="ring" role="img" aria-label="${number(value)} of ${number(max)} points today">
    <svg viewBox="0 0 120 120" aria-hidden="true">
      <circle class="track" cx="60" cy="60" r=${RADIUS} />
      <circle class="done" cx="60" cy="60" r=${RADIUS} stroke-dasharray=${ROUND} stroke-dashoffset=${ROUND * (1 - share)} />
    </svg>
    <p aria-hidden="true"><span class="big numbers">${number(value)}</span><span class="small soft">of ${number(max)}</span></p>
  </div>`;
}

const Figure = ({ name, value }) => html`<div><dt>${name}</dt><dd class="numbers">${value}</dd></div>`;

function StreakCard({ streak }) {
  const { current, longest, active_today: active, minutes_missing_today: missing, next_bonus_in_days: bonus } = streak;
  return html`<section class="card streak ${active ? "lit" : ""}" aria-label="Streak">
    <${Icon} name="flame" />
    <div>
      <p class="strong">${current === 0 ? "Start a streak" : `${current}-day streak`}${longest > current ? html` <span class="soft small">longest ${longest}</span>` : ""}</p>
      <p class="small soft">
        ${active ? `Today counts. 250 bonus points in ${count(bonus, "day")}.` : `${count(missing, "active minute")} to go today.`}
      </p>
    </div>
  </section>`;
}

function Latest() {
  const { api } = usePlayer();
  const { ledgerRound } = useLive();
  const { data, problem, reload } = useLoaded(() => api.get("points/transactions", { limit: LATEST }), [ledgerRound]);
  return html`<section class="card stack" aria-labelledby="latest-title">
    <h2 id="latest-title">Latest points</h2>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} />`}
    ${data?.items.length === 0 && html`<${Nothing} title="No points yet">Log a workout, or connect a tracker in the app.<//>`}
    <ul class="ledger">
      ${data?.items.map(
        (entry) => html`<li key=${entry.transaction_id}>
          <span>${entry.description}<span class="small soft">${when(entry.created_at)}</span></span>
          <span class="numbers strong ${entry.amount > 0 ? "good" : ""}">${entry.amount > 0 ? "+" : "−"}${number(Math.abs(entry.amount))}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}
