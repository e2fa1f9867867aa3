/** What the sections of a month's page share. */
import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'
import type { StepView } from '../../bindings/StepView'
import type { Step } from '../../components/StepBar.vue'
import { desk } from '../../desk'
import { monthDay, today, type Day } from '../../format'

/** Opens the history drawer of a record. */
const HISTORY: InjectionKey<(record: string) => void> = Symbol('history')
export function useHistory(): (record: string) => void {
  return inject(HISTORY, () => {})
}
/** The record whose history the page's drawer shows; what is on the page opens it with `useHistory`. */
export function useHistoryDrawer(): ShallowRef<string | null> {
  const record = shallowRef<string | null>(null)
  provide(HISTORY, (id) => { record.value = id })
  return record
}

/** Today, as the desk sees it. */
export function now(): Day {
  return desk.status?.today ?? today()
}

/** A sensible day for something of this month: today, or the month's last day when it is past. */
export function dayIn(month: string): Day {
  const day = now()
  return day.slice(0, 7) > month ? lastDay(month) : day
}

/** The last day of a month. */
export function lastDay(month: string): Day {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
}

/** The month before or after. */
export function shiftMonth(month: string, by: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
}

/** `1—5日`, or both days in full where they lie in two months. */
export function windowWords({ from, to }: { from: Day; to: Day }): string {
  if (from.slice(0, 7) !== to.slice(0, 7)) return `${monthDay(from)}—${monthDay(to)}`
  return `${Number(from.slice(8))}—${Number(to.slice(8))}日`
}

const marks: Record<StepView['state'], Step['state']> = {
  not_yet: 'ahead', open: 'now', late: 'late', done: 'done', done_late: 'done', nothing: 'done', carried_over: 'done',
}
const units: Record<StepView['step'], string> = { gather: '条民意', choose: '个议题', consult: '次会议', carry_out: '件事项', report: '件已反馈' }

/** How a step stands, in words. */
export function stepWords({ state, state_zh, days_left, late }: StepView): string {
  if (state === 'open' && days_left >= 0) return days_left === 0 ? '今天截止' : `还有 ${days_left} 天`
  if (state !== 'late') return state_zh
  return late > 0 ? `${late} 件逾期` : `逾期 ${Math.max(1, -days_left)} 天`
}

/** The month's steps as the bar shows them. */
export function stepBar(steps: readonly StepView[]): Step[] {
  return steps.map((step) => ({
    key: step.step,
    name: step.title,
    window: windowWords(step),
    state: marks[step.state],
    words: stepWords(step),
    count: step.count > 0 ? `${step.count} ${units[step.step]}` : undefined,
  }))
}

/** The step that wants doing now. */
export function currentStep(steps: readonly StepView[]): StepView['step'] {
  const wants = steps.find(({ state }) => state === 'open' || state === 'late') ?? steps.find(({ state }) => state === 'not_yet')
  return wants?.step ?? 'report'
}

/** Reads a typed time: `14:30`, `1430`, `9点`, `下午2点半`. Null when it is none. */
export function readTime(text: string): string | null {
  const typed = text.trim().replace('：', ':').replace('半', '30分')
  const parts = /^(上午|下午|晚上)?(\d{1,2})(?:[:点时](\d{2})?分?|(\d{2}))?$/.exec(typed)
  if (!parts) return null
  const later = (parts[1] === '下午' || parts[1] === '晚上') && Number(parts[2]) < 12
  const [hour, minute] = [Number(parts[2]) + (later ? 12 : 0), Number(parts[3] ?? parts[4] ?? 0)]
  return hour < 24 && minute < 60 ? `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}` : null
}
