/** The business hours of the market centres: the strip that says who trades now, and when the next one opens or closes. */

import { formatCountdown } from "../js/format.js";
import { write } from "../js/prices.js";

// Business hours of the four centres by their own clocks; daylight saving follows from the zones.
const CENTRES = {
  sydney: { zone: "Australia/Sydney", opens: 8, closes: 17 },
  tokyo: { zone: "Asia/Tokyo", opens: 9, closes: 18 },
  london: { zone: "Europe/London", opens: 8, closes: 17 },
  "new-york": { zone: "America/New_York", opens: 8, closes: 17 },
};
const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const clocks = new Map(
  Object.values(CENTRES).map(({ zone }) => [
    zone,
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    }),
  ]),
);

/** Return `{open, seconds, start}`: seconds to the next change, and the UTC second of the day at which it opens. */
function sessionAt(name, now) {
  const { zone, opens, closes } = CENTRES[name];
  const parts = Object.fromEntries(clocks.get(zone).formatToParts(now).map(({ type, value }) => [type, value]));
  const weekday = WEEKDAYS.indexOf(parts.weekday);
  const second = Number(parts.hour) * HOUR + Number(parts.minute) * 60 + Number(parts.second);
  const utcSecond = Math.floor(now / 1000) % DAY;
  const start = (((utcSecond - second + opens * HOUR) % DAY) + DAY) % DAY;
  const workday = weekday >= 1 && weekday <= 5;
  if (workday && second >= opens * HOUR && second < closes * HOUR) {
    return { open: true, seconds: closes * HOUR - second, start };
  }
  const today = workday && second < opens * HOUR;
  const days = today ? 0 : weekday === 5 ? 3 : weekday === 6 ? 2 : 1;
  return { open: false, seconds: days * DAY + opens * HOUR - second, start };
}

/** How long a centre's business day is, in seconds. */
function sessionLength(name) {
  return (CENTRES[name].closes - CENTRES[name].opens) * HOUR;
}

/**
 * The sessions that touch the time from `from` to `to` (Unix seconds), as `{name, row, from, to}`: the centre's name in the
 * reader's language, and its place among the centres.
 */
export function sessionsBetween(from, to) {
  const found = [];
  const names = new Map(centreElements().map((centre) => [centre.dataset.session, centre.querySelector(".session-name").textContent]));
  for (let day = Math.floor(from / DAY) - 1; day <= to / DAY; day += 1) {
    for (const [row, name] of Object.keys(CENTRES).entries()) {
      const opens = openingOn(name, day);
      if (opens === null || opens >= to || opens + sessionLength(name) <= from) continue;
      found.push({ name: names.get(name), row, from: opens, to: opens + sessionLength(name) });
    }
  }
  return found;
}

const openings = new Map();

/** When a centre opens on a day (counted from the epoch, UTC), or null at its weekend. */
function openingOn(name, day) {
  const key = `${name} ${day}`;
  if (!openings.has(key)) {
    const opens = day * DAY + sessionAt(name, (day + 0.5) * DAY * 1000).start;
    openings.set(key, sessionAt(name, opens * 1000).open ? opens : null);
  }
  return openings.get(key);
}

function centreElements() {
  return [...document.querySelectorAll("#sessions [data-session]")];
}

export function startSessions() {
  const centres = centreElements();

  function draw() {
    const moment = Date.now();
    const now = `${((Math.floor(moment / 1000) % DAY) / DAY) * 100}%`;
    for (const centre of centres) {
      const { open, seconds, start } = sessionAt(centre.dataset.session, moment);
      centre.dataset.open = open;
      write(centre.querySelector("[data-countdown]"), formatCountdown(seconds));
      centre.querySelector("[data-now]").style.left = now;
      drawBars(centre.querySelectorAll("[data-bar]"), start, sessionLength(centre.dataset.session));
    }
  }
  draw();
  setInterval(draw, 1000);
}

/** A session that runs over midnight UTC takes two bars. */
function drawBars([first, second], start, length) {
  const end = start + length;
  place(first, start, Math.min(end, DAY));
  second.hidden = end <= DAY;
  place(second, 0, end - DAY);
}

function place(bar, from, to) {
  bar.style.left = `${(from / DAY) * 100}%`;
  bar.style.width = `${(Math.max(to - from, 0) / DAY) * 100}%`;
}
