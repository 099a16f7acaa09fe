// The phone's time: the sandbox's test clock, shown in Beijing time as WeChat shows it.

const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;
const GAP_MS = 5 * 60_000; // WeChat writes a time above a message that comes 5 minutes after the last one

const hourMinute = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const hourMinuteSecond = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const weekday = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, weekday: "long" });
const longDate = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, year: "numeric", month: "long", day: "numeric" });
const dayKey = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });

let offsetMs = 0;

export function setOffset(seconds) {
  offsetMs = seconds * 1000;
}

export const now = () => new Date(Date.now() + offsetMs);
export const shortTime = (date) => hourMinute.format(date);
export const exactTime = (date) => hourMinuteSecond.format(date);
export const fullTime = (date) => `${longDate.format(date)} ${hourMinute.format(date)}`;

/** Whether a time stamp stands between a bubble and the one before it (null: the first). */
export const needsStamp = (before, at) => before === null || Math.abs(at - before) >= GAP_MS;

/** 14:05 today, 昨天 14:05, 星期三 14:05 in the last week, else the whole date. */
export function chatStamp(date) {
  const days = Math.round((Date.parse(dayKey.format(now())) - Date.parse(dayKey.format(date))) / DAY_MS);
  if (days === 0) return hourMinute.format(date);
  if (days === 1) return `昨天 ${hourMinute.format(date)}`;
  if (days > 1 && days < 7) return `${weekday.format(date)} ${hourMinute.format(date)}`;
  return fullTime(date);
}
