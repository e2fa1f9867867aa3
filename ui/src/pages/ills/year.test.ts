import { describe, expect, it } from 'vitest'
import type { YearMonth } from '../../bindings/YearMonth'
import { columns, countBars, isEmpty, partyBars, totalOf } from './year'

const month = (name: string, more: Partial<YearMonth> = {}): YearMonth => ({
  month: name, opinions: 0, chosen: 0, dropped: 0, councils: 0, no_topic: false, passed: 0, rejected: 0, to_owners: 0, tasks: 0, done: 0, late: 0, carried: 0, told: 0, told_in_time: 0, ...more,
})
const row = (of: YearMonth): string[] => columns.map(({ text }) => text(of))

describe('a year of councils', () => {
  it('says month by month what came of them', () => {
    expect(row(month('2024-03', { opinions: 18, chosen: 4, councils: 1, passed: 3, to_owners: 1, tasks: 5, done: 4, late: 1, told: 4, told_in_time: 3 })))
      .toEqual(['3月', '18', '4', '0', '1', '3', '0', '1', '5', '4', '1', '0', '3 / 4'])
    expect(row(month('2024-12', { no_topic: true })).slice(3, 6)).toEqual(['0', '无议题', '0'])
    expect(row(month('2024-12')).at(-1)).toBe('—')
  })
  it('adds them up', () => {
    const total = totalOf([month('2024-01', { opinions: 700, no_topic: true, told: 2, told_in_time: 1 }), month('2024-02', { opinions: 504, councils: 2, told: 1, told_in_time: 1 })])
    expect(row(total)).toEqual(['合计', '1,204', '0', '0', '2', '0', '0', '0', '0', '0', '0', '0', '2 / 3'])
  })
  it('is empty where nothing was written down', () => {
    expect([month('2024-01'), month('2024-01', { no_topic: true }), month('2024-01', { late: 1 })].map(isEmpty)).toEqual([true, false, false])
  })
})

describe('shares', () => {
  it('are as wide as they are many', () => {
    expect(countBars([{ name: '走访', count: 40 }, { name: '电话', count: 10 }], '条')).toEqual([{ name: '走访', share: 100, words: '40 条' }, { name: '电话', share: 25, words: '10 条' }])
    expect(countBars([], '条')).toEqual([])
  })
  it('of a party are of those who were asked', () => {
    expect(partyBars([{ party: 'owners', title: '业委会', invited: 40, present: 34 }, { party: 'society', title: '社会组织', invited: 0, present: 0 }]).map(({ share, words }) => [share, words]))
      .toEqual([[85, '34 / 40 人次，85%'], [0, '没有请过人']])
  })
})
