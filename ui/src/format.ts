/** How dates, money and counts are written, and how typed dates and money are read. */

/** An ISO day, `2024-11-05`. */
export type Day = string
/** Money in fen (分), always whole. */
export type Fen = number

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/

/** Today by the machine's clock, as an ISO day. */
export function today(now: Date = new Date()): Day {
  return iso(now.getFullYear(), now.getMonth() + 1, now.getDate())
}

/** `2024年11月5日`, or the text itself when it is no day. */
export function dateWords(day: Day): string {
  const parts = ISO.exec(day)
  return parts ? `${Number(parts[1])}年${Number(parts[2])}月${Number(parts[3])}日` : day
}

/** `11月5日`. */
export function monthDay(day: Day): string {
  const parts = ISO.exec(day)
  return parts ? `${Number(parts[2])}月${Number(parts[3])}日` : day
}

/** `2024年11月` from a day or a `2024-11`. */
export function monthWords(month: string): string {
  const parts = /^(\d{4})-(\d{2})/.exec(month)
  return parts ? `${Number(parts[1])}年${Number(parts[2])}月` : month
}

/** `11月5日 14:30` from an instant; the day alone where there is no time. */
export function whenWords(instant: string): string {
  const time = /T(\d{2}:\d{2})/.exec(instant)
  return time ? `${monthDay(instant.slice(0, 10))} ${time[1]}` : monthDay(instant)
}

/** Whole days from one day to another; negative when it is past. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

/** The day so many days later; earlier where `by` is negative. */
export function addDays(day: Day, by: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)
}

/** The paragraphs of a text that was written one a line. */
export function paragraphs(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean)
}

/** What is listed in one field, with 顿号 or another mark between; nothing twice. */
export function listed(text: string): string[] {
  return [...new Set(text.split(/[、，,；;\n]/u).map((one) => one.trim()).filter(Boolean))]
}

/** `今天到期`, `还有 3 天`, `逾期 2 天`. */
export function dueWords(due: Day, now: Day): string {
  const days = daysBetween(now, due)
  if (days === 0) return '今天到期'
  return days > 0 ? `还有 ${days} 天` : `逾期 ${-days} 天`
}

/** `3,500.00`. */
export function moneyNumber(fen: Fen): string {
  const whole = Math.trunc(Math.abs(fen) / 100)
  const rest = String(Math.abs(fen) % 100).padStart(2, '0')
  return `${fen < 0 ? '-' : ''}${String(whole).replace(/\B(?=(\d{3})+$)/g, ',')}.${rest}`
}

/** `3,500.00元`. */
export function money(fen: Fen): string {
  return `${moneyNumber(fen)}元`
}

/** `1,204`. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `31,200.5`: an area (面积) in square metres, of whole hundredths of one. */
export function squareMetres(hundredths: number): string {
  const rest = String(hundredths % 100).padStart(2, '0').replace(/0+$/, '')
  return `${count(Math.trunc(hundredths / 100))}${rest && `.${rest}`}`
}

/** `85%`, `85.3%`: how many in a hundred. */
export function percent(part: number, all: number): string {
  return `${((100 * part) / all).toFixed(1).replace(/\.0$/, '')}%`
}

/** `3.2 MB` for a file. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} 字节`
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/**
 * Reads a typed day: `2024-11-05`, `2024.11.5`, `20241105`, `2024年11月5日`, `11月5日`, `11-5`, `5日`, `今天`, `昨天`, `明天`.
 * A missing year or month is today's. Null when it is no day.
 */
export function readDay(text: string, now: Day): Day | null {
  const typed = halfWidth(text).replace(/\s+/g, '')
  const near: Record<string, number> = { 今天: 0, 今日: 0, 昨天: -1, 昨日: -1, 前天: -2, 明天: 1, 明日: 1, 后天: 2 }
  const shift = near[typed]
  if (shift !== undefined) return addDays(now, shift)
  const [year, month] = now.split('-').map(Number) as [number, number]
  const full = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?$/.exec(typed) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(typed)
  if (full) return real(Number(full[1]), Number(full[2]), Number(full[3]))
  const short = /^(\d{1,2})[-/.月](\d{1,2})[日号]?$/.exec(typed)
  if (short) return real(year, Number(short[1]), Number(short[2]))
  const day = /^(\d{1,2})[日号]$/.exec(typed)
  return day ? real(year, month, Number(day[1])) : null
}

/** Reads typed money in yuan (`3500`, `3,500.5`, `3500元`) into fen. Null when it is no amount. */
export function readMoney(text: string): Fen | null {
  const typed = halfWidth(text).replace(/[\s,元¥￥]/g, '')
  const parts = /^(\d{1,12})(?:\.(\d{0,2}))?$/.exec(typed)
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0')) : null
}

function iso(year: number, month: number, day: number): Day {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

function real(year: number, month: number, day: number): Day | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return same ? iso(year, month, day) : null
}

/** Digits and marks typed with a Chinese keyboard are wide; read them as the narrow ones. */
function halfWidth(text: string): string {
  return text.replace(/[！-～]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0xfee0)).replace(/。/g, '.')
}
