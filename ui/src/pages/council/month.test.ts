import { describe, expect, it } from 'vitest'
import type { StepView } from '../../bindings/StepView'
import { currentStep, lastDay, readTime, shiftMonth, stepBar, windowWords } from './month'

const step = (name: StepView['step'], state: StepView['state'], more: Partial<StepView> = {}): StepView => ({
  step: name, title: name, from: '2024-11-11', to: '2024-11-20', state, state_zh: '按期完成', days_left: 3, count: 0, late: 0, ...more,
})

describe('a month', () => {
  it.each([['2024-11', 1, '2024-12'], ['2024-12', 1, '2025-01'], ['2024-01', -1, '2023-12']])('%s shifted by %i is %s', (from, by, to) => expect(shiftMonth(from, by)).toBe(to))
  it.each([['2024-02', '2024-02-29'], ['2023-02', '2023-02-28'], ['2024-12', '2024-12-31']])('%s ends on %s', (month, day) => expect(lastDay(month)).toBe(day))
  it('writes a window short, and whole where it leaves the month', () => {
    expect(windowWords({ from: '2024-11-01', to: '2024-11-05' })).toBe('1—5日')
    expect(windowWords({ from: '2024-11-11', to: '2024-12-01' })).toBe('11月11日—12月1日')
  })
})

describe('the clock as it is typed', () => {
  it.each([['19:00', '19:00'], ['19：30', '19:30'], ['1430', '14:30'], ['930', '09:30'], ['9点', '09:00'], ['9点半', '09:30'], ['下午2点半', '14:30'], ['晚上7点', '19:00'], ['下午12点', '12:00'], ['19', '19:00']])(
    '%s is %s', (typed, time) => expect(readTime(typed)).toBe(time))
  it.each(['', '明天', '25:00', '9:75', '190000'])('«%s» is none', (typed) => expect(readTime(typed)).toBeNull())
})

describe('the five steps', () => {
  it('opens the first that wants doing', () => {
    expect(currentStep([step('gather', 'done'), step('choose', 'late'), step('consult', 'open')])).toBe('choose')
    expect(currentStep([step('gather', 'done'), step('choose', 'not_yet')])).toBe('choose')
    expect(currentStep([step('gather', 'done'), step('report', 'nothing')])).toBe('report')
  })
  it('says days, things late, or the state itself', () => {
    const words = stepBar([
      step('consult', 'open'), step('consult', 'open', { days_left: 0 }), step('choose', 'late', { days_left: -2 }), step('carry_out', 'late', { late: 4 }), step('gather', 'done', { count: 9 }),
    ]).map((one) => [one.state, one.words, one.count])
    expect(words).toEqual([['now', '还有 3 天', undefined], ['now', '今天截止', undefined], ['late', '逾期 2 天', undefined], ['late', '4 件逾期', undefined], ['done', '按期完成', '9 条民意']])
  })
})
