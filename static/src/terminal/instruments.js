/** What a symbol's numbers mean: points, pips, and the money behind a move of its price. */

/** A pip is ten points where prices carry a fractional pip (3 or 5 digits), else one point. */
export function pipSize(instrument) {
  const fractional = instrument.digits === 3 || instrument.digits === 5;
  return 10 ** -(fractional ? instrument.digits - 1 : instrument.digits);
}

export function pointSize(instrument) {
  return 10 ** -instrument.digits;
}

/** Round `volume` (lots) down to the instrument's step and into its limits. */
export function allowedVolume(instrument, volume) {
  const step = Number(instrument.volume_step);
  const steps = Math.floor(volume / step + 1e-9);
  const clamped = Math.min(Math.max(steps * step, Number(instrument.volume_min)), Number(instrument.volume_max));
  return Number(clamped.toFixed(volumeDigits(instrument)));
}

/** How many decimals the instrument's volumes carry: at least two, as dealers write lots. */
export function volumeDigits(instrument) {
  const decimals = (String(Number(instrument.volume_step)).split(".")[1] ?? "").length;
  return Math.max(decimals, 2);
}

/**
 * The rate from `from` to `to` at the newest mid prices, through the US dollar where there is no direct pair; null
 * while a price is missing. For display: the server converts exactly, by the side that applies.
 */
function conversionRate(from, to, latest) {
  if (from === to) return 1;
  return direct(from, to, latest) ?? throughDollar(from, to, latest);
}

function direct(from, to, latest) {
  const straight = latest(from + to);
  if (straight) return (straight.bid + straight.ask) / 2;
  const inverse = latest(to + from);
  return inverse ? 2 / (inverse.bid + inverse.ask) : null;
}

function throughDollar(from, to, latest) {
  const toDollar = from === "USD" ? 1 : direct(from, "USD", latest);
  const fromDollar = to === "USD" ? 1 : direct("USD", to, latest);
  return toDollar === null || fromDollar === null ? null : toDollar * fromDollar;
}

/** What a price move of `distance` means for `volume` lots, in `currency`; null while a rate is missing. */
export function moneyOfMove(instrument, distance, volume, currency, latest) {
  const rate = conversionRate(instrument.quote_currency, currency, latest);
  return rate === null ? null : distance * volume * Number(instrument.lot_size) * rate;
}

/** The price move that is worth `money` for `volume` lots; null while a rate or the volume is missing. */
export function moveOfMoney(instrument, money, volume, currency, latest) {
  const perUnit = moneyOfMove(instrument, 1, volume, currency, latest);
  return perUnit ? money / perUnit : null;
}
