/** Sizes, dates and times as people write them in their language. Units: bytes, seconds, ISO 8601. */
import { say } from "./strings.js";

/** The reader's own variant of the language (British, Swiss, …), where the browser tells it. */
const variantOf = (language) => navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;

const UNITS = {
    en: ["bytes", "KB", "MB", "GB", "TB"],
    de: ["Byte", "KB", "MB", "GB", "TB"],
    fr: ["octets", "Ko", "Mo", "Go", "To"]
};

export function size(language, bytes) {
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < UNITS[language].length - 1) {
        value /= 1000;
        unit += 1;
    }
    const digits = unit === 0 || value >= 100 ? 0 : 1;
    return `${new Intl.NumberFormat(variantOf(language), { maximumFractionDigits: digits }).format(value)}\u00a0${UNITS[language][unit]}`;
}

export function percent(language, whole) {
    return new Intl.NumberFormat(variantOf(language), { style: "percent" }).format(whole / 100);
}

export function timeLeft(language, seconds) {
    if (seconds < 10) return say(language, "left_seconds");
    if (seconds < 55) return say(language, "left_minute");
    const minutes = Math.max(1, Math.round(seconds / 60));
    if (minutes < 60) return say(language, "left_minutes", { count: minutes });
    return say(language, "left_hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** A date without a time of day means the same day everywhere, so it is not moved into the reader's time zone. */
export function day(language, date) {
    const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(date) ? `${date}T12:00:00` : date);
    return new Intl.DateTimeFormat(variantOf(language), { dateStyle: "full" }).format(moment);
}

export function moment(language, instant) {
    return new Intl.DateTimeFormat(variantOf(language), {
        day: "numeric",
        month: "long",
        year: "numeric",
        hour: "numeric",
        minute: "2-digit",
        timeZoneName: "short"
    }).format(new Date(instant));
}
