import { describe, expect, it } from 'vitest'
import type { PublicityLine } from '../../bindings/PublicityLine'
import type { PublicityStanding } from '../../bindings/PublicityStanding'
import { grouped, likelyResult, maskSentence, publicitySentence, standingWords } from './standing'

const line = (id: string, standing: PublicityStanding, more: Partial<PublicityLine['publicity']> = {}, unanswered = 0): PublicityLine => ({
  publicity: { id, title: id, text: '', from: '2024-11-08', to: '2024-11-14', places: [], contact: '', of: null, taken_down_on: null, result: null, item: null, ...more },
  standing, days_left: 4, objections: [], unanswered, files: 0, about: null,
})

describe('publicities', () => {
  it('come by how they stand, and within that by what presses first', () => {
    const lines = [
      line('撤早', 'taken_down', { taken_down_on: '2024-09-02' }), line('撤晚', 'taken_down', { taken_down_on: '2024-10-02' }),
      line('将来', 'coming', { from: '2024-11-20' }), line('期满', 'over', { to: '2024-11-02' }),
      line('后到期', 'hanging', { to: '2024-11-20' }), line('先到期', 'hanging'),
    ]
    expect(grouped(lines).map((group) => [group.standing, group.lines.map(({ publicity }) => publicity.id)])).toEqual([
      ['hanging', ['先到期', '后到期']], ['over', ['期满']], ['coming', ['将来']], ['taken_down', ['撤晚', '撤早']],
    ])
  })
  it('say how long they hang', () => {
    expect(standingWords(line('a', 'hanging'))).toBe('公示中，还有 4 天')
    expect(standingWords({ ...line('a', 'hanging'), days_left: 0 })).toBe('公示中，今天最后一天')
    expect(standingWords({ ...line('a', 'over'), days_left: -3 })).toBe('期满 3 天，待撤下')
    expect(standingWords(line('a', 'taken_down', { taken_down_on: '2024-11-15' }))).toBe('11月15日已撤下')
  })
  it('are summed up in a sentence', () => {
    expect(publicitySentence([line('a', 'hanging', {}, 1), line('b', 'over')])).toBe('现在挂着 1 份，1 份期满，等撤下，1 条异议没有答复。')
    expect(publicitySentence([line('c', 'taken_down')])).toBe('现在没有挂着的公示。')
  })
  it('have their likely result', () => expect([line('a', 'over'), line('b', 'over', {}, 1)].map(likelyResult)).toEqual(['公示期内没有收到异议。', '']))
})

describe('names in a text', () => {
  const name = (shown: string, times: number, kept = false) => ({ name: `${shown}全`, shown, times, kept })
  it('are counted, and the masked ones named as they will hang', () => {
    expect(maskSentence([])).toBe('没有发现住户姓名。')
    expect(maskSentence([name('肖某', 1), name('周某', 2), name('吴某', 1, true)])).toBe('发现住户姓名 4 处，公示时只写姓：肖某（1 处）、周某（2 处）。')
    expect(maskSentence([name('吴某', 1, true)])).toBe('发现住户姓名 1 处，都写全名。')
  })
})
