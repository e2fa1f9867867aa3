/** A year of councils (这一年的议事) as a table and as shares. */
import type { NamedCount } from '../../bindings/NamedCount'
import type { PartyYear } from '../../bindings/PartyYear'
import type { YearMonth } from '../../bindings/YearMonth'
import type { Bar } from '../../components/Bars.vue'
import type { Column } from '../../components/DataTable.vue'
import { count, percent } from '../../format'

const NUMBERS = ['opinions', 'chosen', 'dropped', 'councils', 'passed', 'rejected', 'to_owners', 'tasks', 'done', 'late', 'carried', 'told', 'told_in_time'] as const
type Numbers = Omit<YearMonth, 'month' | 'no_topic'>

/** The months added up; of no month. */
export function totalOf(months: readonly YearMonth[]): YearMonth {
  const sums = Object.fromEntries(NUMBERS.map((name) => [name, months.reduce((sum, month) => sum + month[name], 0)])) as Numbers
  return { month: '', no_topic: false, ...sums }
}

/** Whether anything at all was done in it. */
export function isEmpty(month: YearMonth): boolean {
  return !month.no_topic && NUMBERS.every((name) => month[name] === 0)
}

/** What stands in a cell where there is nothing to count. */
export const NOTHING = '—'

const plain = (key: keyof Numbers, title: string): Column<YearMonth> => ({ key, title, align: 'right', text: (month) => count(month[key]) })

/** A row per month; in the row of the sums the month is empty. */
export const columns: readonly Column<YearMonth>[] = [
  { key: 'month', title: '月份', text: ({ month }) => (month ? `${Number(month.slice(5))}月` : '合计') },
  plain('opinions', '民意'), plain('chosen', '定题'), plain('dropped', '不采纳'),
  { ...plain('councils', '议事会'), text: ({ councils, no_topic }) => (councils === 0 && no_topic ? '无议题' : count(councils)) },
  plain('passed', '通过'), plain('rejected', '未过'), plain('to_owners', '转业主'),
  plain('tasks', '事项'), plain('done', '办完'), plain('late', '逾期'), plain('carried', '结转'),
  { key: 'told', title: '按时反馈', align: 'right', text: ({ told, told_in_time }) => (told > 0 ? `${count(told_in_time)} / ${count(told)}` : NOTHING) },
]

/** So many of each name; the widest bar is the most. */
export function countBars(counts: readonly NamedCount[], unit: string): Bar[] {
  const most = Math.max(1, ...counts.map((one) => one.count))
  return counts.map((one) => ({ name: one.name, share: (100 * one.count) / most, words: `${count(one.count)} ${unit}` }))
}

/** How many of each party's delegates came, of those invited. */
export function partyBars(parties: readonly PartyYear[]): Bar[] {
  return parties.map(({ title, invited, present }) => ({
    name: title, good: true, share: invited > 0 ? (100 * present) / invited : 0,
    words: invited > 0 ? `${count(present)} / ${count(invited)} 人次，${percent(present, invited)}` : '没有请过人',
  }))
}
