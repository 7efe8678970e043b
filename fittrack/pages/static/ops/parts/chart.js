/** Lines over time, drawn by uPlot in the colours of the page. */

import { html, useEffect, useRef, useState } from "/pages/lib/base.js";
import uPlot from "/pages/vendor/uPlot.esm.js";

const FONT = "11px system-ui, sans-serif";
const DARK = matchMedia("(prefers-color-scheme: dark)");

const day = new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric" });

/** A custom property of the theme as a colour that a canvas takes. */
function colour(element, name) {
  element.style.color = `var(--${name})`;
  const found = getComputedStyle(element).color;
  element.style.color = "";
  return found;
}

function optionsFor(element, { series, height, compact, format }) {
  const [soft, line] = ["soft", "line"].map((name) => colour(element, name));
  const axis = { stroke: soft, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 6, 0, 0],
    cursor: { show: !compact, y: false },
    legend: { show: !compact },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(1, high * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 26, values: times },
      { ...axis, size: compact ? 36 : 60, space: 34, values: (_, values) => values.map(format) },
    ],
    series: [{ label: "When", value: (_, at) => (at ? day.format(at * 1000) : "") }, ...series.map((one) => lineOf(element, one, format))],
  };
}

function lineOf(element, { label, kind = "accent" }, format) {
  const stroke = colour(element, kind);
  const fill = stroke.replace("rgb(", "rgba(").replace(")", ", .14)");
  return { label, stroke, fill, width: 2, points: { show: false }, value: (_, value) => (value === null ? "" : format(value)) };
}

/** Minutes and seconds for what spans minutes, days for what spans days. */
function times(plot, values) {
  const span = plot.scales.x.max - plot.scales.x.min;
  const form =
    span > 2 * 86_400 ? { month: "short", day: "numeric" } : { hour: "numeric", minute: "2-digit", ...(span < 300 && { second: "2-digit" }) };
  const written = new Intl.DateTimeFormat("en-US", form);
  return values.map((value) => written.format(value * 1000));
}

/**
 * @param {object} props
 * @param {number[][]} props.data instants in seconds, then one list for each series
 * @param {{label: string, kind?: string}[]} props.series `kind` is a colour of the theme
 * @param {(value: number) => string} [props.format] what values are called
 * @param {string} props.label what the chart shows, for those who cannot see it
 */
export function Chart({ data, series, label, height, compact = false, format = String }) {
  const box = useRef(null);
  const plot = useRef(null);
  const [dark, setDark] = useState(DARK.matches);
  useEffect(() => {
    const changed = () => setDark(DARK.matches);
    DARK.addEventListener("change", changed);
    return () => DARK.removeEventListener("change", changed);
  }, []);
  useEffect(() => {
    plot.current = new uPlot(optionsFor(box.current, { series, height, compact, format }), data, box.current);
    const fit = new ResizeObserver(([{ contentRect }]) => plot.current.setSize({ width: contentRect.width, height }));
    fit.observe(box.current);
    return () => {
      fit.disconnect();
      plot.current.destroy();
    };
  }, [dark, height, series.map((one) => one.label).join()]);
  useEffect(() => plot.current.setData(data), [data]);
  return html`<div class="chart" role="img" aria-label=${label} ref=${box}></div>`;
}
