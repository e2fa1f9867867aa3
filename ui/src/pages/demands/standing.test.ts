import { describe, expect, it } from 'vitest'
import type { DemandLine } from '../../bindings/DemandLine'
import { demandSentence, demandStanding, sorted } from './standing'

const line = (id: string, more: Partial<DemandLine['demand']> = {}, days_left = 4): DemandLine => ({
  demand: { id, to: 'property_firm', unit: '物业', subject: id, text: '', topic: null, sent_on: '2024-11-01', due_on: '2024-11-16', replied_on: null, reply: null, ...more },
  topic_title: null, days_left, late: days_left < 0 && !more.replied_on, files: 0,
})

describe('demands', () => {
  it('wait by their day, and are answered latest first', () => {
    const { waiting, answered } = sorted([line('答早', { replied_on: '2024-10-05' }), line('晚'), line('早', { due_on: '2024-11-10' }), line('答晚', { replied_on: '2024-11-02' })])
    expect([waiting, answered].map((all) => all.map(({ demand }) => demand.id))).toEqual([['早', '晚'], ['答晚', '答早']])
  })
  it('say how long they have', () => {
    expect([line('a'), line('a', {}, 0), line('a', {}, -2), line('a', { replied_on: '2024-11-08' }, -2)].map((one) => demandStanding(one).words)).toEqual(['等答复，还有 4 天', '今天到期', '超期 2 天没有答复', '11月8日答复'])
  })
  it('are summed up in a sentence', () => {
    expect(demandSentence([line('a'), line('b', {}, -1)])).toBe('等答复 2 份，其中 1 份超期。')
    expect(demandSentence([line('a', { replied_on: '2024-11-08' })])).toBe('没有在等答复的函。')
  })
})
