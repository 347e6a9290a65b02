/**
 * Labels with values in them, and sizes and percentages as the user's locale writes them.
 *
 * No words of its own: every word comes from a Custom Label or from Intl.
 * Units: sizes in bytes, shown in decimal units; fractions from 0 to 1.
 */
import LOCALE from "@salesforce/i18n/locale";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Puts values into the {0}, {1}, … of a label. */
export function fill(label, ...values) {
    return label.replace(/\{(\d)\}/g, (_, index) => String(values[index] ?? ""));
}

export function size(bytes) {
    let amount = bytes;
    let unit = 0;
    while (amount >= 1000 && unit < UNITS.length - 1) {
        amount /= 1000;
        unit += 1;
    }
    return new Intl.NumberFormat(LOCALE, {
        style: "unit",
        unit: UNITS[unit],
        unitDisplay: unit === 0 ? "long" : "short",
        maximumFractionDigits: unit === 0 || amount >= 100 ? 0 : 1
    }).format(amount);
}

/** Rounded down: 100 % is shown only when everything is there. */
export function percent(fraction) {
    const whole = Math.floor(Math.min(Math.max(fraction, 0), 1) * 100);
    return new Intl.NumberFormat(LOCALE, { style: "percent" }).format(whole / 100);
}
